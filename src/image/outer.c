#include "source.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include <archive.h>
#include <archive_entry.h>

#include "slim/alloc.h"
#include "slim/path.h"

/* A member costs at least 512 bytes of archive; no image has so many that are not layers' files. */
enum { MEMBER_LIMIT = 4 << 20, WINDOW = 64 << 10, LINK_STEPS = 40 };

enum member_kind { MEMBER_FILE, MEMBER_SYMLINK, MEMBER_HARDLINK, MEMBER_OTHER };

struct member {
	struct slim_blob name, target;
	enum member_kind kind;
	size_t place; /* in the archive */
	uint64_t offset, length;
};

struct tar_source {
	struct slim_source base;
	struct slim_file *file;
	struct slim_arena *arena;
	struct member *members;
	size_t count, capacity;
	uint64_t input_size;
};

/* --- the archive's bytes for libarchive ------------------------------------------------------------------------ */

struct window {
	struct slim_file *file;
	uint64_t offset;
	struct slim_error *err;
	char bytes[WINDOW];
};

static la_ssize_t read_window(struct archive *a, void *data, const void **out)
{
	struct window *w = data;
	uint64_t left = slim_file_size(w->file) - w->offset;
	size_t length = left < WINDOW ? (size_t)left : WINDOW;
	*out = w->bytes;
	if (slim_file_read(w->file, w->offset, w->bytes, length, &w->err))
		return ARCHIVE_FATAL;
	w->offset += length;
	return (la_ssize_t)length;
}

static la_int64_t skip_window(struct archive *a, void *data, la_int64_t request)
{
	struct window *w = data;
	uint64_t left = slim_file_size(w->file) - w->offset;
	uint64_t step = (uint64_t)request < left ? (uint64_t)request : left;
	w->offset += step;
	return (la_int64_t)step;
}

static void free_window(struct window **w)
{
	slim_error_free((*w)->err);
	free(*w);
}

static void free_archive(struct archive **a)
{
	archive_read_free(*a);
}

/* --- the list of members --------------------------------------------------------------------------------------- */

static enum member_kind kind_of(struct archive_entry *entry)
{
	if (archive_entry_hardlink(entry))
		return MEMBER_HARDLINK;
	if (archive_entry_filetype(entry) == AE_IFLNK)
		return MEMBER_SYMLINK;
	bool plain = archive_entry_filetype(entry) == AE_IFREG && archive_entry_sparse_count(entry) == 0;
	return plain ? MEMBER_FILE : MEMBER_OTHER;
}

static struct slim_blob copy(struct slim_arena *arena, const char *s)
{
	size_t length = s ? strlen(s) : 0;
	return slim_blob(slim_arena_strndup(arena, s ? s : "", length), length);
}

static int add_member(struct tar_source *s, struct archive *a, struct archive_entry *entry, struct slim_error **err)
{
	/* A name that leaves the archive cannot be asked for, so such a member is as good as absent. */
	slim_cleanup(slim_error_free_p) struct slim_error *ignored = NULL;
	const char *name = archive_entry_pathname(entry);
	struct member m = { .kind = kind_of(entry), .place = s->count };
	if (!name || slim_path_clean(s->arena, slim_blob_of(name), &m.name, &ignored))
		return 0;
	if (m.kind == MEMBER_HARDLINK)
		m.target = copy(s->arena, archive_entry_hardlink(entry));
	if (m.kind == MEMBER_SYMLINK)
		m.target = copy(s->arena, archive_entry_symlink(entry));
	if (m.kind == MEMBER_FILE) {
		/* libarchive has read the headers and nothing more: the content starts here */
		m.offset = (uint64_t)archive_filter_bytes(a, 0);
		m.length = (uint64_t)archive_entry_size(entry);
		uint64_t size = slim_file_size(s->file);
		if (m.offset > size || m.length > size - m.offset)
			return slim_fail(err, SLIM_BAD_INPUT, "'%s': the archive ends in the middle of it",
					 slim_path_show(s->arena, m.name));
	}
	if (s->count == MEMBER_LIMIT)
		return slim_fail(err, SLIM_BAD_INPUT, "more than %d members", MEMBER_LIMIT);
	*slim_push(&s->members, &s->count, &s->capacity) = m;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	int order = slim_blob_compare(x->name, y->name);
	return order ? order : (x->place > y->place) - (x->place < y->place);
}

static int fail_archive(struct archive *a, struct window *w, struct slim_error **err)
{
	if (w->err) {
		*err = slim_steal(&w->err);
		return -1;
	}
	if (archive_errno(a) == ENOMEM)
		slim_out_of_memory();
	return slim_fail(err, SLIM_BAD_INPUT, "no tar archive, or a damaged one: %s", archive_error_string(a));
}

static int list_members(struct tar_source *s, struct slim_error **err)
{
	slim_cleanup(free_window) struct window *w = slim_calloc(1, sizeof(*w));
	w->file = s->file;
	slim_cleanup(free_archive) struct archive *a = archive_read_new();
	if (!a)
		slim_out_of_memory();
	archive_read_support_format_tar(a);
	archive_read_set_skip_callback(a, skip_window);
	archive_read_set_read_callback(a, read_window);
	archive_read_set_callback_data(a, w);
	if (archive_read_open1(a) != ARCHIVE_OK)
		return fail_archive(a, w, err);
	struct archive_entry *entry;
	int r;
	while ((r = archive_read_next_header(a, &entry)) == ARCHIVE_OK || r == ARCHIVE_WARN)
		if (add_member(s, a, entry, err))
			return -1;
	if (r != ARCHIVE_EOF)
		return fail_archive(a, w, err);
	if (s->count)
		qsort(s->members, s->count, sizeof(*s->members), by_name);
	return 0;
}

/* --- lookup ---------------------------------------------------------------------------------------------------- */

/* The last member of that name, or NULL. */
static const struct member *lookup(const struct tar_source *s, struct slim_blob name)
{
	size_t low = 0, high = s->count;
	while (low < high) { /* the first whose name is greater */
		size_t middle = low + (high - low) / 2;
		if (slim_blob_compare(s->members[middle].name, name) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	bool found = low > 0 && slim_blob_equal(s->members[low - 1].name, name);
	return found ? &s->members[low - 1] : NULL;
}

/* The member that a link names: from the link's folder, or from the top of the archive. */
static int follow(struct tar_source *s, const struct member *link, struct slim_blob *name, struct slim_error **err)
{
	struct slim_blob dir = slim_path_dir(link->name), full = link->target;
	bool relative = link->kind == MEMBER_SYMLINK && !slim_blob_starts(link->target, "/") && dir.len;
	if (relative) {
		full.ptr = slim_arena_format(s->arena, "%.*s/%s", (int)dir.len, dir.ptr, link->target.ptr);
		full.len = dir.len + 1 + link->target.len;
	}
	if (slim_path_clean(s->arena, full, name, err))
		return slim_wrap(err, "'%s'", slim_path_show(s->arena, link->name));
	return 0;
}

static int find_member(struct slim_source *source, struct slim_blob name, struct slim_range *out,
		       struct slim_error **err)
{
	struct tar_source *s = (struct tar_source *)source;
	struct slim_blob at = name;
	*out = (struct slim_range){ 0 };
	for (int steps = 0; steps < LINK_STEPS; steps++) {
		const struct member *m = lookup(s, at);
		if (!m)
			return 0;
		if (m->kind == MEMBER_OTHER)
			return slim_fail(err, SLIM_BAD_INPUT, "'%s': no plain file",
					 slim_path_show(s->arena, m->name));
		if (m->kind == MEMBER_FILE) {
			*out = (struct slim_range){ s->file, m->offset, m->length };
			return 0;
		}
		if (follow(s, m, &at, err))
			return -1;
	}
	return slim_fail(err, SLIM_BAD_INPUT, "'%s': too many links", slim_path_show(s->arena, name));
}

static uint64_t tar_size(const struct slim_source *source)
{
	return ((const struct tar_source *)source)->input_size;
}

static void free_tar(struct slim_source *source)
{
	struct tar_source *s = (struct tar_source *)source;
	free(s->members);
	slim_arena_free(s->arena);
	slim_file_unref(s->file);
	free(s);
}

static const struct slim_source_ops tar_ops = { find_member, tar_size, free_tar };

int slim_source_tar(struct slim_file *file, uint64_t input_size, struct slim_source **out, struct slim_error **err)
{
	struct tar_source *s = slim_calloc(1, sizeof(*s));
	s->base.ops = &tar_ops;
	s->file = slim_file_ref(file);
	s->arena = slim_arena_new();
	s->input_size = input_size;
	slim_cleanup(slim_source_free_p) struct slim_source *source = &s->base;
	if (list_members(s, err))
		return -1;
	*out = slim_steal(&source);
	return 0;
}

void slim_source_free(struct slim_source *source)
{
	if (source)
		source->ops->free(source);
}

bool slim_source_names(const struct slim_source *tar, const char *name)
{
	return tar->ops == &tar_ops && lookup((const struct tar_source *)tar, slim_blob_of(name));
}
