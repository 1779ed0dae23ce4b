#include "named_folder.h"

#include <string.h>

#include "../engine/owners.h"

bool app_is_own_folder(struct slim_trace *t, const uint32_t *owners, const struct slim_node *dir,
		       const struct slim_node *from, bool any_single_owner)
{
	uint32_t owner = owners[dir->id];
	if (!owner)
		return true;
	if (owner == SLIM_OWNED_BY_MANY)
		return false;
	const struct slim_packages *packages = slim_trace_packages(t);
	const struct slim_package *mine = slim_packages_owner(packages, from);
	return any_single_owner || (mine && !strcmp(mine->source, slim_packages_at(packages, owner - 1)->source));
}

bool app_is_given(const struct slim_node *node)
{
	static const char *const tops[] = { "proc", "sys", "dev", "run" };
	while (node->parent && node->parent->parent)
		node = node->parent;
	for (size_t i = 0; i < SLIM_COUNT(tops); i++)
		if (!strcmp(node->name, tops[i]))
			return true;
	return false;
}
