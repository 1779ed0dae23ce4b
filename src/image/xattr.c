#include "layer_tar.h"

#include <stdlib.h>
#include <string.h>

#include <archive.h>

/* What says something about the host that packed the layer, or pretends to (trusted.overlay.* steers overlayfs). */
static bool belongs_to_a_host(const char *name)
{
	static const char overlay[] = "trusted.overlay.";
	return strcmp(name, "security.selinux") == 0 || strncmp(name, overlay, strlen(overlay)) == 0;
}

static void add(struct slim_layer_reader *r, const char *name, struct slim_blob value)
{
	struct slim_arena *arena = r->layer->inodes;
	size_t place = r->xattr_count;
	*slim_push(&r->xattrs, &r->xattr_count, &r->xattr_capacity) = (struct slim_raw_xattr){
		.name = slim_arena_strndup(arena, name, strlen(name)),
		.value = slim_blob(slim_arena_strndup(arena, value.ptr, value.len), value.len),
		.place = place,
	};
}

static void collect(struct slim_layer_reader *r, struct archive_entry *entry)
{
	const char *name;
	const void *value;
	size_t length;
	archive_entry_xattr_reset(entry);
	while (archive_entry_xattr_next(entry, &name, &value, &length) == ARCHIVE_OK) {
		if (!name || !*name)
			continue;
		if (belongs_to_a_host(name))
			r->dropped++;
		else
			add(r, name, slim_blob(length ? value : "", length));
	}
}

static void collect_acls(struct slim_layer_reader *r, struct archive_entry *entry)
{
	struct slim_blob access = slim_layer_acl(r, entry, ARCHIVE_ENTRY_ACL_TYPE_ACCESS);
	struct slim_blob inherited = slim_layer_acl(r, entry, ARCHIVE_ENTRY_ACL_TYPE_DEFAULT);
	if (access.ptr)
		add(r, "system.posix_acl_access", access);
	if (inherited.ptr)
		add(r, "system.posix_acl_default", inherited);
}

/* By name; of one name the record that came last in the archive, which counts, comes first. */
static int by_name(const void *a, const void *b)
{
	const struct slim_raw_xattr *x = a, *y = b;
	int order = strcmp(x->name, y->name);
	return order ? order : (x->place > y->place) - (x->place < y->place);
}

static const struct slim_xattr *link_up(struct slim_layer_reader *r)
{
	const struct slim_xattr *list = NULL;
	for (size_t i = r->xattr_count; i > 0; i--) {
		const struct slim_raw_xattr *x = &r->xattrs[i - 1];
		if (i > 1 && strcmp(x->name, x[-1].name) == 0)
			continue;
		struct slim_xattr *copy = slim_arena_alloc(r->layer->inodes, sizeof(*copy));
		*copy = (struct slim_xattr){ x->name, x->value, list };
		list = copy;
	}
	return list;
}

const struct slim_xattr *slim_layer_xattrs(struct slim_layer_reader *r, struct archive_entry *entry)
{
	r->xattr_count = 0;
	if (archive_entry_xattr_count(entry))
		collect(r, entry);
	if (archive_entry_acl_types(entry))
		collect_acls(r, entry);
	if (r->xattr_count > 1)
		qsort(r->xattrs, r->xattr_count, sizeof(*r->xattrs), by_name);
	return link_up(r);
}
