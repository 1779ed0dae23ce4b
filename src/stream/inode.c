#include "slim/inode.h"

#include <string.h>

/* The bytes [from, to) that lie in EXTENT, which is stored at STORED. */
static int read_extent(const struct slim_inode *i, const struct slim_extent *extent, uint64_t stored, uint64_t from,
		       uint64_t to, char *buffer, struct slim_error **err)
{
	uint64_t start = extent->start > from ? extent->start : from;
	uint64_t end = extent->start + extent->length < to ? extent->start + extent->length : to;
	if (start >= end)
		return 0;
	return slim_file_read(i->file, stored + (start - extent->start), buffer + (start - from), (size_t)(end - start), err);
}

int slim_inode_read(const struct slim_inode *i, uint64_t offset, void *buffer, size_t length, struct slim_error **err)
{
	uint64_t end;
	if (__builtin_add_overflow(offset, length, &end) || end > i->size)
		return slim_fail(err, SLIM_BAD_INPUT, "read past the end of a file of the image");
	if (!length)
		return 0;
	if (!i->extents)
		return slim_file_read(i->file, i->offset + offset, buffer, length, err);
	memset(buffer, 0, length);
	uint64_t stored = i->offset;
	for (uint32_t n = 0; n < i->extent_count; n++) {
		if (read_extent(i, &i->extents[n], stored, offset, end, buffer, err) < 0)
			return -1;
		stored += i->extents[n].length;
	}
	return 0;
}
