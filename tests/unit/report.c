/* The report's parts: numbers for people, quoting, the summary. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/report/report.h"

static void test_sizes(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} table[] = {
		{ 0, "0 B" },
		{ 999, "999 B" },
		{ 1000, "1.0 kB" },
		{ 1949, "1.9 kB" },
		{ 999949, "999.9 kB" },
		{ 999950, "1.0 MB" },
		{ 123456789, "123.5 MB" },
		{ 2500000000, "2.5 GB" },
		{ UINT64_MAX, "18.4 EB" },
	};
	char buffer[32];
	for (size_t i = 0; i < SLIM_COUNT(table); i++)
		assert_string_equal(slim_human_size(table[i].bytes, buffer), table[i].text);
}

static void test_counts(void **state)
{
	char buffer[32];
	assert_string_equal(slim_human_count(0, buffer), "0");
	assert_string_equal(slim_human_count(999, buffer), "999");
	assert_string_equal(slim_human_count(1000, buffer), "1,000");
	assert_string_equal(slim_human_count(1234567, buffer), "1,234,567");
	assert_string_equal(slim_human_count(UINT64_MAX, buffer), "18,446,744,073,709,551,615");
}

static void test_seconds(void **state)
{
	static const struct {
		double seconds;
		const char *text;
	} table[] = {
		{ 0, "0.0 s" },
		{ 59.94, "59.9 s" },
		{ 60, "1 min 0 s" },
		{ 3661, "1 h 1 min" },
		{ 90000, "1 d 1 h" },
		{ 1e15, "11574074074 d 1 h" },
	};
	char buffer[32];
	for (size_t i = 0; i < SLIM_COUNT(table); i++)
		assert_string_equal(slim_human_seconds(table[i].seconds, buffer), table[i].text);
}

static char *quoted(const char *text)
{
	char *out = NULL;
	size_t length = 0;
	FILE *stream = open_memstream(&out, &length);
	slim_json_quote(text, stream);
	fclose(stream);
	return out;
}

static void test_quotes(void **state)
{
	static const char *const table[][2] = {
		{ "", "\"\"" },
		{ "plain /usr/bin", "\"plain /usr/bin\"" },
		{ "a\"b\\c", "\"a\\\"b\\\\c\"" },
		{ "a\nb\tc\x7f", "\"a\\u000ab\\u0009c\\u007f\"" },
		{ "</script>", "\"\\u003c/script>\"" },
		{ "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
		  "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"" },
		{ "\xff", "\"\\\\xff\"" },                       /* never UTF-8 */
		{ "\xc3", "\"\\\\xc3\"" },                       /* cut off */
		{ "\xc0\xaf", "\"\\\\xc0\\\\xaf\"" },            /* too long for what it says */
		{ "\xed\xa0\x80", "\"\\\\xed\\\\xa0\\\\x80\"" }, /* a surrogate */
		{ "\xf4\x90\x80\x80",
		  "\"\\\\xf4\\\\x90\\\\x80\\\\x80\"" }, /* behind the last character */
		{ "\xe2\x82z", "\"\\\\xe2\\\\x82z\"" },
	};
	for (size_t i = 0; i < SLIM_COUNT(table); i++) {
		slim_autofree char *text = quoted(table[i][0]);
		assert_string_equal(text, table[i][1]);
		json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
		assert_non_null(json);
		json_decref(json);
	}
}

static char *summary(const struct slim_report *report)
{
	char *out = NULL;
	size_t length = 0;
	FILE *stream = open_memstream(&out, &length);
	slim_report_text(report, 1.26, stream);
	fclose(stream);
	return out;
}

static void test_summary(void **state)
{
	const char *entrypoint[] = { "/bin/app", "two words", "", NULL }, *cmd[] = { NULL };
	struct slim_report_image image = {
		.name = "",
		.platform = "linux/amd64",
		.entrypoint = entrypoint,
		.cmd = cmd,
		.before = { .layers = 7, .files = 2000, .bytes = 1000000, .stored = 500000 },
		.after = { .layers = 1, .files = 500, .bytes = 250000, .stored = 600000 },
		.written = true,
	};
	struct slim_report report = { .input = "in.tar",
				      .input_size = 3000000,
				      .output = "out.tar",
				      .output_size = 610000,
				      .images = &image,
				      .image_count = 1 };
	slim_autofree char *text = summary(&report);
	assert_non_null(strstr(text, "(no name)"));
	assert_non_null(strstr(text, "/bin/app 'two words' ''\n"));
	assert_non_null(strstr(text, "75.0 %"));
	assert_non_null(strstr(text, "-20.0 %")); /* a layer that grew says so */
	assert_null(strstr(text, "packages"));    /* the image has none */
	assert_non_null(strstr(text, "out.tar: 610.0 kB, was 3.0 MB; in 1.3 s"));
	report.output = NULL;
	slim_autofree char *dry = summary(&report);
	assert_non_null(strstr(dry, "nothing was written"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_seconds),
		cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_summary),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
