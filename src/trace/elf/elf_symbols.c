/* Symbol names. The dynamic section does not say how many there are: a hash table does, or what lies behind. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "elf_file.h"

enum { CHUNK = 4096, NAME_LIMIT = 255, C_NAME_LIMIT = 64, SYMBOL_LIMIT = 1 << 24, CHAIN_LIMIT = 1 << 16 };

struct names {
	const char **items;
	size_t count, capacity;
};

static size_t symbol_size(const struct elf_file *f)
{
	return elf_entry_size(f, ELF_T_SYM);
}

static int read_words(const struct elf_file *f, uint64_t offset, uint32_t *out, size_t count, struct slim_error **err)
{
	return elf_read_entries(f, ELF_T_WORD, (struct elf_range){ offset, count * sizeof(*out) }, out, err);
}

/* gABI: nbucket, nchain; there are as many chains as symbols. s390 and Alpha of 64 bits use double words. */
static int count_by_hash(const struct elf_file *f, uint64_t address, uint64_t *count, struct slim_error **err)
{
	struct elf_range at;
	bool doubled = f->facts->elf_class == ELFCLASS64 &&
		       (f->facts->machine == EM_S390 || f->facts->machine == EM_ALPHA || f->facts->machine == 0x9026);
	uint32_t words[4];
	if (!elf_locate(f, address, &at) || at.size < (doubled ? 16 : 8))
		return slim_fail(err, SLIM_BAD_INPUT, "ELF hash table: no segment holds it");
	if (read_words(f, at.offset, words, doubled ? 4 : 2, err) < 0)
		return -1;
	*count = !doubled ? words[1] : f->facts->encoding == ELFDATA2LSB ? words[2] : words[3];
	return 0;
}

/* The highest symbol that a bucket starts with, then the end of its chain. 0 when all buckets are empty. */
static int count_by_gnu_hash(const struct elf_file *f, uint64_t address, uint64_t *count, struct slim_error **err)
{
	struct elf_range at;
	uint32_t head[4], word;
	*count = 0;
	if (!elf_locate(f, address, &at) || at.size < sizeof(head))
		return slim_fail(err, SLIM_BAD_INPUT, "ELF GNU hash table: no segment holds it");
	if (read_words(f, at.offset, head, 4, err) < 0)
		return -1;
	uint64_t bloom = (uint64_t)head[2] * (f->facts->elf_class == ELFCLASS64 ? 8 : 4);
	uint64_t buckets = 16 + bloom, chains = buckets + (uint64_t)head[0] * 4;
	if (chains > at.size || head[0] > SYMBOL_LIMIT)
		return slim_fail(err, SLIM_BAD_INPUT, "ELF GNU hash table: it reaches beyond its segment");
	slim_autofree uint32_t *bucket = slim_calloc((size_t)head[0] + 1, sizeof(*bucket));
	if (read_words(f, at.offset + buckets, bucket, head[0], err) < 0)
		return -1;
	uint32_t top = 0;
	for (uint32_t i = 0; i < head[0]; i++)
		top = bucket[i] > top ? bucket[i] : top;
	if (!top || top < head[1])
		return 0;
	for (uint64_t i = top; i - top < CHAIN_LIMIT; i++) {
		uint64_t place = chains + (i - head[1]) * 4;
		if (place + 4 > at.size)
			break;
		if (read_words(f, at.offset + place, &word, 1, err) < 0)
			return -1;
		if (word & 1) {
			*count = i + 1;
			return 0;
		}
	}
	return slim_fail(err, SLIM_BAD_INPUT, "ELF GNU hash table: a chain does not end");
}

static uint64_t count_by_section(const struct elf_file *f, uint64_t address)
{
	for (size_t i = 0; i < f->section_count; i++)
		if (f->sections[i].sh_type == SHT_DYNSYM && f->sections[i].sh_addr == address)
			return f->sections[i].sh_size / symbol_size(f);
	return 0;
}

/* Linkers put the names right behind the symbols. */
static uint64_t count_by_distance(const struct elf_file *f, uint64_t offset)
{
	return f->dynstr.offset > offset ? (f->dynstr.offset - offset) / symbol_size(f) : 0;
}

static int count_symbols(const struct elf_file *f, const struct elf_symbol_places *places, struct elf_range at,
			 uint64_t *count, struct slim_error **err)
{
	*count = 0;
	if (places->hash)
		return count_by_hash(f, places->hash, count, err);
	*count = count_by_section(f, places->symtab);
	if (!*count && places->gnu_hash && count_by_gnu_hash(f, places->gnu_hash, count, err) < 0)
		return -1;
	if (!*count)
		*count = count_by_distance(f, at.offset);
	return 0;
}

static bool symbol_at(const struct elf_file *f, const void *chunk, size_t i, Elf64_Sym *out)
{
	if (f->facts->elf_class == ELFCLASS64) {
		*out = ((const Elf64_Sym *)chunk)[i];
	} else {
		const Elf32_Sym *s = &((const Elf32_Sym *)chunk)[i];
		*out = (Elf64_Sym){ .st_name = s->st_name, .st_info = s->st_info, .st_shndx = s->st_shndx };
	}
	return out->st_name != 0;
}

/* Longer names are C++ or Rust ones, which no rule asks for. */
static int add_name(struct elf_file *f, struct slim_blob table, uint64_t offset, struct names *names,
		    struct slim_error **err)
{
	if (offset < table.len) {
		size_t rest = table.len - (size_t)offset, most = rest < NAME_LIMIT ? rest : NAME_LIMIT;
		if (strnlen(table.ptr + offset, most) == NAME_LIMIT)
			return 0;
	}
	const char *name;
	if (elf_copy_name(f, table, offset, &name, err) < 0)
		return -1;
	*slim_push(&names->items, &names->count, &names->capacity) = name;
	return 0;
}

typedef bool wanted_symbol(const Elf64_Sym *symbol, struct slim_blob table);

static int scan_symbols(struct elf_file *f, struct elf_range at, struct slim_blob table, wanted_symbol *wanted,
			struct slim_error **err)
{
	size_t size = symbol_size(f);
	slim_autofree void *chunk = slim_calloc(CHUNK, sizeof(Elf64_Sym));
	slim_autofree const char **items = NULL;
	struct names names = { 0 };
	int failed = 0;
	for (uint64_t done = 0; done < at.size && !failed;) {
		uint64_t left = (at.size - done) / size;
		size_t n = left < CHUNK ? (size_t)left : CHUNK;
		failed = !n || elf_read_entries(f, ELF_T_SYM, (struct elf_range){ at.offset + done, n * size }, chunk,
						err) < 0;
		for (size_t i = 0; i < n && !failed; i++) {
			Elf64_Sym symbol;
			if (symbol_at(f, chunk, i, &symbol) && wanted(&symbol, table))
				failed = add_name(f, table, symbol.st_name, &names, err) < 0;
		}
		done += n * size;
	}
	items = names.items;
	if (failed)
		return -1;
	f->facts->undefined = elf_name_list(f->arena, items, names.count, &f->facts->undefined_count);
	return 0;
}

static bool is_undefined(const Elf64_Sym *symbol, struct slim_blob table)
{
	return symbol->st_shndx == SHN_UNDEF;
}

int elf_read_symbols(struct elf_file *f, const struct elf_symbol_places *places, struct slim_error **err)
{
	struct elf_range at;
	uint64_t count, size;
	if (places->entry_size && places->entry_size != symbol_size(f))
		return slim_fail(err, SLIM_BAD_INPUT, "ELF symbols: entries of an unknown size");
	if (!elf_locate(f, places->symtab, &at))
		return slim_fail(err, SLIM_BAD_INPUT, "ELF symbols: no segment holds them");
	if (count_symbols(f, places, at, &count, err) < 0)
		return -1;
	if (__builtin_mul_overflow(count, symbol_size(f), &size) || size > at.size || count > SYMBOL_LIMIT)
		return slim_fail(err, SLIM_BAD_INPUT, "ELF symbols: they reach beyond their segment");
	at.size = size;
	return scan_symbols(f, at, places->names, is_undefined, err);
}

/* A function that a C program could call by name. */
static bool is_c_function(const Elf64_Sym *symbol, struct slim_blob table)
{
	if (ELF64_ST_TYPE(symbol->st_info) != STT_FUNC && ELF64_ST_TYPE(symbol->st_info) != STT_GNU_IFUNC)
		return false;
	if (symbol->st_name >= table.len ||
	    (table.ptr[symbol->st_name] == '_' && table.ptr[symbol->st_name + 1] == 'Z'))
		return false;
	const char *name = table.ptr + symbol->st_name;
	for (size_t i = 0; i < C_NAME_LIMIT && name[i]; i++)
		if (!isalnum((unsigned char)name[i]) && name[i] != '_')
			return false;
	return true;
}

int elf_read_static_symbols(struct elf_file *f, struct slim_error **err)
{
	const Elf64_Shdr *symbols = NULL;
	for (size_t i = 0; i < f->section_count; i++)
		if (f->sections[i].sh_type == SHT_SYMTAB)
			symbols = &f->sections[i];
	if (!symbols || symbols->sh_link >= f->section_count)
		return 0;
	const Elf64_Shdr *strings = &f->sections[symbols->sh_link];
	struct elf_range at = { symbols->sh_offset, symbols->sh_size - symbols->sh_size % symbol_size(f) };
	if (strings->sh_size > SYMBOL_LIMIT * 16u || at.size / symbol_size(f) > SYMBOL_LIMIT ||
	    !elf_within(f, at.offset, at.size) || !elf_within(f, strings->sh_offset, strings->sh_size))
		return 0;
	char *table = slim_arena_alloc(f->buffer, strings->sh_size + 2);
	if (slim_inode_read(f->inode, strings->sh_offset, table, strings->sh_size, err) < 0)
		return -1;
	return scan_symbols(f, at, slim_blob(table, strings->sh_size + 1), is_c_function, err);
}
