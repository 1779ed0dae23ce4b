/* Any bytes are some PHP source and some php.ini: tokens lie within memory and end, so does what is made of them. */
#include <stddef.h>
#include <stdint.h>

#include "../../src/trace/php/php.h"

static void touch(unsigned *sum, struct slim_blob text)
{
	for (size_t i = 0; i < text.len; i++)
		*sum += (unsigned char)text.ptr[i];
}

static void said(void *context, enum php_said said, struct slim_blob text)
{
	*(unsigned *)context += said;
	touch(context, text);
}

static void set(void *context, struct slim_blob key, struct slim_blob value)
{
	touch(context, key);
	touch(context, value);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	unsigned sum = 0;
	struct slim_blob source = slim_blob((const char *)bytes, length);
	slim_cleanup(lang_lexer_free_p) struct lang_lexer *lexer = lang_lexer_new(source);
	for (struct lang_token token = php_next(lexer); token.kind != LANG_END; token = php_next(lexer)) {
		touch(&sum, token.text);
		if (token.to > length || token.from > token.to)
			__builtin_trap();
	}
	php_source_scan(source, said, &sum);
	php_ini_scan(source, set, &sum);
	return 0;
}
