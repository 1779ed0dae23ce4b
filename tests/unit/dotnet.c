#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../../src/trace/dotnet/dotnet.h"

/* The chosen ones of VERSIONS (apart by blanks), apart by blanks. */
static const char *choose(const char *available, const char *wanted, enum dotnet_roll roll)
{
	static char out[256];
	struct slim_blob rest = slim_blob_of(available), names[16];
	struct dotnet_version versions[16], wants;
	bool chosen[16] = { false };
	size_t count = 0;
	while (slim_blob_split(&rest, ' ', &names[count]))
		assert_true(dotnet_version_parse(names[count], &versions[count])), count++;
	assert_true(dotnet_version_parse(slim_blob_of(wanted), &wants));
	dotnet_choose(versions, count, &wants, roll, chosen);
	*out = 0;
	for (size_t i = 0; i < count; i++)
		if (chosen[i])
			snprintf(out + strlen(out), sizeof(out) - strlen(out), "%s%.*s", *out ? " " : "", (int)names[i].len,
				 names[i].ptr);
	return out;
}

/* The examples of dotnet/runtime's framework-version-resolution.md, and of roll-forward-on-no-candidate-fx.md. */
static void test_rolls(void **state)
{
	static const char there[] = "2.1.1 2.1.3 2.2.1 3.0.0 3.1.0 3.1.4";
	(void)state;
	assert_string_equal(choose(there, "2.1.2", DOTNET_DISABLE), "");
	assert_string_equal(choose(there, "2.1.1", DOTNET_DISABLE), "2.1.1");
	assert_string_equal(choose(there, "2.1.0", DOTNET_LATEST_PATCH), "2.1.3");
	assert_string_equal(choose(there, "2.0.0", DOTNET_LATEST_PATCH), "");
	assert_string_equal(choose(there, "2.0.0", DOTNET_MINOR), "2.1.3");
	assert_string_equal(choose(there, "2.1.4", DOTNET_MINOR), "2.2.1");
	assert_string_equal(choose(there, "1.0.0", DOTNET_MINOR), "");
	assert_string_equal(choose(there, "1.0.0", DOTNET_MAJOR), "2.1.3");
	assert_string_equal(choose(there, "3.0.0", DOTNET_MAJOR), "3.0.0");
	assert_string_equal(choose(there, "2.0.0", DOTNET_LATEST_MINOR), "2.2.1");
	assert_string_equal(choose(there, "2.0.0", DOTNET_LATEST_MAJOR), "3.1.4");
	assert_string_equal(choose(there, "9.0.0", DOTNET_ANY), there);
	assert_string_equal(choose("1.0.0 1.0.1 1.0.2 1.0.3 1.1.0 1.1.1 2.0.1", "1.0.1", DOTNET_MINOR), "1.0.3");
}

/* A preview may be taken where no release is; which one is not told apart from the release. */
static void test_previews(void **state)
{
	(void)state;
	assert_string_equal(choose("9.0.0-rc.1", "9.0.0-rc.1", DOTNET_MINOR), "9.0.0-rc.1");
	assert_string_equal(choose("8.0.1 9.0.0-rc.1", "8.0.0", DOTNET_LATEST_MAJOR), "8.0.1 9.0.0-rc.1");
}

static void test_versions(void **state)
{
	struct dotnet_version v;
	(void)state;
	assert_false(dotnet_version_parse(SLIM_BLOB("8.0"), &v));
	assert_false(dotnet_version_parse(SLIM_BLOB("8.0.x"), &v));
	assert_false(dotnet_version_parse(SLIM_BLOB(""), &v));
	assert_true(dotnet_version_parse(SLIM_BLOB("8.0.11+abc"), &v));
	assert_int_equal(v.part[2], 11);
}

static void test_config(void **state)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	struct dotnet_config c;
	(void)state;
	assert_true(dotnet_config_read(SLIM_BLOB("\xef\xbb\xbf{\"runtimeOptions\":{\"rollForward\":\"latestmajor\",\"framework\":"
						 "{\"name\":\"A\",\"version\":\"8.0.0\"},\"frameworks\":[{\"name\":\"B\","
						 "\"rollForward\":\"Disable\"},{\"name\":\"../x\"}]}}"), arena, &c));
	assert_int_equal(c.count, 2);
	assert_int_equal(c.frameworks[0].roll, DOTNET_LATEST_MAJOR);
	assert_int_equal(c.frameworks[1].roll, DOTNET_DISABLE);
	assert_false(c.own || c.invariant);
	assert_true(dotnet_config_read(SLIM_BLOB("{\"runtimeOptions\":{\"includedFrameworks\":[],\"configProperties\":"
						 "{\"System.Globalization.Invariant\":\"true\"}}}"), arena, &c));
	assert_true(c.own && c.invariant);
	assert_false(dotnet_config_read(SLIM_BLOB("{"), arena, &c));
	assert_false(dotnet_config_read(SLIM_BLOB("[]"), arena, &c));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rolls), cmocka_unit_test(test_previews), cmocka_unit_test(test_versions),
		cmocka_unit_test(test_config),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
