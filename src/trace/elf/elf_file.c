#include "elf_file.h"

#include <stdlib.h>
#include <string.h>

enum { SECTION_LIMIT = 1 << 18, NAME_LIMIT = 4096, SECTION_NAMES_LIMIT = 1 << 24 };

bool elf_within(const struct elf_file *f, uint64_t offset, uint64_t size)
{
	return offset <= f->inode->size && size <= f->inode->size - offset;
}

static bool wide(const struct elf_file *f)
{
	return f->facts->elf_class == ELFCLASS64;
}

size_t elf_entry_size(const struct elf_file *f, Elf_Type type)
{
	return wide(f) ? elf64_fsize(type, 1, EV_CURRENT) : elf32_fsize(type, 1, EV_CURRENT);
}

int elf_read_entries(const struct elf_file *f, Elf_Type type, struct elf_range range, void *out,
		     struct slim_error **err)
{
	if (slim_inode_read(f->inode, range.offset, out, range.size, err) < 0)
		return -1;
	Elf_Data data = { .d_buf = out, .d_type = type, .d_version = EV_CURRENT, .d_size = range.size };
	Elf_Data *done = wide(f) ? elf64_xlatetom(&data, &data, f->facts->encoding) :
				   elf32_xlatetom(&data, &data, f->facts->encoding);
	return done ? 0 : slim_fail(err, SLIM_BAD_INPUT, "ELF tables: %s", elf_errmsg(-1));
}

static Elf64_Ehdr widen_header(const Elf32_Ehdr *h)
{
	return (Elf64_Ehdr){ .e_type = h->e_type, .e_machine = h->e_machine, .e_version = h->e_version,
			     .e_entry = h->e_entry, .e_phoff = h->e_phoff, .e_shoff = h->e_shoff, .e_flags = h->e_flags,
			     .e_ehsize = h->e_ehsize, .e_phentsize = h->e_phentsize, .e_phnum = h->e_phnum,
			     .e_shentsize = h->e_shentsize, .e_shnum = h->e_shnum, .e_shstrndx = h->e_shstrndx };
}

static int read_header(struct elf_file *f, struct slim_error **err)
{
	size_t size = elf_entry_size(f, ELF_T_EHDR);
	if (!elf_within(f, 0, size))
		return slim_fail(err, SLIM_BAD_INPUT, "ELF header: the file is shorter than that");
	if (wide(f))
		return elf_read_entries(f, ELF_T_EHDR, (struct elf_range){ 0, size }, &f->header, err);
	Elf32_Ehdr narrow;
	if (elf_read_entries(f, ELF_T_EHDR, (struct elf_range){ 0, size }, &narrow, err) < 0)
		return -1;
	f->header = widen_header(&narrow);
	return 0;
}

static Elf64_Phdr widen_program(const Elf32_Phdr *p)
{
	return (Elf64_Phdr){ .p_type = p->p_type, .p_flags = p->p_flags, .p_offset = p->p_offset,
			     .p_vaddr = p->p_vaddr, .p_paddr = p->p_paddr, .p_filesz = p->p_filesz,
			     .p_memsz = p->p_memsz, .p_align = p->p_align };
}

static int read_programs(struct elf_file *f, struct slim_error **err)
{
	size_t count = f->header.e_phnum, entry = elf_entry_size(f, ELF_T_PHDR);
	if (!count)
		return 0;
	if (f->header.e_phentsize != entry)
		return slim_fail(err, SLIM_BAD_INPUT, "ELF program headers: entries of %u bytes, not %zu",
				 f->header.e_phentsize, entry);
	struct elf_range range = { f->header.e_phoff, count * entry };
	if (!elf_within(f, range.offset, range.size))
		return slim_fail(err, SLIM_BAD_INPUT, "ELF program headers: they lie outside of the file");
	f->programs = slim_arena_alloc(f->buffer, count * sizeof(*f->programs));
	f->program_count = count;
	if (wide(f))
		return elf_read_entries(f, ELF_T_PHDR, range, f->programs, err);
	slim_autofree Elf32_Phdr *narrow = slim_calloc(count, sizeof(*narrow));
	if (elf_read_entries(f, ELF_T_PHDR, range, narrow, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		f->programs[i] = widen_program(&narrow[i]);
	return 0;
}

static Elf64_Shdr widen_section(const Elf32_Shdr *s)
{
	return (Elf64_Shdr){ .sh_name = s->sh_name, .sh_type = s->sh_type, .sh_flags = s->sh_flags,
			     .sh_addr = s->sh_addr, .sh_offset = s->sh_offset, .sh_size = s->sh_size,
			     .sh_link = s->sh_link, .sh_info = s->sh_info, .sh_addralign = s->sh_addralign,
			     .sh_entsize = s->sh_entsize };
}

static int read_section_run(struct elf_file *f, size_t count, Elf64_Shdr *out, struct slim_error **err)
{
	struct elf_range range = { f->header.e_shoff, count * elf_entry_size(f, ELF_T_SHDR) };
	if (wide(f))
		return elf_read_entries(f, ELF_T_SHDR, range, out, err);
	slim_autofree Elf32_Shdr *narrow = slim_calloc(count, sizeof(*narrow));
	if (elf_read_entries(f, ELF_T_SHDR, range, narrow, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		out[i] = widen_section(&narrow[i]);
	return 0;
}

/* gABI: with 0xff00 sections or more their number stands in the first one. */
static int section_number(struct elf_file *f, size_t *count, struct slim_error **err)
{
	*count = f->header.e_shnum;
	if (*count)
		return 0;
	Elf64_Shdr first;
	if (!elf_within(f, f->header.e_shoff, elf_entry_size(f, ELF_T_SHDR)))
		return 0;
	if (read_section_run(f, 1, &first, err) < 0)
		return -1;
	*count = first.sh_size < SECTION_LIMIT ? (size_t)first.sh_size : 0;
	return 0;
}

static int read_section_names(struct elf_file *f, struct slim_error **err)
{
	size_t index = f->header.e_shstrndx == SHN_XINDEX ? f->sections[0].sh_link : f->header.e_shstrndx;
	if (index >= f->section_count)
		return 0;
	const Elf64_Shdr *s = &f->sections[index];
	if (s->sh_type != SHT_STRTAB || s->sh_size > SECTION_NAMES_LIMIT || !elf_within(f, s->sh_offset, s->sh_size))
		return 0;
	f->section_names = slim_arena_alloc(f->buffer, s->sh_size + 1);
	f->section_names_size = s->sh_size;
	return slim_inode_read(f->inode, s->sh_offset, f->section_names, s->sh_size, err);
}

/* The loader needs no sections: a table that is broken counts as one that was stripped. */
static int read_sections(struct elf_file *f, struct slim_error **err)
{
	size_t count, entry = elf_entry_size(f, ELF_T_SHDR);
	if (!f->header.e_shoff || f->header.e_shentsize != entry)
		return 0;
	if (section_number(f, &count, err) < 0)
		return -1;
	if (!count || !elf_within(f, f->header.e_shoff, count * entry))
		return 0;
	f->sections = slim_arena_alloc(f->buffer, count * sizeof(*f->sections));
	f->section_count = count;
	if (read_section_run(f, count, f->sections, err) < 0)
		return -1;
	return read_section_names(f, err);
}

int elf_read_headers(struct elf_file *f, struct slim_error **err)
{
	if (read_header(f, err) < 0 || read_programs(f, err) < 0)
		return -1;
	return read_sections(f, err);
}

bool elf_locate(const struct elf_file *f, uint64_t address, struct elf_range *out)
{
	for (size_t i = 0; i < f->program_count; i++) {
		const Elf64_Phdr *p = &f->programs[i];
		if (p->p_type != PT_LOAD || address < p->p_vaddr || address - p->p_vaddr >= p->p_filesz)
			continue;
		uint64_t in = address - p->p_vaddr;
		if (__builtin_add_overflow(p->p_offset, in, &out->offset) || out->offset >= f->inode->size)
			return false;
		uint64_t rest = f->inode->size - out->offset;
		out->size = p->p_filesz - in < rest ? p->p_filesz - in : rest;
		return true;
	}
	return false;
}

const char *elf_section_name(const struct elf_file *f, const Elf64_Shdr *section)
{
	return f->section_names && section->sh_name < f->section_names_size ? f->section_names + section->sh_name : "";
}

const Elf64_Shdr *elf_section_named(const struct elf_file *f, const char *name)
{
	for (size_t i = 0; i < f->section_count; i++)
		if (!strcmp(elf_section_name(f, &f->sections[i]), name))
			return &f->sections[i];
	return NULL;
}

int elf_copy_name(struct elf_file *f, struct slim_blob table, uint64_t offset, const char **out,
		  struct slim_error **err)
{
	if (offset >= table.len)
		return slim_fail(err, SLIM_BAD_INPUT, "ELF names: one lies outside of the string table");
	size_t rest = table.len - (size_t)offset;
	size_t length = strnlen(table.ptr + offset, rest < NAME_LIMIT ? rest : NAME_LIMIT);
	if (length == rest || length == NAME_LIMIT)
		return slim_fail(err, SLIM_BAD_INPUT, "ELF names: one does not end");
	if (length >= f->names_left)
		return slim_fail(err, SLIM_BAD_INPUT, "ELF names: more than any program has");
	f->names_left -= length + 1;
	*out = slim_arena_strndup(f->arena, table.ptr + offset, length);
	return 0;
}

void elf_add_range(struct elf_ranges *ranges, uint64_t offset, uint64_t size)
{
	if (size)
		*slim_push(&ranges->items, &ranges->count, &ranges->capacity) = (struct elf_range){ offset, size };
}

static int range_order(const void *a, const void *b)
{
	const struct elf_range *x = a, *y = b;
	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

void elf_join_ranges(struct elf_ranges *ranges)
{
	if (ranges->count < 2)
		return;
	qsort(ranges->items, ranges->count, sizeof(*ranges->items), range_order);
	size_t last = 0;
	for (size_t i = 1; i < ranges->count; i++) {
		struct elf_range *a = &ranges->items[last], b = ranges->items[i];
		uint64_t end = a->offset + a->size;
		if (b.offset >= end)
			ranges->items[++last] = b;
		else if (b.offset + b.size > end)
			a->size = b.offset + b.size - a->offset;
	}
	ranges->count = last + 1;
}

void elf_cut_range(struct elf_ranges *ranges, struct elf_range out)
{
	size_t count = ranges->count;
	uint64_t end = out.offset + out.size;
	for (size_t i = 0; i < count; i++) {
		struct elf_range r = ranges->items[i];
		uint64_t stop = r.offset + r.size;
		if (!out.size || r.offset >= end || stop <= out.offset)
			continue;
		ranges->items[i].size = out.offset > r.offset ? out.offset - r.offset : 0;
		if (stop > end)
			elf_add_range(ranges, end, stop - end);
	}
}

static int name_order(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char **elf_name_list(struct slim_arena *arena, const char **names, size_t count, size_t *kept)
{
	const char **list = slim_arena_alloc(arena, (count + 1) * sizeof(*list));
	if (count)
		qsort(names, count, sizeof(*names), name_order);
	size_t n = 0;
	for (size_t i = 0; i < count; i++)
		if (!n || strcmp(list[n - 1], names[i]))
			list[n++] = names[i];
	if (kept)
		*kept = n;
	return list;
}
