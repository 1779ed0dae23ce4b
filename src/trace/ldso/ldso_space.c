/* What a process has loaded: found again by name and by file. */
#include <stdlib.h>
#include <string.h>

#include "ldso_inside.h"

struct slim_node *ld_open(const struct slim_ldso *ldso, const char *path)
{
	return slim_tree_walk(ldso->in.tree, ldso->cwd, slim_blob_of(path), true, NULL, NULL);
}

struct ld_space *ld_space_new(struct slim_ldso *ldso, struct ld_loader *loader, const struct ld_space *host)
{
	struct ld_space *s = slim_arena_alloc(ldso->arena, sizeof(*s));
	s->ldso = ldso;
	s->loader = loader;
	s->host = host;
	s->main = host ? host->main : NULL;
	s->env = host ? host->env : (struct ld_dirs){ 0 };
	s->loads.interpreter = loader->node;
	s->next = ldso->spaces;
	ldso->spaces = s;
	return s;
}

struct ld_map *ld_map_new(struct ld_space *space, struct slim_node *node, const char *path, struct ld_map *loader)
{
	struct ld_map *m = slim_arena_alloc(space->ldso->arena, sizeof(*m));
	m->node = node;
	m->path = path;
	m->elf = space->ldso->in.elf(space->ldso->in.context, node);
	m->origin = ld_origin_of(space->ldso, path);
	m->loader = loader;
	return m;
}

struct ld_map *ld_find_name(const struct ld_space *space, const char *name)
{
	for (; space; space = space->host) {
		struct ld_map *m = ld_table_get(&space->names, slim_blob_of(name));
		if (m)
			return m;
	}
	return NULL;
}

static struct slim_blob file_key(struct slim_inode *const *inode)
{
	return slim_blob((const char *)inode, sizeof(*inode));
}

struct ld_map *ld_find_file(const struct ld_space *space, const struct slim_node *node)
{
	for (; space; space = space->host) {
		struct ld_map *m = ld_table_get(&space->files, file_key(&node->inode));
		if (m)
			return m;
	}
	return NULL;
}

void ld_add_name(struct ld_space *space, const char *name, struct ld_map *map)
{
	ld_table_put(&space->names, slim_blob_of(name), map);
}

void ld_add_file(struct ld_space *space, struct ld_map *map)
{
	ld_table_put(&space->files, file_key(&map->node->inode), map);
}

struct slim_loaded *ld_add_item(struct ld_space *space, struct slim_loaded item)
{
	struct slim_loaded *slot = slim_push(&space->loads.items, &space->loads.count, &space->capacity);
	*slot = item;
	return slot;
}
