#include "internal.h"

/* The N-th byte of a member name: behind a folder's name comes its slash, behind any other nothing. */
static int end_byte(const struct slim_node *node)
{
	return slim_node_is_dir(node) ? '/' : -1;
}

static int by_member_name(const void *left, const void *right)
{
	const struct slim_node *a = *(struct slim_node *const *)left, *b = *(struct slim_node *const *)right;
	size_t common = a->name_length < b->name_length ? a->name_length : b->name_length;
	int order = memcmp(a->name, b->name, common);
	if (order)
		return order;
	int next_a = a->name_length > common ? (unsigned char)a->name[common] : end_byte(a);
	int next_b = b->name_length > common ? (unsigned char)b->name[common] : end_byte(b);
	return next_a - next_b;
}

static void sort_children(struct slim_node *dir, struct slim_node **scratch)
{
	size_t count = 0;
	for (struct slim_node *child = dir->first; child; child = child->next)
		scratch[count++] = child;
	qsort(scratch, count, sizeof(struct slim_node *), by_member_name);
	for (size_t i = 0; i < count; i++) {
		scratch[i]->prev = i ? scratch[i - 1] : NULL;
		scratch[i]->next = i + 1 < count ? scratch[i + 1] : NULL;
	}
	dir->first = count ? scratch[0] : NULL;
}

/* The node to go to when nothing is left below NODE; on the way up folders learn where they end. */
static struct slim_node *leave(struct slim_tree *tree, struct slim_node *node, uint32_t next_id)
{
	for (; node; node = node->parent) {
		tree->ends[node->id] = next_id;
		if (node->next)
			return node->next;
	}
	return NULL;
}

static void number(struct slim_tree *tree)
{
	tree->order = slim_calloc(tree->count, sizeof(*tree->order));
	tree->ends = slim_calloc(tree->count, sizeof(*tree->ends));
	slim_autofree struct slim_node **scratch = slim_calloc(tree->count, sizeof(*scratch));
	uint32_t id = 0;
	for (struct slim_node *node = tree->root; node;) {
		node->id = id;
		tree->order[id++] = node;
		if (node->child_count > 1)
			sort_children(node, scratch);
		node = node->first ? node->first : leave(tree, node, id);
	}
}

void slim_tree_finish(struct slim_tree *tree)
{
	number(tree);
	for (size_t i = 0; i < tree->count; i++)
		tree->order[i]->inode->links = 0;
	for (size_t i = 0; i < tree->count; i++)
		tree->order[i]->inode->links++;
}
