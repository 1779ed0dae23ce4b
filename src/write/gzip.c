#include "pieces.h"

#include <zlib.h>

#include "slim/alloc.h"

/*
 * Every piece is deflated on its own and ended at a byte boundary, one after another in one gzip member (RFC 1951 lets
 * blocks follow each other so; pigz does it too). The header has no time and no name, and 255 for the system (RFC
 * 1952).
 */
enum { RAW_DEFLATE = -15, MEMORY_LEVEL = 8 };

static bool init(z_stream *z, int level)
{
	return deflateInit2(z, level, Z_DEFLATED, RAW_DEFLATE, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) == Z_OK;
}

static void *gzip_open(int level)
{
	z_stream *z = slim_calloc(1, sizeof(*z));
	if (!init(z, level))
		slim_out_of_memory();
	return z;
}

static void gzip_close(void *state)
{
	deflateEnd(state);
	free(state);
}

/* The bound that zlib tells, and the sync marker. */
static size_t gzip_bound(size_t length)
{
	z_stream z = { 0 };
	if (!init(&z, Z_BEST_COMPRESSION))
		slim_out_of_memory();
	size_t size = deflateBound(&z, length) + 64;
	deflateEnd(&z);
	return size;
}

static bool gzip_compress(void *state, struct slim_blob piece, char *out, size_t *length)
{
	z_stream *z = state;
	if (deflateReset(z) != Z_OK)
		return false;
	z->next_in = (z_const Bytef *)(uintptr_t)piece.ptr;
	z->avail_in = (uInt)piece.len;
	z->next_out = (Bytef *)out;
	z->avail_out = (uInt)*length;
	if (deflate(z, Z_SYNC_FLUSH) != Z_OK || z->avail_in || !z->avail_out)
		return false;
	*length -= z->avail_out;
	return true;
}

static uint32_t gzip_check(struct slim_blob piece)
{
	return (uint32_t)crc32(0, (const Bytef *)piece.ptr, (uInt)piece.len);
}

static uint32_t gzip_combine(uint32_t before, uint32_t after, size_t length)
{
	return (uint32_t)crc32_combine(before, after, (z_off_t)length);
}

/* As zlib's deflate does: 2 for the slowest level, 4 for the fastest. */
static unsigned char extra_flags(int level)
{
	return level == 9 ? 2 : level == 1 ? 4 : 0;
}

static size_t gzip_head(const struct slim_pieces_sum *sum, unsigned char *out)
{
	const unsigned char header[10] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, extra_flags(sum->level), 255 };
	memcpy(out, header, sizeof(header));
	return sizeof(header);
}

static void little_endian(unsigned char *field, uint32_t value)
{
	for (size_t i = 0; i < 4; i++, value >>= 8)
		field[i] = (unsigned char)value;
}

/* RFC 1951: one last block, of the fixed code, with nothing but its end in it; then CRC and length. */
static size_t gzip_tail(const struct slim_pieces_sum *sum, unsigned char *out)
{
	out[0] = 0x03;
	out[1] = 0x00;
	little_endian(out + 2, sum->check);
	little_endian(out + 6, sum->total);
	return 10;
}

const struct slim_codec slim_codec_gzip = {
	.name = "gzip-1",
	.version = zlibVersion,
	.open = gzip_open,
	.close = gzip_close,
	.bound = gzip_bound,
	.compress = gzip_compress,
	.check = gzip_check,
	.combine = gzip_combine,
	.head = gzip_head,
	.tail = gzip_tail,
};
