/*
 * One ELF file without what only debuggers and linkers read. The segments and the sections in memory reach up to some
 * place in the file: until there it is copied, behind it follow the other sections that stay, their names and the
 * section headers. Sources: System V gABI chapter 4; which sections go: binutils' strip --strip-all, and .comment.
 */
#include "strip.h"

#include <string.h>

#include "../trace/elf/elf_file.h"

enum {
	COPY_PIECE = 256 << 10,
	PADDING_MAX = 4096,    /* between two parts of a file; more may be something that nobody knows */
	ALIGNMENT_MAX = 4096,
	SAVING_MIN = 512,      /* a tar block */
};

enum fate { STAYS, MOVES, IS_NAMES, GOES };

struct strip {
	struct elf_file f;
	struct slim_arena *arena;
	uint64_t fixed;        /* bytes from the start on that must not move */
	uint8_t *fates;        /* enum fate of each section */
	uint32_t *numbers;     /* of each section in the new file */
	Elf64_Shdr *sections;  /* the new ones */
	size_t count, names_index;
	char *names;           /* the new string table of their names */
	size_t names_length;
	uint64_t headers;      /* where the section headers will be */
	uint64_t length;
};

static bool occupies(const Elf64_Shdr *s)
{
	return s->sh_type != SHT_NOBITS && s->sh_type != SHT_NULL && s->sh_size;
}

static bool in_memory(const Elf64_Shdr *s)
{
	return s->sh_flags & SHF_ALLOC;
}

/* --- Is the file one that is fully understood? ------------------------------------------------------------------- */

static bool is_usual_file(const struct slim_elf *elf)
{
	bool linux_abi = elf->osabi == ELFOSABI_NONE || elf->osabi == ELFOSABI_LINUX;
	return (elf->type == ET_EXEC || elf->type == ET_DYN) && linux_abi && !elf->payload;
}

static bool are_usual_headers(const struct elf_file *f)
{
	return f->header.e_ehsize == elf_entry_size(f, ELF_T_EHDR) && f->program_count &&
	       f->header.e_phnum != PN_XNUM && f->section_count > 1 && f->section_count < SHN_LORESERVE &&
	       f->header.e_shstrndx && f->header.e_shstrndx < f->section_count && f->section_names &&
	       f->sections[0].sh_type == SHT_NULL;
}

/* A file of its own for debug sections has headers of code without the code. */
static bool is_usual_section(const struct elf_file *f, const Elf64_Shdr *s)
{
	if (s->sh_type == SHT_NOBITS && s->sh_flags & SHF_EXECINSTR)
		return false;
	if (s->sh_name >= f->section_names_size)
		return false;
	return !occupies(s) || elf_within(f, s->sh_offset, s->sh_size);
}

static bool reach(struct strip *s, uint64_t offset, uint64_t size)
{
	if (!elf_within(&s->f, offset, size))
		return false;
	if (size && offset + size > s->fixed)
		s->fixed = offset + size;
	return true;
}

/* How far the part reaches that must not move. */
static bool find_fixed_part(struct strip *s)
{
	const struct elf_file *f = &s->f;
	if (!reach(s, 0, f->header.e_ehsize) ||
	    !reach(s, f->header.e_phoff, f->program_count * elf_entry_size(f, ELF_T_PHDR)))
		return false;
	for (size_t i = 0; i < f->program_count; i++)
		if (!reach(s, f->programs[i].p_offset, f->programs[i].p_filesz))
			return false;
	for (size_t i = 1; i < f->section_count; i++)
		if (in_memory(&f->sections[i]) && occupies(&f->sections[i]) &&
		    !reach(s, f->sections[i].sh_offset, f->sections[i].sh_size))
			return false;
	return true;
}

static int is_padding(const struct strip *s, uint64_t from, uint64_t to, struct slim_error **err)
{
	char bytes[PADDING_MAX];
	if (to - from > sizeof(bytes))
		return 0;
	if (slim_inode_read(s->f.inode, from, bytes, (size_t)(to - from), err) < 0)
		return -1;
	for (size_t i = 0; i < to - from; i++)
		if (bytes[i])
			return 0;
	return 1;
}

/* Whether every byte behind the fixed part is some section's, or padding: what is not may be a payload (A24). */
static int knows_all(const struct strip *s, struct slim_error **err)
{
	const struct elf_file *f = &s->f;
	struct elf_ranges parts = { 0 };
	elf_add_range(&parts, 0, s->fixed);
	elf_add_range(&parts, f->header.e_shoff, f->section_count * elf_entry_size(f, ELF_T_SHDR));
	for (size_t i = 1; i < f->section_count; i++)
		if (occupies(&f->sections[i]))
			elf_add_range(&parts, f->sections[i].sh_offset, f->sections[i].sh_size);
	elf_join_ranges(&parts);
	int result = 1;
	for (size_t i = 0; i < parts.count && result > 0; i++) {
		uint64_t next = i + 1 < parts.count ? parts.items[i + 1].offset : f->inode->size;
		uint64_t end = parts.items[i].offset + parts.items[i].size;
		result = next > end ? is_padding(s, end, next, err) : 1;
	}
	free(parts.items);
	return result;
}

/* --- Which sections go ---------------------------------------------------------------------------------------- */

/* Sections that are not in memory and that no one knows stay: the program itself may read them. */
static bool is_for_debuggers(const char *name)
{
	static const char *const starts[] = { ".debug_", ".zdebug_", ".gnu.debuglto_", ".gnu.lto_", ".stab",
					      ".gnu.linkonce.wi.", ".gnu.build.attributes" };
	static const char *const names[] = { ".comment", ".line", ".gdb_index", ".gnu_debuglink", ".gnu_debugaltlink",
					     ".gnu_debugdata" };
	for (size_t i = 0; i < SLIM_COUNT(starts); i++)
		if (!strncmp(name, starts[i], strlen(starts[i])))
			return true;
	for (size_t i = 0; i < SLIM_COUNT(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

static enum fate fate_of(const struct elf_file *f, size_t index)
{
	const Elf64_Shdr *s = &f->sections[index];
	if (index == f->header.e_shstrndx)
		return IS_NAMES;
	if (!index || in_memory(s) || s->sh_type == SHT_NULL)
		return STAYS;
	if (s->sh_type == SHT_SYMTAB || s->sh_type == SHT_SYMTAB_SHNDX || s->sh_type == SHT_STRTAB ||
	    s->sh_type == SHT_REL || s->sh_type == SHT_RELA || is_for_debuggers(elf_section_name(f, s)))
		return GOES;
	return occupies(s) ? MOVES : STAYS;
}

/* Strings of a section that stays stay too. False: the file is odd. */
static bool decide(struct strip *s)
{
	const struct elf_file *f = &s->f;
	s->fates = slim_arena_alloc(s->arena, f->section_count);
	for (size_t i = 0; i < f->section_count; i++)
		s->fates[i] = (uint8_t)fate_of(f, i);
	for (size_t i = 1; i < f->section_count; i++) {
		size_t link = f->sections[i].sh_link;
		if (!is_usual_section(f, &f->sections[i]) || link >= f->section_count)
			return false;
		if (s->fates[i] != GOES && s->fates[link] == GOES && f->sections[link].sh_type == SHT_STRTAB)
			s->fates[link] = MOVES;
		if (s->fates[i] != GOES && s->fates[i] != IS_NAMES && link == f->header.e_shstrndx)
			return false;
	}
	for (size_t i = 1; i < f->section_count; i++) {
		const Elf64_Shdr *h = &f->sections[i];
		if (s->fates[i] != MOVES || h->sh_offset >= s->fixed)
			continue;
		if (h->sh_size > s->fixed - h->sh_offset)
			return false;
		s->fates[i] = STAYS;
	}
	return !in_memory(&f->sections[f->header.e_shstrndx]);
}

/* --- The new section headers ---------------------------------------------------------------------------------- */

/* Dynamic symbols tell their section by number: up to the last one in memory, a hole takes the place of what goes. */
static void number(struct strip *s)
{
	const struct elf_file *f = &s->f;
	size_t last = 0;
	for (size_t i = 1; i < f->section_count; i++)
		if (in_memory(&f->sections[i]))
			last = i;
	s->numbers = slim_arena_alloc(s->arena, f->section_count * sizeof(*s->numbers));
	s->sections = slim_arena_alloc(s->arena, f->section_count * sizeof(*s->sections));
	for (size_t i = 0; i < f->section_count; i++) {
		if (s->fates[i] == GOES && i > last)
			continue;
		s->numbers[i] = (uint32_t)s->count;
		s->sections[s->count++] = s->fates[i] == GOES ? (Elf64_Shdr){ 0 } : f->sections[i];
	}
	s->names_index = s->numbers[f->header.e_shstrndx];
}

static bool map_number(const struct strip *s, Elf64_Word *number)
{
	if (*number >= s->f.section_count || s->fates[*number] == GOES)
		return false;
	*number = s->numbers[*number];
	return true;
}

/* The numbers of other sections that a section header holds. */
static bool map_links(struct strip *s)
{
	const struct elf_file *f = &s->f;
	for (size_t i = 1; i < f->section_count; i++) {
		if (s->fates[i] == GOES)
			continue;
		Elf64_Shdr *h = &s->sections[s->numbers[i]];
		bool relocations = h->sh_type == SHT_REL || h->sh_type == SHT_RELA;
		if (relocations && s->fates[h->sh_link] == GOES)
			h->sh_link = 0;
		if (!map_number(s, &h->sh_link))
			return false;
		if ((relocations || h->sh_flags & SHF_INFO_LINK) && !map_number(s, &h->sh_info))
			return false;
	}
	return true;
}

static void collect_names(struct strip *s)
{
	const struct elf_file *f = &s->f;
	size_t length = 1;
	for (size_t i = 1; i < f->section_count; i++)
		length += strlen(elf_section_name(f, &f->sections[i])) + 1;
	s->names = slim_arena_alloc(s->arena, length);
	s->names_length = 1;
	for (size_t i = 1; i < f->section_count; i++) {
		const char *name = elf_section_name(f, &f->sections[i]);
		if (s->fates[i] == GOES)
			continue;
		s->sections[s->numbers[i]].sh_name = *name ? (Elf64_Word)s->names_length : 0;
		if (!*name)
			continue;
		memcpy(s->names + s->names_length, name, strlen(name) + 1);
		s->names_length += strlen(name) + 1;
	}
}

static uint64_t align(uint64_t at, uint64_t alignment)
{
	return alignment > 1 ? (at + alignment - 1) / alignment * alignment : at;
}

static bool place(struct strip *s)
{
	const struct elf_file *f = &s->f;
	uint64_t at = s->fixed;
	for (size_t i = 1; i < f->section_count; i++) {
		if (s->fates[i] != MOVES)
			continue;
		Elf64_Shdr *h = &s->sections[s->numbers[i]];
		if (h->sh_addralign > ALIGNMENT_MAX)
			return false;
		h->sh_offset = align(at, h->sh_addralign);
		at = h->sh_offset + h->sh_size;
		if (at > f->inode->size) /* sections that share their bytes */
			return false;
	}
	s->sections[s->names_index].sh_offset = at;
	s->sections[s->names_index].sh_size = s->names_length;
	s->headers = align(at + s->names_length, f->facts->elf_class == ELFCLASS64 ? 8 : 4);
	s->length = s->headers + s->count * elf_entry_size(f, ELF_T_SHDR);
	return true;
}

static int plan(struct strip *s, struct slim_error **err)
{
	if (!are_usual_headers(&s->f) || !find_fixed_part(s) || !decide(s))
		return 0;
	number(s);
	if (!map_links(s))
		return 0;
	collect_names(s);
	if (!place(s) || s->length + SAVING_MIN > s->f.inode->size)
		return 0;
	return knows_all(s, err);
}

/* --- Writing -------------------------------------------------------------------------------------------------- */

static int copy(const struct strip *s, uint64_t from, uint64_t length, struct slim_file *out, struct slim_error **err)
{
	slim_autofree char *piece = slim_alloc(COPY_PIECE);
	for (uint64_t end = from + length; from < end;) {
		size_t part = end - from < COPY_PIECE ? (size_t)(end - from) : COPY_PIECE;
		if (slim_inode_read(s->f.inode, from, piece, part, err) < 0 ||
		    slim_file_append(out, piece, part, err) < 0)
			return -1;
		from += part;
	}
	return 0;
}

/* Zeros up to the place TO, counted from START of the spool. */
static int pad(struct slim_file *out, uint64_t start, uint64_t to, struct slim_error **err)
{
	static const char zeros[ALIGNMENT_MAX];
	return slim_file_append(out, zeros, (size_t)(start + to - slim_file_size(out)), err);
}

/* SIZE bytes of TYPE, as the file has them. */
static int append_table(const struct strip *s, Elf_Type type, void *table, size_t size, struct slim_file *out,
			struct slim_error **err)
{
	Elf_Data data = { .d_buf = table, .d_type = type, .d_version = EV_CURRENT, .d_size = size };
	Elf_Data *done = s->f.facts->elf_class == ELFCLASS64 ? elf64_xlatetof(&data, &data, s->f.facts->encoding) :
							       elf32_xlatetof(&data, &data, s->f.facts->encoding);
	if (!done)
		return slim_fail(err, SLIM_BAD_INPUT, "ELF tables: %s", elf_errmsg(-1));
	return slim_file_append(out, table, size, err);
}

static int append_header(const struct strip *s, struct slim_file *out, struct slim_error **err)
{
	const struct elf_range range = { 0, elf_entry_size(&s->f, ELF_T_EHDR) };
	Elf64_Ehdr wide;
	Elf32_Ehdr narrow;
	bool is_wide = s->f.facts->elf_class == ELFCLASS64;
	if (elf_read_entries(&s->f, ELF_T_EHDR, range, is_wide ? (void *)&wide : (void *)&narrow, err) < 0)
		return -1;
	if (is_wide) {
		wide.e_shoff = s->headers;
		wide.e_shnum = (Elf64_Half)s->count;
		wide.e_shstrndx = (Elf64_Half)s->names_index;
		return append_table(s, ELF_T_EHDR, &wide, range.size, out, err);
	}
	narrow.e_shoff = (Elf32_Off)s->headers;
	narrow.e_shnum = (Elf32_Half)s->count;
	narrow.e_shstrndx = (Elf32_Half)s->names_index;
	return append_table(s, ELF_T_EHDR, &narrow, range.size, out, err);
}

static Elf32_Shdr narrow_section(const Elf64_Shdr *s)
{
	return (Elf32_Shdr){ .sh_name = s->sh_name, .sh_type = s->sh_type, .sh_flags = (Elf32_Word)s->sh_flags,
			     .sh_addr = (Elf32_Addr)s->sh_addr, .sh_offset = (Elf32_Off)s->sh_offset,
			     .sh_size = (Elf32_Word)s->sh_size, .sh_link = s->sh_link, .sh_info = s->sh_info,
			     .sh_addralign = (Elf32_Word)s->sh_addralign, .sh_entsize = (Elf32_Word)s->sh_entsize };
}

static int append_sections(const struct strip *s, struct slim_file *out, struct slim_error **err)
{
	size_t size = s->count * elf_entry_size(&s->f, ELF_T_SHDR);
	if (s->f.facts->elf_class == ELFCLASS64)
		return append_table(s, ELF_T_SHDR, s->sections, size, out, err);
	slim_autofree Elf32_Shdr *narrow = slim_calloc(s->count, sizeof(*narrow));
	for (size_t i = 0; i < s->count; i++)
		narrow[i] = narrow_section(&s->sections[i]);
	return append_table(s, ELF_T_SHDR, narrow, size, out, err);
}

static int write_out(const struct strip *s, struct slim_file *out, struct slim_error **err)
{
	const struct elf_file *f = &s->f;
	uint64_t start = slim_file_size(out), header = elf_entry_size(f, ELF_T_EHDR);
	if (append_header(s, out, err) < 0 || copy(s, header, s->fixed - header, out, err) < 0)
		return -1;
	for (size_t i = 1; i < f->section_count; i++) {
		const Elf64_Shdr *h = &s->sections[s->numbers[i]];
		if (s->fates[i] == MOVES && (pad(out, start, h->sh_offset, err) < 0 ||
					     copy(s, f->sections[i].sh_offset, h->sh_size, out, err) < 0))
			return -1;
	}
	if (slim_file_append(out, s->names, s->names_length, err) < 0 || pad(out, start, s->headers, err) < 0)
		return -1;
	return append_sections(s, out, err);
}

int slim_strip_elf(const struct slim_inode *inode, struct slim_file *spool, struct slim_error **err)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	slim_cleanup(slim_error_free_p) struct slim_error *broken = NULL;
	const struct slim_elf *elf = NULL;
	if (slim_elf_read_tags(inode, arena, &elf, &broken) < 0 || !elf || !is_usual_file(elf))
		return 0;
	struct slim_elf facts = *elf;
	struct strip s = { .f = { .inode = inode, .arena = arena, .buffer = arena, .facts = &facts }, .arena = arena };
	if (elf_read_headers(&s.f, &broken) < 0)
		return 0;
	int worth = plan(&s, err);
	if (worth <= 0)
		return worth;
	return write_out(&s, spool, err) < 0 ? -1 : 1;
}
