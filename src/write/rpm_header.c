#include "rpm_header.h"

#include <stdlib.h>
#include <string.h>

#include "checksum.h"

enum { INDEX_ENTRY = 16 };

struct writer {
	const struct slim_rpm_header *header;
	const bool *stays;
	uint32_t count, left;   /* files: of the header, and of those that stay */
	uint32_t *folders;      /* the new place of each folder + 1; 0: it goes */
	uint32_t folder_count;
	struct slim_buffer index, data;
	uint32_t entries, region, region_data; /* written: in all, and in the region, with its trailer */
	char sha1[SLIM_CHECKSUM_RPM_TEXT], sha256[SLIM_CHECKSUM_RPM_TEXT];
};

/* Tags with a value for each file: rpm's tag list. */
static bool is_of_files(uint32_t tag)
{
	static const uint16_t tags[] = { 274,  276,  1027, 1028, 1029, 1030, 1031, 1032, 1033, 1034, 1035,
					 1036, 1037, 1039, 1040, 1045, 1095, 1096, 1097, 1116, 1117, 1119,
					 1120, 1140, 1141, 1143, 1144, 1147, 5008, 5010, 5090, 5117 };
	for (size_t i = 0; i < SLIM_COUNT(tags); i++)
		if (tag == tags[i])
			return true;
	return false;
}

/* Signatures and digests of the header that was. Two digests are made anew instead. */
static bool is_of_signed_header(uint32_t tag)
{
	static const uint16_t tags[] = { SLIM_RPM_DSA, SLIM_RPM_RSA, 278, 279 };
	for (size_t i = 0; i < SLIM_COUNT(tags); i++)
		if (tag == tags[i])
			return true;
	return false;
}

static void put_number(char *p, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		p[i] = (char)(n >> (24 - 8 * i));
}

static void put_entry(struct slim_buffer *index, uint32_t tag, uint32_t type, uint32_t offset, uint32_t count)
{
	char *p = slim_buffer_extend(index, INDEX_ENTRY);
	put_number(p, tag);
	put_number(p + 4, type);
	put_number(p + 8, offset);
	put_number(p + 12, count);
}

/* Numbers lie at a multiple of their size. */
static void begin(struct writer *w, const struct slim_rpm_entry *entry, uint32_t count)
{
	unsigned size = entry->type == SLIM_RPM_BINARY ? 1 : slim_rpm_size(entry->type);
	if (size > 1 && w->data.length % size)
		slim_buffer_extend(&w->data, size - w->data.length % size);
	put_entry(&w->index, entry->tag, entry->type, (uint32_t)w->data.length, count);
	w->entries++;
}

static void copy_entry(struct writer *w, const struct slim_rpm_entry *entry)
{
	begin(w, entry, entry->count);
	slim_buffer_add(&w->data, entry->data);
}

static void put_folder_number(struct writer *w, const struct slim_rpm_entry *entry, uint32_t file)
{
	uint32_t old = slim_rpm_number(entry, file);
	put_number(slim_buffer_extend(&w->data, 4), old < w->folder_count && w->folders[old] ? w->folders[old] - 1 : 0);
}

/* The values at the places that WANTED has; those of DIR_INDEXES are places themselves. */
static void copy_some(struct writer *w, const struct slim_rpm_entry *entry, const bool *wanted, uint32_t left)
{
	const char *p = entry->data.ptr;
	size_t size = slim_rpm_size(entry->type);
	begin(w, entry, left);
	for (uint32_t i = 0; i < entry->count; i++) {
		size_t length = size ? size : strlen(p) + 1;
		if (wanted[i] && entry->tag == SLIM_RPM_DIR_INDEXES && entry->type == SLIM_RPM_INT32)
			put_folder_number(w, entry, i);
		else if (wanted[i])
			slim_buffer_add(&w->data, slim_blob(p, length));
		p += length;
	}
}

static void copy_folders(struct writer *w, const struct slim_rpm_entry *entry)
{
	slim_autofree bool *wanted = slim_calloc(entry->count, sizeof(*wanted));
	uint32_t left = 0;
	for (uint32_t i = 0; i < entry->count; i++)
		left += wanted[i] = i < w->folder_count && w->folders[i];
	if (left)
		copy_some(w, entry, wanted, left);
}

static void copy_text(struct writer *w, const struct slim_rpm_entry *entry, const char *text)
{
	begin(w, entry, 1);
	slim_buffer_add(&w->data, slim_blob(text, strlen(text) + 1));
}

static void write_entry(struct writer *w, const struct slim_rpm_entry *entry)
{
	bool digest = entry->tag == SLIM_RPM_SHA1 || entry->tag == SLIM_RPM_SHA256;
	if (is_of_signed_header(entry->tag) || (digest && !w->region))
		return;
	if (entry->tag == SLIM_RPM_SHA1 && entry->type == SLIM_RPM_STRING)
		copy_text(w, entry, w->sha1);
	else if (entry->tag == SLIM_RPM_SHA256 && entry->type == SLIM_RPM_STRING)
		copy_text(w, entry, w->sha256);
	else if (entry->tag == SLIM_RPM_DIR_NAMES)
		copy_folders(w, entry);
	else if (!is_of_files(entry->tag) || entry->count != w->count || entry->type == SLIM_RPM_NULL)
		copy_entry(w, entry);
	else if (w->left)
		copy_some(w, entry, w->stays, w->left);
}

/* Which folders still have a file; their order stays. */
static void count_folders(struct writer *w)
{
	const struct slim_rpm_entry *numbers = slim_rpm_find(w->header, SLIM_RPM_DIR_INDEXES);
	const struct slim_rpm_entry *names = slim_rpm_find(w->header, SLIM_RPM_DIR_NAMES);
	uint32_t next = 0;
	w->folder_count = names ? names->count : 0;
	w->folders = slim_calloc(w->folder_count + 1, sizeof(*w->folders));
	for (uint32_t i = 0; i < w->count; i++) {
		uint32_t folder = w->stays[i] ? slim_rpm_number(numbers, i) : UINT32_MAX;
		w->left += w->stays[i];
		if (folder < w->folder_count)
			w->folders[folder] = 1;
	}
	for (uint32_t i = 0; i < w->folder_count; i++)
		if (w->folders[i])
			w->folders[i] = ++next;
}

/* The region's own entry stands first and points behind the region's other data, to an entry that points back. */
static void end_region(struct writer *w)
{
	uint32_t offset = (uint32_t)w->data.length;
	put_entry(&w->data, SLIM_RPM_REGION, SLIM_RPM_BINARY, 0 - w->entries * INDEX_ENTRY, INDEX_ENTRY);
	put_number(w->index.bytes + 8, offset);
	w->region = w->entries;
	w->region_data = (uint32_t)w->data.length;
}

/* What rpm hashes of a header: its magic, then the region as if it were a header of its own. */
static int hash_region(struct writer *w, struct slim_error **err)
{
	char sizes[8];
	put_number(sizes, w->region);
	put_number(sizes + 4, w->region_data);
	const struct slim_blob parts[] = { SLIM_BLOB("\x8e\xad\xe8\x01\0\0\0\0"), slim_blob(sizes, sizeof(sizes)),
					   slim_blob(w->index.bytes, (size_t)w->region * INDEX_ENTRY),
					   slim_blob(w->data.bytes, w->region_data) };
	if (slim_checksum_rpm("SHA1", parts, SLIM_COUNT(parts), w->sha1, err) < 0)
		return -1;
	return slim_checksum_rpm("SHA256", parts, SLIM_COUNT(parts), w->sha256, err);
}

static int write_region(struct writer *w, struct slim_error **err)
{
	const struct slim_rpm_header *h = w->header;
	if (!h->region)
		return 0;
	begin(w, &h->entries[0], INDEX_ENTRY);
	for (uint32_t i = 1; i < h->region; i++)
		write_entry(w, &h->entries[i]);
	end_region(w);
	return hash_region(w, err);
}

static void finish(const struct writer *w, struct slim_buffer *out)
{
	char *sizes = slim_buffer_extend(out, 8);
	put_number(sizes, w->entries);
	put_number(sizes + 4, (uint32_t)w->data.length);
	slim_buffer_add(out, slim_blob(w->index.bytes, w->index.length));
	slim_buffer_add(out, slim_blob(w->data.bytes, w->data.length));
}

int slim_rpm_header_reduce(const struct slim_rpm_header *header, const bool *stays, uint32_t count,
			   struct slim_buffer *out, struct slim_error **err)
{
	struct writer w = { .header = header, .stays = stays, .count = count };
	count_folders(&w);
	int result = write_region(&w, err);
	for (uint32_t i = header->region; !result && i < header->count; i++)
		write_entry(&w, &header->entries[i]);
	if (!result)
		finish(&w, out);
	free(w.folders);
	slim_buffer_free(&w.index);
	slim_buffer_free(&w.data);
	return result;
}
