/* Between the search for string constants and the judgement of what each may mean. */
#ifndef SLIM_TRACE_ELF_STRINGS_H
#define SLIM_TRACE_ELF_STRINGS_H

#include "elf_file.h"

enum { ELF_TEXT_LIMIT = 1024 };

/* What kinds of bytes a text has; of no kind are letters, digits and . _ + - */
enum elf_has {
	ELF_HAS_BINARY = 1, /* no text, or beyond ASCII */
	ELF_HAS_SPACE = 2,
	ELF_HAS_PERCENT = 4,
	ELF_HAS_DOLLAR = 8,
	ELF_HAS_SLASH = 16,
	ELF_HAS_COLON = 32, /* or ; */
	ELF_HAS_OTHER = 64,
};

enum elf_text { ELF_PATH, ELF_SONAME, ELF_TEMPLATE, ELF_COMMAND, ELF_WORD, ELF_STARTED, ELF_TEXT_COUNT };

struct elf_text_list {
	const char **items;
	size_t count, capacity;
};

struct elf_strings {
	struct slim_arena *buffer;
	struct elf_text_list lists[ELF_TEXT_COUNT];
	size_t text_left;
	bool want_words;
	bool names_zones; /* found: slim_elf.names_zones */
	bool want_charsets, names_charsets; /* found: slim_elf.names_charsets */
	unsigned char classes[256]; /* enum elf_has of each byte */
};

void elf_classes(unsigned char classes[256]);
/* Tell what TEXT (without binary bytes; HAS: the union of its bytes' kinds) may mean, by elf_found. */
void elf_classify(struct elf_strings *s, const char *text, size_t length, unsigned has);
/* elf_charsets.c: TEXT names a charset other than UTF-8 and ASCII, or is about charsets. */
bool elf_is_about_charsets(const char *text, size_t length);
void elf_found(struct elf_strings *s, enum elf_text kind, const char *text, size_t length);

/* elf_go_calls.c: where os/exec.Command and its kin begin; 0: not linked in, or not known. */
struct elf_go_exec {
	uint64_t command, command_context;
};
int elf_find_go_exec(const struct elf_file *f, struct elf_go_exec *out, struct slim_error **err) SLIM_MUST_CHECK;

/*
 * Instructions of x86-64 or AArch64 at ADDRESS. TOOK is told each address that one of them takes; STARTED: one that is
 * then handed to EXEC as a name.
 */
struct elf_go_code {
	uint16_t machine;
	struct elf_go_exec exec;
	void (*took)(void *context, uint64_t address, bool started);
	void *context;
};
uint64_t elf_go_long(const char *p); /* little-endian, as the next */
uint32_t elf_go_word(const char *p);
void elf_scan_go_code(const struct elf_go_code *scan, uint64_t address, const char *code, size_t size);

/* elf_go.c. 1: a Go program is linked with os/exec; 0: no; -1: error. */
int elf_go_starts_programs(const struct elf_file *f, struct slim_error **err) SLIM_MUST_CHECK;
/* Hand each string literal of a Go program for x86-64 or AArch64 to elf_classify. */
int elf_read_go_literals(const struct elf_file *f, struct elf_strings *s, struct slim_error **err) SLIM_MUST_CHECK;

/* Whether all of TEXT is a library's file name: libfoo.so.1 */
bool elf_is_soname(struct slim_blob text);

#endif
