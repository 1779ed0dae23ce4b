/*
 * C10: multi-call programs. busybox and its kin look at the name under which they were started, and a shell in them
 * starts applets that no script names: a kept one keeps all its names in the folders of programs.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "slim/trace.h"

struct name {
	struct slim_node *node; /* the link, or the hard link */
	const struct slim_inode *inode;
	struct slim_node *speaker; /* of the first name of a file: the one that says what it is; NULL: none does */
};

struct state {
	struct name *names; /* those of one file side by side, in the order of the tree */
	size_t count, capacity;
	bool *folders; /* by node number: of which the names are listed */
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
	if (!dir || !slim_node_is_dir(dir) || state->folders[dir->id])
		return;
	state->folders[dir->id] = true;
	for (struct slim_node *n = dir->first; n; n = n->next) {
		struct slim_node *target = slim_node_is_link(n) ?
			slim_tree_walk(tree, dir, slim_blob(n->name, n->name_length), true, NULL, NULL) : n;
		if (target && slim_node_is_file(target) && (target != n || n->inode->links > 1))
			*slim_push(&state->names, &state->count, &state->capacity) =
				(struct name){ n, target->inode, NULL };
	}
}

static int name_order(const void *a, const void *b)
{
	const struct name *x = a, *y = b;
	uintptr_t i = (uintptr_t)x->inode, k = (uintptr_t)y->inode;
	return i != k ? (i < k ? -1 : 1) : (x->node->id > y->node->id) - (x->node->id < y->node->id);
}

static void find_speakers(struct state *state)
{
	for (size_t i = 0, first = 0; i < state->count; i++) {
		if (state->names[i].inode != state->names[first].inode)
			first = i;
		struct slim_node *node = state->names[i].node;
		if (!state->names[first].speaker && !slim_node_is_link(node) && is_multi_call(node))
			state->names[first].speaker = node;
	}
}

static void start(struct slim_trace *t, void *data)
{
	struct state *state = data;
	static const char usual[] = "/bin:/sbin:/usr/bin:/usr/sbin:/usr/local/bin:/usr/local/sbin:/busybox";
	const char *path = slim_trace_env(t, "PATH");
	const char *const lists[] = { usual, path ? path : "" };
	state->folders = slim_calloc(slim_tree_count(slim_trace_tree(t)), sizeof(*state->folders));
	for (size_t i = 0; i < SLIM_COUNT(lists); i++) {
		struct slim_blob rest = slim_blob_of(lists[i]), folder;
		while (slim_blob_split(&rest, ':', &folder))
			if (folder.len && folder.ptr[0] == '/')
				add_folder(t, state, folder);
	}
	if (state->count)
		qsort(state->names, state->count, sizeof(*state->names), name_order);
	find_speakers(state);
}

/* The first name of NODE's file, or where it would be. */
static size_t first_name(const struct state *state, const struct slim_node *node)
{
	size_t low = 0, high = state->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if ((uintptr_t)state->names[middle].inode < (uintptr_t)node->inode)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * The names of a multi-call program are hard links as often as symbolic ones: any of them may be the one kept. It asks
 * for the one that says what the program is, and that one for all others.
 */
static void visit(struct slim_trace *t, void *data, struct slim_node *node)
{
	const struct state *state = data;
	const struct slim_inode *inode = node->inode;
	if (inode->links < 2 && !is_multi_call(node))
		return;
	size_t i = first_name(state, node);
	struct slim_node *speaker = i < state->count && state->names[i].inode == inode ? state->names[i].speaker : NULL;
	if (!speaker && is_multi_call(node))
		speaker = node;
	if (speaker && speaker != node)
		slim_keep(t, speaker, SLIM_RULE_APPLET, node, "a name of '%s'", node->name);
	for (; speaker == node && i < state->count && state->names[i].inode == inode; i++)
		slim_keep(t, state->names[i].node, SLIM_RULE_APPLET, node, "a name of '%s'", node->name);
}

static void clear(void *data)
{
	struct state *state = data;
	free(state->names);
	free(state->folders);
}

const struct slim_tracer slim_applets_tracer = {
	.name = "applets",
	.kinds = SLIM_KIND_PROGRAM,
	.state_size = sizeof(struct state),
	.start = start,
	.visit = visit,
	.clear = clear,
};
