#include "pieces.h"

#include <zstd.h>
#include <zstd_errors.h>

#include "slim/alloc.h"

/*
 * Every piece is a frame (RFC 8878, 3: frames follow each other). A window as long as the longest piece, with tables to
 * match, makes up for what pieces lose by not knowing each other; decoders should take 8 MiB (RFC 8878, 3.1.1.1.2).
 */
enum { DEFAULT_LEVEL = 3, WINDOW_LOG = 23, HASH_LOG = 18, CHAIN_LOG = 17 };
_Static_assert(1 << WINDOW_LOG == SLIM_PIECE_MAX, "the window is a piece");

static void *zstd_open(int level)
{
	ZSTD_CCtx *context = ZSTD_createCCtx();
	if (!context)
		return NULL;
	ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level);
	ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
	ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, WINDOW_LOG);
	if (level == DEFAULT_LEVEL) { /* the tables of other levels are what the user asks for */
		ZSTD_CCtx_setParameter(context, ZSTD_c_hashLog, HASH_LOG);
		ZSTD_CCtx_setParameter(context, ZSTD_c_chainLog, CHAIN_LOG);
	}
	return context;
}

static void zstd_close(void *state)
{
	ZSTD_freeCCtx(state);
}

static bool zstd_compress(void *state, struct slim_blob piece, char *out, size_t *length)
{
	size_t got = ZSTD_compress2(state, out, *length, piece.ptr, piece.len);
	if (ZSTD_getErrorCode(got) == ZSTD_error_memory_allocation)
		slim_out_of_memory();
	*length = got;
	return !ZSTD_isError(got);
}

const struct slim_codec slim_codec_zstd = {
	.name = "zstd-1",
	.version = ZSTD_versionString,
	.open = zstd_open,
	.close = zstd_close,
	.bound = ZSTD_compressBound,
	.compress = zstd_compress,
};
