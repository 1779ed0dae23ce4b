/* The few selected files that do not say what the tree's say. */
#include "slim/alloc.h"
#include "slim/write.h"

#include "../trace/engine/hash.h"

struct slim_rewrite {
	const struct slim_inode *old;
	struct slim_inode inode;
	UT_hash_handle hh;
};

const struct slim_inode *slim_selection_inode(const struct slim_selection *selection, const struct slim_node *node)
{
	struct slim_rewrite *found;
	HASH_FIND_PTR(selection->rewrites, &node->inode, found);
	return found ? &found->inode : node->inode;
}

int slim_selection_spool(struct slim_selection *s, struct slim_file **out, struct slim_error **err)
{
	if (!s->rewritten && slim_file_spool("rewritten files", &s->rewritten, err) < 0)
		return -1;
	*out = s->rewritten;
	return 0;
}

void slim_selection_replace(struct slim_selection *s, const struct slim_node *node, uint64_t offset)
{
	struct slim_rewrite *r;
	HASH_FIND_PTR(s->rewrites, &node->inode, r);
	if (!r) {
		r = slim_calloc(1, sizeof(*r));
		r->old = node->inode;
		r->inode = *node->inode;
		HASH_ADD_PTR(s->rewrites, old, r);
	}
	s->bytes -= r->inode.size;
	r->inode.file = s->rewritten;
	r->inode.offset = offset;
	r->inode.size = slim_file_size(s->rewritten) - offset;
	r->inode.extents = NULL;
	r->inode.extent_count = 0;
	s->bytes += r->inode.size;
}

int slim_selection_rewrite(struct slim_selection *s, const struct slim_node *node, struct slim_blob bytes,
			   struct slim_error **err)
{
	struct slim_file *spool;
	if (slim_selection_spool(s, &spool, err) < 0)
		return -1;
	uint64_t offset = slim_file_size(spool);
	if (slim_file_append(spool, bytes.ptr, bytes.len, err) < 0)
		return -1;
	slim_selection_replace(s, node, offset);
	return 0;
}

void slim_rewrites_free(struct slim_rewrite *rewrites)
{
	struct slim_rewrite *r, *next;
	HASH_ITER (hh, rewrites, r, next) {
		HASH_DEL(rewrites, r);
		free(r);
	}
}
