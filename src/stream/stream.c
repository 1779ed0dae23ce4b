#include "slim/stream.h"

#include <string.h>

#include "slim/alloc.h"

void slim_stream_free(struct slim_stream *stream)
{
	if (stream)
		stream->ops->free(stream);
}

int slim_stream_skip(struct slim_stream *stream, uint64_t most, uint64_t *skipped, struct slim_error **err)
{
	*skipped = 0;
	return stream->ops->skip ? stream->ops->skip(stream, most, skipped, err) : 0;
}

static bool is_skippable(const unsigned char *b)
{
	return b[0] >= 0x50 && b[0] <= 0x5f && b[1] == 0x2a && b[2] == 0x4d && b[3] == 0x18; /* RFC 8878, 3.1.2 */
}

/* "BZh", the block size, then the first block's magic (pi), or that of the end (the root of pi). */
static bool is_bzip2(struct slim_blob head)
{
	static const char block[] = "\x31\x41\x59\x26\x53\x59", end[] = "\x17\x72\x45\x38\x50\x90";
	if (head.len < 4 || memcmp(head.ptr, "BZh", 3) || head.ptr[3] < '1' || head.ptr[3] > '9')
		return false;
	size_t n = head.len - 4 < sizeof(block) - 1 ? head.len - 4 : sizeof(block) - 1;
	return !memcmp(head.ptr + 4, block, n) || !memcmp(head.ptr + 4, end, n);
}

enum slim_compression slim_detect(struct slim_blob head)
{
	const unsigned char *b = (const unsigned char *)head.ptr;
	if (head.len >= 2 && b[0] == 0x1f && b[1] == 0x8b)
		return SLIM_GZIP;
	if (is_bzip2(head))
		return SLIM_BZIP2;
	if (head.len >= 4 && (!memcmp(b, "\x28\xb5\x2f\xfd", 4) || is_skippable(b)))
		return SLIM_ZSTD;
	if (head.len >= 6 && !memcmp(b, "\xfd" "7zXZ", 6))
		return SLIM_XZ;
	return SLIM_PLAIN;
}

const char *slim_compression_name(enum slim_compression kind)
{
	static const char *const names[] = { "none", "gzip", "zstd", "bzip2", "xz" };
	return names[kind];
}

int slim_stream_drain(struct slim_stream *stream, struct slim_error **err)
{
	struct slim_blob chunk;
	int r;
	while ((r = slim_stream_next(stream, &chunk, err)) > 0)
		;
	return r;
}

int slim_stream_slurp(struct slim_stream *stream, uint64_t limit, char **bytes, size_t *length, struct slim_error **err)
{
	slim_autofree char *all = slim_alloc(1);
	size_t n = 0, capacity = 1;
	struct slim_blob chunk;
	int r;
	while ((r = slim_stream_next(stream, &chunk, err)) > 0) {
		if (chunk.len > limit - n)
			return slim_fail(err, SLIM_BAD_INPUT, "more than %llu bytes", (unsigned long long)limit);
		while (capacity <= n + chunk.len) {
			capacity *= 2;
			all = slim_realloc(all, capacity, 1);
		}
		memcpy(all + n, chunk.ptr, chunk.len);
		n += chunk.len;
	}
	if (r < 0)
		return -1;
	all[n] = 0;
	*bytes = slim_steal(&all);
	*length = n;
	return 0;
}
