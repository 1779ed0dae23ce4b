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

static int run(unsigned jobs, const struct slim_round *round, struct slim_error **err)
{
	slim_cleanup(slim_pool_free_p) struct slim_pool *pool = slim_pool_new(jobs);
	return slim_pool_run(pool, round, err);
}

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
		assert_int_equal(run(jobs[j], &(struct slim_round){ SLIM_COUNT(t.seen), NULL, count, &t }, &err), 0);
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
	assert_int_equal(run(4, &(struct slim_round){ 0, NULL, count, &t }, &err), 0);
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
			assert_int_equal(run(jobs, &(struct slim_round){ 1000, NULL, break_off, &t }, &err), -1);
			assert_string_equal(slim_error_text(err), expected);
			assert_true(t.total <= from + jobs); /* nothing is begun after a failure */
		}
}

/* Those above the failure that was begun are passed over, those below it are not. */
static void test_order_is_kept_and_the_lowest_failure_reported(void **state)
{
	size_t order[100];
	for (size_t i = 0; i < SLIM_COUNT(order); i++)
		order[i] = SLIM_COUNT(order) - 1 - i;
	for (unsigned jobs = 1; jobs <= 4; jobs *= 2) {
		struct tally t = { .fail_from = 7 };
		slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
		struct slim_round round = { SLIM_COUNT(order), order, break_off, &t };
		assert_int_equal(run(jobs, &round, &err), -1);
		assert_string_equal(slim_error_text(err), "number 7");
		assert_int_equal(t.total, SLIM_COUNT(order));
	}
	struct tally t = { .fail_from = 0 };
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	order[0] = 0;
	order[SLIM_COUNT(order) - 1] = SLIM_COUNT(order) - 1;
	assert_int_equal(run(1, &(struct slim_round){ SLIM_COUNT(order), order, break_off, &t }, &err), -1);
	assert_int_equal(t.total, 1);
}

/* --- background -------------------------------------------------------------------------------------------------- */

struct pieces {
	atomic_int left, done, running, most;
};

static bool step(void *context)
{
	struct pieces *p = context;
	if (atomic_fetch_sub(&p->left, 1) <= 0) {
		atomic_fetch_add(&p->left, 1);
		return false;
	}
	int now = atomic_fetch_add(&p->running, 1) + 1, most = atomic_load(&p->most);
	while (now > most && !atomic_compare_exchange_weak(&p->most, &most, now))
		;
	usleep(500);
	atomic_fetch_sub(&p->running, 1);
	atomic_fetch_add(&p->done, 1);
	return true;
}

static void test_drain_waits_for_all_pieces(void **state)
{
	for (unsigned jobs = 1; jobs <= 8; jobs *= 2) {
		slim_cleanup(slim_pool_free_p) struct slim_pool *pool = slim_pool_new(jobs);
		struct pieces p = { 0 };
		slim_pool_background(pool, step, &p);
		slim_pool_drain(pool);
		assert_int_equal(p.done, 0);
		for (int times = 1; times <= 3; times++) {
			p.left = 50;
			slim_pool_wake(pool);
			slim_pool_drain(pool);
			assert_int_equal(p.done, 50 * times);
			assert_int_equal(p.running, 0);
		}
		assert_true(p.most <= (int)jobs);
	}
}

static void test_helpers_work_while_the_caller_does_not(void **state)
{
	slim_cleanup(slim_pool_free_p) struct slim_pool *pool = slim_pool_new(2);
	struct pieces p = { .left = 10 };
	slim_pool_background(pool, step, &p);
	slim_pool_wake(pool);
	for (int i = 0; i < 10000 && p.done < 10; i++)
		usleep(1000);
	assert_int_equal(p.done, 10);
}

struct both {
	struct slim_pool *pool;
	struct pieces pieces;
};

/* The last one waits until pieces, which come late, have been done by those that wait for it. */
static int wait_for_pieces(void *context, size_t i, struct slim_error **err)
{
	struct both *b = context;
	if (i != 1)
		return 0;
	usleep(2000);
	b->pieces.left = 20;
	slim_pool_wake(b->pool);
	for (int tries = 0; tries < 10000 && b->pieces.done < 20; tries++)
		usleep(1000);
	return b->pieces.done == 20 ? 0 : slim_fail(err, SLIM_BAD_INPUT, "nobody helped");
}

static void test_who_waits_for_a_round_does_pieces(void **state)
{
	struct both b = { .pool = slim_pool_new(2) };
	struct slim_error *err = NULL;
	slim_pool_background(b.pool, step, &b.pieces);
	assert_int_equal(slim_pool_run(b.pool, &(struct slim_round){ 2, NULL, wait_for_pieces, &b }, &err), 0);
	slim_pool_free(b.pool);
}

static void test_free_leaves_pieces(void **state)
{
	struct slim_pool *pool = slim_pool_new(4);
	struct pieces p = { .left = 1000000 };
	slim_pool_background(pool, step, &p);
	slim_pool_wake(pool);
	slim_pool_free(pool);
	assert_int_equal(p.running, 0);
	assert_true(p.left > 0);
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
		cmocka_unit_test(test_order_is_kept_and_the_lowest_failure_reported),
		cmocka_unit_test(test_drain_waits_for_all_pieces),
		cmocka_unit_test(test_helpers_work_while_the_caller_does_not),
		cmocka_unit_test(test_who_waits_for_a_round_does_pieces),
		cmocka_unit_test(test_free_leaves_pieces),
		cmocka_unit_test(test_cores),
	};
	return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
