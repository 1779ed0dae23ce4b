/* The loader of musl: ldso/dynlink.c (load_library, path_open, fixup_rpath, load_deps), A15. */
#include <stdlib.h>
#include <string.h>

#include "ldso_inside.h"
#include "slim/path.h"

enum { NAME_LIMIT = 255 };

/* The names of the C library's parts: the loader is all of them. */
static bool is_self(const struct ld_space *space, const char *name)
{
	static const char *const reserved[] = { "c.", "pthread.", "rt.", "m.", "dl.", "util.", "xnet." };
	if (!strcmp(name, space->loader->path))
		return true;
	for (size_t i = 0; i < SLIM_COUNT(reserved); i++)
		if (!strncmp(name, "lib", 3) && !strncmp(name + 3, reserved[i], strlen(reserved[i])))
			return true;
	return false;
}

/* $ORIGIN anywhere; with any other token the whole list is void. */
static const char *expand_rpath(struct ld_space *space, const struct ld_map *m, const char *list)
{
	static const char *const tokens[] = { "$ORIGIN", "${ORIGIN}" };
	const char *origin = slim_path_dir(slim_blob_of(m->path)).len ? m->origin : "";
	char *out = slim_arena_strndup(space->ldso->arena, "", 0);
	while (*list) {
		size_t plain = strcspn(list, "$"), token = 0;
		out = slim_arena_format(space->ldso->arena, "%s%.*s", out, (int)plain, list);
		list += plain;
		if (!*list)
			break;
		for (size_t i = 0; i < SLIM_COUNT(tokens); i++)
			if (!strncmp(list, tokens[i], strlen(tokens[i])))
				token = strlen(tokens[i]);
		if (!token || strlen(out) > SLIM_PATH_MAX)
			return NULL;
		out = slim_arena_format(space->ldso->arena, "%s%s", out, origin);
		list += token;
	}
	return out;
}

static const char *rpath_of(struct ld_space *space, const struct ld_map *m)
{
	const char *list = !m->elf ? NULL : m->elf->runpath ? m->elf->runpath : m->elf->rpath;
	return list ? expand_rpath(space, m, list) : NULL;
}

static bool path_open(struct ld_space *space, const char *name, const char *list, enum slim_ldso_how how,
		      struct ld_hit *hit)
{
	struct slim_blob rest = slim_blob_of(list), part;
	while (slim_blob_split_any(&rest, ":\n", &part)) {
		if (!part.len || part.len >= SLIM_PATH_MAX)
			continue;
		slim_autofree char *path = slim_format("%.*s/%s", (int)part.len, part.ptr, name);
		struct slim_node *node = ld_open(space->ldso, path);
		if (!node)
			continue;
		*hit = (struct ld_hit){ node, ld_absolute(space->ldso, slim_blob("", 0), slim_blob_of(path)), how,
					false };
		return true;
	}
	return false;
}

static bool search(struct ld_space *space, const char *name, struct ld_map *asker, struct ld_hit *hit)
{
	const char *env = space->ldso->in.library_path;
	if (strlen(name) > NAME_LIMIT)
		return false;
	if (env && path_open(space, name, env, SLIM_BY_LIBRARY_PATH, hit))
		return true;
	for (struct ld_map *m = asker; m; m = m->loader) {
		const char *list = rpath_of(space, m);
		if (list && path_open(space, name, list, m->elf->runpath ? SLIM_BY_RUNPATH : SLIM_BY_RPATH, hit))
			return true;
	}
	return path_open(space, name, space->loader->musl_path, SLIM_BY_DEFAULT, hit);
}

/*
 * Whatever can be opened is taken; map_library then refuses what is no ELF file of its kind, but
 * never looks at e_machine.
 */
static bool refuses(const struct ld_space *space, struct slim_node *node)
{
	const struct ld_loader *l = space->loader;
	const struct slim_elf *e = slim_node_is_file(node) ? space->ldso->in.elf(space->ldso->in.context, node) : NULL;
	return !e || e->elf_class != l->elf_class || e->encoding != l->encoding || !e->dynamic;
}

struct request {
	const char *name;
	struct ld_map *asker;
	bool preload;
};

static struct slim_node *asker_node(const struct request *r)
{
	return r->preload || !r->asker ? NULL : r->asker->node;
}

static struct ld_map *add_self(struct ld_space *space, const struct request *r)
{
	struct slim_node *node = space->loader->node;
	struct ld_map *known = ld_find_name(space, r->name);
	if (known || !node)
		return NULL;
	ld_add_item(space, (struct slim_loaded){ .node = node, .path = space->loader->path, .name = r->name,
						 .by = asker_node(r), .how = SLIM_BY_INTERPRETER });
	ld_add_name(space, r->name, ld_map_new(space, node, space->loader->path, NULL));
	return NULL;
}

static struct ld_map *add_hit(struct ld_space *space, const struct request *r, struct ld_hit hit, bool searched)
{
	struct ld_map *known = ld_find_file(space, hit.node);
	hit.fatal = !known && refuses(space, hit.node);
	ld_add_item(space, (struct slim_loaded){ .node = hit.node, .path = hit.path, .name = r->name,
						 .by = asker_node(r), .how = r->preload ? SLIM_BY_PRELOAD : hit.how,
						 .again = known, .fatal = hit.fatal });
	struct ld_map *m = known ? known : ld_map_new(space, hit.node, hit.path, r->asker);
	if (!known && !hit.fatal)
		ld_add_file(space, m);
	if (searched && !hit.fatal && !m->short_name) {
		m->short_name = strrchr(m->path, '/') + 1;
		ld_add_name(space, m->short_name, m);
	}
	return known || hit.fatal ? NULL : m;
}

/* load_library. NULL: not found, or nothing new. */
static struct ld_map *load(struct ld_space *space, struct request r)
{
	struct ld_hit hit = { NULL, NULL, SLIM_BY_PATH, false };
	if (!*r.name)
		return NULL;
	if (is_self(space, r.name))
		return add_self(space, &r);
	if (strchr(r.name, '/')) {
		hit.node = ld_open(space->ldso, r.name);
		hit.path = ld_absolute(space->ldso, slim_blob("", 0), slim_blob_of(r.name));
		if (hit.node)
			return add_hit(space, &r, hit, false);
	} else if (ld_find_name(space, r.name)) {
		return NULL;
	} else if (search(space, r.name, r.asker, &hit)) {
		return add_hit(space, &r, hit, true);
	}
	ld_add_item(space, (struct slim_loaded){ .name = r.name, .by = asker_node(&r),
						 .how = r.preload ? SLIM_BY_PRELOAD : SLIM_BY_DEFAULT });
	return NULL;
}

struct queue {
	struct ld_map **items;
	size_t count, capacity;
};

static void walk(struct ld_space *space, struct queue *queue)
{
	for (size_t i = 0; i < queue->count; i++) {
		struct ld_map *m = queue->items[i];
		for (const char **n = m->elf ? m->elf->needed : NULL; n && *n; n++) {
			struct ld_map *new = load(space, (struct request){ *n, m, false });
			if (new)
				*slim_push(&queue->items, &queue->count, &queue->capacity) = new;
		}
	}
	free(queue->items);
}

void ld_musl_start(struct ld_space *space)
{
	struct queue queue = { 0 };
	struct slim_blob rest = slim_blob_of(space->ldso->in.preload ? space->ldso->in.preload : ""), name;
	*slim_push(&queue.items, &queue.count, &queue.capacity) = space->main;
	while (slim_blob_split_any(&rest, " \t\n\v\f\r:", &name)) {
		const char *text = slim_arena_strndup(space->ldso->arena, name.ptr, name.len);
		struct ld_map *m = name.len ? load(space, (struct request){ text, NULL, true }) : NULL;
		if (m)
			*slim_push(&queue.items, &queue.count, &queue.capacity) = m;
	}
	walk(space, &queue);
}

void ld_musl_needs(struct ld_space *space, struct ld_map *map)
{
	struct queue queue = { 0 };
	*slim_push(&queue.items, &queue.count, &queue.capacity) = map;
	walk(space, &queue);
}

/* dlopen always searches as the program does, whoever calls it. */
struct ld_map *ld_musl_open(struct ld_space *space, const char *name, struct ld_map *requester)
{
	size_t before = space->loads.count;
	struct ld_map *m = load(space, (struct request){ name, space->main ? space->main : requester, false });
	if (!m && space->loads.count > before && !space->loads.items[before].node)
		space->loads.count = before;
	return m;
}
