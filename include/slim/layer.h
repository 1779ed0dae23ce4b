/*
 * A layer decoded: its entries as the tar has them, whiteouts told apart, contents by reference. One pass reads,
 * decodes, hashes and parses; the digest of the blob and the diff ID are verified before anything is returned.
 * Sources: OCI image-spec layer.md; pax(1) (POSIX.1-2017), GNU tar manual for sparse files and long names.
 */
#ifndef SLIM_LAYER_H
#define SLIM_LAYER_H

#include <stdint.h>

#include "slim/alloc.h"
#include "slim/blob.h"
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
	struct slim_digest diff_id; /* as computed */
	struct slim_file *content;  /* what the inodes' offsets refer to: the input or a spool */
	struct slim_arena *paths;   /* entries and their names: freed with the layer */
	struct slim_arena *inodes;  /* inodes and what they point to: the tree takes it over */
};

/* What the layer holds is taken from BUDGET. */
int slim_layer_read(const struct slim_layer_ref *ref, struct slim_budget *budget, struct slim_log *log,
		    struct slim_layer **out, struct slim_error **err) SLIM_MUST_CHECK;
void slim_layer_free(struct slim_layer *layer); /* NULL is fine */
SLIM_DEFINE_CLEANUP(struct slim_layer, slim_layer_free)

#endif
