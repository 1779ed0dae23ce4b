/*
 * A compressor that works on several cores, piece by piece. The bytes alone decide where a piece ends: behind a tar
 * header of every 32nd kind once 4 MiB are reached, else after 8 MiB. So a change in one place leaves the pieces before
 * it and most of those after it as they were. No piece refers to another: each can be decoded, and known, on its own.
 */
#ifndef SLIM_WRITE_PIECES_H
#define SLIM_WRITE_PIECES_H

#include <stdbool.h>
#include <stdint.h>

#include "sink.h"

enum { SLIM_PIECE_MIN = 4 << 20, SLIM_PIECE_MAX = 8 << 20, SLIM_FRAME_MAX = 32 };

/* What all pieces came to, as far as it is known. */
struct slim_pieces_sum {
	int level;
	uint32_t check, total; /* of what codec->check says; of bytes modulo 2^32 */
};

struct slim_codec {
	const char *name; /* another one when the settings below a level change, for the cache's sake */
	const char *(*version)(void); /* of the library: with name and level it decides what becomes of a piece */
	void *(*open)(int level);  /* what one thread needs; NULL: no memory */
	void (*close)(void *state);
	size_t (*bound)(size_t length); /* room enough for LENGTH bytes compressed */
	/* *LENGTH: the room in OUT, then what was used of it. */
	bool (*compress)(void *state, struct slim_blob piece, char *out, size_t *length);
	/* Each may be NULL. A checksum of a piece, and that of two runs of bytes, the latter LENGTH long, together. */
	uint32_t (*check)(struct slim_blob piece);
	uint32_t (*combine)(uint32_t before, uint32_t after, size_t length);
	/* What stands before the first piece and behind the last: at most SLIM_FRAME_MAX bytes; how many. */
	size_t (*head)(const struct slim_pieces_sum *sum, unsigned char *out);
	size_t (*tail)(const struct slim_pieces_sum *sum, unsigned char *out);
};

/* Compress into UNDER, which must outlive the sink and is not ended by it. */
struct slim_pieces_input {
	const struct slim_codec *codec;
	int level;
	unsigned jobs;
	struct slim_cache *cache; /* NULL: none; else a piece that it knows is not compressed again */
};
struct slim_sink *slim_sink_pieces(struct slim_sink *under, const struct slim_pieces_input *in);

extern const struct slim_codec slim_codec_zstd, slim_codec_gzip;

#endif
