#include <limits.h>
#include <stdint.h>
#include <zlib.h>

#include "inflate.h"
#include "slim/alloc.h"

enum { GZIP_ONLY = 15 + 16 }; /* zlib.h: a window of 32 KiB, and gzip's header and trailer */

static void *zlib_new(void)
{
	z_stream *z = slim_calloc(1, sizeof(*z));
	if (inflateInit2(z, GZIP_ONLY) != Z_OK)
		slim_out_of_memory();
	return z;
}

static void zlib_reset(void *state)
{
	inflateReset(state);
}

static unsigned clamp(size_t n)
{
	return n < UINT_MAX ? (unsigned)n : UINT_MAX;
}

static enum slim_inflated zlib_run(void *state, const char **in, size_t *in_length, char **out, size_t *out_length)
{
	z_stream *z = state;
	unsigned give = clamp(*in_length), room = clamp(*out_length);
	z->next_in = (Bytef *)(uintptr_t)*in;
	z->avail_in = give;
	z->next_out = (Bytef *)*out;
	z->avail_out = room;
	int r = inflate(z, Z_NO_FLUSH);
	*in += give - z->avail_in;
	*in_length -= give - z->avail_in;
	*out += room - z->avail_out;
	*out_length -= room - z->avail_out;
	return r == Z_STREAM_END ? SLIM_INFLATE_MEMBER_END :
	       r == Z_OK || r == Z_BUF_ERROR ? SLIM_INFLATE_MORE : SLIM_INFLATE_BAD;
}

static void zlib_free(void *state)
{
	inflateEnd(state);
	free(state);
}

const struct slim_inflate_ops slim_inflate_zlib = { zlib_new, zlib_reset, zlib_run, zlib_free };
