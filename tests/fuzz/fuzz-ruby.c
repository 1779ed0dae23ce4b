/* Any bytes are some Ruby source: its tokens lie within their memory and end, and so does what is made of them. */
#include <stddef.h>
#include <stdint.h>

#include "../../src/trace/ruby/ruby.h"

static void touch(void *context, enum ruby_said said, struct slim_blob text)
{
	unsigned *sum = context;
	*sum += said;
	for (size_t i = 0; i < text.len; i++)
		*sum += (unsigned char)text.ptr[i];
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	unsigned sum = 0;
	struct slim_blob source = slim_blob((const char *)bytes, length);
	slim_cleanup(lang_lexer_free_p) struct lang_lexer *lexer = lang_lexer_new(source);
	for (struct lang_token token = ruby_next(lexer); token.kind != LANG_END; token = ruby_next(lexer)) {
		touch(&sum, RUBY_TEXT, token.text);
		if (token.to > length || token.from > token.to)
			__builtin_trap();
	}
	ruby_source_scan(source, touch, &sum);
	ruby_lock_scan(source, touch, &sum);
	return 0;
}
