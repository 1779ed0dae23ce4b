/* What a node is: read once, remembered. */
#include <string.h>

#include "engine.h"

enum { HEAD = 4096 };

static const struct slim_elf *elf_of(struct slim_trace *t, struct slim_node *node)
{
	if (t->elf_known[node->id])
		return t->elfs[node->id];
	t->elf_known[node->id] = true;
	struct slim_error *err = NULL;
	if (slim_elf_read(node->inode, t->arena, &t->elfs[node->id], &err) < 0) {
		slim_doubt(t, node, "%s", slim_error_text(err));
		slim_error_free(slim_steal(&err));
		/* what the loader goes by may be whole where the rest is not */
		if (slim_elf_read_tags(node->inode, t->arena, &t->elfs[node->id], &err) < 0)
			t->elfs[node->id] = NULL;
		slim_error_free(err);
	}
	return t->elfs[node->id];
}

const struct slim_elf *slim_trace_elf(struct slim_trace *t, struct slim_node *node)
{
	return slim_node_is_file(node) ? elf_of(t, node) : NULL;
}

const struct slim_elf *slim_trace_known_elf(const struct slim_trace *t, const struct slim_node *node)
{
	return t->elfs[node->id];
}

bool slim_trace_has_looked(const struct slim_trace *t, const struct slim_node *node)
{
	return t->elf_known[node->id] || t->kinds[node->id];
}

char *slim_trace_read(struct slim_trace *t, const struct slim_node *node, size_t max, size_t *length)
{
	size_t n = node->inode->size < max ? (size_t)node->inode->size : max;
	char *bytes = slim_alloc(n + 1);
	struct slim_error *err = NULL;
	if (slim_inode_read(node->inode, 0, bytes, n, &err) < 0) {
		if (!t->error)
			t->error = err;
		else
			slim_error_free(err);
		free(bytes);
		return NULL;
	}
	bytes[n] = 0;
	*length = n;
	return bytes;
}

static enum slim_kind file_kind(struct slim_trace *t, struct slim_node *node)
{
	size_t length;
	slim_autofree char *head = slim_trace_read(t, node, HEAD, &length);
	if (!head || !length)
		return SLIM_KIND_DATA;
	if (length >= 4 && !memcmp(head, "\177ELF", 4)) {
		const struct slim_elf *elf = elf_of(t, node);
		return !elf ? SLIM_KIND_DATA : elf->program ? SLIM_KIND_PROGRAM :
		       elf->type == 3 /* ET_DYN */ ? SLIM_KIND_LIBRARY : SLIM_KIND_DATA;
	}
	if (length >= 2 && !memcmp(head, "#!", 2))
		return SLIM_KIND_SCRIPT;
	if (memchr(head, 0, length))
		return SLIM_KIND_DATA;
	return node->inode->mode & 0111 ? SLIM_KIND_SCRIPT : SLIM_KIND_TEXT;
}

enum slim_kind slim_kind_of(struct slim_trace *t, struct slim_node *node)
{
	if (!t->kinds[node->id]) {
		enum slim_kind kind = slim_node_is_dir(node)    ? SLIM_KIND_DIR
				      : slim_node_is_link(node) ? SLIM_KIND_LINK
				      : slim_node_is_file(node) ? file_kind(t, node)
								: SLIM_KIND_SPECIAL;
		t->kinds[node->id] = (uint8_t)kind;
	}
	return (enum slim_kind)t->kinds[node->id];
}
