#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "slim/attr.h"
#include "slim/blob.h"

static void test_equal_and_order(void **state)
{
	assert_true(slim_blob_equal(slim_blob(NULL, 0), SLIM_BLOB("")));
	assert_true(slim_blob_equal(SLIM_BLOB("a\0b"), slim_blob("a\0bc", 3)));
	assert_false(slim_blob_equal(SLIM_BLOB("a\0b"), SLIM_BLOB("a\0c")));
	assert_false(slim_blob_is(SLIM_BLOB("a\0"), "a"));
	assert_true(slim_blob_compare(SLIM_BLOB("a"), SLIM_BLOB("ab")) < 0);
	assert_true(slim_blob_compare(SLIM_BLOB("\xff"), SLIM_BLOB("a")) > 0);
	assert_true(slim_blob_compare(slim_blob(NULL, 0), SLIM_BLOB("a")) < 0);
	assert_int_equal(slim_blob_compare(SLIM_BLOB("ab"), SLIM_BLOB("ab")), 0);
}

static void test_starts_and_ends(void **state)
{
	assert_true(slim_blob_starts(SLIM_BLOB("abc"), "ab"));
	assert_true(slim_blob_starts(slim_blob(NULL, 0), ""));
	assert_false(slim_blob_starts(SLIM_BLOB("ab"), "abc"));
	assert_true(slim_blob_ends(SLIM_BLOB("abc"), "bc"));
	assert_true(slim_blob_ends(slim_blob(NULL, 0), ""));
	assert_false(slim_blob_ends(SLIM_BLOB("bc"), "abc"));
}

static void test_split(void **state)
{
	static const struct {
		const char *text;
		const char *parts[5];
	} rows[] = {
		{ "", { "" } },
		{ "a", { "a" } },
		{ "a:b", { "a", "b" } },
		{ ":a:", { "", "a", "" } },
		{ "::", { "", "", "" } },
	};
	for (size_t i = 0; i < SLIM_COUNT(rows); i++) {
		struct slim_blob rest = slim_blob_of(rows[i].text), part;
		size_t n = 0;
		for (; slim_blob_split(&rest, ':', &part); n++)
			assert_true(rows[i].parts[n] && slim_blob_is(part, rows[i].parts[n]));
		assert_null(rows[i].parts[n]);
	}
	struct slim_blob rest = slim_blob(NULL, 0), part;
	assert_false(slim_blob_split(&rest, ':', &part));
}

static void test_split_any(void **state)
{
	struct slim_blob rest = SLIM_BLOB("a:b;c\0d"), part;
	assert_true(slim_blob_split_any(&rest, ":;", &part) && slim_blob_is(part, "a"));
	assert_true(slim_blob_split_any(&rest, ":;", &part) && slim_blob_is(part, "b"));
	assert_true(slim_blob_split_any(&rest, ":;", &part) && slim_blob_equal(part, SLIM_BLOB("c\0d")));
	assert_false(slim_blob_split_any(&rest, ":;", &part));
}

static void test_lines(void **state)
{
	struct slim_blob rest = SLIM_BLOB("one\n\ntwo"), line;
	assert_true(slim_blob_line(&rest, &line) && slim_blob_is(line, "one"));
	assert_true(slim_blob_line(&rest, &line) && slim_blob_is(line, ""));
	assert_true(slim_blob_line(&rest, &line) && slim_blob_is(line, "two"));
	assert_false(slim_blob_line(&rest, &line));
	rest = SLIM_BLOB("end\n");
	assert_true(slim_blob_line(&rest, &line) && slim_blob_is(line, "end"));
	assert_false(slim_blob_line(&rest, &line));
	rest = SLIM_BLOB("");
	assert_false(slim_blob_line(&rest, &line));
}

static void test_trim(void **state)
{
	assert_true(slim_blob_is(slim_blob_trim(SLIM_BLOB(" \t a b\r\n")), "a b"));
	assert_int_equal(slim_blob_trim(SLIM_BLOB(" \t\r\n")).len, 0);
	assert_int_equal(slim_blob_trim(slim_blob(NULL, 0)).len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal_and_order), cmocka_unit_test(test_starts_and_ends),
		cmocka_unit_test(test_split),		cmocka_unit_test(test_split_any),
		cmocka_unit_test(test_lines),		cmocka_unit_test(test_trim),
	};
	return cmocka_run_group_tests_name("blob", tests, NULL, NULL);
}
