/*
 * What slim reads of JavaScript and where it finds modules, for tests/node.py to compare with others:
 *     node-facts scan FILE…            a line for each file, then one for each thing that it loads
 *     node-facts resolve TAR           questions on standard input, "MODE FROM SPECIFIER"; answers: a path or "-"
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/trace/node/js_scan.h"
#include "../../src/trace/node/node_resolve.h"
#include "slim/limits.h"

static void print_use(void *context, const struct js_use *use)
{
	if ((use->kind == JS_REQUIRE || use->kind == JS_IMPORT) && !use->partial)
		printf("\t%.*s\n", (int)use->text.len, use->text.ptr);
}

static int scan(char **files)
{
	for (; *files; files++) {
		slim_cleanup(slim_file_unref_p) struct slim_file *file = NULL;
		slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
		if (slim_file_open(*files, &file, &err) < 0)
			return 1;
		size_t size = (size_t)slim_file_size(file);
		slim_autofree char *bytes = slim_alloc(size + 1);
		if (slim_file_read(file, 0, bytes, size, &err) < 0)
			return 1;
		printf("%s\n", *files);
		js_scan(slim_blob(bytes, size), print_use, NULL);
	}
	return 0;
}

/* A layer must match its digest: take it from the file itself. */
static int digest_of(struct slim_file *file, struct slim_digest *out, struct slim_error **err)
{
	size_t size = (size_t)slim_file_size(file);
	slim_autofree char *bytes = slim_alloc(size + 1);
	if (slim_file_read(file, 0, bytes, size, err) < 0)
		return -1;
	*out = slim_digest_of(slim_blob(bytes, size));
	return 0;
}

static int read_tree(const char *path, struct slim_tree *tree, struct slim_error **err)
{
	slim_cleanup(slim_file_unref_p) struct slim_file *file = NULL;
	struct slim_layer_ref ref = { .label = "layer" };
	if (slim_file_open(path, &file, err) < 0 || digest_of(file, &ref.diff_id, err) < 0)
		return -1;
	ref.blob = (struct slim_range){ file, 0, slim_file_size(file) };
	slim_cleanup(slim_layer_free_p) struct slim_layer *layer = NULL;
	struct slim_budget budget = slim_budget(&SLIM_LIMITS_DEFAULT);
	if (slim_layer_read(&ref, &budget, NULL, &layer, err) < 0 || slim_tree_apply(tree, layer, err) < 0)
		return -1;
	slim_tree_finish(tree);
	return 0;
}

static char *read_node(void *context, const struct slim_node *file, size_t max, size_t *length)
{
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	*length = file->inode->size < max ? (size_t)file->inode->size : max;
	slim_autofree char *bytes = slim_calloc(*length + 1, 1);
	return slim_inode_read(file->inode, 0, bytes, *length, &err) < 0 ? NULL : slim_steal(&bytes);
}

static void answer(struct node_world *world, const char *mode, const char *from, const char *specifier)
{
	const struct slim_node *asker = slim_tree_find(world->tree, from);
	struct node_found found;
	unsigned how = (mode[0] == 'i' ? NODE_IMPORT : NODE_REQUIRE) | (strchr(mode, '+') ? NODE_SYNC : 0u);
	bool any = asker && node_resolve(world, asker, slim_blob_of(specifier), how, &found);
	printf("%s\n", any ? slim_node_path(world->arena, found.file) : "-");
}

static int resolve(const char *tar)
{
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = slim_tree_new();
	if (read_tree(tar, tree, &err) < 0)
		return 1;
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	struct node_world world = { .tree = tree, .arena = arena, .read = read_node };
	node_world_init(&world);
	char line[4096], mode[16], from[2048], specifier[2048];
	while (fgets(line, sizeof(line), stdin))
		if (sscanf(line, "%15s %2047s %2047s", mode, from, specifier) == 3)
			answer(&world, mode, from, specifier);
	node_world_clear(&world);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "scan"))
		return scan(argv + 2);
	return argc == 3 && !strcmp(argv[1], "resolve") ? resolve(argv[2]) : 2;
}
