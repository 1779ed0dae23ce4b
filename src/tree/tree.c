#include "internal.h"

enum { DEFAULT_MODE = S_IFDIR | 0755 };

_Static_assert(sizeof(void *) != 8 || sizeof(struct slim_node) == 64, "a node fills one cache line");

static struct slim_node *new_node(struct slim_tree *tree)
{
	struct slim_node *node = tree->spare;
	if (!node)
		return slim_arena_alloc(tree->arena, sizeof(*node));
	tree->spare = node->next;
	*node = (struct slim_node){ 0 };
	return node;
}

struct slim_tree *slim_tree_new(void)
{
	struct slim_tree *tree = slim_calloc(1, sizeof(*tree));
	tree->arena = slim_arena_new();
	slim_index_init(&tree->index);
	struct slim_inode *inode = slim_arena_alloc(tree->arena, sizeof(*inode));
	inode->mode = DEFAULT_MODE;
	inode->links = 1;
	tree->root = new_node(tree);
	tree->root->name = "";
	tree->root->inode = inode;
	tree->count = 1;
	return tree;
}

void slim_tree_free(struct slim_tree *tree)
{
	if (!tree || tree->shown) {
		free(tree);
		return;
	}
	for (size_t i = 0; i < tree->holding_count; i++) {
		slim_arena_free(tree->holdings[i].inodes);
		slim_file_unref(tree->holdings[i].content);
	}
	free(tree->holdings);
	free(tree->order);
	free(tree->ends);
	slim_index_clear(&tree->index);
	slim_arena_free(tree->arena);
	free(tree);
}

int slim_tree_check(const struct slim_tree *tree, struct slim_error **err)
{
	for (size_t i = 0; i < tree->holding_count; i++)
		if (tree->holdings[i].content && slim_file_check(tree->holdings[i].content, err))
			return -1;
	return 0;
}

struct slim_node *slim_tree_add(struct slim_tree *tree, struct slim_node *parent, struct slim_blob name,
				struct slim_inode *inode)
{
	if (tree->count >= SLIM_NODES_MAX)
		return NULL;
	struct slim_node *node = new_node(tree);
	node->name = slim_arena_strndup(tree->arena, name.ptr, name.len);
	node->name_length = (uint32_t)name.len;
	node->inode = inode;
	node->parent = parent;
	node->next = parent->first;
	if (parent->first)
		parent->first->prev = node;
	parent->first = node;
	parent->child_count++;
	tree->count++;
	slim_index_add(&tree->index, node);
	return node;
}

static void remove_leaf(struct slim_tree *tree, struct slim_node *node)
{
	slim_index_remove(&tree->index, node);
	if (node->prev)
		node->prev->next = node->next;
	else
		node->parent->first = node->next;
	if (node->next)
		node->next->prev = node->prev;
	node->parent->child_count--;
	tree->count--;
	node->next = tree->spare;
	tree->spare = node;
}

void slim_tree_remove_below(struct slim_tree *tree, struct slim_node *dir)
{
	struct slim_node *at = dir;
	for (;;) {
		while (at->first)
			at = at->first;
		if (at == dir)
			return;
		struct slim_node *parent = at->parent;
		remove_leaf(tree, at);
		at = parent;
	}
}

void slim_tree_remove(struct slim_tree *tree, struct slim_node *node)
{
	slim_tree_remove_below(tree, node);
	remove_leaf(tree, node);
}

struct slim_node *slim_tree_root(const struct slim_tree *tree)
{
	return tree->root;
}

bool slim_tree_root_named(const struct slim_tree *tree)
{
	return tree->root_named;
}

size_t slim_tree_count(const struct slim_tree *tree)
{
	return tree->count;
}

struct slim_node *slim_tree_node(const struct slim_tree *tree, uint32_t id)
{
	return tree->order[id];
}

uint32_t slim_node_end(const struct slim_tree *tree, const struct slim_node *node)
{
	return tree->ends[node->id];
}

struct slim_node *slim_node_child(const struct slim_tree *tree, const struct slim_node *dir, struct slim_blob name)
{
	struct slim_node *child = slim_index_find(&tree->index, dir, name);
	return child && tree->shown && !tree->shown[child->id] ? NULL : child;
}
