/*
 * ISA-L inflates a member's body and verifies its trailer. zlib reads the header: ISA-L 2.30 refuses a header checksum
 * (FHCRC) that lies on the border of two pieces of input.
 */
#include "config.h"

#include <isa-l/igzip_lib.h>
#include <stdbool.h>
#include <stdint.h>
#include <zlib.h>

#include "inflate.h"
#include "slim/alloc.h"

enum { GZIP_ONLY = 15 + 16, AT_BOUNDARY = 128 }; /* zlib.h: inflateInit2's windowBits, data_type after Z_BLOCK */

struct isal {
	struct inflate_state body;
	z_stream header;
	bool in_header;
};

static void isal_reset(void *state)
{
	struct isal *s = state;
	isal_inflate_reset(&s->body);
	s->body.crc_flag = ISAL_GZIP_NO_HDR_VER;
	inflateReset(&s->header);
	s->in_header = true;
}

static void *isal_new(void)
{
	struct isal *s = slim_calloc(1, sizeof(*s));
	isal_inflate_init(&s->body);
	if (inflateInit2(&s->header, GZIP_ONLY) != Z_OK)
		slim_out_of_memory();
	isal_reset(s);
	return s;
}

static uint32_t clamp(size_t n)
{
	return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

static enum slim_inflated read_header(struct isal *s, const char **in, size_t *in_length)
{
	unsigned char none;
	uint32_t give = clamp(*in_length);
	s->header.next_in = (Bytef *)(uintptr_t)*in;
	s->header.avail_in = give;
	s->header.next_out = &none;
	s->header.avail_out = 0;
	int r = inflate(&s->header, Z_BLOCK);
	*in += give - s->header.avail_in;
	*in_length -= give - s->header.avail_in;
	if (r != Z_OK && r != Z_BUF_ERROR)
		return SLIM_INFLATE_BAD;
	s->in_header = !(s->header.data_type & AT_BOUNDARY);
	return SLIM_INFLATE_MORE;
}

static enum slim_inflated isal_run(void *state, const char **in, size_t *in_length, char **out, size_t *out_length)
{
	struct isal *s = state;
	if (s->in_header)
		return read_header(s, in, in_length);
	uint32_t give = clamp(*in_length), room = clamp(*out_length);
	s->body.next_in = (uint8_t *)(uintptr_t)*in;
	s->body.avail_in = give;
	s->body.next_out = (uint8_t *)*out;
	s->body.avail_out = room;
	int r = isal_inflate(&s->body);
	*in += give - s->body.avail_in;
	*in_length -= give - s->body.avail_in;
	*out += room - s->body.avail_out;
	*out_length -= room - s->body.avail_out;
	if (r != ISAL_DECOMP_OK && r != ISAL_END_INPUT)
		return SLIM_INFLATE_BAD;
	return s->body.block_state == ISAL_BLOCK_FINISH ? SLIM_INFLATE_MEMBER_END : SLIM_INFLATE_MORE;
}

static void isal_free(void *state)
{
	struct isal *s = state;
	inflateEnd(&s->header);
	free(s);
}

const struct slim_inflate_ops slim_inflate_isal = { isal_new, isal_reset, isal_run, isal_free };
