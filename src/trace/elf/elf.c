#include "slim/elf.h"

#include <stdlib.h>
#include <string.h>

#include "elf_file.h"

enum { NAMES_LIMIT = 32 << 20, PADDING_LIMIT = 4096, GO_SEARCH = 64 << 10 };

static const char go_magic[] = "\xff Go buildinf:";

static int check_ident(struct elf_file *f, const unsigned char *ident, struct slim_error **err)
{
	struct slim_elf *e = f->facts;
	e->elf_class = ident[EI_CLASS];
	e->encoding = ident[EI_DATA];
	e->osabi = ident[EI_OSABI];
	e->abiversion = ident[EI_ABIVERSION];
	if (e->elf_class != ELFCLASS32 && e->elf_class != ELFCLASS64)
		return slim_fail(err, SLIM_BAD_INPUT, "ELF header: unknown class %u", e->elf_class);
	if (e->encoding != ELFDATA2LSB && e->encoding != ELFDATA2MSB)
		return slim_fail(err, SLIM_BAD_INPUT, "ELF header: unknown byte order %u", e->encoding);
	return 0;
}

static int read_interpreter(struct elf_file *f, struct slim_error **err)
{
	for (size_t i = 0; i < f->program_count; i++) {
		const Elf64_Phdr *p = &f->programs[i];
		if (p->p_type != PT_INTERP)
			continue;
		char path[4097] = "";
		if (p->p_filesz < 2 || p->p_filesz >= sizeof(path) || !elf_within(f, p->p_offset, p->p_filesz))
			return slim_fail(err, SLIM_BAD_INPUT, "ELF interpreter: its path has a wrong size or place");
		if (slim_inode_read(f->inode, p->p_offset, path, p->p_filesz, err) < 0)
			return -1;
		f->facts->interpreter = slim_arena_strndup(f->arena, path, strlen(path));
		return 0;
	}
	return 0;
}

/* Go's debug/buildinfo: a section of that name, else the magic in the head of the first writable segment. */
static bool built_by_go(struct elf_file *f)
{
	if (elf_section_named(f, ".go.buildinfo"))
		return true;
	for (size_t i = 0; i < f->program_count && !f->section_count; i++) {
		const Elf64_Phdr *p = &f->programs[i];
		if (p->p_type != PT_LOAD || (p->p_flags & (PF_X | PF_W)) != PF_W ||
		    !elf_within(f, p->p_offset, p->p_filesz))
			continue;
		size_t size = p->p_filesz < GO_SEARCH ? (size_t)p->p_filesz : GO_SEARCH;
		slim_autofree char *head = slim_alloc(size + 1);
		struct slim_error *err = NULL;
		if (slim_inode_read(f->inode, p->p_offset, head, size, &err) < 0) {
			slim_error_free(err);
			return false;
		}
		return memmem(head, size, go_magic, sizeof(go_magic) - 1);
	}
	return false;
}

static void reach(uint64_t *end, uint64_t offset, uint64_t size)
{
	uint64_t stop;
	if (!__builtin_add_overflow(offset, size, &stop) && stop > *end)
		*end = stop;
}

/* A24: what is behind all that the headers know, but for padding. */
static int find_payload(struct elf_file *f, struct slim_error **err)
{
	uint64_t end = f->header.e_ehsize;
	reach(&end, f->header.e_phoff, (uint64_t)f->header.e_phnum * f->header.e_phentsize);
	if (f->section_count)
		reach(&end, f->header.e_shoff, (uint64_t)f->section_count * f->header.e_shentsize);
	for (size_t i = 0; i < f->program_count; i++)
		reach(&end, f->programs[i].p_offset, f->programs[i].p_filesz);
	for (size_t i = 0; i < f->section_count; i++)
		if (f->sections[i].sh_type != SHT_NOBITS)
			reach(&end, f->sections[i].sh_offset, f->sections[i].sh_size);
	if (f->inode->size <= end)
		return 0;
	uint64_t rest = f->inode->size - end;
	char bytes[PADDING_LIMIT];
	f->facts->payload = rest > sizeof(bytes);
	if (f->facts->payload)
		return 0;
	if (slim_inode_read(f->inode, end, bytes, rest, err) < 0)
		return -1;
	for (size_t i = 0; i < rest; i++)
		f->facts->payload |= bytes[i] != 0;
	return 0;
}

static void empty_lists(struct elf_file *f)
{
	const char **none = slim_arena_alloc(f->arena, sizeof(*none));
	struct slim_elf *e = f->facts;
	e->needed = e->filter = e->auxiliary = e->audit = e->undefined = none;
	e->paths = e->sonames = e->templates = e->commands = e->words = none;
}

static int read_facts(struct elf_file *f, bool tags_only, struct slim_error **err)
{
	struct slim_elf *e = f->facts;
	if (elf_read_headers(f, err) < 0)
		return -1;
	e->type = f->header.e_type;
	e->machine = f->header.e_machine;
	e->e_flags = f->header.e_flags;
	empty_lists(f);
	if (read_interpreter(f, err) < 0 || elf_read_dynamic(f, !tags_only, err) < 0 || find_payload(f, err) < 0)
		return -1;
	e->program = e->type == ET_EXEC || (e->type == ET_DYN && (e->interpreter || (e->flags_1 & DF_1_PIE)));
	if (tags_only)
		return 0;
	e->go = built_by_go(f);
	if (!*e->undefined && e->program && !e->interpreter && elf_read_static_symbols(f, err) < 0)
		return -1;
	if (elf_read_notes(f, err) < 0)
		return -1;
	return e->type == ET_EXEC || e->type == ET_DYN ? elf_read_strings(f, err) : 0;
}

static int read_elf(const struct slim_inode *inode, struct slim_arena *arena, bool tags_only,
		    const struct slim_elf **out, struct slim_error **err)
{
	unsigned char ident[EI_NIDENT] = "";
	size_t length = inode->size < sizeof(ident) ? (size_t)inode->size : sizeof(ident);
	*out = NULL;
	if (slim_inode_read(inode, 0, ident, length, err) < 0)
		return -1;
	if (length < SELFMAG || memcmp(ident, ELFMAG, SELFMAG))
		return 0;
	slim_cleanup(slim_arena_free_p) struct slim_arena *buffer = slim_arena_new();
	struct elf_file f = { .inode = inode, .arena = arena, .buffer = buffer, .names_left = NAMES_LIMIT };
	f.facts = slim_arena_alloc(arena, sizeof(*f.facts));
	if (check_ident(&f, ident, err) < 0 || read_facts(&f, tags_only, err) < 0)
		return -1;
	*out = f.facts;
	return 0;
}

int slim_elf_read(const struct slim_inode *inode, struct slim_arena *arena, const struct slim_elf **out,
		  struct slim_error **err)
{
	return read_elf(inode, arena, false, out, err);
}

int slim_elf_read_tags(const struct slim_inode *inode, struct slim_arena *arena, const struct slim_elf **out,
		       struct slim_error **err)
{
	return read_elf(inode, arena, true, out, err);
}

static int compare_name(const void *key, const void *item)
{
	return strcmp(key, *(const char *const *)item);
}

bool slim_elf_imports(const struct slim_elf *elf, const char *symbol)
{
	return bsearch(symbol, elf->undefined, elf->undefined_count, sizeof(*elf->undefined), compare_name);
}
