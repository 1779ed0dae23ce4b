/* What a tree holds, or what is selected of it. */
#include "report.h"

static int by_address(const void *a, const void *b)
{
	const void *const *x = a, *const *y = b;
	return (*x > *y) - (*x < *y);
}

/* Files that have several names, each once. Returns how many there are. */
static size_t keep_first_names(const struct slim_inode **inodes, size_t count)
{
	size_t kept = 0;
	if (count)
		qsort(inodes, count, sizeof(const struct slim_inode *), by_address);
	for (size_t i = 0; i < count; i++)
		if (!kept || inodes[i] != inodes[kept - 1])
			inodes[kept++] = inodes[i];
	return kept;
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
	shared = keep_first_names(inodes, shared);
	for (size_t i = 0; i < shared; i++)
		totals->bytes += inodes[i]->size;
}

void slim_totals_by_layer(const struct slim_tree *tree, uint64_t *bytes, size_t layers)
{
	size_t count = slim_tree_count(tree), files = 0;
	slim_autofree const struct slim_inode **inodes = slim_calloc(count, sizeof(*inodes));
	for (uint32_t id = 1; id < count; id++)
		if (slim_node_is_file(slim_tree_node(tree, id)))
			inodes[files++] = slim_tree_node(tree, id)->inode;
	files = keep_first_names(inodes, files);
	for (size_t i = 0; i < files; i++)
		if (inodes[i]->layer < layers)
			bytes[inodes[i]->layer] += inodes[i]->size;
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
