/* The dynamic section: gABI chapter 5, glibc elf/get-dynamic-info.h. */
#include <stdlib.h>
#include <string.h>

#include "elf_file.h"

enum { DYNAMIC_LIMIT = 1 << 16, STRINGS_LIMIT = 1 << 28 };

struct dynamic {
	Elf64_Dyn *entries;
	size_t count;
	uint64_t strtab, strsz;
	struct elf_symbol_places places;
};

/* The loader goes by the address; an address that no segment holds leaves the place in the file. */
static bool dynamic_range(const struct elf_file *f, struct elf_range *out)
{
	const Elf64_Phdr *found = NULL;
	for (size_t i = 0; i < f->program_count; i++)
		if (f->programs[i].p_type == PT_DYNAMIC)
			found = &f->programs[i];
	if (!found || !found->p_filesz)
		return false;
	if (!elf_locate(f, found->p_vaddr, out))
		*out = (struct elf_range){ found->p_offset, found->p_filesz };
	if (out->size > found->p_filesz)
		out->size = found->p_filesz;
	return true;
}

static int read_entries(struct elf_file *f, struct elf_range range, struct dynamic *d, struct slim_error **err)
{
	size_t entry = elf_entry_size(f, ELF_T_DYN);
	range.size -= range.size % entry;
	if (range.size / entry > DYNAMIC_LIMIT)
		range.size = DYNAMIC_LIMIT * entry;
	if (!elf_within(f, range.offset, range.size))
		return slim_fail(err, SLIM_BAD_INPUT, "ELF dynamic section: it lies outside of the file");
	d->count = range.size / entry;
	d->entries = slim_arena_alloc(f->buffer, d->count * sizeof(*d->entries));
	if (f->facts->elf_class == ELFCLASS64)
		return elf_read_entries(f, ELF_T_DYN, range, d->entries, err);
	slim_autofree Elf32_Dyn *narrow = slim_calloc(d->count + 1, sizeof(*narrow));
	if (elf_read_entries(f, ELF_T_DYN, range, narrow, err) < 0)
		return -1;
	for (size_t i = 0; i < d->count; i++)
		d->entries[i] = (Elf64_Dyn){ narrow[i].d_tag, { narrow[i].d_un.d_val } };
	return 0;
}

static void collect_places(struct elf_file *f, struct dynamic *d)
{
	for (size_t i = 0; i < d->count; i++) {
		uint64_t value = d->entries[i].d_un.d_val;
		switch (d->entries[i].d_tag) {
		case DT_NULL: d->count = i; break;
		case DT_STRTAB: d->strtab = value; break;
		case DT_STRSZ: d->strsz = value; break;
		case DT_SYMTAB: d->places.symtab = value; break;
		case DT_SYMENT: d->places.entry_size = value; break;
		case DT_HASH: d->places.hash = value; break;
		case DT_GNU_HASH: d->places.gnu_hash = value; break;
		case DT_VERNEED: d->places.verneed = value; break;
		case DT_VERDEF: d->places.verdef = value; break;
		case DT_FLAGS: f->facts->flags = (uint32_t)value; break;
		case DT_FLAGS_1: f->facts->flags_1 = (uint32_t)value; break;
		default: break;
		}
	}
}

static int read_names(struct elf_file *f, struct dynamic *d, struct slim_error **err)
{
	if (!d->strtab)
		return 0;
	if (!elf_locate(f, d->strtab, &f->dynstr))
		return slim_fail(err, SLIM_BAD_INPUT, "ELF string table: no segment holds it");
	if (d->strsz) {
		if (d->strsz > f->dynstr.size)
			return slim_fail(err, SLIM_BAD_INPUT, "ELF string table: it reaches beyond its segment");
		f->dynstr.size = d->strsz;
	}
	if (f->dynstr.size > STRINGS_LIMIT)
		return slim_fail(err, SLIM_BAD_INPUT, "ELF string table: larger than any program's");
	char *names = slim_arena_alloc(f->buffer, f->dynstr.size);
	d->places.names = slim_blob(names, f->dynstr.size);
	return slim_inode_read(f->inode, f->dynstr.offset, names, f->dynstr.size, err);
}

/* The names of all entries with TAG (or OTHER), in their order. */
static int name_list(struct elf_file *f, const struct dynamic *d, int64_t tag, int64_t other, const char ***out,
		     struct slim_error **err)
{
	size_t count = 0, n = 0;
	for (size_t i = 0; i < d->count; i++)
		count += d->entries[i].d_tag == tag || d->entries[i].d_tag == other;
	const char **list = slim_arena_alloc(f->arena, (count + 1) * sizeof(*list));
	for (size_t i = 0; i < d->count; i++)
		if (d->entries[i].d_tag == tag || d->entries[i].d_tag == other)
			if (elf_copy_name(f, d->places.names, d->entries[i].d_un.d_val, &list[n++], err) < 0)
				return -1;
	*out = list;
	return 0;
}

/* The last entry with TAG counts: the loader's table of tags is overwritten by each further one. */
static int one_name(struct elf_file *f, const struct dynamic *d, int64_t tag, const char **out, struct slim_error **err)
{
	for (size_t i = d->count; i-- > 0;)
		if (d->entries[i].d_tag == tag)
			return elf_copy_name(f, d->places.names, d->entries[i].d_un.d_val, out, err);
	return 0;
}

int elf_read_dynamic(struct elf_file *f, bool symbols, struct slim_error **err)
{
	struct slim_elf *e = f->facts;
	struct dynamic d = { 0 };
	struct elf_range range;
	if (!dynamic_range(f, &range))
		return 0;
	if (read_entries(f, range, &d, err) < 0)
		return -1;
	e->dynamic = true;
	collect_places(f, &d);
	if (read_names(f, &d, err) < 0 || name_list(f, &d, DT_NEEDED, DT_NEEDED, &e->needed, err) < 0 ||
	    name_list(f, &d, DT_FILTER, DT_FILTER, &e->filter, err) < 0 ||
	    name_list(f, &d, DT_AUXILIARY, DT_AUXILIARY, &e->auxiliary, err) < 0 ||
	    name_list(f, &d, DT_AUDIT, DT_DEPAUDIT, &e->audit, err) < 0 ||
	    one_name(f, &d, DT_SONAME, &e->soname, err) < 0 || one_name(f, &d, DT_RPATH, &e->rpath, err) < 0 ||
	    one_name(f, &d, DT_RUNPATH, &e->runpath, err) < 0)
		return -1;
	if (!symbols)
		return 0;
	if (elf_read_versions(f, &d.places, err) < 0)
		return -1;
	return d.places.symtab ? elf_read_symbols(f, &d.places, err) : 0;
}
