#include "layer_tar.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include <archive.h>

#include "slim/signals.h"

/* libarchive wants the padding that may be missing at the end. It is no part of the layer's bytes. */
static la_ssize_t pad(struct slim_layer_reader *r, const void **out)
{
	static const char zeros[SLIM_TAR_BLOCK];
	size_t length = slim_tar_watch_padding(&r->watch);
	*out = zeros;
	if (slim_tar_watch(&r->watch, slim_blob(zeros, length), &r->err))
		return ARCHIVE_FATAL;
	r->padded += length;
	return (la_ssize_t)length;
}

static la_ssize_t read_chunk(struct archive *a, void *data, const void **out)
{
	struct slim_layer_reader *r = data;
	struct slim_blob chunk;
	if (slim_signals_waiting()) /* they wait for the threads that read layers */
		return slim_fail(&r->err, SLIM_BAD_INPUT, "interrupted");
	int got = slim_stream_next(r->stream, &chunk, &r->err);
	r->ended = got == 0;
	if (r->ended)
		return pad(r, out);
	if (got < 0 || slim_tar_watch(&r->watch, chunk, &r->err))
		return ARCHIVE_FATAL;
	r->layer->size += chunk.len;
	if (r->growing)
		slim_check_grow(r->growing, chunk.len);
	*out = chunk.ptr;
	return (la_ssize_t)chunk.len;
}

/* Only what libarchive and the watch both hold for content. A failure is reported by the read that follows. */
static la_int64_t skip_content(struct archive *a, void *data, la_int64_t wanted)
{
	struct slim_layer_reader *r = data;
	uint64_t content = slim_tar_watch_content(&r->watch), skipped;
	uint64_t most = (uint64_t)wanted < content ? (uint64_t)wanted : content;
	if (!most)
		return 0;
	if (slim_stream_skip(r->stream, most, &skipped, &r->err))
		return ARCHIVE_FATAL;
	slim_tar_watch_skip(&r->watch, skipped);
	r->layer->size += skipped;
	return (la_int64_t)skipped;
}

static void free_archive(struct archive **a)
{
	archive_read_free(*a);
}

int slim_layer_fail_archive(struct slim_layer_reader *r, struct slim_error **err)
{
	struct archive *a = r->archive;
	if (r->err) {
		*err = slim_steal(&r->err);
		return -1;
	}
	if (r->ended && slim_tar_watch_end(&r->watch, err))
		return -1;
	if (archive_errno(a) == ENOMEM)
		slim_out_of_memory();
	const char *text = archive_error_string(a);
	return slim_fail(err, SLIM_BAD_INPUT, "%s", text ? text : "no tar archive");
}

/*
 * Names are bytes, and libarchive, in the C locale, hands them out as they are; it may say that it could not convert
 * them. Any other warning is about a header that others will read differently.
 */
static bool is_harmless(struct archive *a)
{
	const char *text = archive_error_string(a);
	return text && strstr(text, "can't be converted");
}

/*
 * Where libarchive stands must be where the entry before ended: it read neither more nor less than
 * that entry's size.
 */
static int check_position(const struct slim_layer_reader *r, struct archive *a, struct slim_error **err)
{
	uint64_t start = (uint64_t)archive_read_header_position(a);
	if (start == r->end)
		return 0;
	return slim_fail(err, SLIM_BAD_INPUT, "tar header at byte %" PRIu64 ": the entry before does not end there",
			 start);
}

static int fail_two_ways(const struct slim_layer_reader *r, struct slim_error **err)
{
	return slim_fail(err, SLIM_BAD_INPUT, "the tar reads in two ways: %" PRIu64 " entries or %" PRIu64, r->entries,
			 r->watch.entries);
}

static int read_entries(struct slim_layer_reader *r, struct archive *a, struct slim_error **err)
{
	struct archive_entry *entry;
	int got;
	while ((got = archive_read_next_header(a, &entry)) == ARCHIVE_OK || got == ARCHIVE_WARN) {
		if (got == ARCHIVE_WARN && !is_harmless(a))
			return slim_layer_fail_archive(r, err);
		r->entries++;
		if (!slim_tar_watch_note(&r->watch, &r->note))
			return fail_two_ways(r, err);
		if (slim_quota_take(&r->budget->files, 1, err) || check_position(r, a, err) ||
		    slim_layer_add_entry(r, entry, (uint64_t)archive_filter_bytes(a, 0), err))
			return -1;
	}
	if (got != ARCHIVE_EOF)
		return slim_layer_fail_archive(r, err);
	return 0;
}

static int open_and_read(struct slim_layer_reader *r, struct slim_error **err)
{
	slim_cleanup(free_archive) struct archive *a = archive_read_new();
	if (!a)
		slim_out_of_memory();
	r->archive = a;
	archive_read_support_format_tar(a);
	archive_read_support_format_empty(a);
	archive_read_set_read_callback(a, read_chunk);
	archive_read_set_skip_callback(a, skip_content);
	archive_read_set_callback_data(a, r);
	if (archive_read_open1(a) != ARCHIVE_OK)
		return slim_layer_fail_archive(r, err);
	return read_entries(r, a, err);
}

/*
 * What follows the end of the tar counts for the digests, and shall not hold another header behind
 * a lone zero block.
 */
static int drain(struct slim_layer_reader *r, struct slim_error **err)
{
	const void *ignored;
	la_ssize_t got;
	while ((got = read_chunk(NULL, r, &ignored)) > 0)
		;
	if (got == 0)
		return slim_tar_watch_end(&r->watch, err);
	*err = slim_steal(&r->err);
	return -1;
}

int slim_layer_read_tar(struct slim_layer_reader *r, struct slim_error **err)
{
	if (open_and_read(r, err) || drain(r, err))
		return -1;
	if (r->end > r->layer->size + r->padded)
		return slim_fail(err, SLIM_BAD_INPUT, "the tar ends in the middle of an entry");
	if (r->entries != r->watch.entries)
		return fail_two_ways(r, err);
	return 0;
}
