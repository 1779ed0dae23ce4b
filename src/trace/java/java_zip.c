#include <ctype.h>
#include <errno.h>
#include <string.h>

#include <archive.h>
#include <archive_entry.h>

#include "java.h"

/*
 * Bounds for a stranger's archives: what one member, and all members of all archives of a run may hold. They are read
 * one after the other, and at most DEPTH_MAX + 1 members are in memory at a time.
 */
enum { DEPTH_MAX = 3, MEMBERS_MAX = 1 << 20 };
static const uint64_t member_max = 96 << 20, total_max = UINT64_C(4) << 30;

struct source {
	const struct slim_inode *inode;
	uint64_t at;
	char buffer[1 << 16];
};

struct walk {
	java_member_sink *sink;
	void *context;
	uint64_t *spent;
	size_t members;
	bool whole;
};

static void free_archive(struct archive **a)
{
	archive_read_free(*a);
}

static la_ssize_t read_source(struct archive *a, void *data, const void **out)
{
	struct source *s = data;
	uint64_t left = s->inode->size - s->at;
	size_t length = left < sizeof(s->buffer) ? (size_t)left : sizeof(s->buffer);
	struct slim_error *err = NULL;
	if (slim_inode_read(s->inode, s->at, s->buffer, length, &err)) {
		archive_set_error(a, EIO, "%s", slim_error_text(err));
		slim_error_free(err);
		return ARCHIVE_FATAL;
	}
	s->at += length;
	*out = s->buffer;
	return (la_ssize_t)length;
}

static la_int64_t seek_source(struct archive *a, void *data, la_int64_t offset, int whence)
{
	struct source *s = data;
	la_int64_t base = whence == SEEK_SET ? 0 : (la_int64_t)(whence == SEEK_CUR ? s->at : s->inode->size), at;
	if (__builtin_add_overflow(base, offset, &at) || at < 0 || (uint64_t)at > s->inode->size) {
		archive_set_error(a, EIO, "outside of the archive");
		return ARCHIVE_FATAL;
	}
	s->at = (uint64_t)at;
	return at;
}

bool java_is_archive_name(struct slim_blob name)
{
	static const char *const endings[] = { ".jar", ".war", ".ear", ".rar", ".sar", ".par", ".kar", ".hpi", ".jpi", ".nar" };
	char tail[5];
	if (name.len < sizeof(tail))
		return false;
	for (size_t i = 0; i < 4; i++)
		tail[i] = (char)tolower((unsigned char)name.ptr[name.len - 4 + i]);
	tail[4] = 0;
	for (size_t i = 0; i < SLIM_COUNT(endings); i++)
		if (!strcmp(tail, endings[i]))
			return true;
	return false;
}

/* A member's bytes in BUFFER, which grows. False: broken, encrypted, or too large. */
static bool read_member(struct archive *a, struct walk *w, char **buffer, size_t *length)
{
	size_t capacity = 0;
	const void *bytes;
	size_t n;
	la_int64_t offset;
	int got;
	*length = 0;
	while ((got = archive_read_data_block(a, &bytes, &n, &offset)) == ARCHIVE_OK) {
		*w->spent += n;
		if (*w->spent > total_max || *length + n > member_max)
			return false;
		while (*length + n > capacity) {
			capacity = capacity ? capacity * 2 : 1 << 16;
			*buffer = slim_realloc(*buffer, capacity, 1);
		}
		if (n)
			memcpy(*buffer + *length, bytes, n);
		*length += n;
	}
	return got == ARCHIVE_EOF;
}

static bool walk_bytes(struct walk *w, struct slim_blob archive, unsigned depth);

static void walk_members(struct walk *w, struct archive *a, unsigned depth)
{
	struct archive_entry *entry;
	int got;
	while ((got = archive_read_next_header(a, &entry)) == ARCHIVE_OK || got == ARCHIVE_WARN) {
		if (++w->members > MEMBERS_MAX || *w->spent > total_max) {
			w->whole = false;
			return;
		}
		if (archive_entry_filetype(entry) == AE_IFDIR)
			continue;
		const char *name = archive_entry_pathname(entry);
		slim_autofree char *own = slim_strdup(name ? name : ""), *bytes = NULL;
		struct java_member member = { .name = slim_blob_of(own), .depth = depth };
		if (!read_member(a, w, &bytes, &member.bytes.len)) {
			w->whole = false;
			continue;
		}
		member.bytes.ptr = bytes ? bytes : "";
		if (!java_is_archive_name(member.name))
			w->sink(w->context, &member);
		else if (depth == DEPTH_MAX || !walk_bytes(w, member.bytes, depth + 1))
			w->whole = false;
	}
	if (got != ARCHIVE_EOF)
		w->whole = false;
}

static bool walk_bytes(struct walk *w, struct slim_blob archive, unsigned depth)
{
	slim_cleanup(free_archive) struct archive *a = archive_read_new();
	if (!a)
		slim_out_of_memory();
	archive_read_support_format_zip(a);
	if (!archive.len || archive_read_open_memory(a, archive.ptr, archive.len) != ARCHIVE_OK)
		return false;
	walk_members(w, a, depth);
	return true;
}

bool java_zip_read_bytes(struct slim_blob archive, uint64_t *spent, java_member_sink *sink, void *context)
{
	struct walk w = { .sink = sink, .context = context, .spent = spent, .whole = true };
	return walk_bytes(&w, archive, 0) && w.whole;
}

bool java_zip_read(const struct slim_inode *archive, uint64_t *spent, java_member_sink *sink, void *context)
{
	struct walk w = { .sink = sink, .context = context, .spent = spent, .whole = true };
	slim_autofree struct source *source = slim_alloc(sizeof(*source));
	source->inode = archive;
	source->at = 0;
	slim_cleanup(free_archive) struct archive *a = archive_read_new();
	if (!a)
		slim_out_of_memory();
	archive_read_support_format_zip(a);
	archive_read_set_read_callback(a, read_source);
	archive_read_set_seek_callback(a, seek_source);
	archive_read_set_callback_data(a, source);
	if (archive_read_open1(a) != ARCHIVE_OK)
		return false;
	walk_members(&w, a, 0);
	return w.whole;
}
