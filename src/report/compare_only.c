/* What one image of a set has and no other: by package, by folder, and the largest files. */
#include <stdlib.h>
#include <string.h>

#include "compare.h"

/* What is found out about one image's nodes. */
struct only {
	const struct slim_compare_source *sources;
	size_t count, at;
	struct slim_arena *arena;
	bool *elsewhere; /* of each node: another image has its path */
};

static void mark_elsewhere(struct only *o, const struct slim_tree *other)
{
	const struct slim_tree *tree = o->sources[o->at].tree;
	size_t nodes = slim_tree_count(tree);
	slim_autofree const struct slim_node **twins = slim_calloc(nodes, sizeof(*twins));
	twins[0] = slim_tree_root(other);
	o->elsewhere[0] = true;
	for (uint32_t id = 1; id < nodes; id++) {
		const struct slim_node *node = slim_tree_node(tree, id), *folder = twins[node->parent->id];
		if (folder)
			twins[id] = slim_node_child(other, folder, slim_blob(node->name, node->name_length));
		o->elsewhere[id] |= twins[id] != NULL;
	}
}

static int by_bytes(const void *a, const void *b)
{
	const struct slim_only *x = a, *y = b;
	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? 1 : -1;
	return strcmp(x->name, y->name);
}

/* Bytes of a node that count; a file with several names is shared among them. */
static uint64_t bytes_of(const struct slim_node *node)
{
	return slim_node_is_file(node) ? node->inode->size / node->inode->links : 0;
}

static bool counts(const struct only *o, const struct slim_node *node)
{
	return !o->elsewhere[node->id] && !slim_node_is_dir(node);
}

/* Drop the groups without a file, and sort. */
static size_t tidy(struct slim_only *groups, size_t count)
{
	size_t kept = 0;
	for (size_t i = 0; i < count; i++)
		if (groups[i].files)
			groups[kept++] = groups[i];
	qsort(groups, kept, sizeof(*groups), by_bytes);
	return kept;
}

static bool has_package(const struct only *o, const char *name)
{
	for (size_t i = 0; i < o->count; i++)
		if (i != o->at && slim_packages_find(o->sources[i].packages, name))
			return true;
	return false;
}

static void add_packages(const struct only *o, struct slim_compared_image *image)
{
	const struct slim_compare_source *source = &o->sources[o->at];
	size_t count = slim_packages_count(source->packages), nodes = slim_tree_count(source->tree);
	struct slim_only *groups = slim_arena_alloc(o->arena, (count + 1) * sizeof(*groups));
	for (size_t i = 0; i < count; i++) {
		const char *name = slim_packages_at(source->packages, i)->name;
		groups[i].name = slim_arena_strndup(o->arena, name, strlen(name));
		groups[i].elsewhere = has_package(o, name);
	}
	groups[count].name = "";
	for (uint32_t id = 1; id < nodes; id++) {
		const struct slim_node *node = slim_tree_node(source->tree, id);
		if (!counts(o, node))
			continue;
		const struct slim_package *owner = slim_packages_owner(source->packages, node);
		struct slim_only *group = &groups[owner ? owner->index : count];
		group->files++;
		group->bytes += bytes_of(node);
	}
	image->only_packages = groups;
	image->only_package_count = tidy(groups, count + 1);
}

static void add_folders(const struct only *o, struct slim_compared_image *image)
{
	const struct slim_tree *tree = o->sources[o->at].tree;
	size_t nodes = slim_tree_count(tree), count = 0;
	slim_autofree uint64_t *files = slim_calloc(nodes, sizeof(*files));
	slim_autofree uint64_t *bytes = slim_calloc(nodes, sizeof(*bytes));
	for (uint32_t id = 1; id < nodes; id++) {
		const struct slim_node *node = slim_tree_node(tree, id);
		if (!counts(o, node))
			continue;
		const struct slim_node *folder = slim_folder_of(node);
		count += !files[folder->id]++;
		bytes[folder->id] += bytes_of(node);
	}
	image->only_folders = slim_arena_alloc(o->arena, (count + 1) * sizeof(*image->only_folders));
	for (uint32_t id = 0; id < nodes; id++)
		if (files[id])
			image->only_folders[image->only_folder_count++] =
				(struct slim_only){ slim_node_path(o->arena, slim_tree_node(tree, id)), files[id],
						    bytes[id], o->elsewhere[id] };
	image->only_folder_count = tidy(image->only_folders, count);
}

static int by_size(const void *a, const void *b)
{
	const struct slim_node *const *x = a, *const *y = b;
	uint64_t p = bytes_of(*x), q = bytes_of(*y);
	if (p != q)
		return p < q ? 1 : -1;
	return ((*x)->id > (*y)->id) - ((*x)->id < (*y)->id);
}

static void add_largest(const struct only *o, struct slim_compared_image *image)
{
	const struct slim_compare_source *source = &o->sources[o->at];
	size_t nodes = slim_tree_count(source->tree), count = 0;
	slim_autofree const struct slim_node **found = slim_calloc(nodes, sizeof(*found));
	for (uint32_t id = 1; id < nodes; id++) {
		const struct slim_node *node = slim_tree_node(source->tree, id);
		if (!counts(o, node))
			continue;
		image->only_files++;
		image->only_bytes += bytes_of(node);
		if (bytes_of(node))
			found[count++] = node;
	}
	qsort(found, count, sizeof(*found), by_size);
	count = count < SLIM_ONLY_LARGEST ? count : SLIM_ONLY_LARGEST;
	image->only_largest = slim_arena_alloc(o->arena, (count + 1) * sizeof(*image->only_largest));
	for (; image->only_largest_count < count; image->only_largest_count++) {
		const struct slim_node *node = found[image->only_largest_count];
		const struct slim_package *owner = slim_packages_owner(source->packages, node);
		image->only_largest[image->only_largest_count] = (struct slim_only_file){
			slim_node_path(o->arena, node),
			owner ? slim_arena_strndup(o->arena, owner->name, strlen(owner->name)) : NULL, node->inode->size
		};
	}
}

void slim_only_fill(struct slim_compared_image *image, const struct slim_compare_source *sources, size_t count,
		    size_t at, struct slim_arena *arena)
{
	slim_autofree bool *elsewhere = slim_calloc(slim_tree_count(sources[at].tree), sizeof(*elsewhere));
	struct only o = { sources, count, at, arena, elsewhere };
	for (size_t i = 0; i < count; i++)
		if (i != at)
			mark_elsewhere(&o, sources[i].tree);
	add_packages(&o, image);
	add_folders(&o, image);
	add_largest(&o, image);
}
