/* Packages: each stays whole but for junk, with those that its package.json asks for. */
#include <string.h>

#include "../system/system_data.h"
#include "node_inside.h"

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* What comes along inside the package: npm itself, and packages with "bundleDependencies". */
static bool is_bundle(const struct node_package *package)
{
	const json_t *json = package ? package->json : NULL;
	return json_object_get(json, "bundleDependencies") || json_object_get(json, "bundledDependencies");
}

static bool is_global(const struct slim_node *dir)
{
	const struct slim_node *modules = dir->parent->name[0] == '@' ? dir->parent->parent : dir->parent;
	return modules->parent && slim_name_in(LIST("lib", "lib64"), modules->parent->name);
}

static void keep_files(struct node_state *s, struct slim_node *dir)
{
	const struct slim_tree *tree = s->world.tree;
	struct node_package *package = node_package_in(&s->world, dir);
	bool nested = is_bundle(package) || is_global(dir);
	const struct slim_node *from = package ? package->file : NULL;
	uint32_t end = slim_node_end(tree, dir);
	for (uint32_t id = dir->id; id < end; id++) {
		struct slim_node *node = slim_tree_node(tree, id);
		const struct slim_node *installed = nested && slim_node_is_dir(node) ? node_installed(node) : NULL;
		const struct slim_node *of = nested ? node_installed(node) : dir;
		bool skip = (node != dir && node_is_modules(node) && !nested) || slim_is_junk(s->t, node) ||
			    (of && node_is_junk(s, of, node)) ||
			    (installed && installed == node && node_is_foreign(s, node));
		if (!skip)
			slim_keep(s->t, node, SLIM_RULE_NODE_PACKAGE, from, "%s", dir->name);
		else if (slim_node_is_dir(node))
			id = slim_node_end(tree, node) - 1;
	}
}

/* Programs that read TypeScript, or maps, as they run. */
static unsigned needs_of(const struct slim_node *dir)
{
	unsigned needs = 0;
	bool swc = !strcmp(dir->parent->name, "@swc-node");
	if (slim_name_in(LIST("ts-node", "ts-node-dev"), dir->name))
		needs |= NODE_NEED_TYPES | NODE_NEED_SOURCES;
	if (swc || slim_name_in(LIST("tsx", "esbuild-register", "sucrase", "esno", "vite-node"), dir->name))
		needs |= NODE_NEED_SOURCES;
	return needs;
}

/* Many packages depend on what reads maps, and load it for a debugger's sake: the application's own wish counts. */
static bool is_map_reader(const struct slim_node *dir, const struct slim_node *from)
{
	return !strcmp(dir->name, "source-map-support") && !(from && node_installed(from));
}

void node_keep_package(struct node_state *s, struct slim_node *dir, const struct slim_node *from, const char *evidence)
{
	if (is_map_reader(dir, from))
		s->needs |= NODE_NEED_MAPS;
	if (node_marked(s, dir, NODE_KEPT) || node_is_foreign(s, dir))
		return;
	s->marks[dir->id] |= NODE_KEPT;
	slim_waiting_add(&s->packages, dir);
	s->needs |= needs_of(dir);
	struct node_package *package = node_package_in(&s->world, dir);
	slim_keep(s->t, package ? package->file : dir, SLIM_RULE_NODE_DEPENDENCY, from, "%s", evidence);
}

static void keep_dependency(struct node_state *s, const struct node_package *asker, const char *name)
{
	struct node_found found;
	struct slim_node *dir = node_find_package(&s->world, asker->dir, node_package_name(slim_blob_of(name)), &found);
	if (!dir || node_is_build_package(name))
		return;
	slim_autofree char *evidence = slim_format("depends on %.200s", name);
	if (!node_is_foreign(s, dir))
		slim_keep_path(s->t, found.start, slim_blob_of(found.path), SLIM_RULE_NODE_DEPENDENCY, asker->file,
			       "%s", evidence);
	if (node_installed(dir))
		node_keep_package(s, dir, asker->file, evidence);
	else
		node_use_root_of(s, dir); /* a workspace */
}

static bool is_optional_peer(const struct node_package *package, const char *name)
{
	const json_t *meta = json_object_get(json_object_get(package->json, "peerDependenciesMeta"), name);
	return json_is_true(json_object_get(meta, "optional"));
}

void node_keep_dependencies(struct node_state *s, const struct node_package *package)
{
	static const char *const lists[] = { "dependencies", "optionalDependencies", "peerDependencies" };
	for (size_t i = 0; i < SLIM_COUNT(lists); i++) {
		json_t *list = json_object_get(package->json, lists[i]);
		bool peers = i == 2;
		for (void *item = json_object_iter(list); item; item = json_object_iter_next(list, item))
			if (!peers || !is_optional_peer(package, json_object_iter_key(item)))
				keep_dependency(s, package, json_object_iter_key(item));
	}
}

/* Strings of "exports" at any depth, "main", and what else names a file of the package. */
static void reach_entry(struct node_state *s, const struct node_package *package, const char *path)
{
	if (strchr(path, '*') || path[0] == '/')
		return;
	node_load_path(s, package->file, package->dir, slim_blob_of(path));
}

static void reach_strings(struct node_state *s, const struct node_package *package, json_t *json)
{
	json_t **stack = NULL;
	size_t count = 0, capacity = 0;
	if (json)
		*slim_push(&stack, &count, &capacity) = json;
	while (count) {
		json_t *top = stack[--count], *value;
		const char *key;
		size_t i;
		if (json_is_string(top))
			reach_entry(s, package, json_string_value(top));
		json_array_foreach (top, i, value)
			*slim_push(&stack, &count, &capacity) = value;
		json_object_foreach (top, key, value)
			*slim_push(&stack, &count, &capacity) = value;
	}
	free(stack);
}

static void reach_entries(struct node_state *s, struct slim_node *dir)
{
	const struct node_package *package = node_package_in(&s->world, dir);
	struct node_found found;
	if (node_resolve(&s->world, dir, SLIM_BLOB("."), NODE_REQUIRE, &found))
		node_reach(s, &found, SLIM_RULE_NODE_IMPORT, package ? package->file : NULL, "main");
	if (!package)
		return;
	if (!package->json)
		slim_doubt(s->t, package->file, "cannot be read: what it says of its package is not known");
	reach_strings(s, package, json_object_get(package->json, "exports"));
	node_keep_dependencies(s, package);
}

/* A compiler reads the declarations of all that it finds in @types: typescriptlang.org/tsconfig, "types". */
static void keep_types(struct node_state *s)
{
	for (size_t i = 0; s->needs & NODE_NEED_TYPES && i < s->root_count; i++)
		if (s->roots[i].package)
			node_load_names(s, s->roots[i].package->file, slim_blob("@types/", sizeof("@types/")));
}

/* A program that asks for TypeScript compiles as it runs: tsc, ts-node, nest. */
void node_note_program(struct node_state *s, const struct slim_node *file)
{
	const struct slim_node *dir = node_installed(file);
	const struct node_package *package = dir ? node_package_in(&s->world, dir) : NULL;
	if (!package)
		return;
	bool depends = json_object_get(json_object_get(package->json, "dependencies"), "typescript");
	bool peer = json_object_get(json_object_get(package->json, "peerDependencies"), "typescript") &&
		    !is_optional_peer(package, "typescript");
	if (depends || peer || !strcmp(dir->name, "typescript"))
		s->needs |= NODE_NEED_TYPES | NODE_NEED_SOURCES;
}

bool node_keep_rest(struct node_state *s)
{
	bool more = s->package_done < s->packages.count;
	while (s->package_done < s->packages.count) {
		struct slim_node *dir = s->packages.nodes[s->package_done++];
		keep_files(s, dir);
		reach_entries(s, dir);
	}
	if (s->needs != s->needs_served) { /* less is junk now */
		s->needs_served = s->needs;
		keep_types(s);
		for (size_t i = 0; i < s->packages.count; i++)
			keep_files(s, s->packages.nodes[i]);
		more = true;
	}
	return more;
}

void node_keep_all_modules(struct node_state *s, const struct slim_node *dir, const struct slim_node *from)
{
	const struct slim_tree *tree = s->world.tree;
	s->fallback = true;
	for (; dir && !node_marked(s, dir, NODE_OUTER); dir = dir->parent) {
		s->marks[dir->id] |= NODE_OUTER;
		struct slim_node *modules = slim_tree_walk(tree, dir, SLIM_BLOB("node_modules"), true, NULL, NULL);
		uint32_t end = modules ? slim_node_end(tree, modules) : 0;
		for (uint32_t id = modules ? modules->id : 0; id < end; id++) {
			struct slim_node *node = slim_tree_node(tree, id);
			if (node_installed(node) == node && node_package_in(&s->world, node))
				node_keep_package(s, node, from, "what it loads is not known");
			else if (slim_node_is_link(node))
				slim_keep(s->t, node, SLIM_RULE_NODE_FALLBACK, from, "what it loads is not known");
		}
	}
}
