/* A tree seen as if it had only some of its nodes: what the self-check looks at. */
#ifndef SLIM_TREE_VIEW_H
#define SLIM_TREE_VIEW_H

#include "slim/tree.h"

/*
 * TREE, which is finished, without the nodes whose numbers SHOWN does not have and all below them; the root is always
 * there. For slim_tree_walk and slim_node_child alone: whatever goes through all nodes sees all of TREE's. It must not
 * outlive TREE and SHOWN.
 */
struct slim_tree *slim_tree_view(const struct slim_tree *tree, const bool *shown);

#endif
