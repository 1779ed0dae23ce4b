/* ld.so.cache of every format, and the tokens of search lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <libelf.h>

#include "../../src/trace/ldso/ldso_inside.h"
#include "../lib/memory_file.h"

static struct ld_cache *parse(struct slim_arena *arena, const char *name)
{
	size_t length;
	unsigned char *bytes = corpus_bytes(name, &length);
	char *copy = slim_arena_strndup(arena, (char *)bytes, length);
	free(bytes);
	return ld_cache_parse(arena, slim_blob(copy, length));
}

static void assert_new(const char *name)
{
	struct slim_arena *arena = slim_arena_new();
	struct ld_cache *cache = parse(arena, name);
	size_t count;
	assert_non_null(cache);
	const struct ld_cached *z = ld_cache_find(cache, "libz.so.1", &count);
	assert_int_equal(count, 4);
	assert_string_equal(z[0].hwcap, "x86-64-v3");
	assert_string_equal(z[1].path, "/usr/local/lib/libz.so.1");
	assert_null(z[1].hwcap);
	assert_string_equal(z[2].path, "/lib/libz.so.1");
	assert_int_equal(z[3].flags, 3);
	const struct ld_cached *a = ld_cache_find(cache, "liba.so", &count);
	assert_int_equal(count, 2);
	assert_true(a[0].legacy && !a[1].legacy);
	ld_cache_find(cache, "libz.so", &count);
	assert_int_equal(count, 0);
	slim_arena_free(arena);
}

static void test_new_format(void **state) { assert_new("ldcache/new"); }
static void test_big_endian(void **state) { assert_new("ldcache/big"); }

static void assert_old(const char *name)
{
	struct slim_arena *arena = slim_arena_new();
	struct ld_cache *cache = parse(arena, name);
	size_t count;
	assert_non_null(cache);
	const struct ld_cached *z = ld_cache_find(cache, "libz.so.1", &count);
	assert_int_equal(count, 3);
	assert_string_equal(z[0].path, "/usr/local/lib/libz.so.1");
	slim_arena_free(arena);
}

static void test_old_format(void **state) { assert_old("ldcache/old"); }
static void test_both_formats(void **state) { assert_old("ldcache/both"); }

static void test_empty_and_none(void **state)
{
	struct slim_arena *arena = slim_arena_new();
	size_t count;
	struct ld_cache *cache = parse(arena, "ldcache/empty");
	assert_non_null(cache);
	ld_cache_find(cache, "libz.so.1", &count);
	assert_int_equal(count, 0);
	assert_null(ld_cache_parse(arena, slim_blob("glibc-ld.so.cache", 17)));
	assert_null(ld_cache_parse(arena, slim_blob("", 0)));
	slim_arena_free(arena);
}

static void test_flags_of_machines(void **state)
{
	assert_true(ld_cache_accepts(EM_X86_64, ELFCLASS64, 0x303));
	assert_false(ld_cache_accepts(EM_X86_64, ELFCLASS64, 3));
	assert_true(ld_cache_accepts(EM_AARCH64, ELFCLASS64, 0xa03));
	assert_true(ld_cache_accepts(EM_386, ELFCLASS32, 3));
	assert_false(ld_cache_accepts(EM_386, ELFCLASS32, 0x303));
	assert_true(ld_cache_accepts(EM_RISCV, ELFCLASS64, 0x1003)); /* not listed: the file decides */
}

static void test_tokens(void **state)
{
	static const char *const cases[][2] = {
		{ "$ORIGIN/x", "/o/x" }, { "${ORIGIN}x", "/ox" }, { "$ORIGINX", "$ORIGINX" }, { "$ORIGIN_", "$ORIGIN_" },
		{ "a$LIB", "alib64" }, { "${LIB", "${LIB" }, { "$", "$" }, { "$$LIB", "$lib64" }, { "$FOO", "$FOO" },
		{ "$PLATFORM", NULL }, { "x/$PLATFORM/y", NULL }, { "", "" },
	};
	struct slim_ldso ldso = { .arena = slim_arena_new() };
	struct ld_loader loader = { .lib = "lib64" };
	for (size_t i = 0; i < SLIM_COUNT(cases); i++) {
		const char *out = ld_expand(&ldso, &loader, slim_blob_of(cases[i][0]), "/o", NULL, NULL);
		if (!out || !cases[i][1])
			assert_ptr_equal(out, cases[i][1]);
		else
			assert_string_equal(out, cases[i][1]);
	}
	slim_arena_free(ldso.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_new_format), cmocka_unit_test(test_big_endian), cmocka_unit_test(test_old_format),
		cmocka_unit_test(test_both_formats), cmocka_unit_test(test_empty_and_none),
		cmocka_unit_test(test_flags_of_machines), cmocka_unit_test(test_tokens),
	};
	return cmocka_run_group_tests_name("ldso_cache", tests, NULL, NULL);
}
