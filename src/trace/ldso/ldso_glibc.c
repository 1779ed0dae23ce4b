/* The order in which glibc loads: elf/rtld.c (preloads), elf/dl-deps.c (_dl_map_object_deps). */
#include <libelf.h>
#include <stdlib.h>
#include <string.h>

#include "ldso_inside.h"

enum { PRELOAD_LIMIT = 64 << 10 };

/* The search list that _dl_map_object_deps builds; a filtee is put before the file that names it. */
struct entry {
	struct ld_map *map;
	bool done;
	struct entry *next;
};

struct list {
	struct ld_space *space;
	struct entry *first, *tail;
};

struct request {
	const char *name;
	struct ld_map *asker; /* whose search applies */
	enum slim_ldso_how how;
	bool preload, optional, variant;
};

static struct slim_node *node_of(const struct ld_map *map)
{
	return map ? map->node : NULL;
}

static void add_names(struct ld_space *space, const struct request *r, struct ld_map *m)
{
	ld_add_name(space, r->name, m);
	ld_add_name(space, m->path, m);
	if (m->elf && m->elf->soname)
		ld_add_name(space, m->elf->soname, m);
}

/* What was found for another processor is loaded after all. */
static struct ld_map *promote(struct ld_space *space, const struct request *r, struct ld_hit hit, struct ld_map *m)
{
	m->variant = false;
	m->path = hit.path;
	m->origin = ld_origin_of(space->ldso, hit.path);
	m->loader = r->asker;
	add_names(space, r, m);
	return m;
}

static struct ld_map *add_map(struct ld_space *space, const struct request *r, struct ld_hit hit, bool variant)
{
	struct ld_map *known = ld_find_file(space, hit.node);
	bool promoted = known && known->variant && !variant;
	ld_add_item(space, (struct slim_loaded){ .node = hit.node,
						 .path = hit.path,
						 .name = r->name,
						 .by = r->preload ? NULL : node_of(r->asker),
						 .how = hit.how,
						 .variant = variant,
						 .optional = r->optional,
						 .again = known && !promoted,
						 .fatal = hit.fatal });
	if (hit.fatal)
		return NULL; /* the program ends here, or goes on without it */
	if (promoted)
		return promote(space, r, hit, known);
	if (known) {
		if (!variant)
			ld_add_name(space, r->name, known);
		return known;
	}
	struct ld_map *m = ld_map_new(space, hit.node, hit.path, r->asker);
	m->variant = variant;
	ld_add_file(space, m);
	if (variant) {
		*slim_push(&space->variants.items, &space->variants.count, &space->variants.capacity) = m;
		return m;
	}
	add_names(space, r, m);
	return m;
}

static struct ld_hit look(struct ld_space *space, const struct request *r, const char *name, struct ld_hits *variants)
{
	if (!strchr(name, '/')) {
		struct ld_hit hit = ld_glibc_search(space, name, r->asker, variants);
		if (r->preload)
			hit.how = SLIM_BY_PRELOAD;
		return hit;
	}
	struct slim_node *node = ld_open(space->ldso, name);
	enum ld_verdict verdict = node ? ld_glibc_verdict(space, node) : LD_SKIP;
	enum slim_ldso_how how = r->preload ? SLIM_BY_PRELOAD : SLIM_BY_PATH;
	if (verdict == LD_SKIP)
		return (struct ld_hit){ NULL, NULL, how, false };
	return (struct ld_hit){ node, ld_absolute(space->ldso, slim_blob("", 0), slim_blob_of(name)), how,
				verdict == LD_REFUSE };
}

/* _dl_map_object. NULL: it is not there. */
static struct ld_map *load(struct ld_space *space, struct request r)
{
	const char *origin = r.asker ? r.asker->origin : NULL;
	const char *name = ld_expand(space->ldso, space->loader, slim_blob_of(r.name), origin,
				     space->loader->platforms[0].name, NULL);
	struct ld_map *known = name ? ld_find_name(space, name) : NULL;
	if (known)
		return known;
	r.name = name ? name : r.name;
	struct ld_hits variants = { 0 };
	struct ld_hit hit = { NULL, NULL, SLIM_BY_DEFAULT, false };
	if (name && *name)
		hit = look(space, &r, name, &variants);
	for (size_t i = 0; i < variants.count; i++)
		if (!ld_find_file(space, variants.items[i].node))
			add_map(space, &r, variants.items[i], true);
	free(variants.items);
	if (hit.node)
		return add_map(space, &r, hit, r.variant);
	ld_add_item(space, (struct slim_loaded){ .name = r.name,
						 .by = r.preload ? NULL : node_of(r.asker),
						 .how = hit.how,
						 .variant = r.variant,
						 .optional = r.optional });
	return NULL;
}

static struct entry *entry_new(struct ld_space *space, struct ld_map *map)
{
	struct entry *e = slim_arena_alloc(space->ldso->arena, sizeof(*e));
	e->map = map;
	map->listed = true;
	return e;
}

static void append(struct list *list, struct ld_map *map)
{
	if (map->listed)
		return;
	struct entry *e = entry_new(list->space, map);
	if (list->tail)
		list->tail->next = e;
	else
		list->first = e;
	list->tail = e;
}

/* Put MAP before *AT, whose file then sits in a new entry behind, to which *AT moves. */
static void insert(struct list *list, struct entry **at, struct ld_map *map)
{
	if (map->listed)
		return; /* to move it would change the order of symbols, not what is loaded */
	struct entry *moved = slim_arena_alloc(list->space->ldso->arena, sizeof(*moved));
	*moved = **at;
	map->listed = true;
	**at = (struct entry){ map, false, moved };
	if (list->tail == *at)
		list->tail = moved;
	*at = moved;
}

static void load_filters(struct list *list, struct entry **at, struct ld_map *map, bool optional)
{
	for (const char **n = optional ? map->elf->auxiliary : map->elf->filter; *n; n++) {
		struct ld_map *m = load(list->space, (struct request){ *n, map, SLIM_BY_DEFAULT, false, optional,
								       map->variant });
		if (m)
			insert(list, at, m);
	}
}

static void load_entry(struct list *list, struct entry *e)
{
	struct ld_map *map = e->map;
	e->done = true;
	if (!map->elf)
		return;
	load_filters(list, &e, map, false);
	load_filters(list, &e, map, true);
	for (const char **n = map->elf->needed; *n; n++) {
		struct ld_map *m =
			load(list->space, (struct request){ .name = *n, .asker = map, .variant = map->variant });
		if (m)
			append(list, m);
	}
}

static void walk(struct list *list)
{
	for (struct entry *e = list->first; e;) {
		if (!e->done)
			load_entry(list, e);
		while (e && e->done)
			e = e->next;
	}
}

/* Files for other processors: what they need is found as for the base, and marked as they are. */
static void walk_variants(struct ld_space *space)
{
	for (size_t i = 0; i < space->variants.count; i++) {
		struct list list = { space, NULL, NULL };
		append(&list, space->variants.items[i]);
		walk(&list);
	}
}

static void add_interpreter(struct ld_space *space)
{
	const struct ld_loader *l = space->loader;
	struct slim_node *node = l->node;
	if (!node)
		return;
	struct ld_map *m = ld_map_new(space, node, l->path, NULL);
	m->listed = true;
	ld_add_name(space, l->path, m);
	ld_add_name(space, l->soname, m);
	ld_add_file(space, m);
}

static void preload(struct list *list, struct slim_blob names, const char *separators)
{
	struct ld_space *space = list->space;
	struct slim_blob name;
	while (slim_blob_split_any(&names, separators, &name)) {
		if (!name.len)
			continue;
		const char *text = slim_arena_strndup(space->ldso->arena, name.ptr, name.len);
		struct ld_map *m = load(space, (struct request){ .name = text, .asker = space->main, .preload = true });
		if (m)
			append(list, m);
	}
}

/* /etc/ld.so.preload: names between white space or colons; # starts a comment. elf/rtld.c */
static void preload_file(struct list *list)
{
	struct slim_node *node = ld_open(list->space->ldso, "/etc/ld.so.preload");
	if (!node || !slim_node_is_file(node) || node->inode->size > PRELOAD_LIMIT)
		return;
	size_t size = (size_t)node->inode->size;
	char *text = slim_arena_alloc(list->space->ldso->arena, size + 1);
	struct slim_error *err = NULL;
	if (slim_inode_read(node->inode, 0, text, size, &err) < 0) {
		slim_error_free(err);
		return;
	}
	struct slim_blob rest = slim_blob(text, size), line;
	while (slim_blob_line(&rest, &line)) {
		const char *comment = line.len ? memchr(line.ptr, '#', line.len) : NULL;
		preload(list, slim_blob(line.ptr, comment ? (size_t)(comment - line.ptr) : line.len), " :\t\r\n");
	}
}

/* LD_AUDIT and DT_AUDIT objects live in spaces of their own, with the same files for what they share. */
static void load_auditors(struct ld_space *space, struct slim_blob names)
{
	struct slim_blob name;
	while (slim_blob_split(&names, ':', &name)) {
		if (!name.len)
			continue;
		const char *text = slim_arena_strndup(space->ldso->arena, name.ptr, name.len);
		struct list list = { space, NULL, NULL };
		struct ld_map *m = load(space, (struct request){ .name = text, .asker = space->main, .preload = true });
		if (m && !m->listed)
			append(&list, m);
		walk(&list);
	}
}

void ld_glibc_start(struct ld_space *space)
{
	struct slim_ldso *ldso = space->ldso;
	struct ld_map *main = space->main;
	struct list list = { space, NULL, NULL };
	if (ldso->in.library_path)
		ld_fill_dirs(space, slim_blob_of(ldso->in.library_path), ":;", main->origin, &space->env);
	if (main->elf->soname)
		ld_add_name(space, main->elf->soname, main);
	add_interpreter(space);
	append(&list, main);
	if (ldso->in.preload)
		preload(&list, slim_blob_of(ldso->in.preload), " :");
	preload_file(&list);
	walk(&list);
	if (ldso->in.audit)
		load_auditors(space, slim_blob_of(ldso->in.audit));
	for (const char **a = main->elf->audit; *a; a++)
		load_auditors(space, slim_blob_of(*a));
	walk_variants(space);
}

void ld_glibc_needs(struct ld_space *space, struct ld_map *map)
{
	struct list list = { space, NULL, NULL };
	append(&list, map);
	walk(&list);
	walk_variants(space);
}

struct ld_map *ld_glibc_open(struct ld_space *space, const char *name, struct ld_map *requester)
{
	size_t before = space->loads.count;
	struct ld_map *m = load(space, (struct request){ .name = name, .asker = requester });
	if (!m) {
		space->loads.count = before < space->loads.count ? before : space->loads.count;
		return NULL;
	}
	return space->loads.count > before ? m : NULL;
}
