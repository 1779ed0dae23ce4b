/*
 * Layers decoded: their entries as the tars have them, whiteouts told apart, contents by reference.
 * Sources: OCI image-spec layer.md; pax(1) (POSIX.1-2017), GNU tar manual for sparse files and long names.
 */
#ifndef SLIM_LAYER_H
#define SLIM_LAYER_H

#include <stdint.h>

#include "slim/alloc.h"
#include "slim/blob.h"
#include "slim/cache.h"
#include "slim/image.h"
#include "slim/inode.h"
#include "slim/limits.h"

enum slim_entry_kind { SLIM_ENTRY_FILE, SLIM_ENTRY_HARDLINK, SLIM_ENTRY_WHITEOUT, SLIM_ENTRY_OPAQUE };

/*
 * Where AUFS kept one name of each file that has several; in a layer of that time hard links lead there. Its files are
 * entries like others, and no part of the image once their layer is applied.
 */
#define SLIM_PSEUDO_LINKS ".wh..wh.plnk"

struct slim_entry {
	enum slim_entry_kind kind;
	struct slim_blob path;    /* cleaned; "" is the root; of a whiteout the name that goes, of opaque the folder */
	struct slim_blob link;    /* of a hard link: its target, cleaned */
	struct slim_inode *inode; /* of a file or hard link (there: the attributes of the link's header, no content) */
};

struct slim_layer {
	struct slim_entry *entries;
	size_t count;
	uint64_t size;              /* uncompressed bytes */
	struct slim_file *content;  /* what the inodes' offsets refer to: the input, a spool or the cache */
	bool decoded;               /* a spool, of what the blob holds: SIZE bytes */
	struct slim_blob packed;    /* for the cache: its entries, to be kept once they are verified; or ptr NULL */
	struct slim_arena *paths;   /* entries and their names: freed with the layer */
	struct slim_arena *inodes;  /* inodes and what they point to: the tree takes it over */
};

void slim_layer_free(struct slim_layer *layer); /* NULL is fine */
SLIM_DEFINE_CLEANUP(struct slim_layer, slim_layer_free)

/*
 * The layers of an image, read by several threads. What comes back at once are the entries; of a layer that is not
 * compressed little more than the headers was read for them. The digests of the blobs and the diff IDs are computed
 * beside whatever the caller does next, and nothing may be believed before slim_layers_verify has said so.
 */
struct slim_layers;

struct slim_layers_input { /* what it points to must outlive the layers */
	const struct slim_layer_ref *refs;
	size_t count;
	struct slim_budget *budget; /* what the layers hold is taken from it */
	unsigned jobs;              /* threads, the caller's included */
	struct slim_log *log;       /* may be NULL */
	struct slim_cache *cache;   /* NULL: none; else layers that it knows are neither decoded nor hashed again */
};

/* The error is that of the lowest layer that cannot be read. */
int slim_layers_read(const struct slim_layers_input *in, struct slim_layers **out, struct slim_error **err)
	SLIM_MUST_CHECK;
struct slim_layer *slim_layers_take(struct slim_layers *layers, size_t i); /* once; the caller's to free */
/* Help until every digest is computed. The error is that of the lowest layer that is not what its digests say. */
int slim_layers_verify(struct slim_layers *layers, struct slim_error **err) SLIM_MUST_CHECK;
void slim_layers_free(struct slim_layers *layers); /* gives up what has not been verified; NULL is fine */
SLIM_DEFINE_CLEANUP(struct slim_layers, slim_layers_free)

/* One layer, verified. */
int slim_layer_read(const struct slim_layer_ref *ref, struct slim_budget *budget, struct slim_log *log,
		    struct slim_layer **out, struct slim_error **err) SLIM_MUST_CHECK;
#endif
