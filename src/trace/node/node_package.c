#include "node_package.h"

#include <string.h>

void node_world_init(struct node_world *world)
{
	world->by_dir = slim_calloc(slim_tree_count(world->tree), sizeof(struct node_package *));
}

void node_world_clear(struct node_world *world)
{
	for (struct node_package *p = world->packages; p; p = p->next)
		json_decref(p->json);
	free(world->by_dir);
	free(world->globals);
}

static json_t *read_json(struct node_world *world, const struct slim_node *file)
{
	size_t length;
	slim_autofree char *text =
		file->inode->size <= NODE_JSON_MAX ? world->read(world->context, file, NODE_JSON_MAX, &length) : NULL;
	if (!text)
		return NULL;
	bool mark = length >= 3 && !memcmp(text, "\xef\xbb\xbf", 3);
	json_t *json = json_loadb(text + 3 * mark, length - 3 * mark, JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, NULL);
	if (json_is_object(json))
		return json;
	json_decref(json);
	return NULL;
}

struct node_package *node_package_in(struct node_world *world, const struct slim_node *dir)
{
	if (world->by_dir[dir->id])
		return world->by_dir[dir->id];
	struct slim_node *file = slim_tree_walk(world->tree, dir, SLIM_BLOB("package.json"), true, NULL, NULL);
	if (!file || !slim_node_is_file(file))
		return NULL;
	struct node_package *package = slim_arena_alloc(world->arena, sizeof(*package));
	*package = (struct node_package){ (struct slim_node *)dir, file, read_json(world, file), world->packages };
	world->packages = package;
	return world->by_dir[dir->id] = package;
}

bool node_is_modules(const struct slim_node *dir)
{
	if (!slim_node_is_dir(dir) || (strcmp(dir->name, "node_modules") != 0 && strcmp(dir->name, "nodejs") != 0))
		return false;
	if (dir->name[4] == '_')
		return true;
	const struct slim_node *above = dir->parent;
	if (strstr(above->name, "-linux-"))
		above = above->parent;
	return (!strcmp(above->name, "share") || !strcmp(above->name, "lib")) && above->parent &&
	       !strcmp(above->parent->name, "usr");
}

struct node_package *node_scope(struct node_world *world, const struct slim_node *dir)
{
	for (; dir && !node_is_modules(dir); dir = dir->parent) {
		struct node_package *package = slim_node_is_dir(dir) ? node_package_in(world, dir) : NULL;
		if (package)
			return package;
	}
	return NULL;
}

const char *node_package_text(const struct node_package *package, const char *field)
{
	return package ? json_string_value(json_object_get(package->json, field)) : NULL;
}

struct slim_node *node_installed(const struct slim_node *node)
{
	for (const struct slim_node *n = node; n->parent; n = n->parent) {
		if (node_is_modules(n))
			return NULL;
		const struct slim_node *above = n->parent;
		if (above->name[0] == '@')
			above = above->parent;
		bool scope = n->name[0] == '@' || n->name[0] == '.';
		if (above && node_is_modules(above) && !scope && slim_node_is_dir(n))
			return (struct slim_node *)n;
	}
	return NULL;
}
