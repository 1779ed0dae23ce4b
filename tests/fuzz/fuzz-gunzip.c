/* Both gzip decoders must agree on every input: the same bytes and the same verdict, whatever the pieces. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>

#include "../../src/stream/inflate.h"
#include "../lib/drip.h"
#include "slim/stream.h"

enum { LIMIT = 16 << 20 };

struct verdict {
	int status;
	char *bytes;
	size_t length;
};

static struct verdict decode(const struct slim_inflate_ops *ops, struct slim_blob in, size_t step)
{
	struct slim_quota quota = SLIM_QUOTA(LIMIT, "bytes");
	slim_cleanup(slim_stream_free_p) struct slim_stream *s =
		slim_stream_limit(slim_stream_gunzip_with(drip(in, step), ops), &quota);
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	struct verdict v = { 0 };
	v.status = slim_stream_slurp(s, LIMIT, &v.bytes, &v.length, &err);
	if ((v.status < 0) != (err != NULL))
		abort();
	return v;
}

static void check(struct verdict expected, struct verdict got)
{
	if (expected.status != got.status ||
	    !slim_blob_equal(slim_blob(expected.bytes, expected.length), slim_blob(got.bytes, got.length)))
		abort();
	free(got.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct slim_blob in = slim_blob((const char *)bytes, length);
	struct verdict zlib = decode(&slim_inflate_zlib, in, length + 1);
	check(zlib, decode(&slim_inflate_zlib, in, 1));
#ifdef HAVE_ISAL
	check(zlib, decode(&slim_inflate_isal, in, length + 1));
	check(zlib, decode(&slim_inflate_isal, in, 3));
#endif
	free(zlib.bytes);
	return 0;
}
