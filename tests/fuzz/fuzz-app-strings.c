/* Any bytes are some source: in each language the scan must end, and hand out literals that lie within its memory. */
#include <stddef.h>
#include <stdint.h>

#include "../../src/trace/app/app_strings.h"

static void touch(void *context, const struct app_literal *literal)
{
	unsigned *sum = context;
	for (size_t i = 0; i < literal->text.len; i++)
		*sum += (unsigned char)literal->text.ptr[i];
	for (size_t i = 0; i < literal->named.len; i++)
		*sum += (unsigned char)literal->named.ptr[i];
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static const enum app_language languages[] = { APP_PYTHON, APP_JAVASCRIPT, APP_PHP, APP_RUBY, APP_PERL,
						       APP_LUA, APP_TCL, APP_R, APP_JULIA, APP_ELIXIR };
	unsigned sum = 0;
	for (size_t i = 0; i < sizeof(languages) / sizeof(languages[0]); i++)
		app_strings_scan(slim_blob((const char *)bytes, length), languages[i], touch, &sum);
	return 0;
}
