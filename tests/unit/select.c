#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../src/write/links.h"
#include "layers.h"

enum { FILE_MODE = S_IFREG | 0644, DIR_MODE = S_IFDIR | 0755 };

static struct slim_layer *some_layer(void)
{
	struct slim_layer *layer = layer_new();
	layer_add(layer, "b/two", FILE_MODE)->size = 100;
	layer_hard_link(layer, "a", "b/two");
	layer_hard_link(layer, "c", "b/two");
	layer_add(layer, "d", FILE_MODE)->size = 7;
	layer_link(layer, "l", "a");
	layer_hard_link(layer, "m", "l");
	layer_add(layer, "pipe", S_IFIFO | 0644);
	return layer;
}

static void test_counts(void **state)
{
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = layer_tree(some_layer());
	slim_cleanup(slim_selection_free_p) struct slim_selection *all = slim_selection_new(tree, NULL);
	assert_int_equal(all->count, 8);
	assert_int_equal(all->files, 5);
	assert_int_equal(all->folders, 1);
	assert_int_equal(all->links, 2);
	assert_int_equal(all->bytes, 107); /* each inode once */
	for (size_t i = 0; i < all->count; i++)
		assert_ptr_equal(all->nodes[i], slim_tree_node(tree, (uint32_t)i + 1)); /* without the root */
}

static void test_root_only_when_a_layer_names_it(void **state)
{
	struct slim_layer *layer = some_layer();
	layer_add(layer, "", DIR_MODE);
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = layer_tree(layer);
	slim_cleanup(slim_selection_free_p) struct slim_selection *all = slim_selection_new(tree, NULL);
	assert_int_equal(all->count, 9);
	assert_ptr_equal(all->nodes[0], slim_tree_root(tree));
}

static void test_first_names(void **state)
{
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = layer_tree(some_layer());
	slim_cleanup(slim_selection_free_p) struct slim_selection *all = slim_selection_new(tree, NULL);
	slim_autofree uint32_t *first = slim_first_names(all); /* a b/ b/two c d l m pipe */
	static const uint32_t expected[] = { 0, 1, 0, 0, 4, 5, 5, 7 };
	assert_memory_equal(first, expected, sizeof(expected));
	/* the name with the content goes: the next one has it */
	memmove(all->nodes, all->nodes + 1, --all->count * sizeof(*all->nodes));
	slim_autofree uint32_t *later = slim_first_names(all);
	static const uint32_t without[] = { 0, 1, 1, 3, 4, 4, 6 };
	assert_memory_equal(later, without, sizeof(without));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_root_only_when_a_layer_names_it),
		cmocka_unit_test(test_first_names),
	};
	return cmocka_run_group_tests_name("select", tests, NULL, NULL);
}
