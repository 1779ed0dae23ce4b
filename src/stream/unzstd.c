/* RFC 8878: frames and skippable frames one after another. Memory follows the cap on windows, not a frame's claim. */
#include <zstd.h>
#include <zstd_errors.h>

#include "slim/alloc.h"
#include "slim/stream.h"

enum { OUT = 256 << 10, WINDOW_LOG_MAX = 27 };

struct unzstd {
	struct slim_stream stream;
	struct slim_stream *under;
	ZSTD_DCtx *context;
	struct slim_blob in;
	char *out;
	bool in_frame, any, ended;
};

/* The library also knows its formats from before RFC 8878; they all differ in the first byte. */
static bool starts_frame(struct slim_blob in)
{
	unsigned char first = (unsigned char)in.ptr[0];
	return first == 0x28 || (first >= 0x50 && first <= 0x5f);
}

/* More input, when there is none left. */
static int fill(struct unzstd *z, struct slim_error **err)
{
	if (z->in.len || z->ended)
		return 0;
	int r = slim_stream_next(z->under, &z->in, err);
	z->ended = r == 0;
	if (r <= 0)
		z->in = SLIM_BLOB("");
	return r < 0 ? -1 : 0;
}

static int run(struct unzstd *z, ZSTD_outBuffer *out, struct slim_error **err)
{
	ZSTD_inBuffer in = { z->in.ptr, z->in.len, 0 };
	size_t before = out->pos, hint = ZSTD_decompressStream(z->context, out, &in);
	if (ZSTD_getErrorCode(hint) == ZSTD_error_memory_allocation)
		slim_out_of_memory();
	if (ZSTD_isError(hint))
		return slim_fail(err, SLIM_BAD_INPUT, "zstd: %s", ZSTD_getErrorName(hint));
	z->in = slim_blob(z->in.ptr + in.pos, z->in.len - in.pos);
	z->in_frame = hint != 0;
	z->any = true;
	if (z->ended && z->in_frame && out->pos == before)
		return slim_fail(err, SLIM_BAD_INPUT, "zstd: unexpected end");
	return 0;
}

static int unzstd_next(struct slim_stream *stream, struct slim_blob *chunk, struct slim_error **err)
{
	struct unzstd *z = (struct unzstd *)stream;
	ZSTD_outBuffer out = { z->out, OUT, 0 };
	while (out.pos < out.size) {
		if (fill(z, err) < 0)
			return -1;
		if (z->ended && !z->in_frame && z->any)
			break;
		if (z->ended && !z->any) /* no frame at all, as zstd(1) says */
			return slim_fail(err, SLIM_BAD_INPUT, "zstd: unexpected end");
		if (!z->in_frame && !starts_frame(z->in))
			return slim_fail(err, SLIM_BAD_INPUT, "zstd: bytes that are no zstd frame");
		if (run(z, &out, err) < 0)
			return -1;
	}
	*chunk = slim_blob(z->out, out.pos);
	return out.pos > 0;
}

static void unzstd_free(struct slim_stream *stream)
{
	struct unzstd *z = (struct unzstd *)stream;
	slim_stream_free(z->under);
	ZSTD_freeDCtx(z->context);
	free(z->out);
	free(z);
}

struct slim_stream *slim_stream_unzstd(struct slim_stream *under)
{
	static const struct slim_stream_ops ops = { .next = unzstd_next, .free = unzstd_free };
	struct unzstd *z = slim_calloc(1, sizeof(*z));
	*z = (struct unzstd){ .stream = { &ops }, .under = under, .context = ZSTD_createDCtx(),
			      .out = slim_alloc(OUT) };
	if (!z->context)
		slim_out_of_memory();
	ZSTD_DCtx_setParameter(z->context, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
	return &z->stream;
}
