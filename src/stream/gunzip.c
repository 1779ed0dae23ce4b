/*
 * RFC 1952: members one after another are one stream. Bytes behind the last member are an error, zeros too, as in Go's
 * compress/gzip ("gzip: invalid header"), which the engines use; gzip(1) warns of others and passes over zeros. No
 * member at all is an error in both.
 */
#include "config.h"

#include "inflate.h"
#include "slim/alloc.h"
#include "slim/stream.h"

enum { OUT = 256 << 10 };

struct gunzip {
	struct slim_stream stream;
	struct slim_stream *under;
	const struct slim_inflate_ops *ops;
	void *state;
	struct slim_blob in;
	char *out;
	bool in_member, any, ended;
};

/* More input, when there is none left: 1, 0 at the end of it, -1. */
static int fill(struct gunzip *g, struct slim_error **err)
{
	if (g->in.len || g->ended)
		return g->in.len > 0;
	int r = slim_stream_next(g->under, &g->in, err);
	if (r <= 0)
		g->in = SLIM_BLOB("");
	g->ended = r == 0;
	return r;
}

static int begin_member(struct gunzip *g, struct slim_error **err)
{
	if ((unsigned char)g->in.ptr[0] != 0x1f)
		return slim_fail(err, SLIM_BAD_INPUT, "gzip: %s",
				 g->any ? "bytes that are no gzip member after the last one" : "not a gzip stream");
	if (g->any)
		g->ops->reset(g->state);
	g->in_member = g->any = true;
	return 0;
}

static int gunzip_next(struct slim_stream *stream, struct slim_blob *chunk, struct slim_error **err)
{
	struct gunzip *g = (struct gunzip *)stream;
	char *out = g->out;
	size_t room = OUT;
	while (room) {
		int r = fill(g, err);
		if (r < 0)
			return -1;
		if (!r && !g->in_member && g->any)
			break;
		if (!r && !g->any)
			return slim_fail(err, SLIM_BAD_INPUT, "gzip: unexpected end");
		if (!g->in_member && begin_member(g, err) < 0)
			return -1;
		size_t before = room, had = g->in.len;
		enum slim_inflated state = g->ops->run(g->state, &g->in.ptr, &g->in.len, &out, &room);
		if (state == SLIM_INFLATE_BAD)
			return slim_fail(err, SLIM_BAD_INPUT, "gzip: corrupt data");
		if (state == SLIM_INFLATE_MEMBER_END)
			g->in_member = false;
		else if (g->ended && room == before && had == g->in.len)
			return slim_fail(err, SLIM_BAD_INPUT, "gzip: unexpected end");
	}
	*chunk = slim_blob(g->out, OUT - room);
	return chunk->len > 0;
}

static void gunzip_free(struct slim_stream *stream)
{
	struct gunzip *g = (struct gunzip *)stream;
	slim_stream_free(g->under);
	g->ops->free(g->state);
	free(g->out);
	free(g);
}

struct slim_stream *slim_stream_gunzip_with(struct slim_stream *under, const struct slim_inflate_ops *inflate)
{
	static const struct slim_stream_ops ops = { .next = gunzip_next, .free = gunzip_free };
	struct gunzip *g = slim_calloc(1, sizeof(*g));
	*g = (struct gunzip){ .stream = { &ops }, .under = under, .ops = inflate, .state = inflate->new(),
			      .out = slim_alloc(OUT) };
	return &g->stream;
}

struct slim_stream *slim_stream_gunzip(struct slim_stream *under)
{
#ifdef HAVE_ISAL
	return slim_stream_gunzip_with(under, &slim_inflate_isal);
#else
	return slim_stream_gunzip_with(under, &slim_inflate_zlib);
#endif
}
