#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "slim/path.h"

static struct slim_arena *arena;

static int set_up(void **state)
{
	arena = slim_arena_new();
	return 0;
}

static int tear_down(void **state)
{
	slim_arena_free(arena);
	return 0;
}

static void test_clean(void **state)
{
	static const struct {
		const char *name, *clean;
	} rows[] = {
		{ "", "" },	       { "/", "" },	   { ".", "" },		 { "./", "" },
		{ "a", "a" },	       { "/a", "a" },	   { "//a///b//", "a/b" }, { "./a//b/../c/", "a/c" },
		{ "a/..", "" },	       { "a/../b", "b" },  { "a/b/../..", "" },	 { "...", "..." },
		{ "..a/b..", "..a/b.." }, { "a/./b/.", "a/b" }, { ".wh..wh..opq", ".wh..wh..opq" },
	};
	for (size_t i = 0; i < SLIM_COUNT(rows); i++) {
		struct slim_blob out;
		struct slim_error *err = NULL;
		assert_int_equal(slim_path_clean(arena, slim_blob_of(rows[i].name), &out, &err), 0);
		assert_true(slim_blob_is(out, rows[i].clean));
		assert_int_equal(out.ptr[out.len], '\0');
	}
}

static void expect_refused(struct slim_blob name, const char *text)
{
	struct slim_blob out = SLIM_BLOB("untouched");
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	assert_int_equal(slim_path_clean(arena, name, &out, &err), -1);
	if (!strstr(slim_error_text(err), text))
		fail_msg("'%s' is not in '%s'", text, slim_error_text(err));
	assert_int_equal(slim_error_status(err), SLIM_BAD_INPUT);
	assert_true(slim_blob_is(out, "untouched"));
}

static void test_what_leads_out_is_refused(void **state)
{
	expect_refused(SLIM_BLOB(".."), "'..': the name leads out of the image");
	expect_refused(SLIM_BLOB("/.."), "leads out");
	expect_refused(SLIM_BLOB("a/../../b"), "leads out");
	expect_refused(SLIM_BLOB("./../a"), "leads out");
	expect_refused(SLIM_BLOB("a\0b"), "'a\\x00b': a NUL in a name");
	expect_refused(SLIM_BLOB("a/b\0/../.."), "a NUL in a name");
}

static void test_long_names(void **state)
{
	static char name[8192];
	struct slim_blob out;
	struct slim_error *err = NULL;
	memset(name, 'n', 256);
	assert_int_equal(slim_path_clean(arena, slim_blob(name, 255), &out, &err), 0);
	expect_refused(slim_blob(name, 256), "longer than 255 bytes");
	for (size_t i = 0; i < sizeof(name); i++)
		name[i] = i % 2 ? '/' : 'd';
	assert_int_equal(slim_path_clean(arena, slim_blob(name, 4095), &out, &err), 0);
	assert_int_equal(out.len, 4095);
	expect_refused(slim_blob(name, 4097), "longer than 4095 bytes");
	for (size_t i = 0; i < sizeof(name); i++) /* long, but clean it is short */
		name[i] = i % 2 ? '/' : '.';
	assert_int_equal(slim_path_clean(arena, slim_blob(name, sizeof(name)), &out, &err), 0);
	assert_int_equal(out.len, 0);
}

static void test_show(void **state)
{
	static const struct {
		struct slim_blob name;
		const char *shown;
	} rows[] = {
		{ SLIM_BLOB("usr/lib/x"), "usr/lib/x" },
		{ SLIM_BLOB(""), "" },
		{ SLIM_BLOB("a\nb\x1b[1m\x7f"), "a\\x0ab\\x1b[1m\\x7f" },
		{ SLIM_BLOB("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xa7"), "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xa7" },
		{ SLIM_BLOB("\xc3"), "\\xc3" },			     /* cut */
		{ SLIM_BLOB("\xc3(x"), "\\xc3(x" },		     /* no continuation */
		{ SLIM_BLOB("\x80"), "\\x80" },			     /* only a continuation */
		{ SLIM_BLOB("\xc0\xaf"), "\\xc0\\xaf" },	     /* overlong */
		{ SLIM_BLOB("\xe0\x80\xaf"), "\\xe0\\x80\\xaf" },    /* overlong */
		{ SLIM_BLOB("\xed\xa0\x80"), "\\xed\\xa0\\x80" },    /* a surrogate */
		{ SLIM_BLOB("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80" }, /* over U+10FFFF */
		{ SLIM_BLOB("\xff\xfe"), "\\xff\\xfe" },
		{ SLIM_BLOB("\xc2\x9b"), "\\xc2\\x9b" },	     /* CSI, of C1 */
		{ SLIM_BLOB("\xf4\x8f\xbf\xbf"), "\xf4\x8f\xbf\xbf" },
	};
	for (size_t i = 0; i < SLIM_COUNT(rows); i++)
		assert_string_equal(slim_path_show(arena, rows[i].name), rows[i].shown);
}

static void test_show_is_cut(void **state)
{
	char name[300];
	memset(name, 'x', sizeof(name));
	assert_int_equal(strlen(slim_path_show(arena, slim_blob(name, 200))), 200);
	const char *shown = slim_path_show(arena, slim_blob(name, 201));
	assert_int_equal(strlen(shown), 203);
	assert_string_equal(shown + 199, "x...");
	memset(name, '\xff', sizeof(name));
	assert_int_equal(strlen(slim_path_show(arena, slim_blob(name, sizeof(name)))), 203);
}

static void test_base_and_dir(void **state)
{
	assert_true(slim_blob_is(slim_path_base(SLIM_BLOB("a/b/c")), "c"));
	assert_true(slim_blob_is(slim_path_dir(SLIM_BLOB("a/b/c")), "a/b"));
	assert_true(slim_blob_is(slim_path_base(SLIM_BLOB("c")), "c"));
	assert_true(slim_blob_is(slim_path_dir(SLIM_BLOB("c")), ""));
	assert_true(slim_blob_is(slim_path_dir(SLIM_BLOB("/c")), ""));
	assert_int_equal(slim_path_base(slim_blob(NULL, 0)).len, 0);
	assert_int_equal(slim_path_dir(slim_blob(NULL, 0)).len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean),	   cmocka_unit_test(test_what_leads_out_is_refused),
		cmocka_unit_test(test_long_names), cmocka_unit_test(test_show),
		cmocka_unit_test(test_show_is_cut), cmocka_unit_test(test_base_and_dir),
	};
	return cmocka_run_group_tests_name("path", tests, set_up, tear_down);
}
