/*
 * String constants of the data sections, in one pass: what stands before a NUL and is printable. What the linker merged
 * into the tail of a longer string is not seen, nor what a compiler packs without NULs (Rust's literals). Go packs all
 * of its strings so: elf_go.c finds their ends; a path that stands alone between bytes that are no text is taken, too.
 */
#include <stdlib.h>
#include <string.h>

#include "elf_strings.h"

enum { CHUNK = 256 << 10, LIST_LIMIT = 1 << 16, TEXT_TOTAL = 4 << 20, BLOCK = 64 };

static bool has_no_text(const char *name)
{
	static const char *const names[] = { ".eh_frame", ".eh_frame_hdr", ".gcc_except_table", ".interp", ".gopclntab" };
	for (size_t i = 0; i < SLIM_COUNT(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

static void section_ranges(const struct elf_file *f, struct elf_ranges *ranges)
{
	for (size_t i = 0; i < f->section_count; i++) {
		const Elf64_Shdr *s = &f->sections[i];
		if (s->sh_type == SHT_PROGBITS && (s->sh_flags & (SHF_ALLOC | SHF_EXECINSTR)) == SHF_ALLOC &&
		    !has_no_text(elf_section_name(f, s)) && elf_within(f, s->sh_offset, s->sh_size))
			elf_add_range(ranges, s->sh_offset, s->sh_size);
	}
}

/* Old linkers put constants into the segment of the code: then, without sections, all is searched. */
static void segment_ranges(const struct elf_file *f, struct elf_ranges *ranges)
{
	bool constants = false;
	for (size_t i = 0; i < f->program_count; i++)
		constants |= f->programs[i].p_type == PT_LOAD && !(f->programs[i].p_flags & (PF_X | PF_W));
	for (size_t i = 0; i < f->program_count; i++) {
		const Elf64_Phdr *p = &f->programs[i];
		if (p->p_type == PT_LOAD && elf_within(f, p->p_offset, p->p_filesz) &&
		    (!constants || !(p->p_flags & PF_X)))
			elf_add_range(ranges, p->p_offset, p->p_filesz);
	}
}

static void text_ranges(const struct elf_file *f, struct elf_ranges *ranges)
{
	section_ranges(f, ranges);
	if (!ranges->count)
		segment_ranges(f, ranges);
	elf_join_ranges(ranges);
	elf_cut_range(ranges, f->dynstr);
}

static void add_text(struct elf_strings *s, enum elf_text kind, const char *text, size_t length)
{
	struct elf_text_list *list = &s->lists[kind];
	if (list->count >= LIST_LIMIT || length >= s->text_left)
		return;
	s->text_left -= length + 1;
	*slim_push(&list->items, &list->count, &list->capacity) = slim_arena_strndup(s->buffer, text, length);
}

void elf_found(struct elf_strings *s, enum elf_text kind, const char *text, size_t length)
{
	if (kind != ELF_WORD || s->want_words)
		add_text(s, kind, text, length);
}

/* The printable text that ends before END, a NUL. */
static void text_before(struct elf_strings *s, const char *start, const char *end)
{
	const char *first = end - start > ELF_TEXT_LIMIT ? end - ELF_TEXT_LIMIT : start, *p = end;
	unsigned has = 0;
	while (p > first && !(s->classes[(unsigned char)p[-1]] & ELF_HAS_BINARY))
		has |= s->classes[(unsigned char)*--p];
	bool whole = p > first || p == start || !p[-1];
	if (s->want_charsets && !s->names_charsets)
		s->names_charsets = !whole || elf_is_about_charsets(p, (size_t)(end - p));
	if (whole)
		elf_classify(s, p, (size_t)(end - p), has);
}

static inline unsigned char is_text(unsigned char c)
{
	return ((unsigned char)(c - 0x20) < 0x5f) | (c == '\t') | (c == '\n') | (c == '\r');
}

/*
 * Two bytes of text and a NUL: most of what is searched are tables of numbers, which have few such places. For a
 * compiler this is a handful of instructions on vectors.
 */
static unsigned char ends_text(const unsigned char *bytes)
{
	return is_text(bytes[0]) & is_text(bytes[1]) & !bytes[2];
}

static bool find_ends(const char *restrict bytes, unsigned char *restrict found)
{
	const unsigned char *at = (const unsigned char *)bytes;
	unsigned char any = 0;
	for (size_t i = 0; i < BLOCK; i++)
		any |= found[i] = ends_text(at + i);
	return any;
}

static size_t scan_c_chunk(struct elf_strings *s, const char *bytes, size_t size)
{
	unsigned char found[BLOCK + 1] = "";
	size_t i = 0;
	for (; size - i >= BLOCK + 2; i += BLOCK) {
		if (!find_ends(bytes + i, found))
			continue;
		for (const unsigned char *f = found; (f = memchr(f, 1, (size_t)(found + BLOCK - f))); f++)
			text_before(s, bytes, bytes + i + (f - found) + 2);
	}
	for (; size - i >= 3; i++)
		if (ends_text((const unsigned char *)bytes + i))
			text_before(s, bytes, bytes + i + 2);
	const char *nul = memrchr(bytes, 0, size);
	return nul ? size - (size_t)(nul + 1 - bytes) : size;
}

static size_t scan_go_chunk(struct elf_strings *s, const char *bytes, size_t size)
{
	size_t start = 0;
	unsigned has = 0;
	for (size_t i = 0; i < size; i++) {
		unsigned class = s->classes[(unsigned char)bytes[i]];
		if (!(class & ELF_HAS_BINARY)) {
			has |= class;
			continue;
		}
		if (i - start >= 2 && i - start < ELF_TEXT_LIMIT && bytes[start] == '/')
			elf_classify(s, bytes + start, i - start, has);
		start = i + 1;
		has = 0;
	}
	return size - start;
}

static int scan_range(const struct elf_file *f, struct elf_strings *s, struct elf_range range, char *buffer,
		      struct slim_error **err)
{
	size_t carry = 0;
	for (uint64_t done = 0; done < range.size;) {
		size_t n = range.size - done < CHUNK ? (size_t)(range.size - done) : CHUNK;
		if (slim_inode_read(f->inode, range.offset + done, buffer + carry, n, err) < 0)
			return -1;
		done += n;
		size_t size = carry + n;
		carry = f->facts->go ? scan_go_chunk(s, buffer, size) : scan_c_chunk(s, buffer, size);
		if (carry > ELF_TEXT_LIMIT + 1)
			carry = ELF_TEXT_LIMIT + 1;
		memmove(buffer, buffer + size - carry, carry);
	}
	return 0;
}

static const char **take_list(struct elf_file *f, const struct elf_text_list *list)
{
	const char **out = elf_name_list(f->arena, list->items, list->count, NULL);
	for (size_t i = 0; out[i]; i++)
		out[i] = slim_arena_strndup(f->arena, out[i], strlen(out[i]));
	return out;
}

/*
 * Words are only of use where something is looked up by name, or where a program may start its siblings through a
 * library of its own: this keeps every library's identifiers out of memory.
 */
static bool looks_up_words(const struct slim_elf *e)
{
	if (e->program)
		return true;
	static const char *const symbols[] = {
		"execl", "execle", "execlp", "execv", "execve", "execveat", "execvp", "execvpe", "fexecve", "pam_start",
		"popen", "posix_spawn", "posix_spawnp", "system", "wordexp",
	};
	for (size_t i = 0; i < SLIM_COUNT(symbols); i++)
		if (slim_elf_imports(e, symbols[i]))
			return true;
	return false;
}

int elf_read_strings(struct elf_file *f, struct slim_error **err)
{
	struct elf_ranges ranges = { 0 };
	struct elf_strings s = { .buffer = f->buffer, .text_left = TEXT_TOTAL };
	slim_autofree char *buffer = slim_alloc(CHUNK + ELF_TEXT_LIMIT + 1);
	int failed = f->facts->go ? elf_go_starts_programs(f, err) : 0;
	f->facts->go_exec = failed > 0;
	failed = failed < 0 ? -1 : 0;
	elf_classes(s.classes);
	s.want_words = f->facts->go ? f->facts->go_exec : looks_up_words(f->facts);
	s.want_charsets = f->facts->program && slim_elf_imports(f->facts, "iconv_open");
	text_ranges(f, &ranges);
	for (size_t i = 0; i < ranges.count && !failed; i++)
		failed = scan_range(f, &s, ranges.items[i], buffer, err);
	if (f->facts->go && !failed)
		failed = elf_read_go_literals(f, &s, err);
	f->facts->names_zones = s.names_zones;
	f->facts->names_charsets = s.names_charsets;
	f->facts->paths = take_list(f, &s.lists[ELF_PATH]);
	f->facts->sonames = take_list(f, &s.lists[ELF_SONAME]);
	f->facts->templates = take_list(f, &s.lists[ELF_TEMPLATE]);
	f->facts->commands = take_list(f, &s.lists[ELF_COMMAND]);
	f->facts->started = take_list(f, &s.lists[ELF_STARTED]);
	f->facts->words = take_list(f, &s.lists[ELF_WORD]);
	for (size_t i = 0; i < SLIM_COUNT(s.lists); i++)
		free(s.lists[i].items);
	free(ranges.items);
	return failed;
}
