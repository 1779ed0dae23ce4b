#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "../../src/tree/view.h"
#include "layers.h"

enum { FILE_MODE = S_IFREG | 0644, DIR_MODE = S_IFDIR | 0755 };

static void count_link(void *context, struct slim_node *link)
{
	assert_true(slim_node_is_link(link));
	++*(int *)context;
}

static void test_paths_as_the_kernel_has_them(void **state)
{
	struct slim_layer *layer = layer_new();
	layer_add(layer, "d/f", FILE_MODE);
	layer_link(layer, "abs", "/d");
	layer_link(layer, "rel", "d/./f");
	layer_link(layer, "d/up", "../../../d/f");
	layer_link(layer, "slash", "d/");
	layer_link(layer, "fileslash", "d/f/");
	layer_link(layer, "chain", "abs/up");
	layer_link(layer, "dangling", "none");
	layer_link(layer, "loop", "loop");
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = layer_tree(layer);
	static const struct { const char *path; bool follow; const char *found; int links; } cases[] = {
		{ "/", true, "/", 0 },          { "", true, "/", 0 },           { "/..//../", true, "/", 0 },
		{ "/d/f", true, "/d/f", 0 },    { "d//./f", true, "/d/f", 0 },  { "/d/f/", true, NULL, 0 },
		{ "/d/f/..", true, NULL, 0 },   { "/abs", true, "/d", 1 },      { "/abs", false, "/abs", 0 },
		{ "/abs/", false, "/d", 1 },    { "/abs/f", false, "/d/f", 1 }, { "/rel", true, "/d/f", 1 },
		{ "/rel/", true, NULL, 1 },     { "/d/up", true, "/d/f", 1 },   { "/slash", true, "/d", 1 },
		{ "/fileslash", true, NULL, 1 }, { "/chain", true, "/d/f", 3 }, { "/dangling", true, NULL, 1 },
		{ "/dangling", false, "/dangling", 0 },                         { "/loop", true, NULL, SLIM_LINK_LIMIT },
		{ "/abs/../rel", true, "/d/f", 2 },
	};
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	for (size_t i = 0; i < SLIM_COUNT(cases); i++) {
		int links = 0;
		struct slim_node *node =
			slim_tree_walk(tree, NULL, slim_blob_of(cases[i].path), cases[i].follow, count_link, &links);
		if (!!node != !!cases[i].found || links != cases[i].links)
			fail_msg("'%s': %s after %d links", cases[i].path, node ? slim_node_path(arena, node) : "-",
				 links);
		if (node)
			assert_string_equal(slim_node_path(arena, node), cases[i].found);
	}
	struct slim_node *from = slim_tree_find(tree, "/d");
	assert_string_equal(slim_node_path(arena, slim_tree_walk(tree, from, SLIM_BLOB("../d/up"), true, NULL, NULL)),
			    "/d/f");
	assert_null(slim_tree_walk(tree, slim_tree_find(tree, "/d/f"), SLIM_BLOB("x"), true, NULL, NULL));
}

/* s9 is s8/s8, s8 is s7/s7, …: each level doubles what there is to walk */
static void test_expansions_are_bounded(void **state)
{
	struct slim_layer *layer = layer_new();
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	layer_link(layer, "s0", ".");
	for (int i = 1; i < 30; i++)
		layer_link(layer, slim_arena_format(arena, "s%d", i),
			   slim_arena_format(arena, "s%d/s%d", i - 1, i - 1));
	char *huge = slim_arena_alloc(arena, 5001);
	memset(huge, '/', 5000);
	layer_link(layer, "huge", huge);
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = layer_tree(layer);
	int links = 0;
	assert_ptr_equal(slim_tree_walk(tree, NULL, SLIM_BLOB("s4"), true, count_link, &links), slim_tree_root(tree));
	assert_int_equal(links, 31);
	assert_null(slim_tree_find(tree, "/s29"));
	assert_null(slim_tree_find(tree, "/huge"));
}

static void test_numbers_follow_member_names(void **state)
{
	static const char *const names[] = { "/", "/a", "/a!", "/a!/x", "/a.b", "/b.c", "/b", "/b/x", "/b0", "/\xff" };
	struct slim_layer *layer = layer_new();
	layer_add(layer, "b/x", FILE_MODE);
	layer_add(layer, "\xff", FILE_MODE);
	layer_add(layer, "b0", FILE_MODE);
	layer_add(layer, "b.c", FILE_MODE);
	layer_add(layer, "a.b", FILE_MODE);
	layer_add(layer, "a!/x", FILE_MODE);
	layer_add(layer, "a", FILE_MODE);
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = layer_tree(layer);
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	assert_int_equal(slim_tree_count(tree), SLIM_COUNT(names));
	for (uint32_t i = 0; i < SLIM_COUNT(names); i++)
		assert_string_equal(slim_node_path(arena, slim_tree_node(tree, i)), names[i]);
	struct slim_node *b = slim_tree_find(tree, "/b");
	assert_int_equal(slim_node_end(tree, b), b->id + 2);
	assert_int_equal(slim_node_end(tree, slim_tree_root(tree)), SLIM_COUNT(names));
	assert_true(slim_node_within(b->first, b));
	assert_true(slim_node_within(b, b));
	assert_false(slim_node_within(slim_tree_root(tree), b));
}

static void test_views_hide_nodes(void **state)
{
	struct slim_layer *layer = layer_new();
	layer_add(layer, "a/x", FILE_MODE);
	layer_add(layer, "a/y", FILE_MODE);
	layer_link(layer, "a/to", "y");
	layer_add(layer, "b/z", FILE_MODE);
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = layer_tree(layer);
	static const char *const names[] = { "/a", "/a/x", "/a/to", "/b/z" };
	bool shown[16] = { false };
	for (size_t i = 0; i < SLIM_COUNT(names); i++)
		shown[slim_tree_walk(tree, NULL, slim_blob_of(names[i]), false, NULL, NULL)->id] = true;
	slim_cleanup(slim_tree_free_p) struct slim_tree *view = slim_tree_view(tree, shown);
	assert_ptr_equal(slim_tree_find(view, "/a/x"), slim_tree_find(tree, "/a/x"));
	assert_ptr_equal(slim_tree_find(view, "/a/../a/x"), slim_tree_find(tree, "/a/x"));
	assert_null(slim_tree_find(view, "/a/y"));
	assert_null(slim_tree_find(view, "/a/to")); /* leads to a/y */
	assert_null(slim_tree_find(view, "/b/z"));  /* b is not there */
}

/* A folder of many files is as quick as many folders: this takes minutes when it is quadratic. */
static void test_many_files_in_one_folder(void **state)
{
	enum { COUNT = 300000 };
	struct slim_layer *layer = layer_new();
	layer->entries = slim_realloc(layer->entries, COUNT + 1, sizeof(*layer->entries));
	char name[32];
	for (int i = 0; i < COUNT; i++) {
		snprintf(name, sizeof(name), "d/%x", (unsigned)i * 2654435761u);
		layer_add(layer, name, FILE_MODE);
	}
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = layer_tree(layer);
	assert_int_equal(slim_tree_count(tree), COUNT + 2);
	struct slim_layer *last = layer_new();
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	last->entries = slim_realloc(last->entries, COUNT + 1, sizeof(*last->entries));
	for (int i = 0; i < COUNT; i += 2) {
		snprintf(name, sizeof(name), "d/%x", (unsigned)i * 2654435761u);
		layer_hide(last, SLIM_ENTRY_WHITEOUT, name);
	}
	assert_int_equal(slim_tree_apply(tree, last, &err), 0);
	slim_layer_free(last);
	slim_tree_finish(tree);
	assert_int_equal(slim_tree_count(tree), COUNT / 2 + 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths_as_the_kernel_has_them),
		cmocka_unit_test(test_expansions_are_bounded),
		cmocka_unit_test(test_numbers_follow_member_names),
		cmocka_unit_test(test_views_hide_nodes),
		cmocka_unit_test(test_many_files_in_one_folder),
	};
	return cmocka_run_group_tests_name("walk", tests, NULL, NULL);
}
