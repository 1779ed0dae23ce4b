/* nsswitch.conf */
#include <stdint.h>
#include <stdlib.h>

#include "../../src/trace/system/nss.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check(void *context, struct slim_blob database, struct slim_blob service)
{
	const struct slim_blob *text = context;
	if (!service.len || service.ptr < text->ptr || service.ptr + service.len > text->ptr + text->len)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct slim_blob text = slim_blob((const char *)bytes, length);
	slim_nss_parse(text, check, &text);
	return 0;
}
