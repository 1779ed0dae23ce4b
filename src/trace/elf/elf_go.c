/*
 * String literals of Go programs. The linker packs them without ends, sorted by length; where each
 * begins is known only to the code and the data that use it. So the addresses that instructions
 * take are collected (cmd/link/internal/ld, data.go; LEA of x86-64, ADRP and ADD of AArch64): a
 * literal ends at the latest where the next begins. Strings in data are pairs of an address and a
 * length.
 */
#include <stdlib.h>
#include <string.h>

#include "elf_strings.h"

enum { CHUNK = 256 << 10, TEXT_MAX = 64 << 20, MARK_MAX = 32 };

struct starts {
	uint64_t *items;
	size_t count, capacity;
};

/* The constants, in memory while they are read. */
struct go_text {
	uint64_t address;
	size_t size;
	char *bytes;
	struct starts starts, started;
};

static bool read_range(const struct elf_file *f, struct elf_range range, char **out,
		       struct slim_error **err)
{
	*out = slim_alloc(range.size + 1);
	return slim_inode_read(f->inode, range.offset, *out, range.size, err) >= 0;
}

/* The names of all functions that are linked in stand in .gopclntab, stripped or not. */
static int holds_function(const struct elf_file *f, struct elf_range range, const char *name,
			  struct slim_error **err)
{
	slim_autofree char *buffer = slim_alloc(CHUNK + MARK_MAX);
	size_t carry = 0, length = strlen(name) + 1;
	for (uint64_t done = 0; done < range.size;) {
		size_t n = range.size - done < CHUNK ? (size_t)(range.size - done) : CHUNK;
		if (slim_inode_read(f->inode, range.offset + done, buffer + carry, n, err) < 0)
			return -1;
		done += n;
		if (memmem(buffer, carry + n, name, length))
			return 1;
		size_t size = carry + n;
		carry = size < length ? size : length - 1;
		memmove(buffer, buffer + size - carry, carry);
	}
	return 0;
}

static struct elf_range range_of(const struct elf_file *f, const char *section)
{
	const Elf64_Shdr *s = elf_section_named(f, section);
	bool sound = s && s->sh_type == SHT_PROGBITS && elf_within(f, s->sh_offset, s->sh_size);
	return sound ? (struct elf_range){ s->sh_offset, s->sh_size } : (struct elf_range){ 0, 0 };
}

int elf_go_starts_programs(const struct elf_file *f, struct slim_error **err)
{
	return holds_function(f, range_of(f, ".gopclntab"), "os/exec.(*Cmd).Start", err);
}

static void add_start(struct starts *starts, const struct go_text *text, uint64_t address)
{
	if (address - text->address < text->size)
		*slim_push(&starts->items, &starts->count, &starts->capacity) =
			address - text->address;
}

static void took(void *context, uint64_t address, bool started)
{
	struct go_text *text = context;
	add_start(&text->starts, text, address);
	if (started)
		add_start(&text->started, text, address);
}

/* What lies on the border of two chunks is seen again in the second, with what stands before it. */
static int scan_code(const struct elf_file *f, const Elf64_Shdr *section, struct go_text *text,
		     struct slim_error **err)
{
	enum { OVERLAP = 256 };
	struct elf_go_code scan = { .machine = f->header.e_machine, .took = took, .context = text };
	slim_autofree char *buffer = slim_alloc(CHUNK);
	if (elf_find_go_exec(f, &scan.exec, err) < 0)
		return -1;
	for (uint64_t done = 0; done < section->sh_size; done += CHUNK - OVERLAP) {
		size_t n =
			section->sh_size - done < CHUNK ? (size_t)(section->sh_size - done) : CHUNK;
		if (slim_inode_read(f->inode, section->sh_offset + done, buffer, n, err) < 0)
			return -1;
		elf_scan_go_code(&scan, section->sh_addr + done, buffer, n);
	}
	return 0;
}

static void found(struct elf_strings *s, const char *text, size_t length)
{
	unsigned has = 0;
	for (size_t i = 0; i < length; i++)
		has |= s->classes[(unsigned char)text[i]];
	if (length >= 2 && !(has & ELF_HAS_BINARY))
		elf_classify(s, text, length, has);
}

/* An address of TEXT with a likely length behind it. */
static int scan_data(const struct elf_file *f, const char *section, struct go_text *text,
		     struct elf_strings *s, struct slim_error **err)
{
	struct elf_range range = range_of(f, section);
	slim_autofree char *bytes = NULL;
	if (range.size > TEXT_MAX)
		return 0;
	if (!read_range(f, range, &bytes, err))
		return -1;
	for (size_t i = 0; i + 16 <= range.size; i += 8) {
		uint64_t at = elf_go_long(bytes + i) - text->address,
			 length = elf_go_long(bytes + i + 8);
		if (at >= text->size || length > text->size - at || length > ELF_TEXT_LIMIT)
			continue;
		add_start(&text->starts, text, text->address + at);
		found(s, text->bytes + at, (size_t)length);
	}
	return 0;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

/* The text from the start number I on; empty when it is none. */
static struct slim_blob literal_at(const struct go_text *text, const struct elf_strings *s,
				   size_t i)
{
	const struct starts *starts = &text->starts;
	size_t from = (size_t)starts->items[i], to = from;
	while (i < starts->count && starts->items[i] == from)
		i++;
	size_t limit = i < starts->count ? (size_t)starts->items[i] : text->size;
	while (to < limit && to - from <= ELF_TEXT_LIMIT &&
	       !(s->classes[(unsigned char)text->bytes[to]] & ELF_HAS_BINARY))
		to++;
	return slim_blob(text->bytes + from, to - from <= ELF_TEXT_LIMIT ? to - from : 0);
}

static void found_all(struct go_text *text, struct elf_strings *s)
{
	const struct starts *starts = &text->starts;
	if (starts->count)
		qsort(starts->items, starts->count, sizeof(uint64_t), by_value);
	for (size_t i = 0; i < starts->count; i++) {
		if (i && starts->items[i] == starts->items[i - 1])
			continue;
		struct slim_blob literal = literal_at(text, s, i);
		found(s, literal.ptr, literal.len);
	}
	for (size_t i = 0; i < text->started.count; i++) {
		const uint64_t *at = bsearch(&text->started.items[i], starts->items, starts->count,
					     sizeof(uint64_t), by_value);
		struct slim_blob literal =
			at ? literal_at(text, s, (size_t)(at - starts->items)) : SLIM_BLOB("");
		if (literal.len)
			elf_found(s, ELF_STARTED, literal.ptr, literal.len);
	}
}

static int read_literals(const struct elf_file *f, const Elf64_Shdr *code, struct go_text *text,
			 struct elf_strings *s, struct slim_error **err)
{
	static const char *const data[] = { ".rodata", ".data", ".data.rel.ro", ".noptrdata" };
	if (scan_code(f, code, text, err) < 0)
		return -1;
	for (size_t i = 0; i < SLIM_COUNT(data); i++)
		if (scan_data(f, data[i], text, s, err) < 0)
			return -1;
	found_all(text, s);
	return 0;
}

int elf_read_go_literals(const struct elf_file *f, struct elf_strings *s, struct slim_error **err)
{
	const Elf64_Shdr *code = elf_section_named(f, ".text"),
			 *rodata = elf_section_named(f, ".rodata");
	struct elf_range range = range_of(f, ".rodata");
	bool known = f->header.e_machine == EM_X86_64 || f->header.e_machine == EM_AARCH64;
	if (!known || !range.size || range.size > TEXT_MAX || !range_of(f, ".text").size)
		return 0;
	struct go_text text = { .address = rodata->sh_addr, .size = (size_t)range.size };
	int failed =
		read_range(f, range, &text.bytes, err) ? read_literals(f, code, &text, s, err) : -1;
	free(text.bytes);
	free(text.starts.items);
	free(text.started.items);
	return failed;
}
