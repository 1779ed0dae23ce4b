/*
 * The merged filesystem, in memory. Layers are applied bottom to top; then the tree is finished, and read-only.
 * Rules of merging: OCI image-spec layer.md (changesets, whiteouts, opaque whiteouts); docs/merge.md tells each.
 */
#ifndef SLIM_TREE_H
#define SLIM_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "slim/inode.h"
#include "slim/layer.h"

struct slim_node {
	struct slim_node *parent;    /* NULL for the root */
	struct slim_node *first;     /* children in the order of their member names (a folder counts as "name/"), … */
	struct slim_node *next, *prev; /* … chained; before slim_tree_finish in no order */
	const char *name;            /* NUL-terminated; "" for the root */
	struct slim_inode *inode;
	uint32_t name_length;
	uint32_t id;                 /* after slim_tree_finish: its place in slim_tree_node's order */
	uint32_t child_count;
};

struct slim_tree;

struct slim_tree *slim_tree_new(void); /* a root folder, 0755 root:root */
void slim_tree_free(struct slim_tree *tree); /* NULL is fine */
SLIM_DEFINE_CLEANUP(struct slim_tree, slim_tree_free)

/*
 * Apply the next layer. Takes over its inodes and holds its content; the layer may be freed afterwards. Messages begin
 * with the path; the caller names the layer.
 */
int slim_tree_apply(struct slim_tree *tree, struct slim_layer *layer, struct slim_error **err) SLIM_MUST_CHECK;

/* Sort, number, count links. After this the tree is read-only. */
void slim_tree_finish(struct slim_tree *tree);

/* slim_file_check for the contents of all layers: that what was learnt of this tree, and written, is what it holds. */
int slim_tree_check(const struct slim_tree *tree, struct slim_error **err) SLIM_MUST_CHECK;

struct slim_node *slim_tree_root(const struct slim_tree *tree);
bool slim_tree_root_named(const struct slim_tree *tree); /* whether a layer has an entry for the root itself */
size_t slim_tree_count(const struct slim_tree *tree); /* nodes, the root included */
/*
 * The node with number ID. Numbers follow the byte order of tar member names, where a folder's name ends with a
 * slash; so parents come first, and writing in this order is sorted.
 */
struct slim_node *slim_tree_node(const struct slim_tree *tree, uint32_t id);

struct slim_node *slim_node_child(const struct slim_tree *tree, const struct slim_node *dir, struct slim_blob name);
/* The first and last + 1 of the numbers below DIR are contiguous: DIR.id + 1 … this. */
uint32_t slim_node_end(const struct slim_tree *tree, const struct slim_node *node);

/* "/usr/bin/x"; "/" for the root. The arena owns it. */
const char *slim_node_path(struct slim_arena *arena, const struct slim_node *node);
/* Whether NODE is DIR or lies below it. */
bool slim_node_within(const struct slim_node *node, const struct slim_node *dir);

static inline bool slim_node_is_file(const struct slim_node *n) { return slim_inode_is_file(n->inode); }
static inline bool slim_node_is_dir(const struct slim_node *n) { return slim_inode_is_dir(n->inode); }
static inline bool slim_node_is_link(const struct slim_node *n) { return slim_inode_is_link(n->inode); }
static inline bool slim_node_is_executable(const struct slim_node *n)
{
	return slim_node_is_file(n) && (n->inode->mode & 0111);
}

enum { SLIM_LINK_LIMIT = 40 }; /* as the kernel: path_resolution(7) */

/*
 * Find PATH as the kernel would with the image as its root: every component, links followed inside the root only,
 * `..` at the root stays there, at most 40 links. A relative PATH starts at FROM (NULL: the root). Without FOLLOW a
 * link in last place is itself the result. An empty PATH is FROM. ON_LINK (may be NULL) is called for each link that
 * was followed. NULL when there is no such file, a component is no folder, or there are too many links; ON_LINK calls
 * made until then stand.
 */
typedef void slim_on_link(void *context, struct slim_node *link);
struct slim_node *slim_tree_walk(const struct slim_tree *tree, const struct slim_node *from, struct slim_blob path,
				 bool follow, slim_on_link *on_link, void *context);

/* The common case: an absolute path, links followed. */
static inline struct slim_node *slim_tree_find(const struct slim_tree *tree, const char *path)
{
	return slim_tree_walk(tree, NULL, slim_blob_of(path), true, NULL, NULL);
}

#endif
