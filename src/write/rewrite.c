/* The few selected files that do not say what the tree's say. */
#include "slim/alloc.h"
#include "slim/write.h"

struct slim_rewrite {
	const struct slim_node *node;
	struct slim_inode inode;
};

const struct slim_inode *slim_selection_inode(const struct slim_selection *selection, const struct slim_node *node)
{
	size_t low = 0, high = selection->rewrite_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (selection->rewrites[middle].node->id < node->id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < selection->rewrite_count && selection->rewrites[low].node == node ? &selection->rewrites[low].inode :
											 node->inode;
}

int slim_selection_rewrite(struct slim_selection *s, const struct slim_node *node, struct slim_blob bytes,
			   struct slim_error **err)
{
	if (!s->rewritten && slim_file_spool("rewritten files", &s->rewritten, err) < 0)
		return -1;
	struct slim_inode inode = *node->inode;
	inode.file = s->rewritten;
	inode.offset = slim_file_size(s->rewritten);
	inode.size = bytes.len;
	inode.extents = NULL;
	inode.extent_count = 0;
	if (slim_file_append(s->rewritten, bytes.ptr, bytes.len, err) < 0)
		return -1;
	*slim_push(&s->rewrites, &s->rewrite_count, &s->rewrite_capacity) = (struct slim_rewrite){ node, inode };
	s->bytes -= node->inode->size;
	s->bytes += bytes.len;
	return 0;
}
