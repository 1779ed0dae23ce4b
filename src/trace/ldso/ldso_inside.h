/*
 * What the imitations of the loaders share. A space is what one process has loaded; a map is one file in it, as the
 * loaders' link_map and dso are. All of it lives in the arena of the struct slim_ldso.
 */
#ifndef SLIM_TRACE_LDSO_INSIDE_H
#define SLIM_TRACE_LDSO_INSIDE_H

#include "slim/ldso.h"

/* --- a hash table: the first value that was put under a key stays --------------------------------------------- */

struct ld_slot {
	struct slim_blob key;
	void *value;
};
struct ld_table {
	struct ld_slot *slots;
	size_t count, capacity;
};
void *ld_table_get(const struct ld_table *table, struct slim_blob key); /* NULL: not there */
void ld_table_put(struct ld_table *table, struct slim_blob key, void *value); /* KEY's bytes must stay */

/* --- the loader itself ---------------------------------------------------------------------------------------- */

enum ld_kind { LD_GLIBC, LD_MUSL };

/* A subfolder that is searched before the folder itself; a variant: not by a plain processor (A8). */
struct ld_sub {
	const char *path; /* "glibc-hwcaps/x86-64-v3/" */
	bool variant;
};

struct ld_platform {
	const char *name; /* $PLATFORM */
	bool variant;
};

struct ld_subs {
	struct ld_sub *items;
	size_t count, capacity;
};

/* A folder of the image as a loader searches it. */
struct ld_place {
	const char *path;       /* with its slash; "" is the working folder */
	struct slim_node *node; /* NULL: no such folder */
	const struct ld_sub **subs; /* those that exist */
	size_t sub_count;
	uint32_t stamp;         /* of the list that it was put into last */
};

struct ld_dir {
	struct ld_place *place;
	bool variant;
};

struct ld_dirs {
	struct ld_dir *items; /* the arena owns what a list of a map or a space has */
	size_t count, capacity;
};

struct ld_loader {
	enum ld_kind kind;
	struct slim_node *node; /* NULL: the image has none; then it is taken for Debian's */
	const char *path;       /* as the program names it, or where it is looked for */
	const char *soname;
	uint8_t elf_class, encoding;
	uint16_t machine;
	const char *lib;        /* $LIB */
	struct ld_platform platforms[4]; /* ends with a NULL name */
	struct ld_subs subs;
	const char **system;    /* default folders, each with its slash; ends with NULL */
	struct ld_dirs system_dirs;
	const char *musl_path;  /* musl: the system path */
	struct ld_table places;
	uint32_t stamp;
	struct ld_loader *next;
};

/* --- a process ------------------------------------------------------------------------------------------------ */

struct ld_map {
	struct slim_node *node;
	const struct slim_elf *elf;
	const char *path;
	const char *origin;     /* $ORIGIN */
	struct ld_map *loader;  /* who asked for it first */
	const char *short_name; /* musl: the name by which it is found again, or NULL */
	bool listed, variant, rpath_known, runpath_known;
	struct ld_dirs rpath, runpath;
};

struct ld_maps {
	struct ld_map **items;
	size_t count, capacity;
};

struct ld_space {
	struct slim_ldso *ldso;
	struct ld_loader *loader;
	const struct ld_space *host; /* what is loaded already, or NULL */
	struct ld_map *main;         /* the executable, or NULL */
	struct ld_table names, files;
	struct ld_dirs env;          /* LD_LIBRARY_PATH */
	struct ld_maps variants;     /* found, their needs not followed yet */
	struct slim_loads loads;
	size_t capacity;
	struct ld_space *next;
};

struct ld_cache;

struct slim_ldso {
	struct slim_ldso_input in;
	struct slim_arena *arena;
	const struct slim_node *cwd;
	struct ld_cache *cache;
	bool cache_known;
	struct ld_loader *loaders;
	struct ld_space *spaces;
	struct ld_table programs;  /* by node: its space */
	struct ld_table libraries; /* by node, host and path: its loads */
};

/* --- ldso_loader.c -------------------------------------------------------------------------------------------- */

/* The loader that a program names, or (INTERPRETER NULL) the one that the image has for files like ELF. */
struct ld_loader *ld_loader_of(struct slim_ldso *ldso, const char *interpreter, const struct slim_elf *elf);
/* What the loader's own bytes tell: its default folders, its version's minor number. ldso_strings.c */
void ld_read_loader(struct slim_ldso *ldso, struct ld_loader *loader, unsigned *minor);

/* --- ldso_dirs.c ---------------------------------------------------------------------------------------------- */

struct ld_place *ld_place_of(struct slim_ldso *ldso, struct ld_loader *loader, struct slim_blob path);
/*
 * TEXT with its tokens replaced for PLATFORM, in the arena. NULL: it has a token without a value, and is void.
 * *HAS_PLATFORM (may be NULL): whether it depends on PLATFORM.
 */
const char *ld_expand(struct slim_ldso *ldso, const struct ld_loader *loader, struct slim_blob text,
		      const char *origin, const char *platform, bool *has_platform);
/* The folders of a list whose parts end at one of SEPARATORS, as glibc takes them (A6). */
void ld_fill_dirs(struct ld_space *space, struct slim_blob list, const char *separators, const char *origin,
		  struct ld_dirs *out);
const char *ld_origin_of(struct slim_ldso *ldso, const char *path);
/* PATH as from the working folder. */
const char *ld_absolute(struct slim_ldso *ldso, struct slim_blob folder, struct slim_blob name);

/* --- ldso_cache.c --------------------------------------------------------------------------------------------- */

struct ld_cached {
	const char *path;
	uint32_t flags;
	const char *hwcap; /* the glibc-hwcaps subfolder that it lies in, or NULL */
	bool legacy;       /* has older hwcap bits */
};
/* BYTES of a cache; NULL when they are none. What is broken in it is passed over. */
struct ld_cache *ld_cache_parse(struct slim_arena *arena, struct slim_blob bytes);
/* The entries of NAME, in the cache's order. */
const struct ld_cached *ld_cache_find(const struct ld_cache *cache, const char *name, size_t *count);
bool ld_cache_accepts(uint16_t machine, uint8_t elf_class, uint32_t flags);

/* --- ldso_space.c --------------------------------------------------------------------------------------------- */

struct ld_space *ld_space_new(struct slim_ldso *ldso, struct ld_loader *loader, const struct ld_space *host);
struct ld_map *ld_map_new(struct ld_space *space, struct slim_node *node, const char *path, struct ld_map *loader);
struct ld_map *ld_find_name(const struct ld_space *space, const char *name);
struct ld_map *ld_find_file(const struct ld_space *space, const struct slim_node *node);
void ld_add_name(struct ld_space *space, const char *name, struct ld_map *map);
void ld_add_file(struct ld_space *space, struct ld_map *map);
struct slim_loaded *ld_add_item(struct ld_space *space, struct slim_loaded item);
/* The file that PATH (from the working folder) opens, or NULL. */
struct slim_node *ld_open(const struct slim_ldso *ldso, const char *path);

/* --- ldso_glibc.c, ldso_musl.c -------------------------------------------------------------------------------- */

void ld_glibc_start(struct ld_space *space); /* preloads, then what all need */
void ld_musl_start(struct ld_space *space);
/* Load MAP's needs, and theirs. */
void ld_glibc_needs(struct ld_space *space, struct ld_map *map);
void ld_musl_needs(struct ld_space *space, struct ld_map *map);
/* NAME as dlopen(NAME) in REQUESTER finds it. NULL: not found, or loaded before. */
struct ld_map *ld_glibc_open(struct ld_space *space, const char *name, struct ld_map *requester);
struct ld_map *ld_musl_open(struct ld_space *space, const char *name, struct ld_map *requester);

struct ld_hit {
	struct slim_node *node; /* NULL: not found */
	const char *path;
	enum slim_ldso_how how;
	bool fatal;
};
struct ld_hits {
	struct ld_hit *items;
	size_t count, capacity;
};
/* The search of glibc for a bare name, without what is loaded already. ldso_search.c */
struct ld_hit ld_glibc_search(struct ld_space *space, const char *name, struct ld_map *requester,
			      struct ld_hits *variants);
enum ld_verdict { LD_TAKE, LD_SKIP, LD_REFUSE };
enum ld_verdict ld_glibc_verdict(const struct ld_space *space, struct slim_node *node);

#endif
