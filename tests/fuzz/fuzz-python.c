/* Any bytes are some source: the tokens must end and lie within it, and so must what is read from them. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "../../src/trace/python/python_meta.h"
#include "../../src/trace/python/python_source.h"

static void touch(void *context, const struct python_fact *fact)
{
	unsigned *sum = context;
	for (size_t i = 0; i < fact->name.len; i++)
		*sum += (unsigned char)fact->name.ptr[i];
	for (size_t i = 0; i < fact->item.len; i++)
		*sum += (unsigned char)fact->item.ptr[i];
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct slim_blob source = slim_blob((const char *)bytes, length);
	slim_cleanup(lang_lexer_free_p) struct lang_lexer *lexer = lang_lexer_new(source);
	struct lang_token token;
	unsigned sum = 0;
	size_t count = 0;
	do {
		token = lex_python(lexer);
		if (token.from > token.to || token.to > length || ++count > 16 * length + 16)
			abort();
		for (size_t i = 0; i < token.text.len; i++)
			sum += (unsigned char)token.text.ptr[i];
	} while (token.kind != LANG_END);
	python_read_source(source, touch, &sum);
	struct python_requirement requirement;
	const struct python_target target = { "3.11", "x86_64", false };
	const char *const extras[] = { "a", NULL };
	if (python_requirement_parse(source, &requirement))
		sum += python_marker_holds(requirement.marker, &target, extras);
	return 0;
}
