/* --strip: which of the selected files are looked at. */
#include <string.h>

#include "strip.h"

#include "../trace/engine/hash.h"

/* What was done with a file that has several names. */
struct seen {
	const struct slim_inode *inode;
	bool guarded, done;
	UT_hash_handle hh;
};

struct stripping {
	struct slim_selection *selection;
	const struct slim_strip_guard *guard;
	struct slim_arena *arena;
	struct seen *seen;
	struct slim_stripped *done;
};

static struct seen *seen_of(struct stripping *s, const struct slim_node *node)
{
	struct seen *seen;
	HASH_FIND_PTR(s->seen, &node->inode, seen);
	if (seen)
		return seen;
	seen = slim_arena_alloc(s->arena, sizeof(*seen));
	seen->inode = node->inode;
	HASH_ADD_PTR(s->seen, inode, seen);
	return seen;
}

/* Reads the first bytes only of what could be one. */
static int starts_as_elf(const struct slim_node *node, struct slim_error **err)
{
	char head[4];
	if (!slim_node_is_file(node) || node->inode->size < 64)
		return 0;
	if (slim_inode_read(node->inode, 0, head, sizeof(head), err) < 0)
		return -1;
	return !memcmp(head, "\177ELF", sizeof(head));
}

static int strip_one(struct stripping *s, const struct slim_node *node, struct slim_error **err)
{
	struct slim_file *spool;
	if (slim_selection_spool(s->selection, &spool, err) < 0)
		return -1;
	uint64_t start = slim_file_size(spool);
	int result = slim_strip_elf(node->inode, spool, err);
	if (result <= 0)
		return result;
	s->done->files++;
	s->done->bytes += node->inode->size - (slim_file_size(spool) - start);
	slim_selection_replace(s->selection, node, start);
	return 0;
}

/* A file with several names is guarded when one of them is. */
static int find_guarded(struct stripping *s, bool *is_elf, struct slim_error **err)
{
	for (size_t i = 0; i < s->selection->count; i++) {
		const struct slim_node *node = s->selection->nodes[i];
		int elf = starts_as_elf(node, err);
		if (elf < 0)
			return -1;
		is_elf[i] = elf && !slim_strip_is_guarded(s->guard, node);
		if (elf && !is_elf[i] && node->inode->links > 1)
			seen_of(s, node)->guarded = true;
	}
	return 0;
}

static int strip_all(struct stripping *s, struct slim_error **err)
{
	slim_autofree bool *is_elf = slim_calloc(s->selection->count + 1, sizeof(*is_elf));
	if (find_guarded(s, is_elf, err) < 0)
		return -1;
	for (size_t i = 0; i < s->selection->count; i++) {
		const struct slim_node *node = s->selection->nodes[i];
		struct seen *seen = is_elf[i] && node->inode->links > 1 ? seen_of(s, node) : NULL;
		if (!is_elf[i] || (seen && (seen->guarded || seen->done)))
			continue;
		if (seen)
			seen->done = true;
		if (strip_one(s, node, err) < 0)
			return -1;
	}
	return 0;
}

int slim_selection_strip(struct slim_selection *selection, const struct slim_packages *packages,
			 struct slim_stripped *done, struct slim_error **err)
{
	slim_cleanup(slim_strip_guard_free_p) struct slim_strip_guard *guard =
		slim_strip_guard_new(selection, packages);
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	struct stripping s = { .selection = selection, .guard = guard, .arena = arena, .done = done };
	*done = (struct slim_stripped){ 0 };
	int result = strip_all(&s, err);
	HASH_CLEAR(hh, s.seen);
	return result;
}
