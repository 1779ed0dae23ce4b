#include "sink.h"

#include <zstd.h>
#include <zstd_errors.h>

#include "slim/alloc.h"

enum { ZSTD_LEVEL = 3, ZSTD_WORKERS_MAX = 64, GZIP_LEVEL = 6 };

void slim_sink_free(struct slim_sink *sink)
{
	if (sink)
		sink->ops->free(sink);
}

/* --- plain ------------------------------------------------------------------------------------------------------ */

struct plain {
	struct slim_sink base;
	struct slim_sink *under;
};

static int plain_write(struct slim_sink *sink, struct slim_blob bytes, struct slim_error **err)
{
	return slim_sink_write(((struct plain *)sink)->under, bytes, err);
}

static int plain_end(struct slim_sink *sink, struct slim_error **err)
{
	return 0;
}

static void plain_free(struct slim_sink *sink)
{
	free(sink);
}

struct slim_sink *slim_sink_plain(struct slim_sink *under)
{
	static const struct slim_sink_ops ops = { plain_write, plain_end, plain_free };
	struct plain *plain = slim_alloc(sizeof(*plain));
	*plain = (struct plain){ { &ops }, under };
	return &plain->base;
}

/* --- zstd ------------------------------------------------------------------------------------------------------- */

struct zstd {
	struct slim_sink base;
	struct slim_sink *under;
	ZSTD_CCtx *context;
	char *out;
	size_t out_size;
};

static int zstd_pass(struct zstd *zstd, struct slim_blob bytes, ZSTD_EndDirective how, struct slim_error **err)
{
	ZSTD_inBuffer in = { bytes.ptr, bytes.len, 0 };
	for (;;) {
		ZSTD_outBuffer out = { zstd->out, zstd->out_size, 0 };
		size_t left = ZSTD_compressStream2(zstd->context, &out, &in, how);
		if (ZSTD_getErrorCode(left) == ZSTD_error_memory_allocation)
			slim_out_of_memory();
		if (ZSTD_isError(left))
			return slim_fail(err, SLIM_BAD_INPUT, "zstd: %s", ZSTD_getErrorName(left));
		if (out.pos && slim_sink_write(zstd->under, slim_blob(zstd->out, out.pos), err))
			return -1;
		if (how == ZSTD_e_end ? !left : in.pos == in.size)
			return 0;
	}
}

static int zstd_write(struct slim_sink *sink, struct slim_blob bytes, struct slim_error **err)
{
	return zstd_pass((struct zstd *)sink, bytes, ZSTD_e_continue, err);
}

static int zstd_end(struct slim_sink *sink, struct slim_error **err)
{
	return zstd_pass((struct zstd *)sink, slim_blob("", 0), ZSTD_e_end, err);
}

static void zstd_free(struct slim_sink *sink)
{
	struct zstd *zstd = (struct zstd *)sink;
	ZSTD_freeCCtx(zstd->context);
	free(zstd->out);
	free(zstd);
}

struct slim_sink *slim_sink_zstd(struct slim_sink *under, int level, unsigned jobs)
{
	static const struct slim_sink_ops ops = { zstd_write, zstd_end, zstd_free };
	struct zstd *zstd = slim_alloc(sizeof(*zstd));
	*zstd = (struct zstd){ { &ops }, under, ZSTD_createCCtx(), NULL, ZSTD_CStreamOutSize() };
	if (!zstd->context)
		slim_out_of_memory();
	zstd->out = slim_alloc(zstd->out_size);
	/*
	 * zstd.h: with nbWorkers >= 1 the result does not depend on their number, but differs from that of 0; so one
	 * job has one worker. A library built without threads refuses the setting, and its result is still valid.
	 */
	int workers = jobs < 1 ? 1 : jobs > ZSTD_WORKERS_MAX ? ZSTD_WORKERS_MAX : (int)jobs;
	ZSTD_CCtx_setParameter(zstd->context, ZSTD_c_nbWorkers, workers);
	ZSTD_CCtx_setParameter(zstd->context, ZSTD_c_compressionLevel, level ? level : ZSTD_LEVEL);
	ZSTD_CCtx_setParameter(zstd->context, ZSTD_c_checksumFlag, 1);
	return &zstd->base;
}

struct slim_sink *slim_sink_compress(struct slim_sink *under, const struct slim_write_options *options)
{
	switch (options->format) {
	case SLIM_LAYER_ZSTD: return slim_sink_zstd(under, options->level, options->jobs);
	case SLIM_LAYER_GZIP:
		return slim_sink_gzip(under, options->level ? options->level : GZIP_LEVEL, options->jobs);
	case SLIM_LAYER_PLAIN: break;
	}
	return slim_sink_plain(under);
}
