#include "config.h"

#include <isa-l/igzip_lib.h>
#include <limits.h>
#include <stdint.h>

#include "inflate.h"
#include "slim/alloc.h"

static void isal_reset(void *state)
{
	struct inflate_state *s = state;
	isal_inflate_reset(s);
	s->crc_flag = ISAL_GZIP; /* header and trailer are read and verified */
}

static void *isal_new(void)
{
	struct inflate_state *s = slim_calloc(1, sizeof(*s));
	isal_inflate_init(s);
	s->crc_flag = ISAL_GZIP;
	return s;
}

static uint32_t clamp(size_t n)
{
	return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

static enum slim_inflated isal_run(void *state, const char **in, size_t *in_length, char **out, size_t *out_length)
{
	struct inflate_state *s = state;
	uint32_t give = clamp(*in_length), room = clamp(*out_length);
	s->next_in = (uint8_t *)(uintptr_t)*in;
	s->avail_in = give;
	s->next_out = (uint8_t *)*out;
	s->avail_out = room;
	int r = isal_inflate(s);
	*in += give - s->avail_in;
	*in_length -= give - s->avail_in;
	*out += room - s->avail_out;
	*out_length -= room - s->avail_out;
	if (r != ISAL_DECOMP_OK && r != ISAL_END_INPUT)
		return SLIM_INFLATE_BAD;
	return s->block_state == ISAL_BLOCK_FINISH ? SLIM_INFLATE_MEMBER_END : SLIM_INFLATE_MORE;
}

static void isal_free(void *state)
{
	free(state);
}

const struct slim_inflate_ops slim_inflate_isal = { isal_new, isal_reset, isal_run, isal_free };
