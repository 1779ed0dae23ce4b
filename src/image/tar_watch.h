/*
 * A second look at a layer's tar while libarchive reads it. libarchive is lenient where the tools that run images are
 * not (they read as Go's archive/tar does): it takes unknown types for files, cuts names at a NUL, passes over
 * malformed pax records and ends at a lone zero block. Such archives read in two ways; here they are errors.
 * Sources: POSIX.1-2017 pax(1), "ustar Interchange Format" and "pax Header Block"; GNU tar manual, "Basic Tar Format".
 */
#ifndef SLIM_IMAGE_TAR_WATCH_H
#define SLIM_IMAGE_TAR_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "slim/blob.h"
#include "slim/error.h"

enum { SLIM_TAR_BLOCK = 512 };

enum slim_tar_state { SLIM_TAR_HEADER, SLIM_TAR_SPARSE_MAP, SLIM_TAR_BODY, SLIM_TAR_CONTENT, SLIM_TAR_END };

/* What the records of a pax header say that libarchive does not tell, or tells wrong. */
struct slim_pax {
	bool has_size;         /* there is a `size` record: */
	uint64_t size;
	bool just_before_1970; /* mtime lies between -1 and 0; libarchive 3.6 loses its sign */
};

struct slim_tar_note { /* of an entry, as the watch reads it */
	uint64_t stored; /* of a file: bytes of its content */
	bool just_before_1970;
};

struct slim_tar_watch {
	enum slim_tar_state state;
	uint64_t entries;                    /* seen so far */
	uint64_t offset;                     /* of the block being filled, for messages */
	size_t filled;
	unsigned char block[SLIM_TAR_BLOCK]; /* a header or a block of a sparse map */
	uint64_t left;                       /* bytes of content and padding to pass over */
	uint64_t padding;                    /* of the entry: the last of these */
	char *body;                          /* of a pax header or a long name */
	size_t body_size, body_filled;
	char body_type;
	bool zero_block;                     /* one stood before */
	bool special;                        /* a pax header or a long name waits for its entry */
	bool pax;                            /* a pax header does */
	struct slim_pax said;                /* by the pax header before the next entry */
	struct slim_tar_note *notes;         /* from note_next on: those that nobody has taken yet */
	size_t note_count, note_capacity, note_next;
};

/* Start with a zeroed struct. After an error the watch is of no more use. */
int slim_tar_watch(struct slim_tar_watch *watch, struct slim_blob bytes, struct slim_error **err) SLIM_MUST_CHECK;
/* How many of the next bytes are the content of an entry, whatever they say: slim_tar_watch_skip may pass over them. */
uint64_t slim_tar_watch_content(const struct slim_tar_watch *watch);
void slim_tar_watch_skip(struct slim_tar_watch *watch, uint64_t bytes);
/* The stream has ended: not in the middle of something? */
int slim_tar_watch_end(const struct slim_tar_watch *watch, struct slim_error **err) SLIM_MUST_CHECK;
/*
 * What a stream that ends here lacks of the padding behind its last entry's content: 0 to 511 bytes. umoci insert
 * leaves out padding and end mark, and the tools that run images take that.
 */
size_t slim_tar_watch_padding(const struct slim_tar_watch *watch);
/* Take the note of the next entry; false: none was seen that has not been taken. */
bool slim_tar_watch_note(struct slim_tar_watch *watch, struct slim_tar_note *out);
void slim_tar_watch_clear(struct slim_tar_watch *watch);

/* The body of a pax header is well formed, and this is what it says. */
int slim_pax_check(struct slim_blob body, struct slim_pax *out, struct slim_error **err) SLIM_MUST_CHECK;

#endif
