#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "slim/pool.h"

struct tally {
	atomic_uint seen[1000];
	atomic_uint total, running, most;
	size_t fail_from;
};

static int count(void *context, size_t i, struct slim_error **err)
{
	struct tally *t = context;
	unsigned now = atomic_fetch_add(&t->running, 1) + 1, most = atomic_load(&t->most);
	while (now > most && !atomic_compare_exchange_weak(&t->most, &most, now))
		;
	atomic_fetch_add(&t->seen[i], 1);
	atomic_fetch_add(&t->total, 1);
	if (i % 100 == 0)
		usleep(2000);
	atomic_fetch_sub(&t->running, 1);
	return 0;
}

static void test_each_once(void **state)
{
	static const unsigned jobs[] = { 0, 1, 2, 3, 16 };
	for (size_t j = 0; j < SLIM_COUNT(jobs); j++) {
		struct tally t = { 0 };
		struct slim_error *err = NULL;
		assert_int_equal(slim_parallel(jobs[j], SLIM_COUNT(t.seen), count, &t, &err), 0);
		assert_null(err);
		for (size_t i = 0; i < SLIM_COUNT(t.seen); i++)
			assert_int_equal(t.seen[i], 1);
		assert_true(t.most <= (jobs[j] ? jobs[j] : 1));
	}
}

static void test_nothing_to_do(void **state)
{
	struct tally t = { 0 };
	struct slim_error *err = NULL;
	assert_int_equal(slim_parallel(4, 0, count, &t, &err), 0);
	assert_int_equal(t.total, 0);
}

/* The first to fail is the slowest: the others must not win. */
static int break_off(void *context, size_t i, struct slim_error **err)
{
	struct tally *t = context;
	atomic_fetch_add(&t->total, 1);
	if (i < t->fail_from)
		return 0;
	if (i == t->fail_from)
		usleep(20000);
	return slim_fail(err, SLIM_BAD_INPUT, "number %zu", i);
}

static void test_lowest_failure_is_reported(void **state)
{
	for (unsigned jobs = 1; jobs <= 8; jobs *= 2)
		for (size_t from = 0; from < 20; from += 7) {
			struct tally t = { .fail_from = from };
			slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
			char expected[32];
			snprintf(expected, sizeof(expected), "number %zu", from);
			assert_int_equal(slim_parallel(jobs, 1000, break_off, &t, &err), -1);
			assert_string_equal(slim_error_text(err), expected);
			assert_true(t.total <= from + jobs); /* nothing is begun after a failure */
		}
}

static void test_cores(void **state)
{
	assert_true(slim_cores() >= 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_once),
		cmocka_unit_test(test_nothing_to_do),
		cmocka_unit_test(test_lowest_failure_is_reported),
		cmocka_unit_test(test_cores),
	};
	return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
