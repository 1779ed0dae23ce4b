/* What the two passes of merging a layer share. */
#ifndef SLIM_TREE_MERGE_H
#define SLIM_TREE_MERGE_H

#include "internal.h"

struct slim_merge {
	struct slim_tree *tree;
	const struct slim_layer *layer;
	uint32_t number;              /* of the layer; 0 is the lowest */
	struct slim_blob cached_path; /* the parent that was looked up last, … */
	struct slim_node *cached;     /* … and what it is; NULL after anything was removed */
};

/* Pass 1: what the layer hides of those below it. Cannot fail. */
void slim_merge_whiteouts(struct slim_merge *merge);

/*
 * Remove NODE and what is below it, and forget the cached parent. The tree's numbers are not yet given, so `id` serves
 * as a mark during the passes.
 */
void slim_merge_remove(struct slim_merge *merge, struct slim_node *node);

#endif
