/*
 * The facts of one ELF file, read with libelf from program headers (section headers may be stripped). Every offset
 * and size is checked against the file; a broken file gives an error, never a crash.
 * Sources: System V gABI chapters 4 and 5; glibc elf.h; UAPI.12 (.note.dlopen).
 */
#ifndef SLIM_ELF_H
#define SLIM_ELF_H

#include <stdbool.h>
#include <stdint.h>

#include "slim/alloc.h"
#include "slim/inode.h"

struct slim_elf {
	uint8_t elf_class, encoding, osabi, abiversion; /* e_ident */
	uint16_t type, machine;
	uint32_t e_flags;
	bool program;            /* can be started: ET_EXEC, or ET_DYN with an interpreter or DF_1_PIE */
	bool dynamic;            /* has a dynamic section */
	bool go;                 /* built by Go (.go.buildinfo) */
	bool go_exec;            /* … and with what starts programs (os/exec) */
	bool names_zones;        /* a string constant names a time zone: "Europe/Berlin" */
	bool names_charsets;     /* … is about charsets; told only of programs that import iconv_open */
	bool payload;            /* bytes are appended behind the last section and segment */
	const char *interpreter; /* PT_INTERP, or NULL */
	const char *soname, *rpath, *runpath;            /* or NULL */
	const char **needed, **filter, **auxiliary, **audit; /* lists end with NULL; never NULL themselves */
	uint32_t flags, flags_1; /* DT_FLAGS, DT_FLAGS_1 */
	/* undefined dynamic symbols (of a static file: the functions of its symbol table), sorted */
	const char **undefined;
	size_t undefined_count;

	/* versions of symbols; each list ends with a NULL version. NULL: there are none, or they were not read */
	struct slim_elf_version *wanted_versions; /* of which library */
	struct slim_elf_version *versions;        /* defined; `file` is NULL */

	struct slim_dlopen_note *notes;
	size_t note_count;

	/*
	 * String constants of the data sections (not .dynstr), each once, sorted; kept only when
	 * they may mean a file.
	 */
	const char **paths;     /* absolute: "/etc/foo.conf" */
	const char **sonames;   /* "libfoo.so.1" */
	const char **templates; /* hold %s (or $) and look like a path or library: "lib%s.so", "/usr/lib/x/%s.so" */
	const char **commands;  /* first word plus options, pipes or redirections: "locale -a", "gzip -dc %s" */
	const char **started;   /* names: of Go programs what exec.Command gets; "%s/NAME -x", behind a folder */
	/*
	 * bare names that a PATH lookup could find: [A-Za-z0-9][A-Za-z0-9._+-]{1,30}; only of programs, and of files
	 * that import exec*, posix_spawn*, system, popen, wordexp or pam_start
	 */
	const char **words;
};

struct slim_elf_version {
	const char *file, *version;
};

struct slim_dlopen_note {
	const char **sonames; /* ends with NULL */
	const char *feature, *priority;
};

/* All of *OUT lives in ARENA. A file that does not start as ELF does: *out is NULL and 0 is returned. */
int slim_elf_read(const struct slim_inode *inode, struct slim_arena *arena, const struct slim_elf **out,
		  struct slim_error **err) SLIM_MUST_CHECK;

/* As above, without symbols, notes and strings, whose lists are empty: all that the loader needs, in little time. */
int slim_elf_read_tags(const struct slim_inode *inode, struct slim_arena *arena, const struct slim_elf **out,
		       struct slim_error **err) SLIM_MUST_CHECK;

bool slim_elf_imports(const struct slim_elf *elf, const char *symbol); /* bsearch in `undefined` */

#endif
