/* Layers made by hand, for tests of what is merged and written. */
#ifndef SLIM_TEST_LAYERS_H
#define SLIM_TEST_LAYERS_H

#include "slim/layer.h"
#include "slim/tree.h"

static inline struct slim_layer *layer_new(void)
{
	struct slim_layer *layer = slim_calloc(1, sizeof(*layer));
	layer->paths = slim_arena_new();
	layer->inodes = slim_arena_new();
	layer->entries = slim_calloc(64, sizeof(*layer->entries));
	return layer;
}

static inline struct slim_blob layer_text(struct slim_arena *arena, const char *text)
{
	return slim_blob(slim_arena_strndup(arena, text, strlen(text)), strlen(text));
}

/* MODE with its type bits. At most 64 entries a layer. */
static inline struct slim_inode *layer_add(struct slim_layer *layer, const char *path, uint32_t mode)
{
	struct slim_inode *inode = slim_arena_alloc(layer->inodes, sizeof(*inode));
	inode->mode = mode;
	layer->entries[layer->count++] = (struct slim_entry){
		.kind = SLIM_ENTRY_FILE, .path = layer_text(layer->paths, path), .inode = inode };
	return inode;
}

static inline void layer_link(struct slim_layer *layer, const char *path, const char *target)
{
	struct slim_inode *inode = layer_add(layer, path, S_IFLNK | 0777);
	inode->target = layer_text(layer->inodes, target);
}

static inline struct slim_inode *layer_hard_link(struct slim_layer *layer, const char *path, const char *target)
{
	struct slim_inode *inode = layer_add(layer, path, S_IFREG | 0644);
	layer->entries[layer->count - 1].kind = SLIM_ENTRY_HARDLINK;
	layer->entries[layer->count - 1].link = layer_text(layer->paths, target);
	return inode;
}

static inline void layer_hide(struct slim_layer *layer, enum slim_entry_kind kind, const char *path)
{
	layer->entries[layer->count++] =
		(struct slim_entry){ .kind = kind, .path = layer_text(layer->paths, path) };
}

/* The tree of one layer that must be right; takes LAYER. */
static inline struct slim_tree *layer_tree(struct slim_layer *layer)
{
	struct slim_error *err = NULL;
	struct slim_tree *tree = slim_tree_new();
	if (slim_tree_apply(tree, layer, &err))
		abort();
	slim_layer_free(layer);
	slim_tree_finish(tree);
	return tree;
}

#endif
