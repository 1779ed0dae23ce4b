/* Purls and licences, as bills of materials have them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/report/sbom.h"

static void test_purls(void **state)
{
	static const struct {
		struct slim_purl purl;
		const char *text;
	} table[] = {
		{ { "deb", "debian", "curl", "7.88.1-10+deb12u1", "arch=amd64" }, "pkg:deb/debian/curl@7.88.1-10%2Bdeb12u1?arch=amd64" },
		{ { "npm", "@angular", "core", "1", NULL }, "pkg:npm/%40angular/core@1" },
		{ { "golang", "github.com/a/b", "v2", "v2.0.0", "" }, "pkg:golang/github.com/a/b/v2@v2.0.0" },
		{ { "gem", NULL, "rack", NULL, NULL }, "pkg:gem/rack" },
		{ { "gem", "", "a b/c%", "", NULL }, "pkg:gem/a%20b%2Fc%25" },
		{ { "pypi", NULL, "\xc3\xa9", "1:2~3", NULL }, "pkg:pypi/%C3%A9@1:2~3" },
	};
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	for (size_t i = 0; i < SLIM_COUNT(table); i++)
		assert_string_equal(slim_purl_text(arena, &table[i].purl), table[i].text);
}

static const char *expression(struct slim_licences *l, const char *text)
{
	const char *found = slim_licence_expression(l, slim_blob_of(text));
	return found ? found : "(none)";
}

static void test_expressions(void **state)
{
	static const char *const table[][2] = {
		{ "", "(none)" },
		{ " \n", "(none)" },
		{ "!?", "(none)" },
		{ "MIT", "MIT" },
		{ "mit", "MIT" },
		{ "Expat", "MIT" },
		{ "GPL-2+ or Artistic", "GPL-2.0-or-later OR Artistic-1.0-Perl" },
		{ "(MIT OR (ISC AND Zlib))", "(MIT OR (ISC AND Zlib))" },
		{ "GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0" },
		{ "GPL-2+ with OpenSSL exception", "LicenseRef-GPL-2-with-OpenSSL-exception" },
		{ "MIT AND home-made", "MIT AND LicenseRef-home-made" },
		{ "BSD License", "LicenseRef-BSD-License" },
		{ "MIT AND", "LicenseRef-MIT-AND" },
		{ "(MIT", "LicenseRef-MIT" },
		{ "MIT)", "LicenseRef-MIT" },
		{ "()", "(none)" },
		{ "AND", "LicenseRef-AND" },
		{ "\xff\xfe", "(none)" },
	};
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	struct slim_licences l = { .arena = arena };
	for (size_t i = 0; i < SLIM_COUNT(table); i++)
		assert_string_equal(expression(&l, table[i][0]), table[i][1]);
	slim_licences_clear(&l);
}

static void test_references(void **state)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	struct slim_licences l = { .arena = arena };
	expression(&l, "odd");
	expression(&l, "BSD License"); /* what was made for "BSD" alone is not kept */
	expression(&l, "odd");
	slim_licences_settle(&l);
	assert_int_equal(l.count, 2);
	assert_string_equal(l.refs[0].id, "LicenseRef-BSD-License");
	assert_string_equal(l.refs[1].id, "LicenseRef-odd");
	assert_string_equal(l.refs[1].text, "odd");
	slim_licences_clear(&l);
}

static void test_copyright(void **state)
{
	static const char *const table[][2] = {
		{ "Format: x\n\nLicense: MIT\n text\n\nLicense: MIT\n\nlicense: GPL-3+ or ISC\n", "MIT AND (GPL-3.0-or-later OR ISC)" },
		{ "Format: x\n", NULL },
		{ "See /usr/share/common-licenses/GPL-2.", "GPL-2.0-only" },
		{ "License: MIT\n", NULL }, /* no machine-readable form */
		{ "/usr/share/common-licenses/", NULL },
		{ "", NULL },
	};
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	struct slim_licences l = { .arena = arena };
	for (size_t i = 0; i < SLIM_COUNT(table); i++) {
		const char *found = slim_licence_of_copyright(&l, slim_blob_of(table[i][0]));
		if (table[i][1])
			assert_string_equal(found, table[i][1]);
		else
			assert_null(found);
	}
	slim_licences_clear(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_purls),
		cmocka_unit_test(test_expressions),
		cmocka_unit_test(test_references),
		cmocka_unit_test(test_copyright),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
