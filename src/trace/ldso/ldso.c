#include "slim/ldso.h"

#include <libelf.h>
#include <stdlib.h>
#include <string.h>

#include "ldso_inside.h"

enum { CACHE_LIMIT = 16 << 20 };

static const struct slim_loads nothing;

struct slim_ldso *slim_ldso_new(const struct slim_ldso_input *input)
{
	struct slim_ldso *ldso = slim_calloc(1, sizeof(*ldso));
	ldso->in = *input;
	ldso->arena = slim_arena_new();
	ldso->cwd = slim_tree_root(input->tree);
	if (input->working_dir && *input->working_dir) {
		struct slim_node *dir = slim_tree_find(input->tree, input->working_dir);
		if (dir && slim_node_is_dir(dir))
			ldso->cwd = dir;
	}
	return ldso;
}

void slim_ldso_free(struct slim_ldso *ldso)
{
	if (!ldso)
		return;
	for (struct ld_loader *l = ldso->loaders; l; l = l->next) {
		free(l->subs.items);
		free(l->system_dirs.items);
		free(l->places.slots);
	}
	for (struct ld_space *s = ldso->spaces; s; s = s->next) {
		free(s->names.slots);
		free(s->files.slots);
		free(s->variants.items);
		free(s->loads.items);
	}
	free(ldso->programs.slots);
	free(ldso->libraries.slots);
	slim_arena_free(ldso->arena);
	free(ldso);
}

const char *slim_ldso_how_text(enum slim_ldso_how how)
{
	switch (how) {
	case SLIM_BY_PATH: return "named by its path";
	case SLIM_BY_RPATH: return "found in RPATH";
	case SLIM_BY_LIBRARY_PATH: return "found in LD_LIBRARY_PATH";
	case SLIM_BY_RUNPATH: return "found in RUNPATH";
	case SLIM_BY_CACHE: return "found in ld.so.cache";
	case SLIM_BY_DEFAULT: return "found in a default folder";
	case SLIM_BY_PRELOAD: return "preloaded";
	case SLIM_BY_INTERPRETER: return "the loader itself";
	}
	return "";
}

static void read_cache(struct slim_ldso *ldso)
{
	if (ldso->cache_known)
		return;
	ldso->cache_known = true;
	struct slim_node *node = slim_tree_find(ldso->in.tree, "/etc/ld.so.cache");
	if (!node || !slim_node_is_file(node) || node->inode->size > CACHE_LIMIT)
		return;
	size_t size = (size_t)node->inode->size;
	char *bytes = slim_arena_alloc(ldso->arena, size + 1);
	struct slim_error *err = NULL;
	if (slim_inode_read(node->inode, 0, bytes, size, &err) < 0)
		slim_error_free(err);
	else
		ldso->cache = ld_cache_parse(ldso->arena, slim_blob(bytes, size));
}

static struct slim_blob key_of(struct slim_ldso *ldso, const void *a, const void *b, const char *text)
{
	size_t length = text ? strlen(text) : 0;
	char *key = slim_arena_alloc(ldso->arena, 2 * sizeof(void *) + length + 1);
	memcpy(key, &a, sizeof(a));
	memcpy(key + sizeof(a), &b, sizeof(b));
	if (length)
		memcpy(key + 2 * sizeof(a), text, length);
	return slim_blob(key, 2 * sizeof(a) + length);
}

/* The processes of programs, each built once; NULL: it is none that a loader starts. */
static struct ld_space *process_of(struct slim_ldso *ldso, struct slim_node *program)
{
	struct slim_blob key = key_of(ldso, program, NULL, NULL);
	struct ld_space *space = ld_table_get(&ldso->programs, key);
	if (space)
		return space;
	const struct slim_elf *elf = ldso->in.elf(ldso->in.context, program);
	if (!elf || !elf->interpreter)
		return NULL;
	read_cache(ldso);
	struct ld_loader *loader = ld_loader_of(ldso, elf->interpreter, elf);
	space = ld_space_new(ldso, loader, NULL);
	space->main = ld_map_new(space, program, slim_node_path(ldso->arena, program), NULL);
	if (loader->kind == LD_MUSL)
		ld_musl_start(space);
	else
		ld_glibc_start(space);
	ld_table_put(&ldso->programs, key, space);
	return space;
}

const struct slim_loads *slim_ldso_program(struct slim_ldso *ldso, struct slim_node *program)
{
	struct ld_space *space = process_of(ldso, program);
	return space ? &space->loads : &nothing;
}

/* A space for what is opened later, in HOST or alone. */
static struct ld_space *later_space(struct slim_ldso *ldso, const struct slim_elf *elf, struct slim_node *host)
{
	read_cache(ldso);
	struct ld_space *process = host ? process_of(ldso, host) : NULL;
	if (process)
		return ld_space_new(ldso, process->loader, process);
	struct ld_space *space = ld_space_new(ldso, ld_loader_of(ldso, NULL, elf), NULL);
	if (space->loader->kind == LD_GLIBC && ldso->in.library_path)
		ld_fill_dirs(space, slim_blob_of(ldso->in.library_path), ":;", NULL, &space->env);
	return space;
}

static const struct slim_loads *remember(struct slim_ldso *ldso, struct slim_blob key, struct ld_space *space)
{
	ld_table_put(&ldso->libraries, key, &space->loads);
	return &space->loads;
}

const struct slim_loads *slim_ldso_library(struct slim_ldso *ldso, struct slim_node *library, const char *path,
					   struct slim_node *host)
{
	struct slim_blob key = key_of(ldso, library, host, path);
	const struct slim_loads *known = ld_table_get(&ldso->libraries, key);
	const struct slim_elf *elf = ldso->in.elf(ldso->in.context, library);
	if (known || !elf)
		return known ? known : &nothing;
	struct ld_space *space = later_space(ldso, elf, host);
	if (ld_find_file(space, library))
		return remember(ldso, key, space);
	struct ld_map *map =
		ld_map_new(space, library, path ? path : slim_node_path(ldso->arena, library), space->main);
	ld_add_file(space, map);
	if (elf->soname && space->loader->kind == LD_GLIBC)
		ld_add_name(space, elf->soname, map);
	if (space->loader->kind == LD_MUSL)
		ld_musl_needs(space, map);
	else
		ld_glibc_needs(space, map);
	return remember(ldso, key, space);
}

static struct ld_map *requester_map(struct ld_space *space, struct slim_node *requester)
{
	struct slim_arena *arena = space->ldso->arena;
	if (space->main && requester == space->main->node)
		return space->main;
	struct ld_map *known = ld_find_file(space, requester);
	return known ? known : ld_map_new(space, requester, slim_node_path(arena, requester), space->main);
}

const struct slim_loads *slim_ldso_dlopen(struct slim_ldso *ldso, const char *name, struct slim_node *requester,
					  struct slim_node *host)
{
	slim_autofree char *text = slim_format("dlopen %s", name);
	struct slim_blob key = key_of(ldso, requester, host, text);
	const struct slim_loads *known = ld_table_get(&ldso->libraries, key);
	const struct slim_elf *elf = ldso->in.elf(ldso->in.context, requester);
	if (known || !elf || !*name)
		return known ? known : &nothing;
	struct ld_space *space = later_space(ldso, elf, host);
	struct ld_map *asker = requester_map(space, requester);
	const char *copy = slim_arena_strndup(ldso->arena, name, strlen(name));
	bool musl = space->loader->kind == LD_MUSL;
	struct ld_map *map = musl ? ld_musl_open(space, copy, asker) : ld_glibc_open(space, copy, asker);
	if (map && musl)
		ld_musl_needs(space, map);
	else if (map)
		ld_glibc_needs(space, map);
	return remember(ldso, key, space);
}
