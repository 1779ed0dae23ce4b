#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../src/image/layer_tar.h"

struct expected {
	const char *path;
	enum slim_entry_kind kind;
	const char *hides; /* NULL: skipped */
};

static void test_kinds(void **state)
{
	static const struct expected cases[] = {
		{ "a", SLIM_ENTRY_FILE, "a" },
		{ "", SLIM_ENTRY_FILE, "" },
		{ ".wh", SLIM_ENTRY_FILE, ".wh" },
		{ "d/.whale", SLIM_ENTRY_FILE, "d/.whale" },
		{ ".wh.x", SLIM_ENTRY_WHITEOUT, "x" },
		{ "d/e/.wh.x.y", SLIM_ENTRY_WHITEOUT, "d/e/x.y" },
		{ ".wh..x", SLIM_ENTRY_WHITEOUT, ".x" },
		{ ".wh.....", SLIM_ENTRY_WHITEOUT, "...." },
		{ ".wh..wh..opq", SLIM_ENTRY_OPAQUE, "" },
		{ "d/.wh..wh..opq", SLIM_ENTRY_OPAQUE, "d" },
		{ ".wh..wh.plnk/12.34", SLIM_ENTRY_FILE, ".wh..wh.plnk/12.34" },
		{ ".wh..wh.plnk", SLIM_ENTRY_FILE, NULL },
		{ ".wh..wh.plnk/d/12.34", SLIM_ENTRY_FILE, NULL },
		{ "d/.wh..wh.plnk", SLIM_ENTRY_WHITEOUT, "d/.wh.plnk" },
		{ ".wh..wh.aufs", SLIM_ENTRY_FILE, NULL },
		{ "d/.wh..wh.x", SLIM_ENTRY_WHITEOUT, "d/.wh.x" },
	};
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	for (size_t i = 0; i < SLIM_COUNT(cases); i++) {
		struct slim_entry e;
		struct slim_error *err = NULL;
		bool skip;
		assert_int_equal(slim_whiteout_parse(arena, slim_blob_of(cases[i].path), &e, &skip, &err), 0);
		assert_int_equal(skip, cases[i].hides == NULL);
		assert_int_equal(e.kind, cases[i].kind);
		assert_true(skip || slim_blob_is(e.path, cases[i].hides));
	}
}

static void test_errors(void **state)
{
	const char *const bad[] = { ".wh.", ".wh..", ".wh...", "d/.wh.", "d/.wh..", "d/.wh.x/y", ".wh.x/.wh.y" };
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	for (size_t i = 0; i < SLIM_COUNT(bad); i++) {
		slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
		struct slim_entry e;
		bool skip;
		assert_int_equal(slim_whiteout_parse(arena, slim_blob_of(bad[i]), &e, &skip, &err), -1);
		assert_non_null(strstr(slim_error_text(err), "whiteout"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_kinds), cmocka_unit_test(test_errors) };
	return cmocka_run_group_tests_name("whiteout", tests, NULL, NULL);
}
