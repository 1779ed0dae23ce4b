/* zstd, bzip2 and xz: whatever the pieces, the same bytes and the same verdict. */
#include <stdint.h>
#include <stdlib.h>

#include "../lib/drip.h"
#include "slim/stream.h"

enum { LIMIT = 16 << 20 };

static int decode(struct slim_blob in, size_t step, enum slim_compression kind, char **bytes, size_t *length)
{
	slim_cleanup(slim_stream_free_p) struct slim_stream *s = slim_stream_decode(drip(in, step), kind);
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	int status = slim_stream_slurp(s, LIMIT, bytes, length, &err);
	if ((status < 0) != (err != NULL))
		abort();
	return status;
}

static void run(struct slim_blob in, enum slim_compression kind)
{
	slim_autofree char *whole = NULL, *pieces = NULL;
	size_t whole_length = 0, pieces_length = 0;
	int expected = decode(in, in.len + 1, kind, &whole, &whole_length);
	if (decode(in, 3, kind, &pieces, &pieces_length) != expected ||
	    !slim_blob_equal(slim_blob(whole, whole_length), slim_blob(pieces, pieces_length)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct slim_blob in = slim_blob((const char *)bytes, length);
	enum slim_compression kind = slim_detect(in);
	run(in, kind == SLIM_BZIP2 || kind == SLIM_XZ ? kind : SLIM_ZSTD);
	return 0;
}
