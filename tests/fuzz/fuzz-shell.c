/* Any bytes are some shell source: the lexer must come to its end, and hand out words that lie within its memory. */
#include <stddef.h>
#include <stdint.h>

#include "../../src/trace/script/shell.h"

static void touch(void *context, const struct shell_event *e)
{
	unsigned *sum = context;
	for (size_t i = 0; i < e->name.len; i++)
		*sum += (unsigned char)e->name.ptr[i];
	for (size_t i = 0; i < e->count; i++)
		for (size_t j = 0; j < e->words[i].text.len; j++)
			*sum += (unsigned char)e->words[i].text.ptr[j];
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	unsigned sum = 0;
	shell_lex(slim_blob((const char *)bytes, length), touch, &sum);
	return 0;
}
