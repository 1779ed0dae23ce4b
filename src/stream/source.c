/* Where bytes come from: a part of a file, a descriptor, memory. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "slim/alloc.h"
#include "slim/stream.h"

/* Behind a skip little is read at once, since another is likely; the more is wanted, the more. */
enum { CHUNK = 256 << 10, LEAST = 8 << 10 };

struct range {
	struct slim_stream stream;
	struct slim_file *file;
	uint64_t offset, left;
	size_t chunk; /* to be read next */
	char *buffer;
};

static int range_next(struct slim_stream *stream, struct slim_blob *chunk, struct slim_error **err)
{
	struct range *r = (struct range *)stream;
	if (!r->left)
		return 0;
	size_t n = r->left < r->chunk ? (size_t)r->left : r->chunk;
	r->chunk = r->chunk < CHUNK ? r->chunk * 2 : CHUNK;
	if (slim_file_read(r->file, r->offset, r->buffer, n, err) < 0)
		return -1;
	r->offset += n;
	r->left -= n;
	*chunk = slim_blob(r->buffer, n);
	return 1;
}

static int range_skip(struct slim_stream *stream, uint64_t most, uint64_t *skipped, struct slim_error **err)
{
	struct range *r = (struct range *)stream;
	*skipped = most < r->left ? most : r->left;
	r->offset += *skipped;
	r->left -= *skipped;
	r->chunk = LEAST;
	return 0;
}

static void range_free(struct slim_stream *stream)
{
	struct range *r = (struct range *)stream;
	slim_file_unref(r->file);
	free(r->buffer);
	free(r);
}

struct slim_stream *slim_stream_range(struct slim_file *file, uint64_t offset, uint64_t length)
{
	static const struct slim_stream_ops ops = { .next = range_next, .free = range_free, .skip = range_skip };
	struct range *r = slim_calloc(1, sizeof(*r));
	*r = (struct range){ { &ops }, slim_file_ref(file), offset, length, CHUNK,
			     slim_alloc(length < CHUNK ? (size_t)length + 1 : CHUNK) };
	return &r->stream;
}

struct descriptor {
	struct slim_stream stream;
	int fd;
	char *name, *buffer;
};

static int descriptor_next(struct slim_stream *stream, struct slim_blob *chunk, struct slim_error **err)
{
	struct descriptor *d = (struct descriptor *)stream;
	for (;;) {
		ssize_t n = read(d->fd, d->buffer, CHUNK);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return slim_fail_errno(err, errno, "%s: read", d->name);
		*chunk = slim_blob(d->buffer, (size_t)n);
		return n > 0;
	}
}

static void descriptor_free(struct slim_stream *stream)
{
	struct descriptor *d = (struct descriptor *)stream;
	free(d->name);
	free(d->buffer);
	free(d);
}

struct slim_stream *slim_stream_fd(int fd, const char *name)
{
	static const struct slim_stream_ops ops = { .next = descriptor_next, .free = descriptor_free };
	struct descriptor *d = slim_calloc(1, sizeof(*d));
	*d = (struct descriptor){ { &ops }, fd, slim_strdup(name), slim_alloc(CHUNK) };
	return &d->stream;
}

struct memory {
	struct slim_stream stream;
	struct slim_blob rest;
};

static int memory_next(struct slim_stream *stream, struct slim_blob *chunk, struct slim_error **err)
{
	struct memory *m = (struct memory *)stream;
	*chunk = m->rest;
	m->rest.len = 0;
	return chunk->len > 0;
}

static void memory_free(struct slim_stream *stream)
{
	free(stream);
}

struct slim_stream *slim_stream_memory(struct slim_blob bytes)
{
	static const struct slim_stream_ops ops = { .next = memory_next, .free = memory_free };
	struct memory *m = slim_calloc(1, sizeof(*m));
	*m = (struct memory){ { &ops }, bytes };
	return &m->stream;
}
