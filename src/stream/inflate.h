/* gzip members, decoded by ISA-L or by zlib: the one interface of both. Each verifies CRC and length of a member. */
#ifndef SLIM_STREAM_INFLATE_H
#define SLIM_STREAM_INFLATE_H

#include <stddef.h>

enum slim_inflated { SLIM_INFLATE_MORE, SLIM_INFLATE_MEMBER_END, SLIM_INFLATE_BAD };

struct slim_inflate_ops {
	void *(*new)(void);
	void (*reset)(void *state); /* for the next member */
	/* Consume of *in, produce into *out; both pointers and lengths move on. */
	enum slim_inflated (*run)(void *state, const char **in, size_t *in_length, char **out, size_t *out_length);
	void (*free)(void *state);
};

extern const struct slim_inflate_ops slim_inflate_zlib;
#ifdef HAVE_ISAL
extern const struct slim_inflate_ops slim_inflate_isal;
#endif

struct slim_stream;
/* slim_stream_gunzip with the decoder given. */
struct slim_stream *slim_stream_gunzip_with(struct slim_stream *under, const struct slim_inflate_ops *ops);

#endif
