/* Digests: what passes the grammar has no other byte than the grammar's, for paths are built from it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "slim/alloc.h"
#include "slim/digest.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	slim_autofree char *text = slim_strndup((const char *)bytes, length);
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	struct slim_digest digest;
	if (slim_digest_parse(text, &digest, &err))
		return 0;
	size_t digits = strlen(slim_digest_hex(&digest));
	if (digits != (digest.kind == SLIM_SHA512 ? 128u : 64u) || strcmp(digest.text, text) != 0 ||
	    strspn(slim_digest_hex(&digest), "0123456789abcdef") != digits)
		abort();
	return 0;
}
