/* bzip2 and xz, which few layers use: through libarchive's filters. */
#include <errno.h>

#include <archive.h>
#include <archive_entry.h>

#include "slim/alloc.h"
#include "slim/stream.h"

struct unarchive {
	struct slim_stream stream;
	struct slim_stream *under;
	struct archive *archive;
	enum slim_compression kind;
	struct slim_error *cause; /* why the stream under it failed */
	uint64_t pulled;          /* bytes that libarchive was given */
	enum { CLOSED, READING, ENDED } state;
};

static la_ssize_t pull(struct archive *archive, void *context, const void **buffer)
{
	struct unarchive *u = context;
	struct slim_blob chunk = { NULL, 0 };
	int r = slim_stream_next(u->under, &chunk, &u->cause);
	*buffer = chunk.ptr;
	u->pulled += r > 0 ? chunk.len : 0;
	return r < 0 ? ARCHIVE_FATAL : r ? (la_ssize_t)chunk.len : 0;
}

/* Give the reason: of the stream below, or libarchive's own. Returns -1. */
static int failed(struct unarchive *u, struct slim_error **err)
{
	if (u->cause) {
		*err = slim_steal(&u->cause);
		return -1;
	}
	if (archive_errno(u->archive) == ENOMEM)
		slim_out_of_memory();
	const char *why = archive_error_string(u->archive);
	return slim_fail(err, SLIM_BAD_INPUT, "%s: %s", slim_compression_name(u->kind), why ? why : "corrupt data");
}

/*
 * libarchive 3.6 ends where it should fail: a filter's error before the first byte passes for an empty file, and what
 * bzip2 does not know, at the start or behind a stream, is left unread without a word.
 */
static int ended(struct unarchive *u, struct slim_error **err)
{
	if (u->cause || archive_errno(u->archive))
		return failed(u, err);
	struct slim_blob more;
	int r = slim_stream_next(u->under, &more, err);
	if (r < 0)
		return -1;
	if (r || !u->pulled || u->pulled != (uint64_t)archive_filter_bytes(u->archive, -1))
		return slim_fail(err, SLIM_BAD_INPUT, "%s: unexpected end, or bytes that are no %s data",
				 slim_compression_name(u->kind), slim_compression_name(u->kind));
	u->state = ENDED;
	return 0;
}

static int open_archive(struct unarchive *u, struct slim_error **err)
{
	struct archive_entry *entry;
	archive_read_support_format_raw(u->archive);
	archive_read_support_format_empty(u->archive);
	/* this filter alone, once: bidding lets plain bytes pass, and unpacks twice what is packed twice */
	archive_read_append_filter(u->archive, u->kind == SLIM_XZ ? ARCHIVE_FILTER_XZ : ARCHIVE_FILTER_BZIP2);
	int r = archive_read_open(u->archive, u, NULL, pull, NULL);
	if (r != ARCHIVE_OK || u->cause || archive_errno(u->archive))
		return failed(u, err);
	r = archive_read_next_header(u->archive, &entry);
	if (r == ARCHIVE_EOF)
		return ended(u, err);
	u->state = READING;
	return r == ARCHIVE_OK ? 0 : failed(u, err);
}

static int unarchive_next(struct slim_stream *stream, struct slim_blob *chunk, struct slim_error **err)
{
	struct unarchive *u = (struct unarchive *)stream;
	if (u->state == CLOSED && open_archive(u, err) < 0)
		return -1;
	if (u->state == ENDED)
		return 0;
	const void *bytes = NULL;
	size_t length = 0;
	la_int64_t offset;
	int r = ARCHIVE_OK;
	while (!length && r == ARCHIVE_OK)
		r = archive_read_data_block(u->archive, &bytes, &length, &offset);
	if (r == ARCHIVE_EOF)
		return ended(u, err);
	if (r != ARCHIVE_OK)
		return failed(u, err);
	*chunk = slim_blob(bytes, length);
	return 1;
}

static void unarchive_free(struct slim_stream *stream)
{
	struct unarchive *u = (struct unarchive *)stream;
	archive_read_free(u->archive);
	slim_error_free(u->cause);
	slim_stream_free(u->under);
	free(u);
}

static struct slim_stream *unarchive(struct slim_stream *under, enum slim_compression kind)
{
	static const struct slim_stream_ops ops = { .next = unarchive_next, .free = unarchive_free };
	struct unarchive *u = slim_calloc(1, sizeof(*u));
	*u = (struct unarchive){ .stream = { &ops }, .under = under, .kind = kind, .archive = archive_read_new() };
	if (!u->archive)
		slim_out_of_memory();
	return &u->stream;
}

struct slim_stream *slim_stream_decode(struct slim_stream *under, enum slim_compression kind)
{
	switch (kind) {
	case SLIM_PLAIN:
		return under;
	case SLIM_GZIP:
		return slim_stream_gunzip(under);
	case SLIM_ZSTD:
		return slim_stream_unzstd(under);
	case SLIM_BZIP2:
	case SLIM_XZ:
		return unarchive(under, kind);
	}
	return under;
}
