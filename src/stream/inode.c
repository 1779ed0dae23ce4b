#include "slim/inode.h"

#include <string.h>

static int out_of_range(struct slim_error **err)
{
	return slim_fail(err, SLIM_BAD_INPUT, "read past the end of a file of the image");
}

/* The first extent that ends behind OFFSET. */
static uint32_t first_behind(const struct slim_inode *i, uint64_t offset)
{
	uint32_t low = 0, high = i->extent_count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct slim_extent *e = &i->extents[middle];
		if (e->start <= offset && offset - e->start >= e->length)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The bytes [from, to) that lie in EXTENT. */
static int read_extent(const struct slim_inode *i, const struct slim_extent *extent, uint64_t from, uint64_t to,
		       char *buffer, struct slim_error **err)
{
	uint64_t end, at;
	if (__builtin_add_overflow(extent->start, extent->length, &end))
		return out_of_range(err);
	uint64_t start = extent->start > from ? extent->start : from;
	if (end > to)
		end = to;
	if (start >= end)
		return 0;
	if (__builtin_add_overflow(i->offset, extent->stored, &at) ||
	    __builtin_add_overflow(at, start - extent->start, &at))
		return out_of_range(err);
	return slim_file_read(i->file, at, buffer + (start - from), (size_t)(end - start), err);
}

int slim_inode_read(const struct slim_inode *i, uint64_t offset, void *buffer, size_t length, struct slim_error **err)
{
	uint64_t end, at;
	if (__builtin_add_overflow(offset, length, &end) || end > i->size)
		return out_of_range(err);
	if (!length)
		return 0;
	if (!i->extents) {
		if (__builtin_add_overflow(i->offset, offset, &at))
			return out_of_range(err);
		return slim_file_read(i->file, at, buffer, length, err);
	}
	memset(buffer, 0, length);
	for (uint32_t n = first_behind(i, offset); n < i->extent_count && i->extents[n].start < end; n++)
		if (read_extent(i, &i->extents[n], offset, end, buffer, err) < 0)
			return -1;
	return 0;
}
