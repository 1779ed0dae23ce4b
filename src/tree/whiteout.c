#include "merge.h"

#include "slim/path.h"

/*
 * All whiteouts of a layer act on the layers below, wherever they stand in the tar (OCI image-spec layer.md: "files
 * that are present in the same layer as a whiteout file can only be hidden by whiteouts in subsequent layers").
 *
 * A link that this layer turns into something else hides what lies behind it: a folder put in its place is written by
 * overlay engines with an opaque marker inside, which must not empty the folder that the link led to.
 */
static uint32_t mark_of(const struct slim_merge *merge)
{
	return merge->number + 1;
}

/* The folder at PATH in the layers below; NULL when there is none or a replaced link is on the way. */
static struct slim_node *find_folder(const struct slim_merge *merge, struct slim_blob path)
{
	struct slim_node *at = merge->tree->root;
	struct slim_steps steps;
	struct slim_blob name;
	bool last;
	slim_steps_begin(&steps, path);
	while (slim_steps_next(&steps, &name, &last)) {
		struct slim_node *node = at;
		if (slim_blob_is(name, ".."))
			node = at->parent ? at->parent : at;
		else if (!slim_blob_is(name, "."))
			node = slim_node_child(merge->tree, at, name);
		if (!node)
			return NULL;
		if (slim_node_is_link(node)) {
			if (node->id == mark_of(merge) || !slim_steps_follow(&steps, merge->tree, node, &at))
				return NULL;
			continue;
		}
		if (!slim_node_is_dir(node))
			return NULL;
		at = node;
	}
	return at;
}

static struct slim_node *find_folder_cached(struct slim_merge *merge, struct slim_blob path)
{
	if (!merge->cached || !slim_blob_equal(path, merge->cached_path)) {
		merge->cached = find_folder(merge, path);
		merge->cached_path = path;
	}
	return merge->cached;
}

static struct slim_node *find(struct slim_merge *merge, struct slim_blob path)
{
	struct slim_node *dir = find_folder_cached(merge, slim_path_dir(path));
	return dir ? slim_node_child(merge->tree, dir, slim_path_base(path)) : NULL;
}

static bool hides(const struct slim_entry *entry)
{
	return entry->kind == SLIM_ENTRY_WHITEOUT || entry->kind == SLIM_ENTRY_OPAQUE;
}

static bool hides_anything(const struct slim_layer *layer)
{
	for (size_t i = 0; i < layer->count; i++)
		if (hides(&layer->entries[i]))
			return true;
	return false;
}

static bool replaces_links(const struct slim_entry *entry)
{
	if (!entry->path.len || entry->kind == SLIM_ENTRY_OPAQUE)
		return false;
	return entry->kind != SLIM_ENTRY_FILE || !slim_inode_is_link(entry->inode);
}

static void mark_replaced_links(struct slim_merge *merge)
{
	for (size_t i = 0; i < merge->layer->count; i++) {
		const struct slim_entry *entry = &merge->layer->entries[i];
		struct slim_node *node = replaces_links(entry) ? find(merge, entry->path) : NULL;
		if (!node || !slim_node_is_link(node))
			continue;
		node->id = mark_of(merge);
		merge->cached = NULL;
	}
}

static void hide(struct slim_merge *merge, const struct slim_entry *entry)
{
	if (entry->kind == SLIM_ENTRY_OPAQUE) {
		struct slim_node *dir = find_folder_cached(merge, entry->path);
		if (!dir || !dir->first)
			return;
		slim_tree_remove_below(merge->tree, dir);
		merge->cached = NULL;
		return;
	}
	struct slim_node *node = find(merge, entry->path);
	if (node && node->parent)
		slim_merge_remove(merge, node);
}

void slim_merge_whiteouts(struct slim_merge *merge)
{
	if (!merge->tree->root->first || !hides_anything(merge->layer))
		return;
	mark_replaced_links(merge);
	for (size_t i = 0; i < merge->layer->count; i++)
		if (hides(&merge->layer->entries[i]))
			hide(merge, &merge->layer->entries[i]);
	merge->cached = NULL;
}
