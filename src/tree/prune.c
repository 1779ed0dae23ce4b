#include "prune.h"

#include "internal.h"

static void copy(struct slim_tree *pruned, struct slim_node **map, const struct slim_node *node)
{
	/* Parents come first in a selection; one that was left out is passed over together with what is below it. */
	struct slim_node *parent = node->parent ? map[node->parent->id] : NULL;
	if (parent)
		map[node->id] = slim_tree_add(pruned, parent, slim_blob(node->name, node->name_length), node->inode);
}

struct slim_tree *slim_tree_prune(const struct slim_tree *tree, struct slim_node *const *nodes, size_t count)
{
	struct slim_tree *pruned = slim_tree_new();
	slim_autofree struct slim_node **map = slim_calloc(tree->count, sizeof(struct slim_node *));
	pruned->root->inode = tree->root->inode;
	map[tree->root->id] = pruned->root;
	for (size_t i = 0; i < count; i++)
		copy(pruned, map, nodes[i]);
	slim_tree_number(pruned);
	return pruned;
}
