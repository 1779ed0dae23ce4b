/*
 * Symbol versions: which ones a file asks of which library, and which ones it defines. Sources: "Symbol Versioning" of
 * the Linux Standard Base, and glibc elf/dl-version.c. Records that are broken end the list: nothing is kept by them.
 */
#include <stdlib.h>

#include "elf_file.h"

enum { RANGE_LIMIT = 1 << 20, VERSION_LIMIT = 2048, NEED = 16, DEFINITION = 20, AUXILIARY = 8 };

struct records {
	const struct elf_file *f;
	char *bytes;
	size_t size;
};

struct versions {
	struct slim_elf_version *items;
	size_t count, capacity;
};

static uint32_t number_at(const struct records *r, size_t at, size_t size)
{
	uint32_t n = 0;
	for (size_t i = 0; i < size; i++) {
		size_t byte = r->f->facts->encoding == ELFDATA2LSB ? size - 1 - i : i;
		n = n << 8 | (unsigned char)r->bytes[at + byte];
	}
	return n;
}

/* Moves *AT by what the record says at PLACE; false: it was the last, or the next one lies outside. */
static bool step(const struct records *r, size_t *at, size_t place, size_t size)
{
	uint32_t next = number_at(r, *at + place, 4);
	if (!next || next > r->size || *at > r->size - next || r->size - *at - next < size)
		return false;
	*at += next;
	return true;
}

static bool go_to(const struct records *r, size_t from, size_t place, size_t size, size_t *at)
{
	*at = from;
	uint32_t next = number_at(r, from + place, 4);
	return next <= r->size && from <= r->size - next && r->size - from - next >= size && (*at = from + next);
}

static bool add(struct elf_file *f, struct slim_blob names, struct versions *list, uint32_t file, uint32_t version)
{
	slim_cleanup(slim_error_free_p) struct slim_error *none = NULL;
	struct slim_elf_version v = { 0 };
	if (list->count >= VERSION_LIMIT || elf_copy_name(f, names, version, &v.version, &none) < 0 ||
	    (file && elf_copy_name(f, names, file, &v.file, &none) < 0))
		return false;
	*slim_push(&list->items, &list->count, &list->capacity) = v;
	return true;
}

/* vn_file at 4, vn_aux at 8, vn_next at 12; vna_flags at 4, vna_name at 8, vna_next at 12. */
static void read_needs(struct elf_file *f, const struct records *r, struct slim_blob names, struct versions *list)
{
	size_t at = 0, need;
	bool more = r->size >= NEED;
	while (more) {
		bool further = go_to(r, at, 8, NEED, &need);
		while (further) {
			bool weak = number_at(r, need + 4, 2) & VER_FLG_WEAK;
			if (!weak && !add(f, names, list, number_at(r, at + 4, 4), number_at(r, need + 8, 4)))
				return;
			further = step(r, &need, 12, NEED);
		}
		more = step(r, &at, 12, NEED);
	}
}

/* vd_aux at 12, vd_next at 16; the first vda_name, at 0, is the version's own. */
static void read_definitions(struct elf_file *f, const struct records *r, struct slim_blob names, struct versions *list)
{
	size_t at = 0, name;
	bool more = r->size >= DEFINITION;
	while (more) {
		if (!go_to(r, at, 12, AUXILIARY, &name) || !add(f, names, list, 0, number_at(r, name, 4)))
			return;
		more = step(r, &at, 16, DEFINITION);
	}
}

typedef void reader(struct elf_file *f, const struct records *r, struct slim_blob names, struct versions *list);

static int read_list(struct elf_file *f, uint64_t address, struct slim_blob names, reader *how,
		     struct slim_elf_version **out, struct slim_error **err)
{
	struct elf_range range;
	struct versions list = { 0 };
	if (!address || !elf_locate(f, address, &range))
		return 0;
	struct records r = { .f = f, .size = range.size < RANGE_LIMIT ? (size_t)range.size : RANGE_LIMIT };
	slim_autofree char *bytes = r.bytes = slim_alloc(r.size + 1);
	if (slim_inode_read(f->inode, range.offset, bytes, r.size, err) < 0)
		return -1;
	how(f, &r, names, &list);
	struct slim_elf_version *copy = slim_arena_alloc(f->arena, (list.count + 1) * sizeof(*copy));
	for (size_t i = 0; i < list.count; i++)
		copy[i] = list.items[i];
	free(list.items);
	*out = copy;
	return 0;
}

int elf_read_versions(struct elf_file *f, const struct elf_symbol_places *places, struct slim_error **err)
{
	if (read_list(f, places->verneed, places->names, read_needs, &f->facts->wanted_versions, err) < 0)
		return -1;
	return read_list(f, places->verdef, places->names, read_definitions, &f->facts->versions, err);
}
