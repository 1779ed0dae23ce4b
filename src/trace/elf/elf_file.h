/*
 * The inside of slim_elf_read: an ELF file's headers, of whatever class and byte order, as 64-bit structures. Nothing
 * but what is asked for is read, so that a file of 100 MB costs what its headers and names cost.
 */
#ifndef SLIM_TRACE_ELF_FILE_H
#define SLIM_TRACE_ELF_FILE_H

#include <libelf.h>
#include <stdbool.h>

#include "slim/elf.h"

/* Bytes of a file, or a table's place in it. */
struct elf_range {
	uint64_t offset, size;
};

struct elf_ranges {
	struct elf_range *items;
	size_t count, capacity;
};

struct elf_file {
	const struct slim_inode *inode;
	struct slim_arena *arena;  /* of what the caller keeps */
	struct slim_arena *buffer; /* of what goes when reading ends */
	struct slim_elf *facts;
	Elf64_Ehdr header;
	Elf64_Phdr *programs;
	size_t program_count;
	Elf64_Shdr *sections;      /* NULL when stripped or broken */
	size_t section_count;
	char *section_names;       /* NULL or NUL-terminated at section_names_size */
	size_t section_names_size;
	struct elf_range dynstr;
	size_t names_left;         /* bytes of names that may still be copied into the arena */
};

/* Whether SIZE bytes from OFFSET lie within the file. */
bool elf_within(const struct elf_file *f, uint64_t offset, uint64_t size);

/* COUNT entries of TYPE from OFFSET, in the host's byte order, at OUT (as large as in the file). */
int elf_read_entries(const struct elf_file *f, Elf_Type type, struct elf_range range, void *out,
		     struct slim_error **err) SLIM_MUST_CHECK;
size_t elf_entry_size(const struct elf_file *f, Elf_Type type);

/* Header, program headers, section headers. */
int elf_read_headers(struct elf_file *f, struct slim_error **err) SLIM_MUST_CHECK;

/* Where the loader would find ADDRESS: its place in the file, and how many bytes of the segment follow. */
bool elf_locate(const struct elf_file *f, uint64_t address, struct elf_range *out);

const char *elf_section_name(const struct elf_file *f, const Elf64_Shdr *section); /* "" when unknown */
const Elf64_Shdr *elf_section_named(const struct elf_file *f, const char *name);

/* A name of at most MAX bytes that starts at OFFSET of TABLE (SIZE bytes), copied into the arena. */
int elf_copy_name(struct elf_file *f, struct slim_blob table, uint64_t offset, const char **out,
		  struct slim_error **err) SLIM_MUST_CHECK;

void elf_add_range(struct elf_ranges *ranges, uint64_t offset, uint64_t size);
/* Sort and join, so that no byte is read twice, whatever the headers say. */
void elf_join_ranges(struct elf_ranges *ranges);
void elf_cut_range(struct elf_ranges *ranges, struct elf_range out);

int elf_read_dynamic(struct elf_file *f, bool symbols, struct slim_error **err) SLIM_MUST_CHECK;
/* Where the dynamic symbols, their versions and their names are; 0 where there is none. */
struct elf_symbol_places {
	uint64_t symtab, hash, gnu_hash, entry_size, verneed, verdef;
	struct slim_blob names;
};
int elf_read_symbols(struct elf_file *f, const struct elf_symbol_places *places, struct slim_error **err)
	SLIM_MUST_CHECK;
/* Of a file without a dynamic section: what its symbol table defines, as far as C could name it. */
int elf_read_static_symbols(struct elf_file *f, struct slim_error **err) SLIM_MUST_CHECK;
int elf_read_versions(struct elf_file *f, const struct elf_symbol_places *places, struct slim_error **err)
	SLIM_MUST_CHECK;
int elf_read_notes(struct elf_file *f, struct slim_error **err) SLIM_MUST_CHECK;
int elf_read_strings(struct elf_file *f, struct slim_error **err) SLIM_MUST_CHECK;

/* NAMES sorted (in place, too), without doubles, ending with NULL, in the arena; *KEPT (may be NULL): how many. */
const char **elf_name_list(struct slim_arena *arena, const char **names, size_t count, size_t *kept);

#endif
