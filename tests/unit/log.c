#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "slim/alloc.h"
#include "slim/log.h"
#include "slim/pool.h"

struct page {
	FILE *out;
	char *text;
	size_t length;
	struct slim_log *log;
};

static void open_page(struct page *p, enum slim_level level, enum slim_progress progress)
{
	*p = (struct page){ 0 };
	p->out = open_memstream(&p->text, &p->length);
	p->log = slim_log_new(p->out, level, progress);
}

static void close_page(struct page *p, const char *expected)
{
	slim_log_free(p->log);
	fclose(p->out);
	if (expected)
		assert_string_equal(p->text, expected);
	free(p->text);
}

static void say_all(struct slim_log *log)
{
	slim_warn(log, "layer %d", 3);
	slim_info(log, "kept %s", "all");
	slim_verbose(log, "more");
}

static void test_levels(void **state)
{
	struct page p;
	open_page(&p, SLIM_QUIET, SLIM_PROGRESS_AUTO);
	say_all(p.log);
	assert_false(slim_log_verbose(p.log));
	close_page(&p, "");
	open_page(&p, SLIM_NORMAL, SLIM_PROGRESS_AUTO);
	say_all(p.log);
	assert_false(slim_log_verbose(p.log));
	close_page(&p, "slim: warning: layer 3\nslim: kept all\n");
	open_page(&p, SLIM_VERBOSE, SLIM_PROGRESS_AUTO);
	say_all(p.log);
	assert_true(slim_log_verbose(p.log));
	close_page(&p, "slim: warning: layer 3\nslim: kept all\nslim: more\n");
}

static void test_no_log_is_silent(void **state)
{
	say_all(NULL);
	slim_progress_begin(NULL, "x", 1);
	slim_progress_add(NULL, 1);
	slim_progress_end(NULL);
	assert_false(slim_log_verbose(NULL));
	slim_log_free(NULL);
}

static void test_warnings_are_remembered_sorted_and_once(void **state)
{
	struct page p;
	open_page(&p, SLIM_QUIET, SLIM_PROGRESS_NEVER);
	slim_warn(p.log, "b");
	slim_warn(p.log, "a %d", 1);
	slim_warn(p.log, "b");
	size_t count = 0;
	const char *const *all = slim_log_warnings(p.log, &count);
	assert_int_equal(count, 2);
	assert_string_equal(all[0], "a 1");
	assert_string_equal(all[1], "b");
	close_page(&p, "");
}

static void test_no_text_drives_a_terminal(void **state)
{
	struct page p;
	open_page(&p, SLIM_NORMAL, SLIM_PROGRESS_NEVER);
	slim_info(p.log, "a\nb\x1b[1m\x7f caf\xc3\xa9");
	slim_info(p.log, "CSI as \xc2\x9b" "1m and \x9b" "1m, turned \xe2\x80\xaegpj");
	close_page(&p, "slim: a\\x0ab\\x1b[1m\\x7f caf\xc3\xa9\n"
		       "slim: CSI as \\xc2\\x9b1m and \\x9b1m, turned \\xe2\\x80\\xaegpj\n");
}

static void test_progress_only_where_it_belongs(void **state)
{
	struct page p;
	open_page(&p, SLIM_NORMAL, SLIM_PROGRESS_AUTO); /* no terminal */
	slim_progress_begin(p.log, "reading", 100);
	slim_progress_add(p.log, 50);
	slim_progress_end(p.log);
	close_page(&p, "");
	open_page(&p, SLIM_NORMAL, SLIM_PROGRESS_NEVER);
	slim_progress_begin(p.log, "reading", 100);
	slim_progress_end(p.log);
	close_page(&p, "");
}

static void test_progress_line(void **state)
{
	struct page p;
	open_page(&p, SLIM_QUIET, SLIM_PROGRESS_ALWAYS);
	slim_progress_begin(p.log, "reading", 2000);
	for (int i = 0; i < 1000; i++)
		slim_progress_add(p.log, 1); /* too soon to be drawn, but counted */
	usleep(120000);
	slim_progress_add(p.log, 0);
	fflush(p.out);
	assert_non_null(strstr(p.text, "\rreading  [                              ]   0%  0 B of 2.0 kB"));
	assert_non_null(strstr(p.text, "\rreading  [###############               ]  50%  1.0 kB of 2.0 kB"));
	size_t draws = 0;
	for (const char *at = p.text; (at = strstr(at, "reading")); at++)
		draws++;
	assert_true(draws <= 4); /* slow as a sanitizer may be */
	slim_progress_end(p.log);
	close_page(&p, NULL);
}

/* What a terminal shows in the end: the last line overwritten from its start. */
static void test_progress_is_wiped_before_a_line(void **state)
{
	struct page p;
	open_page(&p, SLIM_NORMAL, SLIM_PROGRESS_ALWAYS);
	slim_progress_begin(p.log, "phase", 0);
	slim_warn(p.log, "careful");
	fflush(p.out);
	assert_string_equal(p.text, "\rphase  0 B\r          \rslim: warning: careful\n");
	slim_progress_add(p.log, UINT64_MAX);
	slim_progress_add(p.log, UINT64_MAX); /* does not wrap around */
	usleep(120000);
	slim_progress_add(p.log, 1);
	fflush(p.out);
	assert_non_null(strstr(p.text, "\rphase  18.4 EB"));
	slim_log_free(p.log); /* in the middle of a phase: nothing stays on the line */
	fclose(p.out);
	assert_int_equal(p.text[p.length - 1], '\r');
	free(p.text);
}

static int talk(void *context, size_t i, struct slim_error **err)
{
	struct slim_log *log = context;
	for (int n = 0; n < 50; n++) {
		slim_info(log, "line of %zu", i % 10);
		slim_progress_add(log, 1);
	}
	return 0;
}

static void test_lines_of_threads_stay_whole(void **state)
{
	struct page p;
	struct slim_error *err = NULL;
	open_page(&p, SLIM_NORMAL, SLIM_PROGRESS_NEVER);
	slim_cleanup(slim_pool_free_p) struct slim_pool *pool = slim_pool_new(4);
	assert_int_equal(slim_pool_run(pool, &(struct slim_round){ 8, NULL, talk, p.log }, &err), 0);
	fflush(p.out);
	size_t lines = 0;
	for (char *at = p.text, *end; (end = strchr(at, '\n')); at = end + 1, lines++)
		assert_true(end - at == 15 && !memcmp(at, "slim: line of ", 14));
	assert_int_equal(lines, 400);
	close_page(&p, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_no_log_is_silent),
		cmocka_unit_test(test_warnings_are_remembered_sorted_and_once),
		cmocka_unit_test(test_no_text_drives_a_terminal),
		cmocka_unit_test(test_progress_only_where_it_belongs),
		cmocka_unit_test(test_progress_line),
		cmocka_unit_test(test_progress_is_wiped_before_a_line),
		cmocka_unit_test(test_lines_of_threads_stay_whole),
	};
	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
