/*
 * Bytes as layers: each entry is two bytes of kind and path, and one more of a target where there is one. Whatever
 * comes of it must be a sound tree: found by path, in order, with its counts right.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "../unit/layers.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { ENTRIES_MAX = 64 };

static void check(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "fuzz-merge: %s\n", what);
	abort();
}

/* Two bits a name: up to four of "", "a", "b", "c". */
static const char *path_of(struct slim_arena *arena, uint8_t byte)
{
	static const char *const names[] = { "", "a", "b", "c" };
	const char *path = "";
	for (; byte; byte >>= 2)
		if (byte & 3)
			path = *path ? slim_arena_format(arena, "%s/%s", path, names[byte & 3]) : names[byte & 3];
	return path;
}

static const char *target_of(struct slim_arena *arena, uint8_t byte)
{
	static const char *const names[] = { "a", "b", "..", "/" };
	return slim_arena_format(arena, "%s/%s/%s", names[byte & 3], names[byte >> 2 & 3], names[byte >> 4 & 3]);
}

/* Takes what it needs of *BYTES; false at the end of the layer. */
static bool add_entry(struct slim_layer *layer, const uint8_t **bytes, const uint8_t *end)
{
	if (end - *bytes < 3 || layer->count == ENTRIES_MAX)
		return false;
	uint8_t kind = *(*bytes)++, path = *(*bytes)++;
	const char *name = path_of(layer->paths, path);
	switch (kind & 7) {
	case 0: layer_add(layer, name, S_IFREG | 0644); break;
	case 1: layer_add(layer, name, S_IFDIR | 0755); break;
	case 2: layer_link(layer, name, target_of(layer->inodes, *(*bytes)++)); break;
	case 3: layer_hard_link(layer, name, path_of(layer->paths, *(*bytes)++)); break;
	case 4: layer_hide(layer, SLIM_ENTRY_OPAQUE, name); break;
	case 5:
	case 6: layer_hide(layer, SLIM_ENTRY_WHITEOUT, *name ? name : "a"); break;
	default: return false;
	}
	return true;
}

static void check_node(const struct slim_tree *tree, struct slim_arena *arena, uint32_t id)
{
	const struct slim_node *node = slim_tree_node(tree, id);
	uint32_t children = 0;
	for (const struct slim_node *child = node->first; child; child = child->next, children++)
		check(child->parent == node && child->id > id && (!child->next || child->next->prev == child),
		      "children");
	check(children == node->child_count, "child_count");
	check(!children || slim_node_is_dir(node), "a file has children");
	check(node->id == id && slim_node_end(tree, node) > id, "numbers");
	struct slim_blob path = slim_blob_of(slim_node_path(arena, node));
	check(slim_tree_walk(tree, NULL, path, false, NULL, NULL) == node, "lookup");
	slim_tree_walk(tree, NULL, path, true, NULL, NULL);
	check(node->inode->links >= 1, "links");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct slim_tree *tree = slim_tree_new();
	for (const uint8_t *end = bytes + length; end - bytes >= 3;) {
		slim_cleanup(slim_error_free_p) struct slim_error *refused = NULL;
		struct slim_layer *layer = layer_new();
		while (add_entry(layer, &bytes, end))
			;
		/* A tree stays sound also when an entry is refused. */
		if (slim_tree_apply(tree, layer, &refused))
			check(slim_error_status(refused) == SLIM_BAD_INPUT, "status");
		slim_layer_free(layer);
	}
	slim_tree_finish(tree);
	struct slim_arena *arena = slim_arena_new();
	for (uint32_t id = 0; id < slim_tree_count(tree); id++)
		check_node(tree, arena, id);
	slim_arena_free(arena);
	slim_tree_free(tree);
	return 0;
}
