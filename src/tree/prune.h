/* A tree with only some of another's nodes: what the self-check looks at. */
#ifndef SLIM_TREE_PRUNE_H
#define SLIM_TREE_PRUNE_H

#include "slim/tree.h"

/*
 * A finished tree of NODES, parents before children, which shares the inodes of TREE and must not outlive it. What is
 * below a node that is not among NODES is left out.
 */
struct slim_tree *slim_tree_prune(const struct slim_tree *tree, struct slim_node *const *nodes, size_t count);

#endif
