/* What the files of src/tree share: how nodes are stored, found, added and removed. */
#ifndef SLIM_TREE_INTERNAL_H
#define SLIM_TREE_INTERNAL_H

#include "slim/alloc.h"
#include "slim/tree.h"

/*
 * Finds a node by its parent and name: one open-addressing table for the whole tree, so that a folder of a million
 * files costs no more than a million folders. The hash is seeded anew in each run, so that nobody can choose names
 * that collide. Deleting shifts back instead of leaving tombstones. Most searches find nothing: they look at hashes
 * alone, sixteen to a line of the cache.
 */
struct slim_index {
	struct slim_node **nodes;
	uint32_t *hashes; /* 0: an empty slot */
	size_t capacity; /* a power of two, or 0 */
	size_t count;
	uint64_t seed;
};

void slim_index_init(struct slim_index *index);
void slim_index_clear(struct slim_index *index);
struct slim_node *slim_index_find(const struct slim_index *index, const struct slim_node *parent,
				  struct slim_blob name);
void slim_index_add(struct slim_index *index, struct slim_node *node); /* its parent and name must not be there */
void slim_index_remove(struct slim_index *index, const struct slim_node *node);

/* A layer's inodes and the file that they point into. */
struct slim_holding {
	struct slim_arena *inodes;
	struct slim_file *content;
};

struct slim_tree {
	struct slim_arena *arena; /* nodes, names, inodes of implicit folders */
	struct slim_node *root;
	struct slim_node *spare;  /* removed nodes, chained by `next`, to be used again */
	size_t count;
	struct slim_index index;
	struct slim_holding *holdings;
	size_t holding_count, holding_capacity;
	uint32_t layers;          /* applied so far */
	bool root_named;          /* by any of them */
	struct slim_node **order; /* by number, after slim_tree_finish */
	uint32_t *ends;           /* by number: see slim_node_end */
	const bool *shown;        /* of a view, to which all else is lent: the numbers it has; else NULL */
};

/* Nodes of one tree: far more than any image has, and 64 bytes of each is what a hostile one can make slim use. */
enum { SLIM_NODES_MAX = 1 << 25 };

/* A child that is not there yet. NULL when the tree has SLIM_NODES_MAX nodes. */
struct slim_node *slim_tree_add(struct slim_tree *tree, struct slim_node *parent, struct slim_blob name,
				struct slim_inode *inode);
/* NODE and all below it. */
void slim_tree_remove(struct slim_tree *tree, struct slim_node *node);
void slim_tree_remove_below(struct slim_tree *tree, struct slim_node *dir);

/*
 * The components of a path that is being walked, links expanded as they are met. Bounded by the number of links, as
 * in the kernel, so that targets that double with each level cost at most 40 targets.
 */
struct slim_steps {
	struct slim_blob rest[SLIM_LINK_LIMIT + 1]; /* innermost last */
	unsigned depth, links;
};

void slim_steps_begin(struct slim_steps *steps, struct slim_blob path);
/* The next component. *last: nothing follows, not even a slash. False when there is none. */
bool slim_steps_next(struct slim_steps *steps, struct slim_blob *name, bool *last);
/* Go on with LINK's target; *at becomes where that starts. False: too many links, or a target that cannot be. */
bool slim_steps_follow(struct slim_steps *steps, const struct slim_tree *tree, const struct slim_node *link,
		       struct slim_node **at);

#endif
