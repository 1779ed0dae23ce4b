#include "links.h"

#include "slim/write.h"

struct name_of_file {
	const struct slim_inode *inode;
	uint32_t index;
};

static int by_inode(const void *left, const void *right)
{
	const struct name_of_file *a = left, *b = right;
	if (a->inode != b->inode)
		return (uintptr_t)a->inode < (uintptr_t)b->inode ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

uint32_t *slim_first_names(const struct slim_selection *selection)
{
	uint32_t *first = slim_calloc(selection->count, sizeof(*first));
	struct name_of_file *names = NULL;
	size_t count = 0, capacity = 0;
	for (uint32_t i = 0; i < selection->count; i++) {
		const struct slim_node *node = selection->nodes[i];
		first[i] = i;
		if (node->inode->links > 1 && !slim_node_is_dir(node))
			*slim_push(&names, &count, &capacity) = (struct name_of_file){ node->inode, i };
	}
	if (count)
		qsort(names, count, sizeof(*names), by_inode);
	for (size_t i = 1; i < count; i++)
		if (names[i].inode == names[i - 1].inode)
			first[names[i].index] = first[names[i - 1].index];
	free(names);
	return first;
}

/* The kept nodes, with every parent of each; without a trace all of them. */
static bool *mark(const struct slim_tree *tree, const struct slim_trace *trace)
{
	size_t count = slim_tree_count(tree);
	bool *marks = slim_calloc(count, sizeof(*marks));
	for (uint32_t id = 0; id < count; id++) {
		const struct slim_node *node = slim_tree_node(tree, id);
		if (trace && !slim_trace_kept(trace, node))
			continue;
		for (; node && !marks[node->id]; node = node->parent)
			marks[node->id] = true;
	}
	return marks;
}

static void count_kinds(struct slim_selection *selection)
{
	slim_autofree uint32_t *first = slim_first_names(selection);
	for (uint32_t i = 0; i < selection->count; i++) {
		const struct slim_node *node = selection->nodes[i];
		selection->folders += slim_node_is_dir(node);
		selection->links += slim_node_is_link(node);
		selection->files += !slim_node_is_dir(node) && !slim_node_is_link(node);
		if (slim_node_is_file(node) && first[i] == i)
			selection->bytes += node->inode->size;
	}
}

struct slim_selection *slim_selection_new(const struct slim_tree *tree, const struct slim_trace *trace)
{
	struct slim_selection *selection = slim_calloc(1, sizeof(*selection));
	size_t count = slim_tree_count(tree);
	slim_autofree bool *marks = mark(tree, trace);
	selection->tree = tree;
	selection->trace = trace;
	selection->nodes = slim_calloc(count, sizeof(*selection->nodes));
	for (uint32_t id = slim_tree_root_named(tree) ? 0 : 1; id < count; id++)
		if (marks[id] || !id)
			selection->nodes[selection->count++] = slim_tree_node(tree, id);
	count_kinds(selection);
	return selection;
}

void slim_selection_free(struct slim_selection *selection)
{
	if (!selection)
		return;
	free(selection->nodes);
	free(selection->sums);
	free(selection->packages);
	slim_rewrites_free(selection->rewrites);
	slim_file_unref(selection->rewritten);
	free(selection);
}
