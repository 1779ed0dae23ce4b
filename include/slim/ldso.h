/*
 * The dynamic loaders of glibc and musl, imitated: which files a program or library loads, in which order, and where
 * each was found. Exact for what the loaders do with an image as root; tests/ldso compares with the real ones.
 * Sources: glibc elf/rtld.c, elf/dl-load.c, elf/dl-cache.c, elf/dl-hwcaps.c; musl ldso/dynlink.c; ld.so(8).
 */
#ifndef SLIM_LDSO_H
#define SLIM_LDSO_H

#include <stdbool.h>

#include "slim/elf.h"
#include "slim/tree.h"

struct slim_ldso;

/* How the facts of a node are had: NULL when it is no (valid) ELF file. */
typedef const struct slim_elf *slim_elf_source(void *context, struct slim_node *node);

struct slim_ldso_input {
	const struct slim_tree *tree;
	slim_elf_source *elf;
	void *context;
	const char *library_path; /* LD_LIBRARY_PATH or NULL */
	const char *preload;      /* LD_PRELOAD or NULL */
	const char *audit;        /* LD_AUDIT or NULL */
	const char *working_dir;  /* for relative and empty elements of search lists; NULL: the root */
	const char *const *hwcaps; /* glibc-hwcaps subfolders that the processor has ("x86-64-v3"), ends with NULL;
				      NULL: a plain one, for which no other is searched than as a variant */
};

struct slim_ldso *slim_ldso_new(const struct slim_ldso_input *input); /* never NULL; reads caches when first asked */
void slim_ldso_free(struct slim_ldso *ldso); /* NULL is fine */
SLIM_DEFINE_CLEANUP(struct slim_ldso, slim_ldso_free)

enum slim_ldso_how { SLIM_BY_PATH, SLIM_BY_RPATH, SLIM_BY_LIBRARY_PATH, SLIM_BY_RUNPATH, SLIM_BY_CACHE,
		     SLIM_BY_DEFAULT, SLIM_BY_PRELOAD, SLIM_BY_INTERPRETER };
const char *slim_ldso_how_text(enum slim_ldso_how how); /* "found in ld.so.cache" */

struct slim_loaded {
	struct slim_node *node;   /* the file, links resolved; NULL when it was not found */
	const char *path;         /* the path by which it was opened; NULL when it was not found */
	const char *name;         /* as asked for, its tokens replaced: "libz.so.1" */
	struct slim_node *by;     /* whose tag asked; NULL for preloads */
	enum slim_ldso_how how;
	bool variant;             /* an hwcaps variant that another processor would choose (A8): kept, but not walked
				     into the order of the base */
	bool optional;            /* DT_AUXILIARY: may be absent */
	bool again;               /* loaded before under another name: only the way to it is new */
	bool fatal;               /* found, but the loader would refuse it at run time (A10) */
};

struct slim_loads {
	struct slim_loaded *items; /* in the order of loading; the program itself is not among them */
	size_t count;
	struct slim_node *interpreter; /* as found, or NULL */
};

/* What starting PROGRAM loads. The result lives as long as LDSO, and is computed once. */
const struct slim_loads *slim_ldso_program(struct slim_ldso *ldso, struct slim_node *program);
/*
 * What dlopen of LIBRARY in HOST loads further (HOST NULL: by itself, with the loader of the image's architecture).
 * PATH: the path by which it is opened (for $ORIGIN); NULL: the node's own.
 */
const struct slim_loads *slim_ldso_library(struct slim_ldso *ldso, struct slim_node *library, const char *path,
					   struct slim_node *host);
/* What dlopen(NAME) called from REQUESTER (in HOST, may be NULL) finds, with what it needs; empty: nothing. */
const struct slim_loads *slim_ldso_dlopen(struct slim_ldso *ldso, const char *name, struct slim_node *requester,
					  struct slim_node *host);

#endif
