/* Any bytes are an archive, a class, a text and a command line: each must be read to an end, within its memory. */
#include <stddef.h>
#include <stdint.h>

#include "../../src/trace/java/java.h"

static void touch(void *context, const struct java_word *word)
{
	unsigned *sum = context;
	for (size_t i = 0; i < word->path.len; i++)
		*sum += (unsigned char)word->path.ptr[i];
}

static bool is_known(void *context, struct slim_blob word)
{
	(void)context;
	return word.len % 2;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct slim_blob text = slim_blob((const char *)bytes, length);
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	slim_autofree struct java_facts *facts = slim_calloc(1, sizeof(*facts));
	*facts = (struct java_facts){ .arena = arena, .whole = true, .known = is_known };
	unsigned sum = 0;
	java_read_archive_bytes(facts, text);
	java_read_class(facts, text);
	java_read_text(facts, text);
	java_words_of(text, touch, &sum);
	return 0;
}
