/* Streams for tests: one that hands out STEP bytes at a time, and one that then fails. */
#ifndef SLIM_TESTS_DRIP_H
#define SLIM_TESTS_DRIP_H

#include <string.h>

#include "slim/alloc.h"
#include "slim/stream.h"

struct drip {
	struct slim_stream stream;
	struct slim_blob rest;
	size_t step;
	char *piece; /* a copy as long as it must be, gone with the next call: reading on is seen by a sanitizer */
	const char *failure;
};

static int drip_next(struct slim_stream *stream, struct slim_blob *chunk, struct slim_error **err)
{
	struct drip *d = (struct drip *)stream;
	size_t n = d->rest.len < d->step ? d->rest.len : d->step;
	free(d->piece);
	d->piece = NULL;
	if (!n)
		return d->failure ? slim_fail(err, SLIM_BAD_INPUT, "%s", d->failure) : 0;
	d->piece = slim_alloc(n);
	memcpy(d->piece, d->rest.ptr, n);
	*chunk = slim_blob(d->piece, n);
	d->rest = slim_blob(d->rest.ptr + n, d->rest.len - n);
	return 1;
}

static void drip_free(struct slim_stream *stream)
{
	struct drip *d = (struct drip *)stream;
	free(d->piece);
	free(d);
}

/* FAILURE: what it says in place of its end; NULL: a good end. */
static struct slim_stream *drip_failing(struct slim_blob bytes, size_t step, const char *failure)
{
	static const struct slim_stream_ops ops = { .next = drip_next, .free = drip_free };
	struct drip *d = slim_calloc(1, sizeof(*d));
	*d = (struct drip){ .stream = { &ops }, .rest = bytes, .step = step, .failure = failure };
	return &d->stream;
}

static inline struct slim_stream *drip(struct slim_blob bytes, size_t step)
{
	return drip_failing(bytes, step, NULL);
}

#endif
