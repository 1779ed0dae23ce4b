#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "../../src/trace/system/nss.h"
#include "slim/alloc.h"

static void write_service(void *context, struct slim_blob database, struct slim_blob service)
{
	fprintf(context, "%.*s:%.*s ", (int)database.len, database.ptr, (int)service.len, service.ptr);
}

static void check(const char *text, const char *expected)
{
	slim_autofree char *seen = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&seen, &length);
	slim_nss_parse(slim_blob_of(text), write_service, out);
	fclose(out);
	assert_string_equal(seen, expected);
}

static void test_services(void **state)
{
	check("passwd: files systemd\n", "passwd:files passwd:systemd ");
	check("hosts:\tfiles  mdns4_minimal [NOTFOUND=return] dns\n", "hosts:files hosts:mdns4_minimal hosts:dns ");
	check("hosts:files[ !UNAVAIL = return ]dns", "hosts:files hosts:dns ");
}

static void test_comments_and_nonsense(void **state)
{
	check("# passwd: sss\n  group : compat # ldap\r\n", "group:compat ");
	check("passwd\n:files\n\n   \nhosts: [\nx:[]\n", "");
	check("", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_services),
		cmocka_unit_test(test_comments_and_nonsense),
	};
	return cmocka_run_group_tests_name("nss", tests, NULL, NULL);
}
