/* Any bytes are some Makefile: what comes out is bounded by what goes in, and included words lie within it. */
#include <stdint.h>
#include <stdlib.h>

#include "../../src/trace/script/makefile.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check(void *context, struct slim_blob word)
{
	const struct slim_blob *text = context;
	if (word.ptr < text->ptr || word.ptr + word.len > text->ptr + text->len)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct slim_blob text = slim_blob((const char *)bytes, length);
	char *shell = NULL;
	size_t size = 0;
	struct makefile m = { .shell = open_memstream(&shell, &size), .include = check, .context = &text };
	if (!m.shell)
		abort();
	makefile_read(&m, text);
	makefile_finish(&m);
	fclose(m.shell);
	if (size > 64 * length + 4096)
		abort();
	free(shell);
	return 0;
}
