#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>

static void check(int result, struct slim_error *err)
{
	if (result == 0)
		return;
	printf("Bail out! fixture: %s\n", slim_error_text(err));
	exit(1);
}

static struct slim_entry make_entry(struct slim_layer *layer, const struct fixture *f)
{
	struct slim_error *err = NULL;
	struct slim_inode *inode = slim_arena_alloc(layer->inodes, sizeof(*inode));
	struct slim_blob path = slim_blob_of(f->path + 1);
	const char *content = f->content ? f->content : "";
	if (slim_blob_ends(path, "/")) {
		path.len--;
		inode->mode = S_IFDIR | (f->mode ? f->mode : 0755);
	} else if (f->target) {
		inode->mode = S_IFLNK | 0777;
		inode->target = slim_blob_of(slim_arena_strndup(layer->inodes, f->target, strlen(f->target)));
	} else {
		inode->mode = S_IFREG | (f->mode ? f->mode : 0644);
		inode->size = strlen(content);
		inode->file = layer->content;
		inode->offset = slim_file_size(layer->content);
		check(slim_file_append(layer->content, content, strlen(content), &err), err);
	}
	return (struct slim_entry){ .kind = SLIM_ENTRY_FILE, .path = path, .inode = inode };
}

struct slim_tree *fixture_tree(const struct fixture *files, size_t count)
{
	struct slim_error *err = NULL;
	struct slim_layer *layer = slim_calloc(1, sizeof(*layer));
	layer->paths = slim_arena_new();
	layer->inodes = slim_arena_new();
	check(slim_file_spool("fixture", &layer->content, &err), err);
	layer->entries = slim_calloc(count + 1, sizeof(*layer->entries));
	for (size_t i = 0; i < count; i++)
		layer->entries[layer->count++] = make_entry(layer, &files[i]);
	struct slim_tree *tree = slim_tree_new();
	check(slim_tree_apply(tree, layer, &err), err);
	slim_layer_free(layer);
	slim_tree_finish(tree);
	return tree;
}
