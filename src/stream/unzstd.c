/* RFC 8878: frames and skippable frames one after another. Memory follows the cap on windows, not a frame's claim. */
#include <zstd.h>

#include "slim/alloc.h"
#include "slim/stream.h"

enum { OUT = 512 << 10, WINDOW_LOG_MAX = 27 };

struct unzstd {
	struct slim_stream stream;
	struct slim_stream *under;
	ZSTD_DCtx *context;
	struct slim_blob in;
	char *out;
	size_t hint; /* 0: between frames; no frame at all is a truncated stream, as for zstd(1) */
	bool ended;
};

static int unzstd_next(struct slim_stream *stream, struct slim_blob *chunk, struct slim_error **err)
{
	struct unzstd *z = (struct unzstd *)stream;
	ZSTD_outBuffer out = { z->out, OUT, 0 };
	while (out.pos < out.size) {
		if (!z->in.len && !z->ended) {
			int r = slim_stream_next(z->under, &z->in, err);
			if (r < 0)
				return -1;
			z->ended = r == 0;
			if (z->ended)
				z->in = SLIM_BLOB("");
		}
		if (z->ended && !z->hint)
			break;
		ZSTD_inBuffer in = { z->in.ptr, z->in.len, 0 };
		size_t before = out.pos;
		z->hint = ZSTD_decompressStream(z->context, &out, &in);
		if (ZSTD_isError(z->hint))
			return slim_fail(err, SLIM_BAD_INPUT, "zstd: %s", ZSTD_getErrorName(z->hint));
		z->in = slim_blob(z->in.ptr + in.pos, z->in.len - in.pos);
		if (z->ended && z->hint && out.pos == before)
			return slim_fail(err, SLIM_BAD_INPUT, "zstd: unexpected end");
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
	static const struct slim_stream_ops ops = { unzstd_next, unzstd_free };
	struct unzstd *z = slim_calloc(1, sizeof(*z));
	*z = (struct unzstd){ .stream = { &ops }, .under = under, .context = ZSTD_createDCtx(), .out = slim_alloc(OUT),
			      .hint = 1 };
	if (!z->context)
		slim_out_of_memory();
	ZSTD_DCtx_setParameter(z->context, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
	return &z->stream;
}
