#include "layer_tar.h"

#include <inttypes.h>

#include <archive.h>

#include "slim/path.h"

static struct slim_blob blob_or_empty(const char *s)
{
	return s ? slim_blob_of(s) : SLIM_BLOB("");
}

/* --- attributes ----------------------------------------------------------------------------------------------- */

static int set_owner(struct slim_inode *inode, struct archive_entry *entry, struct slim_error **err)
{
	int64_t uid = archive_entry_uid(entry), gid = archive_entry_gid(entry);
	/* the number above means "no change" to chown(2), so no file can have it */
	if (uid < 0 || uid >= UINT32_MAX || gid < 0 || gid >= UINT32_MAX)
		return slim_fail(err, SLIM_BAD_INPUT, "owner %" PRId64 ":%" PRId64 " is out of range", uid, gid);
	inode->uid = (uint32_t)uid;
	inode->gid = (uint32_t)gid;
	return 0;
}

static void set_time(struct slim_layer_reader *r, struct slim_inode *inode, struct archive_entry *entry)
{
	inode->mtime = archive_entry_mtime(entry);
	inode->mtime_nsec = (uint32_t)archive_entry_mtime_nsec(entry);
	bool negative = inode->mtime < 0 || r->note.just_before_1970;
	/* libarchive reads the fraction of "-1.25" as if it had no sign: -1 s and 0.25 s for -2 s and 0.75 s */
	if (negative && inode->mtime_nsec && inode->mtime > INT64_MIN) {
		inode->mtime--;
		inode->mtime_nsec = 1000000000 - inode->mtime_nsec;
	}
}

static int set_device(struct slim_inode *inode, struct archive_entry *entry, struct slim_error **err)
{
	uint64_t high = archive_entry_rdevmajor(entry), low = archive_entry_rdevminor(entry);
	if (high > UINT32_MAX || low > UINT32_MAX)
		return slim_fail(err, SLIM_BAD_INPUT, "device number is out of range");
	inode->dev_major = (uint32_t)high;
	inode->dev_minor = (uint32_t)low;
	return 0;
}

static struct slim_inode *new_inode(struct slim_layer_reader *r, struct archive_entry *entry, struct slim_error **err)
{
	struct slim_inode *inode = slim_arena_alloc(r->layer->inodes, sizeof(*inode));
	inode->mode = slim_layer_mode(entry);
	set_time(r, inode, entry);
	if (set_owner(inode, entry, err))
		return NULL;
	inode->xattrs = slim_layer_xattrs(r, entry);
	return inode;
}

/* --- content -------------------------------------------------------------------------------------------------- */

/* Ordered, apart from each other, within the file. *stored: the sum of their lengths. */
static int read_extents(struct slim_layer_reader *r, struct archive_entry *entry, struct slim_inode *inode,
			uint64_t *stored, struct slim_error **err)
{
	int count = archive_entry_sparse_reset(entry);
	struct slim_extent *extents = slim_arena_alloc(r->layer->inodes, ((size_t)count + 1) * sizeof(*extents));
	uint64_t end = 0;
	la_int64_t start, length;
	*stored = 0;
	while (archive_entry_sparse_next(entry, &start, &length) == ARCHIVE_OK) {
		if (start < 0 || length < 0 || (uint64_t)start < end || (uint64_t)start > inode->size ||
		    (uint64_t)length > inode->size - (uint64_t)start)
			return slim_fail(err, SLIM_BAD_INPUT, "sparse map: out of order, or beyond the file's end");
		end = (uint64_t)start + (uint64_t)length;
		if (length)
			extents[inode->extent_count++] =
				(struct slim_extent){ (uint64_t)start, (uint64_t)length, *stored };
		*stored += (uint64_t)length;
	}
	inode->extents = extents;
	return 0;
}

/* Where libarchive's blocks of data must go on: in which extent, and how far into it. */
struct cursor {
	const struct slim_extent *at, *end;
	uint64_t done;
};

static bool take_block(struct cursor *c, uint64_t offset, uint64_t length)
{
	while (length) {
		if (c->at == c->end || offset != c->at->start + c->done)
			return false;
		uint64_t left = c->at->length - c->done, n = length < left ? length : left;
		offset += n;
		length -= n;
		c->done += n;
		if (c->done == c->at->length) {
			c->at++;
			c->done = 0;
		}
	}
	return true;
}

/* libarchive drops pieces that overlap from the map that it tells, yet reads them: what it reads must be the map. */
static int check_extents(struct slim_layer_reader *r, const struct slim_extent *extents, size_t count, const char *what,
			 struct slim_error **err)
{
	struct cursor c = { extents, extents + count, 0 };
	const void *bytes;
	size_t length;
	la_int64_t offset;
	bool fits = true;
	int got = ARCHIVE_OK;
	while (fits && (got = archive_read_data_block(r->archive, &bytes, &length, &offset)) == ARCHIVE_OK)
		fits = take_block(&c, (uint64_t)offset, length);
	if (fits && got == ARCHIVE_EOF && c.at == c.end)
		return 0;
	if (fits && got != ARCHIVE_EOF)
		return slim_layer_fail_archive(r, err);
	return slim_fail(err, SLIM_BAD_INPUT, "%s: does not fit the content", what);
}

/*
 * libarchive tells no map where it is one piece, the whole file. But it also takes a pax record of sparse files for the
 * size of a file that has no map: then what it reads must be that long.
 */
static int check_size(struct slim_layer_reader *r, const struct slim_inode *inode, struct slim_error **err)
{
	if (r->note.stored == inode->size)
		return 0;
	const struct slim_extent whole = { 0, inode->size, 0 };
	return check_extents(r, &whole, inode->size > 0, "size", err);
}

static int read_map(struct slim_layer_reader *r, struct archive_entry *entry, struct slim_inode *inode,
		    uint64_t *stored, struct slim_error **err)
{
	if (!archive_entry_sparse_count(entry))
		return check_size(r, inode, err);
	if (read_extents(r, entry, inode, stored, err))
		return -1;
	return check_extents(r, inode->extents, inode->extent_count, "sparse map", err);
}

static int set_content(struct slim_layer_reader *r, struct archive_entry *entry, uint64_t offset,
		       struct slim_inode *inode, struct slim_error **err)
{
	uint64_t stored;
	int64_t size = archive_entry_size(entry);
	if (size < 0)
		return slim_fail(err, SLIM_BAD_INPUT, "size field: negative");
	inode->size = stored = (uint64_t)size;
	if (slim_quota_take(&r->budget->claimed, inode->size, err) || read_map(r, entry, inode, &stored, err))
		return -1;
	r->claimed += inode->size;
	inode->offset = r->base + offset;
	inode->file = r->layer->content;
	r->end = offset + (stored + SLIM_TAR_BLOCK - 1) / SLIM_TAR_BLOCK * SLIM_TAR_BLOCK;
	return 0;
}

static void set_target(struct slim_layer_reader *r, struct archive_entry *entry, struct slim_inode *inode)
{
	struct slim_blob target = blob_or_empty(archive_entry_symlink(entry));
	inode->target = slim_blob(slim_arena_strndup(r->layer->inodes, target.ptr, target.len), target.len);
}

/* --- entries -------------------------------------------------------------------------------------------------- */

static int set_by_type(struct slim_layer_reader *r, struct archive_entry *entry, uint64_t offset,
		       struct slim_inode *inode, struct slim_error **err)
{
	inode->mode |= archive_entry_filetype(entry);
	switch (archive_entry_filetype(entry)) {
	case AE_IFREG:
		return set_content(r, entry, offset, inode, err);
	case AE_IFLNK:
		set_target(r, entry, inode);
		return 0;
	case AE_IFBLK:
	case AE_IFCHR:
		return set_device(inode, entry, err);
	case AE_IFDIR:
	case AE_IFIFO:
		return 0;
	}
	return slim_fail(err, SLIM_BAD_INPUT, "of no type that a layer can hold");
}

static int set_hard_link(struct slim_layer_reader *r, struct archive_entry *entry, struct slim_entry *out,
			 struct slim_error **err)
{
	/* Some tools hold that content follows, some that it does not: the rest would read in two ways. */
	if (archive_entry_size(entry))
		return slim_fail(err, SLIM_BAD_INPUT, "a hard link with content");
	out->kind = SLIM_ENTRY_HARDLINK;
	out->inode->mode |= S_IFREG;
	if (slim_path_clean(r->layer->paths, blob_or_empty(archive_entry_hardlink(entry)), &out->link, err))
		return slim_wrap(err, "hard link target");
	return 0;
}

static int fill(struct slim_layer_reader *r, struct archive_entry *entry, uint64_t offset, struct slim_entry *out,
		struct slim_error **err)
{
	out->inode = new_inode(r, entry, err);
	if (!out->inode)
		return -1;
	if (archive_entry_hardlink(entry))
		return set_hard_link(r, entry, out, err);
	if (set_by_type(r, entry, offset, out->inode, err))
		return -1;
	bool dir = slim_inode_is_dir(out->inode);
	if (!out->path.len && !dir)
		return slim_fail(err, SLIM_BAD_INPUT, "the root must be a folder");
	if (!slim_inode_is_file(out->inode) && archive_entry_size(entry))
		return slim_fail(err, SLIM_BAD_INPUT, "%s with content", dir ? "a folder" : "a special file");
	return 0;
}

static int add(struct slim_layer_reader *r, struct archive_entry *entry, uint64_t offset, struct slim_blob path,
	       struct slim_error **err)
{
	struct slim_entry e;
	bool skip;
	if (slim_whiteout_parse(r->layer->paths, path, &e, &skip, err))
		return -1;
	bool plain = archive_entry_filetype(entry) == AE_IFREG && !archive_entry_hardlink(entry);
	skip = skip || (slim_is_pseudo_link(path) && !plain);
	bool file = e.kind == SLIM_ENTRY_FILE;
	if (file && !skip && fill(r, entry, offset, &e, err))
		return -1;
	/* what a whiteout holds is of no use, but it takes its place */
	struct slim_inode unused = { 0 };
	if ((!file || skip) && plain && set_content(r, entry, offset, &unused, err))
		return -1;
	if (!skip)
		*slim_push(&r->layer->entries, &r->layer->count, &r->capacity) = e;
	return 0;
}

int slim_layer_add_entry(struct slim_layer_reader *r, struct archive_entry *entry, uint64_t offset,
			 struct slim_error **err)
{
	const char *name = archive_entry_pathname(entry);
	struct slim_blob path;
	if (!name)
		return slim_fail(err, SLIM_BAD_INPUT, "an entry without a name");
	if (slim_path_clean(r->layer->paths, slim_blob_of(name), &path, err))
		return -1;
	r->end = offset;
	if (add(r, entry, offset, path, err))
		return slim_wrap(err, "'%s'", slim_path_show(r->layer->paths, slim_blob_of(name)));
	return 0;
}
