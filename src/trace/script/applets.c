/*
 * C10: multi-call programs. busybox and its kin look at the name under which they were started, and a shell in them
 * starts applets that no script names: a kept one keeps all its names in the folders of programs.
 */
#include <string.h>

#include "slim/trace.h"

struct name {
	struct slim_node *node; /* the link, or the hard link */
	const struct slim_inode *inode;
};

struct state {
	struct name *names;
	size_t count, capacity;
};

static bool is_multi_call(const struct slim_node *node)
{
	static const char *const names[] = { "busybox", "busybox.static", "busybox-extras", "bbsuid", "toybox", "coreutils",
					     "coreutils-multicall", "ubase-box", "sbase-box", "uutils" };
	for (size_t i = 0; i < SLIM_COUNT(names); i++)
		if (!strcmp(node->name, names[i]))
			return true;
	return false;
}

static void add_folder(struct slim_trace *t, struct state *state, struct slim_blob path)
{
	const struct slim_tree *tree = slim_trace_tree(t);
	struct slim_node *dir = slim_tree_walk(tree, NULL, path, true, NULL, NULL);
	for (struct slim_node *n = dir && slim_node_is_dir(dir) ? dir->first : NULL; n; n = n->next) {
		struct slim_node *target = slim_node_is_link(n) ?
			slim_tree_walk(tree, dir, slim_blob(n->name, n->name_length), true, NULL, NULL) : n;
		if (target && slim_node_is_file(target) && (target != n || n->inode->links > 1))
			*slim_push(&state->names, &state->count, &state->capacity) = (struct name){ n, target->inode };
	}
}

static void start(struct slim_trace *t, void *data)
{
	static const char usual[] = "/bin:/sbin:/usr/bin:/usr/sbin:/usr/local/bin:/usr/local/sbin:/busybox";
	const char *path = slim_trace_env(t, "PATH");
	const char *const lists[] = { usual, path ? path : "" };
	for (size_t i = 0; i < SLIM_COUNT(lists); i++) {
		struct slim_blob rest = slim_blob_of(lists[i]), folder;
		while (slim_blob_split(&rest, ':', &folder))
			if (folder.len && folder.ptr[0] == '/')
				add_folder(t, data, folder);
	}
}

/* The names of a multi-call program are hard links as often as symbolic ones: any of them may be the one kept. */
static bool has_multi_call_name(const struct state *state, const struct slim_node *node)
{
	for (size_t i = 0; i < state->count; i++)
		if (state->names[i].inode == node->inode && is_multi_call(state->names[i].node))
			return true;
	return false;
}

static void visit(struct slim_trace *t, void *data, struct slim_node *node)
{
	const struct state *state = data;
	if (!is_multi_call(node) && (node->inode->links < 2 || !has_multi_call_name(state, node)))
		return;
	for (size_t i = 0; i < state->count; i++)
		if (state->names[i].inode == node->inode)
			slim_keep(t, state->names[i].node, SLIM_RULE_APPLET, node, "a name of '%s'", node->name);
}

static void clear(void *data)
{
	struct state *state = data;
	free(state->names);
}

const struct slim_tracer slim_applets_tracer = {
	.name = "applets",
	.kinds = SLIM_KIND_PROGRAM,
	.state_size = sizeof(struct state),
	.start = start,
	.visit = visit,
	.clear = clear,
};
