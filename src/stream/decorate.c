/* What is done to bytes that pass: hashed, limited, copied, counted. */
#include "slim/alloc.h"
#include "slim/stream.h"

struct decorator {
	struct slim_stream stream;
	struct slim_stream *under;
	struct slim_hasher *hasher; /* of a digest */
	struct slim_digest digest;
	struct slim_quota *quota;
	struct slim_file *spool;
	struct slim_log *log;
};

static struct decorator *decorate(struct slim_stream *under, const struct slim_stream_ops *ops)
{
	struct decorator *d = slim_calloc(1, sizeof(*d));
	d->stream.ops = ops;
	d->under = under;
	return d;
}

static void decorator_free(struct slim_stream *stream)
{
	struct decorator *d = (struct decorator *)stream;
	slim_stream_free(d->under);
	slim_hasher_free(d->hasher);
	slim_file_unref(d->spool);
	free(d);
}

static int digest_next(struct slim_stream *stream, struct slim_blob *chunk, struct slim_error **err)
{
	struct decorator *d = (struct decorator *)stream;
	int r = slim_stream_next(d->under, chunk, err);
	if (r > 0)
		slim_hasher_add(d->hasher, chunk->ptr, chunk->len);
	return r;
}

struct slim_stream *slim_stream_digest(struct slim_stream *under, enum slim_digest_kind kind)
{
	static const struct slim_stream_ops ops = { .next = digest_next, .free = decorator_free };
	struct decorator *d = decorate(under, &ops);
	d->hasher = slim_hasher_new(kind);
	return &d->stream;
}

struct slim_digest slim_stream_digested(struct slim_stream *stream)
{
	struct decorator *d = (struct decorator *)stream;
	if (d->hasher) {
		d->digest = slim_hasher_end(d->hasher);
		slim_hasher_free(slim_steal(&d->hasher));
	}
	return d->digest;
}

static int limit_next(struct slim_stream *stream, struct slim_blob *chunk, struct slim_error **err)
{
	struct decorator *d = (struct decorator *)stream;
	int r = slim_stream_next(d->under, chunk, err);
	return r > 0 && slim_quota_take(d->quota, chunk->len, err) < 0 ? -1 : r;
}

static int limit_skip(struct slim_stream *stream, uint64_t most, uint64_t *skipped, struct slim_error **err)
{
	struct decorator *d = (struct decorator *)stream;
	if (slim_stream_skip(d->under, most, skipped, err) < 0)
		return -1;
	return slim_quota_take(d->quota, *skipped, err);
}

struct slim_stream *slim_stream_limit(struct slim_stream *under, struct slim_quota *quota)
{
	static const struct slim_stream_ops ops = { .next = limit_next, .free = decorator_free, .skip = limit_skip };
	struct decorator *d = decorate(under, &ops);
	d->quota = quota;
	return &d->stream;
}

static int tee_next(struct slim_stream *stream, struct slim_blob *chunk, struct slim_error **err)
{
	struct decorator *d = (struct decorator *)stream;
	int r = slim_stream_next(d->under, chunk, err);
	if (r > 0 && slim_file_append(d->spool, chunk->ptr, chunk->len, err) < 0)
		return -1;
	return r;
}

struct slim_stream *slim_stream_tee(struct slim_stream *under, struct slim_file *spool)
{
	static const struct slim_stream_ops ops = { .next = tee_next, .free = decorator_free };
	struct decorator *d = decorate(under, &ops);
	d->spool = slim_file_ref(spool);
	return &d->stream;
}

static int progress_next(struct slim_stream *stream, struct slim_blob *chunk, struct slim_error **err)
{
	struct decorator *d = (struct decorator *)stream;
	int r = slim_stream_next(d->under, chunk, err);
	if (r > 0)
		slim_progress_add(d->log, chunk->len);
	return r;
}

static int progress_skip(struct slim_stream *stream, uint64_t most, uint64_t *skipped, struct slim_error **err)
{
	struct decorator *d = (struct decorator *)stream;
	if (slim_stream_skip(d->under, most, skipped, err) < 0)
		return -1;
	slim_progress_add(d->log, *skipped);
	return 0;
}

struct slim_stream *slim_stream_progress(struct slim_stream *under, struct slim_log *log)
{
	static const struct slim_stream_ops ops = { .next = progress_next, .free = decorator_free,
						    .skip = progress_skip };
	struct decorator *d = decorate(under, &ops);
	d->log = log;
	return &d->stream;
}
