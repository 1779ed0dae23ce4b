#include "rpm_header.h"

#include <stdlib.h>
#include <string.h>

#include "slim/alloc.h"
#include "slim/path.h"

enum { INDEX_ENTRY = 16 };

static uint32_t number_at(const char *p)
{
	const unsigned char *b = (const unsigned char *)p;
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

unsigned slim_rpm_size(uint32_t type)
{
	static const uint8_t sizes[SLIM_RPM_TYPES] = { [SLIM_RPM_CHAR] = 1,  [SLIM_RPM_INT8] = 1,
						       [SLIM_RPM_INT16] = 2, [SLIM_RPM_INT32] = 4,
						       [SLIM_RPM_INT64] = 8, [SLIM_RPM_BINARY] = 1 };
	return type < SLIM_RPM_TYPES ? sizes[type] : 0;
}

/* The bytes of COUNT strings at the start of REST. False: they do not end in it. */
static bool measure_strings(struct slim_blob rest, uint32_t count, size_t *length)
{
	const char *p = rest.ptr, *end = rest.ptr + rest.len;
	for (uint32_t i = 0; i < count; i++) {
		const char *nul = p < end ? memchr(p, '\0', (size_t)(end - p)) : NULL;
		if (!nul)
			return false;
		p = nul + 1;
	}
	*length = (size_t)(p - rest.ptr);
	return true;
}

static bool read_entry(const char *index, struct slim_blob data, struct slim_rpm_entry *entry)
{
	uint32_t offset = number_at(index + 8);
	*entry = (struct slim_rpm_entry){ .tag = number_at(index), .type = number_at(index + 4),
					  .count = number_at(index + 12) };
	if (offset > data.len || entry->type >= SLIM_RPM_TYPES || !entry->count)
		return false;
	struct slim_blob rest = slim_blob(data.ptr + offset, data.len - offset);
	size_t length = 0;
	if (slim_rpm_size(entry->type))
		length = (size_t)slim_rpm_size(entry->type) * entry->count;
	else if (entry->type != SLIM_RPM_NULL && !measure_strings(rest, entry->count, &length))
		return false;
	entry->data = slim_blob(rest.ptr, length);
	return length <= rest.len;
}

/*
 * A region's data are 16 bytes, an index entry again, whose offset is minus the size of the region's index. The region
 * comes first.
 */
static uint32_t region_of(const struct slim_rpm_entry *first, uint32_t count)
{
	if (first->tag != SLIM_RPM_REGION || first->type != SLIM_RPM_BINARY || first->data.len != INDEX_ENTRY)
		return 0;
	uint32_t size = 0 - number_at(first->data.ptr + 8);
	return size % INDEX_ENTRY || size / INDEX_ENTRY > count ? 0 : size / INDEX_ENTRY;
}

bool slim_rpm_header_parse(struct slim_blob bytes, struct slim_rpm_header *header)
{
	*header = (struct slim_rpm_header){ 0 };
	if (bytes.len < 8 || bytes.len > SLIM_RPM_HEADER_MAX)
		return false;
	size_t entries = number_at(bytes.ptr), length = number_at(bytes.ptr + 4), index = entries * INDEX_ENTRY;
	if (!entries || entries > SLIM_RPM_TAGS_MAX || index > bytes.len - 8 || length != bytes.len - 8 - index)
		return false;
	struct slim_blob data = slim_blob(bytes.ptr + 8 + index, length);
	header->entries = slim_calloc(entries, sizeof(*header->entries));
	uint64_t sum = 0;
	for (; header->count < entries; header->count++) {
		struct slim_rpm_entry *entry = &header->entries[header->count];
		if (!read_entry(bytes.ptr + 8 + (size_t)header->count * INDEX_ENTRY, data, entry))
			return false;
		sum += entry->data.len;
		if (sum > length) /* data are nobody's twice */
			return false;
	}
	header->region = region_of(header->entries, header->count);
	return true;
}

void slim_rpm_header_clear(struct slim_rpm_header *header)
{
	free(header->entries);
	*header = (struct slim_rpm_header){ 0 };
}

const struct slim_rpm_entry *slim_rpm_find(const struct slim_rpm_header *header, enum slim_rpm_tag tag)
{
	for (uint32_t i = header->count; i-- > 0;)
		if (header->entries[i].tag == (uint32_t)tag)
			return &header->entries[i];
	return NULL;
}

static bool is_text(const struct slim_rpm_entry *entry)
{
	return entry->type == SLIM_RPM_STRING || entry->type == SLIM_RPM_STRINGS || entry->type == SLIM_RPM_TRANSLATED;
}

struct slim_blob slim_rpm_text(const struct slim_rpm_header *header, enum slim_rpm_tag tag)
{
	const struct slim_rpm_entry *entry = slim_rpm_find(header, tag);
	return entry && is_text(entry) ? slim_blob_of(entry->data.ptr) : SLIM_BLOB("");
}

uint32_t slim_rpm_number(const struct slim_rpm_entry *entry, uint32_t index)
{
	return number_at(entry->data.ptr + (size_t)index * 4);
}

struct slim_blob *slim_rpm_strings(const struct slim_rpm_header *header, enum slim_rpm_tag tag, uint32_t *count)
{
	const struct slim_rpm_entry *entry = slim_rpm_find(header, tag);
	*count = 0;
	if (!entry || !is_text(entry))
		return NULL;
	struct slim_blob *strings = slim_calloc(entry->count, sizeof(*strings));
	const char *p = entry->data.ptr;
	for (; *count < entry->count; p += strings[(*count)++].len + 1)
		strings[*count] = slim_blob_of(p);
	return strings;
}

static const struct slim_rpm_entry *find_numbers(const struct slim_rpm_header *header, enum slim_rpm_tag tag,
						  uint32_t count)
{
	const struct slim_rpm_entry *entry = slim_rpm_find(header, tag);
	return entry && entry->type == SLIM_RPM_INT32 && entry->count == count ? entry : NULL;
}

bool slim_rpm_files_read(const struct slim_rpm_header *header, struct slim_rpm_files *files)
{
	*files = (struct slim_rpm_files){ 0 };
	files->names = slim_rpm_strings(header, SLIM_RPM_BASE_NAMES, &files->count);
	files->folders = slim_rpm_strings(header, SLIM_RPM_DIR_NAMES, &files->folder_count);
	files->folder_numbers = find_numbers(header, SLIM_RPM_DIR_INDEXES, files->count);
	files->flags = find_numbers(header, SLIM_RPM_FILE_FLAGS, files->count);
	if (!files->count || !files->folder_numbers || !files->flags)
		return false;
	for (uint32_t i = 0; i < files->count; i++)
		if (slim_rpm_number(files->folder_numbers, i) >= files->folder_count)
			return false;
	return true;
}

void slim_rpm_files_clear(struct slim_rpm_files *files)
{
	free(files->names);
	free(files->folders);
	*files = (struct slim_rpm_files){ 0 };
}

char *slim_rpm_file_path(const struct slim_rpm_files *files, uint32_t index)
{
	struct slim_blob folder = files->folders[slim_rpm_number(files->folder_numbers, index)];
	struct slim_blob name = files->names[index];
	if (folder.len + name.len > SLIM_PATH_MAX)
		return NULL;
	return slim_format("%s%s", folder.ptr, name.ptr);
}
