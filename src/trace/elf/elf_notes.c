/*
 * dlopen notes: UAPI.12, owner "FDO", a JSON array of {soname, feature, priority}. A note that is
 * none is passed over.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "elf_file.h"

enum { NOTE_TYPE = 0x407c0c0a, RANGE_LIMIT = 1 << 20, NOTE_LIMIT = 1024, SONAME_LIMIT = 64 };

struct note_list {
	struct slim_dlopen_note *items;
	size_t count, capacity;
};

static const char *copy_text(struct elf_file *f, const json_t *value)
{
	const char *text = json_string_value(value);
	size_t length = text ? strlen(text) : 0;
	if (!text || length >= f->names_left)
		return NULL;
	f->names_left -= length + 1;
	return slim_arena_strndup(f->arena, text, length);
}

static void add_entry(struct elf_file *f, const json_t *entry, struct note_list *list)
{
	const json_t *names = json_object_get(entry, "soname");
	size_t count = json_array_size(names), n = 0;
	if (!count || count > SONAME_LIMIT || list->count >= NOTE_LIMIT)
		return;
	struct slim_dlopen_note note = {
		.sonames = slim_arena_alloc(f->arena, (count + 1) * sizeof(char *)),
		.feature = copy_text(f, json_object_get(entry, "feature")),
		.priority = copy_text(f, json_object_get(entry, "priority")),
	};
	for (size_t i = 0; i < count; i++) {
		const char *name = copy_text(f, json_array_get(names, i));
		if (name)
			note.sonames[n++] = name;
	}
	*slim_push(&list->items, &list->count, &list->capacity) = note;
}

static void add_json(struct elf_file *f, const char *text, size_t length, struct note_list *list)
{
	json_t *root = json_loadb(text, strnlen(text, length), 0, NULL);
	size_t count = json_array_size(root);
	for (size_t i = 0; i < count; i++)
		add_entry(f, json_array_get(root, i), list);
	json_decref(root);
}

static uint32_t word_at(const struct elf_file *f, const unsigned char *p)
{
	return f->facts->encoding == ELFDATA2LSB ?
		       (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24 :
		       (uint32_t)p[3] | (uint32_t)p[2] << 8 | (uint32_t)p[1] << 16 | (uint32_t)p[0] << 24;
}

static size_t padded(size_t size)
{
	return (size + 3) & ~(size_t)3;
}

static void scan_notes(struct elf_file *f, const char *bytes, size_t size, struct note_list *list)
{
	for (size_t at = 0; size - at >= 12;) {
		const unsigned char *p = (const unsigned char *)bytes + at;
		uint32_t name = word_at(f, p), desc = word_at(f, p + 4), type = word_at(f, p + 8);
		size_t left = size - at - 12;
		if (padded(name) > left || desc > left - padded(name))
			return;
		const char *owner = bytes + at + 12;
		if (type == NOTE_TYPE && name == 4 && !memcmp(owner, "FDO", 4))
			add_json(f, owner + padded(name), desc, list);
		size_t step = 12 + padded(name) + padded(desc);
		if (step > size - at)
			return;
		at += step;
	}
}

static void note_ranges(const struct elf_file *f, struct elf_ranges *ranges)
{
	for (size_t i = 0; i < f->program_count; i++)
		if (f->programs[i].p_type == PT_NOTE && elf_within(f, f->programs[i].p_offset, f->programs[i].p_filesz))
			elf_add_range(ranges, f->programs[i].p_offset, f->programs[i].p_filesz);
	for (size_t i = 0; i < f->section_count; i++)
		if (f->sections[i].sh_type == SHT_NOTE &&
		    elf_within(f, f->sections[i].sh_offset, f->sections[i].sh_size))
			elf_add_range(ranges, f->sections[i].sh_offset, f->sections[i].sh_size);
	elf_join_ranges(ranges);
}

static int read_range(struct elf_file *f, struct elf_range range, struct note_list *list, struct slim_error **err)
{
	size_t size = range.size < RANGE_LIMIT ? (size_t)range.size : RANGE_LIMIT;
	slim_autofree char *bytes = slim_alloc(size + 1);
	if (slim_inode_read(f->inode, range.offset, bytes, size, err) < 0)
		return -1;
	scan_notes(f, bytes, size, list);
	return 0;
}

int elf_read_notes(struct elf_file *f, struct slim_error **err)
{
	struct elf_ranges ranges = { 0 };
	struct note_list list = { 0 };
	int failed = 0;
	note_ranges(f, &ranges);
	for (size_t i = 0; i < ranges.count && i < NOTE_LIMIT && !failed; i++)
		failed = read_range(f, ranges.items[i], &list, err);
	f->facts->notes = slim_arena_alloc(f->arena, (list.count + 1) * sizeof(*list.items));
	f->facts->note_count = list.count;
	for (size_t i = 0; i < list.count; i++)
		f->facts->notes[i] = list.items[i];
	free(list.items);
	free(ranges.items);
	return failed;
}
