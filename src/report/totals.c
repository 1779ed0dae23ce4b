/* What a tree holds, or what is selected of it. */
#include "report.h"

static int by_address(const void *a, const void *b)
{
	const void *const *x = a, *const *y = b;
	return (*x > *y) - (*x < *y);
}

/* Sizes of the files that have several names: each once. */
static uint64_t shared_bytes(const struct slim_inode **inodes, size_t count)
{
	uint64_t bytes = 0;
	if (count)
		qsort(inodes, count, sizeof(const struct slim_inode *), by_address);
	for (size_t i = 0; i < count; i++)
		if (!i || inodes[i] != inodes[i - 1])
			bytes += inodes[i]->size;
	return bytes;
}

void slim_totals_count(struct slim_totals *totals, const struct slim_tree *tree, const struct slim_selection *selection,
		       const bool *selected)
{
	size_t count = slim_tree_count(tree), shared = 0;
	slim_autofree const struct slim_inode **inodes = slim_calloc(count, sizeof(*inodes));
	for (uint32_t id = 1; id < count; id++) {
		const struct slim_node *node = slim_tree_node(tree, id);
		if (selection && !selected[id])
			continue;
		totals->files += slim_node_is_file(node);
		totals->folders += slim_node_is_dir(node);
		totals->links += slim_node_is_link(node);
		if (!slim_node_is_file(node))
			continue;
		const struct slim_inode *inode = selection ? slim_selection_inode(selection, node) : node->inode;
		if (inode->links > 1)
			inodes[shared++] = inode;
		else
			totals->bytes += inode->size;
	}
	totals->bytes += shared_bytes(inodes, shared);
}

const struct slim_node *slim_folder_of(const struct slim_node *node)
{
	unsigned depth = 0;
	const struct slim_node *folder = node->parent;
	for (const struct slim_node *n = folder; n->parent; n = n->parent)
		depth++;
	for (; depth > SLIM_FOLDER_DEPTH; depth--)
		folder = folder->parent;
	return folder;
}
