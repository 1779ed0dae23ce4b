/*
 * Folders that programs expect: all of them but junk, managed trees and what a dropped package left behind below /usr.
 * There a folder stays if it was empty in the image (it is there to be filled) or is one of the first two levels; its
 * contents are what a package brings, so without contents it serves nobody. docs/rules.md 0.1.
 */
#include <string.h>

#include "slim/trace.h"

struct skeleton {
	bool done;
};

static unsigned depth_of(const struct slim_node *node)
{
	unsigned depth = 0;
	for (; node->parent; node = node->parent)
		depth++;
	return depth;
}

/* Below /usr, /lib, /bin, /sbin and their kin, but not below /usr/local. */
static bool is_system(const struct slim_node *node)
{
	static const char *const tops[] = { "usr", "lib", "lib64", "lib32", "libx32", "bin", "sbin", "boot" };
	const struct slim_node *top = node, *second = NULL;
	for (; top->parent && top->parent->parent; top = top->parent)
		second = top;
	for (size_t i = 0; i < SLIM_COUNT(tops); i++)
		if (!strcmp(top->name, tops[i]))
			return !second || strcmp(second->name, "local");
	return false;
}

static bool is_expected(struct slim_trace *t, const struct slim_node *dir)
{
	if (slim_is_junk(t, dir) || slim_is_managed(t, dir))
		return false;
	return !is_system(dir) || !dir->child_count || depth_of(dir) <= 2;
}

/* A writer that is not root cannot make its log file anew in a folder of root's. */
static bool is_empty_log(const struct slim_node *node, const struct slim_node *logs)
{
	return logs && slim_node_is_file(node) && !node->inode->size && slim_node_within(node, logs);
}

/* Once, when everything else has been found: nothing follows from a folder. */
static void settle(struct slim_trace *t, void *state)
{
	struct skeleton *s = state;
	const struct slim_tree *tree = slim_trace_tree(t);
	const struct slim_node *logs = slim_tree_find(tree, "/var/log");
	size_t count = slim_tree_count(tree);
	for (uint32_t id = 0; !s->done && id < count; id++) {
		struct slim_node *node = slim_tree_node(tree, id);
		if (slim_node_is_dir(node) && is_expected(t, node))
			slim_keep(t, node, SLIM_RULE_SKELETON, NULL, "a folder of the image");
		else if (is_empty_log(node, logs))
			slim_keep(t, node, SLIM_RULE_LOG_FILE, NULL, "empty, below /var/log");
	}
	s->done = true;
}

const struct slim_tracer slim_skeleton_tracer = {
	.name = "skeleton", .state_size = sizeof(struct skeleton), .settle = settle,
};
