#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "slim/alloc.h"

static void test_arena_is_zeroed_aligned_and_apart(void **state)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	static const size_t sizes[] = { 1, 7, 16, 17, 1023, 4096, 70000, 3 << 20, 0 };
	unsigned char *kept[200];
	size_t length[200];
	for (size_t i = 0; i < SLIM_COUNT(kept); i++) {
		slim_arena_strndup(arena, "x", i % 3); /* what follows a string must be aligned again */
		length[i] = sizes[i % SLIM_COUNT(sizes)];
		kept[i] = slim_arena_alloc(arena, length[i]);
		assert_int_equal((uintptr_t)kept[i] % _Alignof(max_align_t), 0);
		for (size_t n = 0; n < length[i]; n++)
			assert_int_equal(kept[i][n], 0);
		memset(kept[i], (int)i + 1, length[i]);
	}
	for (size_t i = 0; i < SLIM_COUNT(kept); i++)
		for (size_t n = 0; n < length[i]; n += 13)
			assert_int_equal(kept[i][n], (unsigned char)(i + 1));
}

static void test_arena_strings(void **state)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	assert_string_equal(slim_arena_strndup(arena, "abcdef", 3), "abc");
	assert_string_equal(slim_arena_strndup(arena, NULL, 0), "");
	assert_memory_equal(slim_arena_strndup(arena, "a\0b", 3), "a\0b\0", 4);
	slim_autofree char *big = slim_alloc(100000);
	memset(big, 'x', 99999);
	big[99999] = '\0';
	assert_string_equal(slim_arena_format(arena, "%s%d", big, 7) + 99998, "x7");
}

static void test_strings(void **state)
{
	slim_autofree char *a = slim_strdup("one"), *b = slim_strndup("one", 2), *c = slim_strndup("one", 9);
	slim_autofree char *d = slim_format("%s-%s", a, b);
	assert_string_equal(a, "one");
	assert_string_equal(b, "on");
	assert_string_equal(c, "one");
	assert_string_equal(d, "one-on");
}

static void test_push_grows(void **state)
{
	slim_autofree struct pair { int a; char b; } *items = NULL;
	size_t count = 0, capacity = 0;
	for (int i = 0; i < 10000; i++)
		*slim_push(&items, &count, &capacity) = (struct pair){ i, 'x' };
	assert_int_equal(count, 10000);
	assert_true(capacity >= count && capacity < 2 * count);
	for (int i = 0; i < 10000; i++)
		assert_int_equal(items[i].a, i);
}

static void test_nothing_is_still_a_pointer(void **state)
{
	slim_autofree void *a = slim_alloc(0), *b = slim_calloc(0, 8), *c = slim_realloc(NULL, 0, 8);
	assert_non_null(a);
	assert_non_null(b);
	assert_non_null(c);
}

static void calloc_overflow(void)
{
	free(slim_calloc(SIZE_MAX / 2, 3));
}

static void realloc_overflow(void)
{
	free(slim_realloc(NULL, SIZE_MAX / 4, 4));
}

static void alloc_too_much(void)
{
	free(slim_alloc(SIZE_MAX));
}

static void grow_overflow(void)
{
	void *items = NULL;
	size_t capacity = SIZE_MAX - 1;
	slim_grow(&items, SIZE_MAX - 1, &capacity, 1);
	free(items);
}

static void arena_overflow(void)
{
	slim_arena_alloc(slim_arena_new(), SIZE_MAX - 3);
}

/* BODY must end the process with status 1 and one line, not crash and not return. */
static void expect_out_of_memory(void (*body)(void))
{
	int ends[2], status;
	assert_int_equal(pipe(ends), 0);
	fflush(NULL);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		body();
		_exit(7);
	}
	close(ends[1]);
	char line[128] = "";
	ssize_t n = read(ends[0], line, sizeof(line) - 1);
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(n > 0);
	assert_string_equal(line, "slim: out of memory\n");
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
}

static void test_products_that_overflow_are_out_of_memory(void **state)
{
	expect_out_of_memory(calloc_overflow);
	expect_out_of_memory(realloc_overflow);
	expect_out_of_memory(alloc_too_much);
	expect_out_of_memory(grow_overflow);
	expect_out_of_memory(arena_overflow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arena_is_zeroed_aligned_and_apart),
		cmocka_unit_test(test_arena_strings),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_push_grows),
		cmocka_unit_test(test_nothing_is_still_a_pointer),
		cmocka_unit_test(test_products_that_overflow_are_out_of_memory),
	};
	return cmocka_run_group_tests_name("alloc", tests, NULL, NULL);
}
