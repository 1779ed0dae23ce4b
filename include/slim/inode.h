/* What a file is, apart from its names: hard links share one of these. Plain data; an arena owns it. */
#ifndef SLIM_INODE_H
#define SLIM_INODE_H

#include <stdint.h>
#include <sys/stat.h>

#include "slim/blob.h"
#include "slim/error.h"
#include "slim/file.h"

struct slim_xattr {
	const char *name; /* "security.capability"; sorted by name in the list */
	struct slim_blob value;
	const struct slim_xattr *next;
};

/* Data of a sparse file: LENGTH bytes that belong at START, STORED bytes behind the inode's offset. Sorted, apart. */
struct slim_extent {
	uint64_t start, length, stored;
};

struct slim_inode {
	uint32_t mode; /* type and permission bits, as in st_mode */
	uint32_t uid, gid;
	uint32_t mtime_nsec;
	int64_t mtime;
	uint64_t size;                    /* of a regular file, holes included */
	const struct slim_xattr *xattrs;
	uint32_t layer;                   /* 0 is the lowest; which layer it came with */
	uint32_t links;                   /* names in the merged tree */
	union { /* by type; an image has very many of these */
		struct { /* of a regular file */
			uint64_t offset;                   /* of its content in `file` */
			struct slim_file *file;            /* borrowed: the tree holds the layer's content */
			const struct slim_extent *extents; /* NULL: not sparse */
			uint32_t extent_count;
		};
		struct slim_blob target; /* of a symbolic link, byte for byte; NUL behind it */
		struct { /* of a device node */
			uint32_t dev_major, dev_minor;
		};
	};
};

static inline bool slim_inode_is_file(const struct slim_inode *i) { return S_ISREG(i->mode); }
static inline bool slim_inode_is_dir(const struct slim_inode *i) { return S_ISDIR(i->mode); }
static inline bool slim_inode_is_link(const struct slim_inode *i) { return S_ISLNK(i->mode); }
static inline bool slim_inode_is_device(const struct slim_inode *i) { return S_ISCHR(i->mode) || S_ISBLK(i->mode); }

/* LENGTH bytes of a regular file's content from OFFSET, holes as zeros; past its end is an error. */
int slim_inode_read(const struct slim_inode *inode, uint64_t offset, void *buffer, size_t length,
		    struct slim_error **err) SLIM_MUST_CHECK;

#endif
