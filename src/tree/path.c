#include "internal.h"

const char *slim_node_path(struct slim_arena *arena, const struct slim_node *node)
{
	size_t length = 0;
	for (const struct slim_node *at = node; at->parent; at = at->parent)
		length += 1 + at->name_length;
	if (!length)
		return "/";
	char *path = slim_arena_alloc(arena, length + 1);
	char *end = path + length;
	for (const struct slim_node *at = node; at->parent; at = at->parent) {
		end -= at->name_length;
		memcpy(end, at->name, at->name_length);
		*--end = '/';
	}
	return path;
}

bool slim_node_within(const struct slim_node *node, const struct slim_node *dir)
{
	while (node && node != dir)
		node = node->parent;
	return node;
}
