#include "layer_pack.h"

#include <string.h>

#include <archive.h>

const char slim_pack_kind[] = "entries";

char *slim_pack_id(const struct slim_digest *diff_id)
{
	char build[SLIM_BUILD_ID];
	if (!slim_build_id(build))
		return NULL;
	return slim_format("%s %s %s", build, archive_version_string(), diff_id->text);
}

/* --- writing ----------------------------------------------------------------------------------------------------- */

struct packer {
	char *bytes;
	size_t length, capacity;
	uint64_t base;
};

static void put_byte(struct packer *p, unsigned byte)
{
	*slim_push(&p->bytes, &p->length, &p->capacity) = (char)byte;
}

static void put_number(struct packer *p, uint64_t number)
{
	for (; number >= 128; number >>= 7)
		put_byte(p, (unsigned)(number & 127) | 128);
	put_byte(p, (unsigned)number);
}

static void put_text(struct packer *p, struct slim_blob text)
{
	put_number(p, text.len);
	for (size_t i = 0; i < text.len; i++)
		put_byte(p, (unsigned char)text.ptr[i]);
}

static void put_xattrs(struct packer *p, const struct slim_xattr *first)
{
	uint64_t count = 0;
	for (const struct slim_xattr *x = first; x; x = x->next)
		count++;
	put_number(p, count);
	for (const struct slim_xattr *x = first; x; x = x->next) {
		put_text(p, slim_blob_of(x->name));
		put_text(p, x->value);
	}
}

static void put_content(struct packer *p, const struct slim_inode *i)
{
	put_number(p, i->file ? i->offset - p->base + 1 : 0);
	put_number(p, i->extents ? i->extent_count + UINT64_C(1) : 0);
	for (uint32_t k = 0; i->extents && k < i->extent_count; k++) {
		put_number(p, i->extents[k].start);
		put_number(p, i->extents[k].length);
		put_number(p, i->extents[k].stored);
	}
}

static void put_inode(struct packer *p, const struct slim_inode *i)
{
	put_number(p, i->mode);
	put_number(p, i->uid);
	put_number(p, i->gid);
	put_number(p, (uint64_t)i->mtime);
	put_number(p, i->mtime_nsec);
	put_number(p, i->size);
	if (slim_inode_is_file(i))
		put_content(p, i);
	if (slim_inode_is_link(i))
		put_text(p, i->target);
	if (slim_inode_is_device(i)) {
		put_number(p, i->dev_major);
		put_number(p, i->dev_minor);
	}
	put_xattrs(p, i->xattrs);
}

struct slim_blob slim_layer_pack(const struct slim_layer *layer, uint64_t base, const struct slim_pack_counts *counts)
{
	struct packer p = { .base = base };
	if (layer->count > SLIM_PACK_MOST)
		return slim_blob(NULL, 0);
	put_number(&p, layer->size);
	put_number(&p, counts->entries);
	put_number(&p, counts->claimed);
	put_number(&p, counts->dropped);
	put_number(&p, counts->lost_acls);
	put_number(&p, layer->count);
	for (size_t i = 0; i < layer->count; i++) {
		const struct slim_entry *e = &layer->entries[i];
		put_number(&p, e->kind);
		put_text(&p, e->path);
		put_text(&p, e->link);
		put_number(&p, e->inode ? 1 : 0);
		if (e->inode)
			put_inode(&p, e->inode);
	}
	return slim_blob(p.bytes, p.length);
}

/* --- reading ----------------------------------------------------------------------------------------------------- */

struct unpacker {
	struct slim_blob rest;
	bool bad; /* sticky: what is taken behind it is 0 or empty */
	struct slim_layer *layer;
	uint64_t base;
};

static uint64_t take_number(struct unpacker *u, uint64_t most)
{
	uint64_t number = 0;
	for (unsigned shift = 0; u->rest.len && shift < 64; shift += 7) {
		uint64_t byte = (unsigned char)*u->rest.ptr, part = byte & 127;
		u->rest = slim_blob(u->rest.ptr + 1, u->rest.len - 1);
		if (part << shift >> shift != part)
			break;
		number |= part << shift;
		if (byte >= 128)
			continue;
		if (number > most || (shift && !byte)) /* one number has one form */
			break;
		return number;
	}
	u->bad = true;
	return 0;
}

static uint32_t take_small(struct unpacker *u)
{
	return (uint32_t)take_number(u, UINT32_MAX);
}

/* How many of something follow, each of which takes LEAST bytes. */
static size_t take_count(struct unpacker *u, size_t least)
{
	return u->bad ? 0 : (size_t)take_number(u, u->rest.len / least);
}

static struct slim_blob take_text(struct unpacker *u, struct slim_arena *arena)
{
	size_t length = take_count(u, 1);
	if (u->bad || !length)
		return SLIM_BLOB("");
	if (length > u->rest.len) {
		u->bad = true;
		return SLIM_BLOB("");
	}
	struct slim_blob text = slim_blob(slim_arena_strndup(arena, u->rest.ptr, length), length);
	u->rest = slim_blob(u->rest.ptr + length, u->rest.len - length);
	return text;
}

static const struct slim_xattr *take_xattrs(struct unpacker *u)
{
	const struct slim_xattr *first = NULL, **link = &first;
	for (size_t left = take_count(u, 2); left && !u->bad; left--) {
		struct slim_xattr *x = slim_arena_alloc(u->layer->inodes, sizeof(*x));
		struct slim_blob name = take_text(u, u->layer->inodes);
		u->bad = u->bad || strlen(name.ptr) != name.len;
		x->name = name.ptr;
		x->value = take_text(u, u->layer->inodes);
		*link = x;
		link = &x->next;
	}
	return first;
}

static void take_extents(struct unpacker *u, struct slim_inode *i)
{
	size_t count = take_count(u, 1);
	if (!count || u->bad || count - 1 > u->rest.len / 3) {
		u->bad = u->bad || count;
		return;
	}
	i->extent_count = (uint32_t)(count - 1);
	struct slim_extent *extents = slim_arena_alloc(u->layer->inodes, count * sizeof(*extents));
	for (uint32_t k = 0; k < i->extent_count; k++) {
		extents[k].start = take_number(u, UINT64_MAX);
		extents[k].length = take_number(u, UINT64_MAX);
		extents[k].stored = take_number(u, UINT64_MAX);
	}
	i->extents = extents;
}

static void take_content(struct unpacker *u, struct slim_inode *i)
{
	uint64_t place = take_number(u, u->layer->size + 1);
	if (place) {
		i->file = u->layer->content;
		i->offset = u->base + place - 1;
	}
	take_extents(u, i);
}

static struct slim_inode *take_inode(struct unpacker *u)
{
	struct slim_inode *i = slim_arena_alloc(u->layer->inodes, sizeof(*i));
	i->mode = take_small(u);
	i->uid = take_small(u);
	i->gid = take_small(u);
	i->mtime = (int64_t)take_number(u, UINT64_MAX);
	i->mtime_nsec = take_small(u);
	i->size = take_number(u, UINT64_MAX);
	if (slim_inode_is_file(i))
		take_content(u, i);
	if (slim_inode_is_link(i))
		i->target = take_text(u, u->layer->inodes);
	if (slim_inode_is_device(i)) {
		i->dev_major = take_small(u);
		i->dev_minor = take_small(u);
	}
	i->xattrs = take_xattrs(u);
	return i;
}

static void take_entry(struct unpacker *u, struct slim_entry *e)
{
	e->kind = (enum slim_entry_kind)take_number(u, SLIM_ENTRY_OPAQUE);
	e->path = take_text(u, u->layer->paths);
	struct slim_blob link = take_text(u, u->layer->paths);
	if (e->kind == SLIM_ENTRY_HARDLINK)
		e->link = link;
	bool has_inode = take_number(u, 1);
	u->bad = u->bad || has_inode != (e->kind == SLIM_ENTRY_FILE || e->kind == SLIM_ENTRY_HARDLINK);
	if (has_inode)
		e->inode = take_inode(u);
}

bool slim_layer_unpack(struct slim_blob bytes, struct slim_layer *layer, uint64_t base,
		       struct slim_pack_counts *counts)
{
	struct unpacker u = { .rest = bytes, .layer = layer, .base = base };
	layer->size = take_number(&u, INT64_MAX);
	counts->entries = take_number(&u, UINT64_MAX);
	counts->claimed = take_number(&u, UINT64_MAX);
	counts->dropped = take_number(&u, UINT64_MAX);
	counts->lost_acls = take_number(&u, UINT64_MAX);
	size_t count = take_count(&u, 4);
	layer->entries = slim_calloc(count + 1, sizeof(*layer->entries));
	for (; layer->count < count && !u.bad; layer->count++)
		take_entry(&u, &layer->entries[layer->count]);
	if (!u.bad && !u.rest.len)
		return true;
	free(slim_steal(&layer->entries));
	layer->count = 0;
	layer->size = 0;
	return false;
}
