#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fnmatch.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "slim/alloc.h"
#include "slim/match.h"

static bool matches(const char *pattern, struct slim_blob path)
{
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	struct slim_glob *glob = NULL;
	if (slim_glob_new(pattern, &glob, &err) < 0)
		fail_msg("%s", slim_error_text(err));
	bool found = slim_glob_matches(glob, path);
	assert_string_equal(slim_glob_text(glob), pattern);
	slim_glob_free(glob);
	return found;
}

static void test_globs(void **state)
{
	static const struct {
		const char *pattern, *path;
		bool found;
	} rows[] = {
		/* a slash in the pattern: from the root */
		{ "/usr/share", "usr/share", true },
		{ "/usr/share", "/usr/share", true },
		{ "usr/share", "/usr/share", true },
		{ "/usr/share/", "usr/share", true },
		{ "/usr/share", "usr/share/x", false },
		{ "/usr/share", "x/usr/share", false },
		{ "/usr", "usr", true },
		{ "/usr", "x/usr", false },
		{ "/", "", true },
		{ "/", "usr", false },
		/* none: at any depth */
		{ "locale", "locale", true },
		{ "locale", "usr/share/locale", true },
		{ "locale/", "usr/share/locale", true },
		{ "locale", "usr/share/locale2", false },
		{ "locale", "usr/share/xlocale", false },
		{ "*.so", "a.so", true },
		{ "*.so", "usr/lib/a.so", true },
		{ "*.so", "usr/lib/a.so.1", false },
		/* one star stops at a slash, two do not */
		{ "/usr/*", "usr/a", true },
		{ "/usr/*", "usr/a/b", false },
		{ "/usr/*", "usr/.a", true },
		{ "/usr/*/b", "usr/a/b", true },
		{ "/usr/*/b", "usr/a/a/b", false },
		{ "/usr/**", "usr/a/b/c", true },
		{ "/usr/**", "usr", false },
		{ "/usr/**", "usrx/a", false },
		{ "/usr/**/x.so", "usr/x.so", true },
		{ "/usr/**/x.so", "usr/a/b/x.so", true },
		{ "/usr/**/x.so", "usr/a/b/yx.so", false },
		{ "/usr/**/*.so", "usr/lib/a.so", true },
		{ "/usr/**/lib/**/*.so", "usr/a/lib/b/lib/c.so", true },
		{ "**", "a/b", true },
		{ "**/x", "x", true },
		{ "*", "a/b", true }, /* no slash: the last part of any name */
		{ "/*", "a/b", false },
		/* ?, brackets, escapes */
		{ "/a?c", "abc", true },
		{ "/a?c", "a/c", false },
		{ "/[a-c]x", "bx", true },
		{ "/[a-c]x", "dx", false },
		{ "/[!a-c]x", "dx", true },
		{ "/a[!b]c", "a/c", false },
		{ "/[]]x", "]x", true },
		{ "/[[:digit:]]", "7", true },
		{ "/[[:digit:]]", "x", false },
		{ "/a\\*b", "a*b", true },
		{ "/a\\*b", "axb", false },
		/* nothing of a regular expression shines through */
		{ "/a.b", "axb", false },
		{ "/a+(b)|c$", "a+(b)|c$", true },
		{ "/a{b,c}", "a{b,c}", true },
		{ "/a b#c", "a b#c", true },
		/* bytes */
		{ "/caf\xc3\xa9", "caf\xc3\xa9", true },
		{ "/a*", "a\xff\xfe", true },
		{ "/a*b", "a\nb", true },
		{ "/A", "a", false },
	};
	for (size_t i = 0; i < SLIM_COUNT(rows); i++)
		if (matches(rows[i].pattern, slim_blob_of(rows[i].path)) != rows[i].found)
			fail_msg("'%s' and '%s'", rows[i].pattern, rows[i].path);
	assert_true(matches("/a*c", SLIM_BLOB("a\0c")));
	assert_true(matches("/", slim_blob(NULL, 0)));
}

static void test_bad_patterns(void **state)
{
	static const char *const bad[] = { "", "/[a", "[", "a\\", "/[z-a]" };
	for (size_t i = 0; i < SLIM_COUNT(bad); i++) {
		slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
		struct slim_glob *glob = NULL;
		assert_int_equal(slim_glob_new(bad[i], &glob, &err), -1);
		assert_null(glob);
		assert_int_equal(slim_error_status(err), SLIM_BAD_USAGE);
		slim_autofree char *start = slim_format("pattern '%s': ", bad[i]);
		assert_ptr_equal(strstr(slim_error_text(err), start), slim_error_text(err));
	}
	slim_glob_free(NULL);
}

static void test_wildcards(void **state)
{
	static const struct {
		const char *pattern, *name;
		bool found;
	} rows[] = {
		{ "", "", true },	  { "", "a", false },	    { "*", "", true },	      { "**", "abc", true },
		{ "a*", "abc", true },	  { "*c", "abc", true },    { "a*c", "abbc", true },  { "a*c", "abcd", false },
		{ "*a*b*c*", "xaxbxcx", true }, { "*a*b", "ba", false }, { "a?c", "abc", true }, { "?", "", false },
		{ "[abc]", "b", true },	  { "[abc]", "d", false },  { "[!abc]", "d", true },  { "[^abc]", "a", false },
		{ "[a-c]", "b", true },	  { "[c-a]", "b", false },  { "[]a]", "]", true },    { "[!]a]", "]", false },
		{ "[a-]", "-", true },	  { "[-a]", "-", true },    { "[[:digit:]_]", "7", true },
		{ "[[:digit:]_]", "_", true }, { "[[:digit:]]", "d", false }, { "[[:upper:]]", "A", true },
		{ "[[:nonsense:]]", "n", false }, { "[a", "[a", true }, { "[a", "a", false }, { "[", "[", true },
		{ "[!", "[!", true },	  { "\\*", "*", true },	    { "\\*", "a", false },    { "\\", "\\", true },
		{ "[\\]]", "]", true },	  { "[\\]]", "\\", false }, { "lib*.so.[0-9]", "liba.so.6", true },
		{ "x[[:alpha:]", "x[:", true }, { "*[", "a[", true }, { "*.conf", ".conf", true },
		{ "\xff*", "\xff\xfe", true }, { "[\xf0-\xff]", "\xf8", true },
	};
	for (size_t i = 0; i < SLIM_COUNT(rows); i++)
		if (slim_wildcard(slim_blob_of(rows[i].pattern), slim_blob_of(rows[i].name)) != rows[i].found)
			fail_msg("'%s' and '%s'", rows[i].pattern, rows[i].name);
	assert_true(slim_wildcard(slim_blob(NULL, 0), slim_blob(NULL, 0)));
	assert_true(slim_wildcard(SLIM_BLOB("a*b"), SLIM_BLOB("a\0b")));
}

/*
 * Short random words: what the C library says too. It differs by design at a last `\` or `-`, which
 * POSIX leaves open.
 */
static void test_wildcards_are_those_of_fnmatch(void **state)
{
	static const char in_pattern[] = "ab*?[]!-\\^c", in_name[] = "abc[]-!\\*";
	unsigned long seed = 7;
	for (int round = 0; round < 200000; round++) {
		char pattern[8], name[6];
		size_t lengths[2] = { 0 };
		for (size_t i = 0; i < sizeof(pattern) + sizeof(name); i++) {
			seed = seed * 6364136223846793005 + 1442695040888963407;
			unsigned digit = (unsigned)(seed >> 40);
			if (i < sizeof(pattern))
				pattern[i] = in_pattern[digit % (sizeof(in_pattern) - 1)];
			else
				name[i - sizeof(pattern)] = in_name[digit % (sizeof(in_name) - 1)];
			lengths[i >= sizeof(pattern)] += digit >> 20 & 1;
		}
		pattern[lengths[0] < 7 ? lengths[0] : 7] = name[lengths[1] < 5 ? lengths[1] : 5] = '\0';
		struct slim_blob p = slim_blob_of(pattern);
		if (slim_blob_ends(p, "\\") || slim_blob_ends(p, "-"))
			continue;
		if (slim_wildcard(p, slim_blob_of(name)) != !fnmatch(pattern, name, 0))
			fail_msg("'%s' and '%s'", pattern, name);
	}
}

static void test_no_pattern_is_slow(void **state)
{
	char pattern[241], name[256], path[4096];
	for (size_t i = 0; i < 240; i++)
		pattern[i] = "a*"[i % 2];
	pattern[240] = '\0';
	memset(name, 'a', sizeof(name));
	memset(path, 'a', sizeof(path));
	pattern[238] = 'b';
	clock_t start = clock();
	assert_false(slim_wildcard(slim_blob_of(pattern), slim_blob(name, 255)));
	assert_false(matches(pattern, slim_blob(path, sizeof(path))));
	assert_false(matches("/**a**a**a**a**a**a**a**a**b", slim_blob(path, sizeof(path))));
	assert_true(clock() - start < 2 * CLOCKS_PER_SEC);
}

static void test_is_wildcard(void **state)
{
	assert_true(slim_is_wildcard(SLIM_BLOB("a*")));
	assert_true(slim_is_wildcard(SLIM_BLOB("?")));
	assert_true(slim_is_wildcard(SLIM_BLOB("x[")));
	assert_false(slim_is_wildcard(SLIM_BLOB("a.b\\]{}")));
	assert_false(slim_is_wildcard(slim_blob(NULL, 0)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_globs),	  cmocka_unit_test(test_bad_patterns),
		cmocka_unit_test(test_wildcards), cmocka_unit_test(test_wildcards_are_those_of_fnmatch),
		cmocka_unit_test(test_no_pattern_is_slow),
		cmocka_unit_test(test_is_wildcard),
	};
	return cmocka_run_group_tests_name("match", tests, NULL, NULL);
}
