/* Where glibc looks for a bare name, and what it takes: elf/dl-load.c (_dl_map_new_object, open_path, open_verify). */
#include <libelf.h>
#include <stdlib.h>
#include <string.h>

#include "ldso_inside.h"

struct search {
	struct ld_space *space;
	const char *name;
	struct ld_hit hit;
	struct ld_hits *variants;
};

enum ld_verdict ld_glibc_verdict(const struct ld_space *space, struct slim_node *node)
{
	const struct ld_loader *l = space->loader;
	const struct slim_elf *e = slim_node_is_file(node) ? space->ldso->in.elf(space->ldso->in.context, node) : NULL;
	if (!e)
		return slim_node_is_file(node) || slim_node_is_dir(node) ? LD_REFUSE : LD_SKIP;
	if (e->elf_class != l->elf_class || e->encoding != l->encoding)
		return LD_SKIP;
	if (e->osabi != ELFOSABI_NONE && e->osabi != ELFOSABI_GNU)
		return LD_REFUSE;
	if (e->machine != l->machine)
		return LD_SKIP;
	return e->type == ET_DYN && e->dynamic && !(e->flags_1 & DF_1_PIE) ? LD_TAKE : LD_REFUSE;
}

static void add_variant(struct search *s, struct ld_hit hit)
{
	if (s->variants && !hit.fatal)
		*slim_push(&s->variants->items, &s->variants->count, &s->variants->capacity) = hit;
}

static struct slim_node *walk_sub(const struct search *s, const struct ld_place *place, const char *sub)
{
	slim_autofree char *path = slim_format("%s%s", sub, s->name);
	return slim_tree_walk(s->space->ldso->in.tree, place->node, slim_blob_of(path), true, NULL, NULL);
}

/* True: this is the file, or ends the search. */
static bool try_file(struct search *s, const struct ld_dir *dir, const struct ld_sub *sub, enum slim_ldso_how how)
{
	struct slim_node *node = walk_sub(s, dir->place, sub ? sub->path : "");
	enum ld_verdict verdict = node ? ld_glibc_verdict(s->space, node) : LD_SKIP;
	if (verdict == LD_SKIP)
		return false;
	slim_autofree char *folder = slim_format("%s%s", dir->place->path, sub ? sub->path : "");
	struct ld_hit hit = { node, ld_absolute(s->space->ldso, slim_blob_of(folder), slim_blob_of(s->name)), how,
			      verdict == LD_REFUSE };
	if (dir->variant || (sub && sub->variant)) {
		add_variant(s, hit);
		return false;
	}
	s->hit = hit;
	return true;
}

static bool try_dirs(struct search *s, const struct ld_dirs *dirs, enum slim_ldso_how how)
{
	for (size_t i = 0; i < dirs->count; i++) {
		const struct ld_dir *dir = &dirs->items[i];
		if (!dir->place->node)
			continue;
		for (size_t k = 0; k < dir->place->sub_count; k++)
			if (try_file(s, dir, dir->place->subs[k], how))
				return true;
		if (try_file(s, dir, NULL, how))
			return true;
	}
	return false;
}

static const struct ld_dirs *rpath_of(struct search *s, struct ld_map *m)
{
	if (!m->rpath_known && m->elf && m->elf->rpath && !m->elf->runpath)
		ld_fill_dirs(s->space, slim_blob_of(m->elf->rpath), ":", m->origin, &m->rpath);
	m->rpath_known = true;
	return &m->rpath;
}

static const struct ld_dirs *runpath_of(struct search *s, struct ld_map *m)
{
	if (!m->runpath_known && m->elf && m->elf->runpath)
		ld_fill_dirs(s->space, slim_blob_of(m->elf->runpath), ":", m->origin, &m->runpath);
	m->runpath_known = true;
	return &m->runpath;
}

/* The asker's RPATH, that of who loaded it, and so on; then the executable's, if it is not among them. */
static bool try_rpaths(struct search *s, struct ld_map *asker)
{
	bool did_main = false;
	if (asker && asker->elf && asker->elf->runpath)
		return false;
	for (struct ld_map *m = asker; m; m = m->loader) {
		if (try_dirs(s, rpath_of(s, m), SLIM_BY_RPATH))
			return true;
		did_main |= m == s->space->main;
	}
	return !did_main && s->space->main && try_dirs(s, rpath_of(s, s->space->main), SLIM_BY_RPATH);
}

static bool in_system(const struct ld_loader *l, const char *path)
{
	for (const char **dir = l->system; *dir; dir++)
		if (!strncmp(path, *dir, strlen(*dir)))
			return true;
	return false;
}

static const struct ld_sub *sub_named(const struct ld_loader *l, const char *name)
{
	for (size_t i = 0; i < l->subs.count; i++) {
		const char *path = l->subs.items[i].path;
		size_t length = strlen(name);
		if (!strncmp(path, "glibc-hwcaps/", 13) && !strncmp(path + 13, name, length) &&
		    path[13 + length] == '/')
			return &l->subs.items[i];
	}
	return NULL;
}

/* A folder that only better processors search, by the path of a cache entry with hwcap bits. */
static bool legacy_variant(const struct ld_loader *l, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t folder = slash ? (size_t)(slash + 1 - path) : 0, best = 0;
	bool variant = true;
	for (size_t i = 0; i < l->subs.count; i++) {
		const struct ld_sub *sub = &l->subs.items[i];
		size_t length = strlen(sub->path);
		if (length <= best || length >= folder || memcmp(path + folder - length, sub->path, length) ||
		    path[folder - length - 1] != '/')
			continue;
		best = length;
		variant = sub->variant;
	}
	return variant;
}

struct choice {
	const struct ld_cached *best;
	const struct ld_sub *best_sub; /* NULL: the best is no named one */
};

static bool node_of_cached(struct search *s, const struct ld_cached *c, struct ld_hit *hit)
{
	struct slim_node *node = ld_open(s->space->ldso, c->path);
	enum ld_verdict verdict = node ? ld_glibc_verdict(s->space, node) : LD_SKIP;
	*hit = (struct ld_hit){ node, c->path, SLIM_BY_CACHE, verdict == LD_REFUSE };
	return verdict != LD_SKIP;
}

/* elf/dl-cache.c search_cache: the best named one, else the first; one path only, whether it is there or not (A9). */
static void choose(struct search *s, const struct ld_cached *c, struct choice *choice)
{
	const struct ld_loader *l = s->space->loader;
	const struct ld_sub *sub = c->hwcap ? sub_named(l, c->hwcap) : NULL;
	struct ld_hit hit;
	if (c->hwcap && !sub)
		return;
	if ((sub && sub->variant) || (c->legacy && legacy_variant(l, c->path))) {
		if (node_of_cached(s, c, &hit))
			add_variant(s, hit);
		return;
	}
	if (sub ? !choice->best_sub || sub < choice->best_sub : !choice->best) {
		choice->best = c;
		choice->best_sub = sub;
	}
}

static bool try_cache(struct search *s, const struct ld_map *asker)
{
	struct slim_ldso *ldso = s->space->ldso;
	const struct ld_loader *l = s->space->loader;
	const struct ld_map *flagged = asker ? asker : s->space->main;
	size_t count;
	if (!ldso->cache)
		return false;
	const struct ld_cached *found = ld_cache_find(ldso->cache, s->name, &count);
	struct choice choice = { NULL, NULL };
	for (size_t i = 0; i < count; i++)
		if (ld_cache_accepts(l->machine, l->elf_class, found[i].flags))
			choose(s, &found[i], &choice);
	if (!choice.best || (flagged && flagged->elf && (flagged->elf->flags_1 & DF_1_NODEFLIB) &&
			     in_system(l, choice.best->path)))
		return false;
	struct ld_hit hit;
	if (!node_of_cached(s, choice.best, &hit))
		return false;
	s->hit = hit;
	return true;
}

struct ld_hit ld_glibc_search(struct ld_space *space, const char *name, struct ld_map *asker, struct ld_hits *variants)
{
	struct search s = { space, name, { NULL, NULL, SLIM_BY_DEFAULT, false }, variants };
	const struct ld_map *flagged = asker ? asker : space->main;
	bool no_defaults = flagged && flagged->elf && (flagged->elf->flags_1 & DF_1_NODEFLIB);
	if (!try_rpaths(&s, asker) && !try_dirs(&s, &space->env, SLIM_BY_LIBRARY_PATH) &&
	    !(asker && try_dirs(&s, runpath_of(&s, asker), SLIM_BY_RUNPATH)) && !try_cache(&s, asker) && !no_defaults)
		try_dirs(&s, &space->loader->system_dirs, SLIM_BY_DEFAULT);
	return s.hit;
}
