#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "slim/error.h"

static void test_wrap_puts_the_outer_part_first(void **state)
{
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	assert_int_equal(slim_fail(&err, SLIM_UNSAFE, "no %s", "entrypoint"), -1);
	assert_int_equal(slim_wrap(&err, "in.tar"), -1);
	assert_string_equal(slim_error_text(err), "in.tar: no entrypoint");
	assert_int_equal(slim_error_status(err), SLIM_UNSAFE);
}

static void test_errno_is_the_cause(void **state)
{
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	slim_fail_errno(&err, ENOENT, "open '%s'", "x");
	assert_string_equal(slim_error_text(err), "open 'x': No such file or directory");
	assert_int_equal(slim_error_status(err), SLIM_BAD_INPUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrap_puts_the_outer_part_first),
		cmocka_unit_test(test_errno_is_the_cause),
	};
	return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
