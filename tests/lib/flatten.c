/*
 * flatten LAYER…: merge layers (tar files, compressed or not), lowest first, and print the result, one line a name, for
 * tests that compare it with an independent model. Status 1 and the message when a layer is refused.
 */
#include <inttypes.h>
#include <stdio.h>

#include "slim/stream.h"
#include "slim/tree.h"

static void show(const char *key, struct slim_blob value)
{
	printf("%s", key);
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.ptr[i];
		if (c > ' ' && c < 0x7f && c != '\\')
			putchar(c);
		else
			printf("\\x%02x", c);
	}
}

static int show_content(const struct slim_inode *inode, struct slim_error **err)
{
	slim_autofree char *bytes = slim_alloc(inode->size + 1);
	if (slim_inode_read(inode, 0, bytes, inode->size, err))
		return -1;
	show(" content=", slim_blob(bytes, inode->size));
	return 0;
}

static int show_node(const struct slim_node *node, struct slim_error **err)
{
	const struct slim_inode *i = node->inode;
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	show("", slim_blob_of(slim_node_path(arena, node)));
	printf(" mode=%o owner=%u:%u mtime=%" PRId64 ".%09u links=%u", i->mode, i->uid, i->gid, i->mtime, i->mtime_nsec,
	       slim_node_is_dir(node) ? 1 : i->links);
	for (const struct slim_xattr *x = i->xattrs; x; x = x->next) {
		show(" ", slim_blob_of(x->name));
		show("=", x->value);
	}
	if (slim_node_is_link(node))
		show(" target=", i->target);
	if (slim_node_is_file(node) && show_content(i, err))
		return -1;
	putchar('\n');
	return 0;
}

/* The layer's own digest is not the point here: what is said of it is what it is. */
static int diff_id_of(struct slim_file *file, struct slim_digest *out, struct slim_error **err)
{
	slim_cleanup(slim_stream_free_p) struct slim_stream *stream = slim_stream_range(file, 0, slim_file_size(file));
	char head[8] = { 0 };
	size_t length = slim_file_size(file) < sizeof(head) ? slim_file_size(file) : sizeof(head);
	if (slim_file_read(file, 0, head, length, err))
		return -1;
	stream = slim_stream_decode(stream, slim_detect(slim_blob(head, length)));
	stream = slim_stream_digest(stream, SLIM_SHA256);
	if (slim_stream_drain(stream, err))
		return -1;
	*out = slim_stream_digested(stream);
	return 0;
}

static int apply(struct slim_tree *tree, const char *path, struct slim_log *log, struct slim_error **err)
{
	slim_cleanup(slim_file_unref_p) struct slim_file *file = NULL;
	slim_cleanup(slim_layer_free_p) struct slim_layer *layer = NULL;
	struct slim_budget budget = slim_budget(&SLIM_LIMITS_DEFAULT);
	struct slim_layer_ref ref = { .label = path };
	if (slim_file_open(path, &file, err) || diff_id_of(file, &ref.diff_id, err))
		return -1;
	ref.blob = (struct slim_range){ file, 0, slim_file_size(file) };
	if (slim_layer_read(&ref, &budget, log, &layer, err))
		return -1;
	return slim_tree_apply(tree, layer, err);
}

static int flatten(int argc, char **argv, struct slim_log *log, struct slim_error **err)
{
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = slim_tree_new();
	for (int i = 1; i < argc; i++)
		if (apply(tree, argv[i], log, err))
			return -1;
	slim_tree_finish(tree);
	for (uint32_t id = 0; id < slim_tree_count(tree); id++)
		if (show_node(slim_tree_node(tree, id), err))
			return -1;
	return 0;
}

int main(int argc, char **argv)
{
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	struct slim_log *log = slim_log_new(stderr, SLIM_NORMAL, SLIM_PROGRESS_NEVER);
	int failed = flatten(argc, argv, log, &err);
	slim_log_free(log);
	if (failed)
		fprintf(stderr, "flatten: %s\n", slim_error_text(err));
	return failed ? 1 : 0;
}
