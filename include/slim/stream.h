/*
 * Bytes on their way: pulled, a chunk at a time, through decorators that know nothing of images.
 *     file ─► [progress] ─► gunzip|zstd ─► limit ─► [digest] ─► [tee into a spool] ─► reader
 * A decorator takes ownership of the stream under it, and fails as that fails.
 */
#ifndef SLIM_STREAM_H
#define SLIM_STREAM_H

#include <stdint.h>

#include "slim/blob.h"
#include "slim/digest.h"
#include "slim/error.h"
#include "slim/file.h"
#include "slim/log.h"
#include "slim/quota.h"

struct slim_stream;

struct slim_stream_ops {
	/* 1 and a chunk that is not empty and valid until the next call; 0 at the end; -1. */
	int (*next)(struct slim_stream *stream, struct slim_blob *chunk, struct slim_error **err);
	void (*free)(struct slim_stream *stream); /* frees what is under it too */
	/* As slim_stream_skip; NULL: nothing can be skipped. */
	int (*skip)(struct slim_stream *stream, uint64_t most, uint64_t *skipped, struct slim_error **err);
};

struct slim_stream {
	const struct slim_stream_ops *ops;
};

static inline int slim_stream_next(struct slim_stream *s, struct slim_blob *chunk, struct slim_error **err)
{
	return s->ops->next(s, chunk, err);
}
/* Pass over up to MOST bytes without reading them. *skipped may be 0: then, and for what is left, reading it is. */
int slim_stream_skip(struct slim_stream *stream, uint64_t most, uint64_t *skipped, struct slim_error **err)
	SLIM_MUST_CHECK;
void slim_stream_free(struct slim_stream *stream); /* NULL is fine */
SLIM_DEFINE_CLEANUP(struct slim_stream, slim_stream_free)

/* The LENGTH bytes of FILE from OFFSET; fewer there: an error. Takes a reference of FILE. Can skip. */
struct slim_stream *slim_stream_range(struct slim_file *file, uint64_t offset, uint64_t length);
/* All that descriptor FD yields until its end (a pipe, say); NAME is for messages. FD is not closed. */
struct slim_stream *slim_stream_fd(int fd, const char *name);
/* Bytes in memory, which must outlive the stream. */
struct slim_stream *slim_stream_memory(struct slim_blob bytes);

enum slim_compression { SLIM_PLAIN, SLIM_GZIP, SLIM_ZSTD, SLIM_BZIP2, SLIM_XZ };
/* By the first bytes (8 are enough). A zstd skippable frame counts as zstd. */
enum slim_compression slim_detect(struct slim_blob head);
const char *slim_compression_name(enum slim_compression kind);

/* gzip: members one after another are one stream, CRC and length are verified, bytes after the last are an error. */
struct slim_stream *slim_stream_gunzip(struct slim_stream *under);
/* zstd: many frames, skippable frames anywhere; windows over 128 MiB and dictionaries are errors. */
struct slim_stream *slim_stream_unzstd(struct slim_stream *under);
/* The decoder for KIND around UNDER; SLIM_PLAIN gives UNDER itself. bzip2 and xz through libarchive. */
struct slim_stream *slim_stream_decode(struct slim_stream *under, enum slim_compression kind);

/* Hashes what passes; ask slim_stream_digested once the stream has ended. */
struct slim_stream *slim_stream_digest(struct slim_stream *under, enum slim_digest_kind kind);
struct slim_digest slim_stream_digested(struct slim_stream *digest_stream);
/* Takes what passes, or is skipped, from QUOTA, which must outlive the stream. */
struct slim_stream *slim_stream_limit(struct slim_stream *under, struct slim_quota *quota);
/* Copies what passes to the end of the unlinked spool FILE. */
struct slim_stream *slim_stream_tee(struct slim_stream *under, struct slim_file *spool);
/* Adds what passes, or is skipped, to LOG's progress. */
struct slim_stream *slim_stream_progress(struct slim_stream *under, struct slim_log *log);

/* Read to the end, so that digests and limits have seen everything. */
int slim_stream_drain(struct slim_stream *stream, struct slim_error **err) SLIM_MUST_CHECK;
/* Read all into a new buffer (NUL behind it, not counted); over LIMIT bytes is an error. */
int slim_stream_slurp(struct slim_stream *stream, uint64_t limit, char **bytes, size_t *length,
		      struct slim_error **err) SLIM_MUST_CHECK;

#endif
