/* Any bytes are some source: tokens and uses must end and lie within it; a path of them is cleaned within bounds. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "../../src/trace/lang/lexer.h"
#include "../../src/trace/node/js_scan.h"
#include "../../src/trace/node/node_resolve.h"

static void touch(void *context, const struct js_use *use)
{
	unsigned *sum = context;
	for (size_t i = 0; i < use->text.len; i++)
		*sum += (unsigned char)use->text.ptr[i];
}

static void see_tokens(struct slim_blob source, unsigned *sum)
{
	slim_cleanup(lang_lexer_free_p) struct lang_lexer *lexer = lang_lexer_new(source);
	struct lang_token token;
	size_t count = 0;
	do {
		token = lex_javascript(lexer);
		if (token.from > token.to || token.to > source.len || ++count > source.len + 2)
			abort();
		for (size_t i = 0; i < token.text.len; i++)
			*sum += (unsigned char)token.text.ptr[i];
	} while (token.kind != LANG_END);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct slim_blob source = slim_blob((const char *)bytes, length);
	unsigned sum = 0;
	see_tokens(source, &sum);
	js_scan(source, touch, &sum);
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	if (strlen(node_clean_path(arena, source)) > length + 1 || node_package_name(source).len > length)
		abort();
	return 0;
}
