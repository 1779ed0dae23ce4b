/*
 * String literals of Go programs. The linker packs them without ends, sorted by length; where each begins is known only
 * to the code and the data that use it. So the addresses that instructions take are collected (cmd/link/internal/ld,
 * data.go; LEA of x86-64, ADRP and ADD of AArch64): a literal ends at the latest where the next begins. Strings in data
 * are pairs of an address and a length.
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
	struct starts starts;
};

static bool read_range(const struct elf_file *f, struct elf_range range, char **out, struct slim_error **err)
{
	*out = slim_alloc(range.size + 1);
	return slim_inode_read(f->inode, range.offset, *out, range.size, err) >= 0;
}

/* The names of all functions that are linked in stand in .gopclntab, stripped or not. */
static int holds_function(const struct elf_file *f, struct elf_range range, const char *name, struct slim_error **err)
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

static void add_start(struct go_text *text, uint64_t address)
{
	if (address - text->address < text->size)
		*slim_push(&text->starts.items, &text->starts.count, &text->starts.capacity) = address - text->address;
}

static uint32_t word_at(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;
	return (uint32_t)u[0] | (uint32_t)u[1] << 8 | (uint32_t)u[2] << 16 | (uint32_t)u[3] << 24;
}

static uint64_t long_at(const char *p)
{
	return word_at(p) | (uint64_t)word_at(p + 4) << 32;
}

/* REX.W LEA reg, [rip + disp32]: Intel SDM volume 2, LEA and 2.2.1.6 */
static void scan_x86(struct go_text *text, uint64_t address, const char *code, size_t size)
{
	for (size_t i = 0; i + 7 <= size; i++) {
		if ((code[i] & 0xfb) != 0x48 || (unsigned char)code[i + 1] != 0x8d || (code[i + 2] & 0xc7) != 5)
			continue;
		uint64_t offset = word_at(code + i + 3);
		if (offset & 0x80000000)
			offset |= 0xffffffff00000000;
		add_start(text, address + i + 7 + offset);
	}
}

/* ADRP reg, page; ADD reg, reg, offset: Arm ARM C6.2 */
static void scan_arm(struct go_text *text, uint64_t address, const char *code, size_t size)
{
	for (size_t i = 0; i + 8 <= size; i += 4) {
		uint32_t page = word_at(code + i), add = word_at(code + i + 4);
		if ((page & 0x9f000000) != 0x90000000 || (add & 0xffc00000) != 0x91000000 || ((add >> 5) & 31) != (page & 31))
			continue;
		uint64_t high = (uint64_t)((page >> 5) & 0x7ffff) << 2 | ((page >> 29) & 3);
		if (high & 0x100000)
			high |= 0xffffffffffe00000;
		add_start(text, ((address + i) & ~(uint64_t)0xfff) + (high << 12) + ((add >> 10) & 0xfff));
	}
}

/* Instructions that lie on the border of two chunks are seen in the second. */
static int scan_code(const struct elf_file *f, const Elf64_Shdr *section, struct go_text *text, struct slim_error **err)
{
	enum { OVERLAP = 8 };
	slim_autofree char *buffer = slim_alloc(CHUNK);
	for (uint64_t done = 0; done < section->sh_size; done += CHUNK - OVERLAP) {
		size_t n = section->sh_size - done < CHUNK ? (size_t)(section->sh_size - done) : CHUNK;
		if (slim_inode_read(f->inode, section->sh_offset + done, buffer, n, err) < 0)
			return -1;
		if (f->header.e_machine == EM_X86_64)
			scan_x86(text, section->sh_addr + done, buffer, n);
		else
			scan_arm(text, section->sh_addr + done, buffer, n);
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
static int scan_data(const struct elf_file *f, const char *section, struct go_text *text, struct elf_strings *s,
		     struct slim_error **err)
{
	struct elf_range range = range_of(f, section);
	slim_autofree char *bytes = NULL;
	if (range.size > TEXT_MAX)
		return 0;
	if (!read_range(f, range, &bytes, err))
		return -1;
	for (size_t i = 0; i + 16 <= range.size; i += 8) {
		uint64_t at = long_at(bytes + i) - text->address, length = long_at(bytes + i + 8);
		if (at >= text->size || length > text->size - at || length > ELF_TEXT_LIMIT)
			continue;
		add_start(text, text->address + at);
		found(s, text->bytes + at, (size_t)length);
	}
	return 0;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

static void found_all(struct go_text *text, struct elf_strings *s)
{
	if (text->starts.count)
		qsort(text->starts.items, text->starts.count, sizeof(uint64_t), by_value);
	for (size_t i = 0; i < text->starts.count; i++) {
		size_t from = (size_t)text->starts.items[i], to = from;
		size_t limit = i + 1 < text->starts.count ? (size_t)text->starts.items[i + 1] : text->size;
		while (to < limit && to - from <= ELF_TEXT_LIMIT && !(s->classes[(unsigned char)text->bytes[to]] & ELF_HAS_BINARY))
			to++;
		if (to - from <= ELF_TEXT_LIMIT)
			found(s, text->bytes + from, to - from);
	}
}

static int read_literals(const struct elf_file *f, const Elf64_Shdr *code, struct go_text *text, struct elf_strings *s,
			 struct slim_error **err)
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
	const Elf64_Shdr *code = elf_section_named(f, ".text"), *rodata = elf_section_named(f, ".rodata");
	struct elf_range range = range_of(f, ".rodata");
	bool known = f->header.e_machine == EM_X86_64 || f->header.e_machine == EM_AARCH64;
	if (!known || !range.size || range.size > TEXT_MAX || !range_of(f, ".text").size)
		return 0;
	struct go_text text = { .address = rodata->sh_addr, .size = (size_t)range.size };
	int failed = read_range(f, range, &text.bytes, err) ? read_literals(f, code, &text, s, err) : -1;
	free(text.bytes);
	free(text.starts.items);
	return failed;
}
