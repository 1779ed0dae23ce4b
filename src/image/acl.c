#include "layer_tar.h"

#include <stdlib.h>

#include <archive.h>

/* linux/posix_acl_xattr.h: a version, then (tag, permissions, id) each, little-endian, sorted by tag and id. */
enum { ACL_VERSION = 2, ACL_HEAD = 4, ACL_ENTRY = 8 };
enum { TAG_USER_OBJ = 1, TAG_USER = 2, TAG_GROUP_OBJ = 4, TAG_GROUP = 8, TAG_MASK = 16, TAG_OTHER = 32 };
static const uint32_t undefined_id = UINT32_MAX;

struct acl_entry {
	uint16_t tag, permissions;
	uint32_t id;
};

static uint16_t tag_of(int tag)
{
	switch (tag) {
	case ARCHIVE_ENTRY_ACL_USER_OBJ:
		return TAG_USER_OBJ;
	case ARCHIVE_ENTRY_ACL_USER:
		return TAG_USER;
	case ARCHIVE_ENTRY_ACL_GROUP_OBJ:
		return TAG_GROUP_OBJ;
	case ARCHIVE_ENTRY_ACL_GROUP:
		return TAG_GROUP;
	case ARCHIVE_ENTRY_ACL_MASK:
		return TAG_MASK;
	case ARCHIVE_ENTRY_ACL_OTHER:
		return TAG_OTHER;
	}
	return 0;
}

/* libarchive's execute, write and read are the kernel's 1, 2 and 4. */
static bool convert(int permset, int tag, int qualifier, struct acl_entry *out)
{
	bool named = tag == ARCHIVE_ENTRY_ACL_USER || tag == ARCHIVE_ENTRY_ACL_GROUP;
	*out = (struct acl_entry){ tag_of(tag), (uint16_t)(permset & 7), named ? (uint32_t)qualifier : undefined_id };
	return out->tag && (!named || qualifier >= 0);
}

static int by_tag(const void *a, const void *b)
{
	const struct acl_entry *x = a, *y = b;
	if (x->tag != y->tag)
		return x->tag < y->tag ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

static void put(unsigned char *to, uint32_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		to[i] = (unsigned char)(value >> 8 * i);
}

static struct slim_blob encode(struct slim_arena *arena, const struct acl_entry *entries, size_t count)
{
	size_t size = ACL_HEAD + count * ACL_ENTRY;
	unsigned char *bytes = slim_arena_alloc(arena, size);
	put(bytes, ACL_VERSION, 4);
	for (size_t i = 0; i < count; i++) {
		unsigned char *at = bytes + ACL_HEAD + i * ACL_ENTRY;
		put(at, entries[i].tag, 2);
		put(at + 2, entries[i].permissions, 2);
		put(at + 4, entries[i].id, 4);
	}
	return slim_blob((const char *)bytes, size);
}

mode_t slim_layer_mode(struct archive_entry *entry)
{
	mode_t mode = archive_entry_mode(entry) & 07777;
	int type, permset, tag, qualifier;
	const char *name;
	if (!(archive_entry_acl_types(entry) & ARCHIVE_ENTRY_ACL_TYPE_ACCESS))
		return mode;
	archive_entry_acl_reset(entry, ARCHIVE_ENTRY_ACL_TYPE_ACCESS);
	while (archive_entry_acl_next(entry, ARCHIVE_ENTRY_ACL_TYPE_ACCESS, &type, &permset, &tag, &qualifier, &name) ==
	       ARCHIVE_OK)
		if (tag == ARCHIVE_ENTRY_ACL_MASK)
			mode = (mode & ~(mode_t)070) | (mode_t)(permset & 7) << 3;
	return mode;
}

struct slim_blob slim_layer_acl(struct slim_layer_reader *r, struct archive_entry *entry, int type)
{
	slim_autofree struct acl_entry *entries = NULL;
	size_t count = 0, capacity = 0;
	int entry_type, permset, tag, qualifier;
	const char *name;
	if (archive_entry_acl_reset(entry, type) == 0)
		return slim_blob(NULL, 0);
	while (archive_entry_acl_next(entry, type, &entry_type, &permset, &tag, &qualifier, &name) == ARCHIVE_OK) {
		struct acl_entry e;
		if (convert(permset, tag, qualifier, &e))
			*slim_push(&entries, &count, &capacity) = e;
		else
			r->lost_acls++;
	}
	if (!count)
		return slim_blob(NULL, 0);
	qsort(entries, count, sizeof(*entries), by_tag);
	return encode(r->layer->inodes, entries, count);
}
