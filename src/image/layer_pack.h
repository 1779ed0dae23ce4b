/*
 * A layer's entries as bytes, so that the cache can keep them. Numbers are little endian in base 128, the highest bit
 * telling that more follows (LEB128); a text is its length and its bytes. Which tar has which entries is decided by
 * this program and by libarchive: the id names both, and the tar's digest.
 */
#ifndef SLIM_IMAGE_LAYER_PACK_H
#define SLIM_IMAGE_LAYER_PACK_H

#include "slim/layer.h"

enum { SLIM_PACK_MOST = 250000 }; /* entries of a layer that is kept: memory, for what is a small part of its reading */

/* What reading the layer has taken from the budget, and told of. */
struct slim_pack_counts {
	uint64_t entries, claimed, dropped, lost_acls;
};

extern const char slim_pack_kind[];
char *slim_pack_id(const struct slim_digest *diff_id); /* free() it; NULL: this program does not know its own build */

/* Offsets count from BASE, where the tar starts in the layer's content. free() its ptr; NULL: too many entries. */
struct slim_blob slim_layer_pack(const struct slim_layer *layer, uint64_t base, const struct slim_pack_counts *counts);
/* Into LAYER, whose content and arenas are there, and which has no entries yet. false: not what pack has made. */
bool slim_layer_unpack(struct slim_blob bytes, struct slim_layer *layer, uint64_t base,
		       struct slim_pack_counts *counts);

#endif
