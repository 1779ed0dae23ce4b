#include "pieces.h"

#include "slim/alloc.h"

enum { ZSTD_LEVEL = 3, GZIP_LEVEL = 6 };

void slim_sink_free(struct slim_sink *sink)
{
	if (sink)
		sink->ops->free(sink);
}

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

struct slim_sink *slim_sink_compress(struct slim_sink *under, const struct slim_write_options *options)
{
	struct slim_pieces_input in = { .jobs = options->jobs, .cache = options->cache };
	switch (options->format) {
	case SLIM_LAYER_ZSTD:
		in.codec = &slim_codec_zstd;
		in.level = ZSTD_LEVEL;
		break;
	case SLIM_LAYER_GZIP:
		in.codec = &slim_codec_gzip;
		in.level = GZIP_LEVEL;
		break;
	case SLIM_LAYER_PLAIN:
		return slim_sink_plain(under);
	}
	if (options->level)
		in.level = options->level;
	return slim_sink_pieces(under, &in);
}
