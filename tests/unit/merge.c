#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "layers.h"

enum { FILE_MODE = S_IFREG | 0644, DIR_MODE = S_IFDIR | 0755 };

static void apply(struct slim_tree *tree, struct slim_layer *layer)
{
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	int failed = slim_tree_apply(tree, layer, &err);
	if (failed)
		print_error("%s\n", slim_error_text(err));
	slim_layer_free(layer);
	assert_int_equal(failed, 0);
}

static void refuse(struct slim_tree *tree, struct slim_layer *layer, const char *message)
{
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	assert_int_equal(slim_tree_apply(tree, layer, &err), -1);
	assert_string_equal(slim_error_text(err), message);
	assert_int_equal(slim_error_status(err), SLIM_BAD_INPUT);
	slim_layer_free(layer);
}

/* The names in their order, a space before each. */
static void assert_names(struct slim_tree *tree, const char *expected)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	const char *names = "";
	slim_tree_finish(tree);
	for (uint32_t id = 0; id < slim_tree_count(tree); id++) {
		assert_int_equal(slim_tree_node(tree, id)->id, id);
		names = slim_arena_format(arena, "%s %s", names, slim_node_path(arena, slim_tree_node(tree, id)));
	}
	assert_string_equal(names, expected);
}

static struct slim_node *find(struct slim_tree *tree, const char *path)
{
	return slim_tree_walk(tree, NULL, slim_blob_of(path), false, NULL, NULL);
}

static void test_folder_over_folder_keeps_children(void **state)
{
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = slim_tree_new();
	struct slim_layer *a = layer_new(), *b = layer_new();
	layer_add(a, "d", DIR_MODE);
	layer_add(a, "d/f", FILE_MODE);
	layer_add(b, "d", S_IFDIR | 0700);
	apply(tree, a);
	apply(tree, b);
	assert_int_equal(find(tree, "/d")->inode->mode, S_IFDIR | 0700);
	assert_int_equal(find(tree, "/d")->inode->layer, 1);
	assert_names(tree, " / /d /d/f");
}

static void test_collisions_remove_then_create(void **state)
{
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = slim_tree_new();
	struct slim_layer *a = layer_new(), *b = layer_new();
	layer_add(a, "d/f", FILE_MODE);
	layer_add(a, "t/f", FILE_MODE);
	layer_link(a, "l", "t");
	layer_add(b, "d", FILE_MODE);
	layer_add(b, "l", DIR_MODE);
	layer_add(b, "l/g", FILE_MODE);
	apply(tree, a);
	apply(tree, b);
	assert_names(tree, " / /d /l /l/g /t /t/f");
}

static void test_whiteouts_hide_lower_layers_only(void **state)
{
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = slim_tree_new();
	struct slim_layer *a = layer_new(), *b = layer_new();
	layer_add(a, "x", FILE_MODE);
	layer_add(a, "d/old", FILE_MODE);
	layer_add(a, "o/old", FILE_MODE);
	layer_add(b, "x", S_IFREG | 0600);
	layer_hide(b, SLIM_ENTRY_WHITEOUT, "x");
	layer_add(b, "d/new", FILE_MODE);
	layer_hide(b, SLIM_ENTRY_WHITEOUT, "d");
	layer_add(b, "o/new", FILE_MODE);
	layer_hide(b, SLIM_ENTRY_OPAQUE, "o");
	layer_hide(b, SLIM_ENTRY_WHITEOUT, "none/x");
	layer_hide(b, SLIM_ENTRY_OPAQUE, "none");
	apply(tree, a);
	apply(tree, b);
	assert_int_equal(find(tree, "/x")->inode->mode, S_IFREG | 0600);
	assert_names(tree, " / /d /d/new /o /o/new /x");
}

static void test_root_opaque_clears_all(void **state)
{
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = slim_tree_new();
	struct slim_layer *a = layer_new(), *b = layer_new();
	layer_add(a, "x/y", FILE_MODE);
	layer_add(b, "z", FILE_MODE);
	layer_hide(b, SLIM_ENTRY_OPAQUE, "");
	apply(tree, a);
	apply(tree, b);
	assert_names(tree, " / /z");
}

static void test_whiteout_through_a_link(void **state)
{
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = slim_tree_new();
	struct slim_layer *a = layer_new(), *b = layer_new();
	layer_add(a, "usr/lib/x", FILE_MODE);
	layer_link(a, "lib", "usr/lib");
	layer_hide(b, SLIM_ENTRY_WHITEOUT, "lib/x");
	apply(tree, a);
	apply(tree, b);
	assert_names(tree, " / /lib /usr /usr/lib");
}

/* overlay writes a folder that took a link's place with an opaque marker: the link's target is not meant */
static void test_opaque_folder_in_place_of_a_link(void **state)
{
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = slim_tree_new();
	struct slim_layer *a = layer_new(), *b = layer_new();
	layer_add(a, "usr/lib/x", FILE_MODE);
	layer_link(a, "lib", "usr/lib");
	layer_hide(b, SLIM_ENTRY_OPAQUE, "lib");
	layer_hide(b, SLIM_ENTRY_WHITEOUT, "lib/x");
	layer_add(b, "lib", DIR_MODE);
	layer_add(b, "lib/y", FILE_MODE);
	apply(tree, a);
	apply(tree, b);
	assert_names(tree, " / /lib /lib/y /usr /usr/lib /usr/lib/x");
}

static void test_parents_are_made_and_resolved(void **state)
{
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = slim_tree_new();
	struct slim_layer *a = layer_new(), *b = layer_new();
	layer_link(a, "lib", "/usr/../../usr/lib");
	layer_add(b, "lib/x/y", FILE_MODE);
	apply(tree, a);
	apply(tree, b);
	struct slim_node *made = find(tree, "/usr/lib/x");
	assert_int_equal(made->inode->mode, DIR_MODE);
	assert_int_equal(made->inode->uid, 0);
	assert_names(tree, " / /lib /usr /usr/lib /usr/lib/x /usr/lib/x/y");
}

static void test_bad_parents(void **state)
{
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = slim_tree_new();
	struct slim_layer *a = layer_new(), *b = layer_new(), *c = layer_new(), *d = layer_new();
	layer_link(a, "a", "b");
	layer_link(a, "b", "a");
	layer_add(a, "f", FILE_MODE);
	layer_link(a, "l", "f");
	layer_add(b, "a/x", FILE_MODE);
	layer_add(c, "l/x", FILE_MODE);
	layer_add(d, "f/x", FILE_MODE);
	apply(tree, a);
	refuse(tree, b, "'a/x': too many levels of symbolic links");
	refuse(tree, c, "'l/x': 'f' on the way is no folder");
	apply(tree, d); /* a lower layer's file gives way */
	assert_int_equal(find(tree, "/f")->inode->mode, DIR_MODE);
	struct slim_layer *e = layer_new();
	layer_add(e, "g", FILE_MODE);
	layer_add(e, "g/x", FILE_MODE);
	refuse(tree, e, "'g/x': 'g' on the way is no folder");
}

static void test_hard_links_share_the_file_of_the_moment(void **state)
{
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = slim_tree_new();
	struct slim_layer *a = layer_new(), *b = layer_new();
	struct slim_inode *old = layer_add(a, "f", FILE_MODE);
	layer_link(a, "s", "f");
	struct slim_inode *header = layer_hard_link(b, "g", "f");
	header->mode = S_IFREG | 0600;
	header->uid = 7;
	layer_add(b, "f", FILE_MODE);
	layer_hard_link(b, "t", "s");
	apply(tree, a);
	apply(tree, b);
	assert_names(tree, " / /f /g /s /t");
	assert_ptr_equal(find(tree, "/g")->inode, old);
	assert_ptr_not_equal(find(tree, "/f")->inode, old);
	assert_int_equal(old->mode, S_IFREG | 0600);
	assert_int_equal(old->uid, 7);
	assert_int_equal(old->links, 1);
	assert_ptr_equal(find(tree, "/t")->inode, find(tree, "/s")->inode);
	assert_true(slim_node_is_link(find(tree, "/t")));
	assert_int_equal(find(tree, "/t")->inode->links, 2);
}

static void test_link_header_xattrs_are_added(void **state)
{
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = slim_tree_new();
	struct slim_layer *a = layer_new();
	static const struct slim_xattr c = { "c", { "3", 1 }, NULL }, b = { "b", { "2", 1 }, &c };
	static const struct slim_xattr b2 = { "b", { "x", 1 }, NULL }, a2 = { "a", { "1", 1 }, &b2 };
	struct slim_inode *inode = layer_add(a, "f", FILE_MODE);
	inode->xattrs = &b;
	layer_hard_link(a, "g", "f")->xattrs = &a2;
	apply(tree, a);
	const struct slim_xattr *x = inode->xattrs;
	assert_string_equal(x->name, "a");
	assert_string_equal(x->next->name, "b");
	assert_memory_equal(x->next->value.ptr, "x", 1);
	assert_string_equal(x->next->next->name, "c");
	assert_null(x->next->next->next);
	assert_int_equal(b.value.ptr[0], '2');
}

static void test_bad_hard_links(void **state)
{
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = slim_tree_new();
	struct slim_layer *a = layer_new();
	layer_add(a, "d/f", FILE_MODE);
	apply(tree, a);
	static const struct { const char *path, *target, *message; } cases[] = {
		{ "x", "none", "'x': hard link to 'none', which is not there" },
		{ "x", "d", "'x': hard link to 'd', which is a folder" },
		{ "d/f", "d/f", "'d/f': hard link to itself" },
		{ "d", "d/f", "'d': hard link to what it replaces" },
		{ "x", "x", "'x': hard link to 'x', which is not there" },
	};
	for (size_t i = 0; i < SLIM_COUNT(cases); i++) {
		struct slim_layer *b = layer_new();
		layer_hard_link(b, cases[i].path, cases[i].target);
		refuse(tree, b, cases[i].message);
	}
}

static void test_last_of_a_path_wins(void **state)
{
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = slim_tree_new();
	struct slim_layer *a = layer_new();
	layer_add(a, "f", FILE_MODE);
	layer_add(a, "f", DIR_MODE);
	layer_add(a, "f", S_IFREG | 0600);
	apply(tree, a);
	assert_int_equal(find(tree, "/f")->inode->mode, S_IFREG | 0600);
	assert_names(tree, " / /f");
}

static void test_root_entry(void **state)
{
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = slim_tree_new();
	struct slim_layer *a = layer_new(), *b = layer_new();
	layer_add(b, "", FILE_MODE);
	refuse(tree, b, "'/': the root can only be a folder");
	assert_false(slim_tree_root_named(tree));
	layer_add(a, "", S_IFDIR | 0711);
	apply(tree, a);
	assert_true(slim_tree_root_named(tree));
	assert_int_equal(slim_tree_root(tree)->inode->mode, S_IFDIR | 0711);
}

static void test_deep_trees_go_without_recursion(void **state)
{
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = slim_tree_new();
	char deep[4001]; /* each layer goes 2000 folders deeper, by a link that its predecessor made */
	for (int k = 0; k < 4000; k += 2)
		memcpy(deep + k, "/x", 2);
	deep[4000] = '\0';
	for (int i = 0; i < 30; i++) {
		slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
		struct slim_layer *layer = layer_new();
		const char *top = i ? slim_arena_format(arena, "l%d", i) : "top";
		layer_add(layer, slim_arena_format(arena, "%s%s", top, deep + 2), DIR_MODE);
		layer_link(layer, slim_arena_format(arena, "l%d", i + 1),
			   slim_arena_format(arena, "%s%s", top, deep + 2));
		apply(tree, layer);
	}
	slim_tree_finish(tree);
	assert_int_equal(slim_tree_count(tree), 1 + 2000 + 29 * 1999 + 30);
	struct slim_layer *last = layer_new();
	layer_hide(last, SLIM_ENTRY_OPAQUE, "");
	apply(tree, last);
	assert_names(tree, " /");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_folder_over_folder_keeps_children),
		cmocka_unit_test(test_collisions_remove_then_create),
		cmocka_unit_test(test_whiteouts_hide_lower_layers_only),
		cmocka_unit_test(test_root_opaque_clears_all),
		cmocka_unit_test(test_whiteout_through_a_link),
		cmocka_unit_test(test_opaque_folder_in_place_of_a_link),
		cmocka_unit_test(test_parents_are_made_and_resolved),
		cmocka_unit_test(test_bad_parents),
		cmocka_unit_test(test_hard_links_share_the_file_of_the_moment),
		cmocka_unit_test(test_link_header_xattrs_are_added),
		cmocka_unit_test(test_bad_hard_links),
		cmocka_unit_test(test_last_of_a_path_wins),
		cmocka_unit_test(test_root_entry),
		cmocka_unit_test(test_deep_trees_go_without_recursion),
	};
	return cmocka_run_group_tests_name("merge", tests, NULL, NULL);
}
