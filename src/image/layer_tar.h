/* A layer's tar stream read into entries: what layer.c and the files that build entries share. */
#ifndef SLIM_IMAGE_LAYER_TAR_H
#define SLIM_IMAGE_LAYER_TAR_H

#include <archive_entry.h>

#include "slim/layer.h"
#include "slim/stream.h"
#include "checks.h"
#include "tar_watch.h"

struct slim_raw_xattr {
	const char *name;
	struct slim_blob value;
	size_t place; /* in libarchive's list, which has the newest first */
};

struct slim_layer_reader {
	struct slim_layer *layer;
	const struct slim_layer_ref *ref;
	struct slim_budget *budget;
	struct slim_stream *stream; /* of the uncompressed tar */
	struct archive *archive;    /* that reads it */
	struct slim_check *growing; /* of a decoded layer's bytes, which are hashed as they come; or NULL */
	uint64_t base;              /* where the tar starts in layer->content */
	size_t capacity;            /* of layer->entries */
	uint64_t end;               /* of the last entry's content and padding, in the tar */
	uint64_t dropped;           /* attributes that belong to a host */
	uint64_t lost_acls;         /* ACL entries that name a user or group without its number */
	struct slim_tar_watch watch;
	struct slim_tar_note note;  /* of the entry at hand */
	uint64_t entries;           /* that libarchive has read */
	uint64_t claimed;           /* bytes of content, as the entries tell */
	bool ended;                 /* the stream has */
	size_t padded;              /* bytes that were added at its end */
	struct slim_error *err;     /* of the stream, on its way through libarchive */

	struct slim_raw_xattr *xattrs; /* of the entry at hand, before they are sorted */
	size_t xattr_count, xattr_capacity;
};

/* All entries, to the end of the stream. */
int slim_layer_read_tar(struct slim_layer_reader *reader, struct slim_error **err) SLIM_MUST_CHECK;

/* Fail with what the stream said, or libarchive; without memory the process ends. Returns -1. */
int slim_layer_fail_archive(struct slim_layer_reader *reader, struct slim_error **err);

/* Add what ENTRY, whose content starts at OFFSET of the tar, stands for. Messages name the entry. */
int slim_layer_add_entry(struct slim_layer_reader *reader, struct archive_entry *entry, uint64_t offset,
			 struct slim_error **err) SLIM_MUST_CHECK;

/* The extended attributes and ACLs that an image keeps, as a sorted list in the arena of inodes. */
const struct slim_xattr *slim_layer_xattrs(struct slim_layer_reader *reader, struct archive_entry *entry);
/* The ACL of TYPE (libarchive's) as the kernel's binary form; ptr is NULL when there is none. */
struct slim_blob slim_layer_acl(struct slim_layer_reader *reader, struct archive_entry *entry, int type);
/*
 * The permission bits. With an ACL those of the group are its mask, as the kernel shows them (acl(5), "correspondence
 * between ACL entries and file permission bits"), where libarchive shows those of the owning group.
 */
mode_t slim_layer_mode(struct archive_entry *entry);

/*
 * What the cleaned name PATH means (image-spec layer.md, "Whiteouts"; AUFS): kind, and for whiteouts the path that they
 * hide. *skip: metadata of AUFS, no file; but its pseudo links are files.
 */
int slim_whiteout_parse(struct slim_arena *arena, struct slim_blob path, struct slim_entry *out, bool *skip,
			struct slim_error **err) SLIM_MUST_CHECK;
/* Whether PATH is a file's in SLIM_PSEUDO_LINKS. */
bool slim_is_pseudo_link(struct slim_blob path);

#endif
