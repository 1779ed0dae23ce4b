/* The application: which of its folders are in use, and which of their files are read for what they load. */
#include <string.h>

#include "../engine/owners.h"
#include "../lang/lexer.h"
#include "../system/system_data.h"
#include "node_inside.h"

enum { SETTINGS_MAX = 256 << 10 };

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* Some build steps write a package.json that says but how the files beside it are read. */
static bool is_inert(const struct node_package *package)
{
	static const char *const fields[] = { "name", "dependencies", "devDependencies", "scripts", "workspaces" };
	for (size_t i = 0; i < SLIM_COUNT(fields); i++)
		if (json_object_get(package->json, fields[i]))
			return false;
	return package->json;
}

static struct node_package *own_package(struct node_state *s, const struct slim_node *dir)
{
	struct node_package *package = slim_node_is_dir(dir) ? node_package_in(&s->world, dir) : NULL;
	return package && !is_inert(package) ? package : NULL;
}

static void use_root(struct node_state *s, struct slim_node *dir, struct node_package *package)
{
	if (node_marked(s, dir, NODE_ROOT))
		return;
	s->marks[dir->id] |= NODE_ROOT;
	*slim_push(&s->roots, &s->root_count, &s->root_capacity) = (struct node_root){ dir, package, 0 };
}

/* Without a package.json: the folder beside node_modules, else the file's own. */
static struct slim_node *bare_root(struct node_state *s, const struct slim_node *dir)
{
	for (const struct slim_node *d = dir; d; d = d->parent)
		if (slim_node_child(s->world.tree, d, SLIM_BLOB("node_modules")))
			return (struct slim_node *)d;
	return (struct slim_node *)dir;
}

/* The nearest folder with a package.json, and all above it: a workspace's dependencies may be declared at its top. */
void node_use_root_of(struct node_state *s, const struct slim_node *file)
{
	bool any = false;
	const struct slim_node *start = slim_node_is_dir(file) ? file : file->parent;
	for (const struct slim_node *dir = start; dir; dir = dir->parent) {
		struct node_package *package = own_package(s, dir);
		any |= package != NULL;
		if (package)
			use_root(s, (struct slim_node *)dir, package);
	}
	if (!any)
		use_root(s, bare_root(s, start), NULL);
}

bool node_has_root(const struct node_state *s, const struct slim_node *file, struct node_root **root)
{
	for (const struct slim_node *dir = file; dir; dir = dir->parent)
		for (size_t i = 0; node_marked(s, dir, NODE_ROOT) && i < s->root_count; i++)
			if (s->roots[i].dir == dir) {
				*root = &s->roots[i];
				return true;
			}
	return false;
}

static bool is_asked_for(const struct node_state *s, const char *list, const char *name)
{
	for (size_t i = 0; i < s->root_count; i++) {
		const json_t *json = s->roots[i].package ? s->roots[i].package->json : NULL;
		if (json_object_get(json_object_get(json, list), name))
			return true;
	}
	return false;
}

bool node_is_declared(const struct node_state *s, const struct slim_node *dir)
{
	bool scoped = dir->parent->name[0] == '@';
	slim_autofree char *name = slim_format("%s%s%s", scoped ? dir->parent->name : "", scoped ? "/" : "", dir->name);
	return is_asked_for(s, "dependencies", name) || is_asked_for(s, "optionalDependencies", name);
}

bool node_is_for_development(const struct node_state *s, struct slim_blob package)
{
	slim_autofree char *name = slim_strndup(package.ptr, package.len);
	return is_asked_for(s, "devDependencies", name) && !is_asked_for(s, "dependencies", name) &&
	       !is_asked_for(s, "optionalDependencies", name);
}

/* Nothing tells which application is started: all are. */
void node_use_all_roots(struct node_state *s)
{
	uint32_t count = (uint32_t)slim_tree_count(s->world.tree);
	for (uint32_t id = 0; id < count; id++) {
		struct slim_node *dir = slim_tree_node(s->world.tree, id);
		if (!slim_node_is_dir(dir))
			continue;
		bool skip = slim_is_junk(s->t, dir) || node_is_modules(dir);
		bool managed = slim_is_managed(s->t, dir) && dir->parent && !slim_is_managed(s->t, dir->parent);
		if (skip || managed)
			id = slim_node_end(s->world.tree, dir) - 1;
		else if (slim_node_child(s->world.tree, dir, SLIM_BLOB("node_modules")) && !slim_is_system_path(dir))
			node_use_root_of(s, dir);
	}
}

/* --- its files --- */

/* Files that scripts of package.json name, but none that is there to start the application. */
static void spare_script_files(struct node_state *s, const struct node_root *root)
{
	json_t *scripts = json_object_get(root->package ? root->package->json : NULL, "scripts"), *text;
	const char *name;
	json_object_foreach (scripts, name, text) {
		struct slim_blob rest = slim_blob_of(json_is_string(text) ? json_string_value(text) : ""), word;
		if (slim_name_in(LIST("start*", "serve*", "prod*", "main", "server*"), name))
			continue;
		while (slim_blob_split_any(&rest, " \t\"';&|()", &word)) {
			struct slim_node *file =
				word.len ? slim_tree_walk(s->world.tree, root->dir, word, true, NULL, NULL) : NULL;
			if (file && node_is_source(file))
				s->marks[file->id] |= NODE_SPARE;
		}
	}
}

static bool is_settings(const struct slim_node *file)
{
	return file->inode->size <= SETTINGS_MAX &&
	       slim_name_in(LIST("*.json", "*.json5", "*.jsonc", "*.yaml", "*.yml", ".*rc"), file->name);
}

static void see_file(struct node_state *s, struct slim_node *node)
{
	if (!slim_node_is_file(node) || node_marked(s, node, NODE_REACHED | NODE_SPARE))
		return;
	bool source = node_is_source(node) && (s->needs & NODE_NEED_SOURCES || !node_is_typescript(node));
	if (!source && !is_settings(node))
		return;
	s->marks[node->id] |= NODE_REACHED;
	if (source)
		slim_waiting_add(&s->files, node);
	else if (strcmp(node->name, "package.json") != 0)
		node_scan_settings(s, node);
}

/* A folder that the application has not for itself is not searched: what is reached in it counts. */
static void scan_root(struct node_state *s, const struct node_root *root)
{
	const struct slim_tree *tree = s->world.tree;
	if (slim_is_shared_folder(s->t, root->dir) || slim_is_system_path(root->dir))
		return;
	uint32_t end = slim_node_end(tree, root->dir);
	for (uint32_t id = root->dir->id + 1; id < end; id++) {
		struct slim_node *node = slim_tree_node(tree, id);
		bool dir = slim_node_is_dir(node);
		bool skip = slim_is_managed(s->t, node) || slim_is_junk(s->t, node) || node_is_development(node) ||
			    (dir && (node_marked(s, node, NODE_ROOT) || own_package(s, node)));
		if (!skip)
			see_file(s, node);
		else if (dir)
			id = slim_node_end(tree, node) - 1;
	}
}

/* Yarn's Plug'n'Play: one script that knows where each package's archive lies. */
static void keep_plug_n_play(struct node_state *s, const struct node_root *root)
{
	bool found = false;
	for (struct slim_node *c = root->dir->first; c; c = c->next) {
		if (!slim_name_in(LIST(".pnp.*"), c->name))
			continue;
		slim_keep(s->t, c, SLIM_RULE_NODE_FALLBACK, root->package ? root->package->file : NULL, "Plug'n'Play");
		found = true;
	}
	if (!found)
		return;
	slim_keep_below(s->t, slim_node_child(s->world.tree, root->dir, SLIM_BLOB(".yarn")), SLIM_RULE_NODE_FALLBACK,
			NULL, "Plug'n'Play");
	slim_keep_glob(s->t, SLIM_BLOB("/root/.yarn/berry"), true, SLIM_RULE_NODE_FALLBACK, NULL, "Plug'n'Play");
	slim_keep_glob(s->t, SLIM_BLOB("/home/*/.yarn/berry"), true, SLIM_RULE_NODE_FALLBACK, NULL, "Plug'n'Play");
}

static void see_root(struct node_state *s, struct node_root root, bool again)
{
	if (!again) {
		spare_script_files(s, &root);
		keep_plug_n_play(s, &root);
	}
	if (!again && root.package) {
		slim_keep(s->t, root.package->file, SLIM_RULE_NODE_IMPORT, NULL, "the application's package.json");
		node_keep_dependencies(s, root.package);
	}
	scan_root(s, &root);
}

bool node_scan_roots(struct node_state *s)
{
	bool more = false;
	for (size_t i = 0; i < s->root_count; i++) {
		unsigned now = (s->needs & NODE_NEED_SOURCES) + 1, before = s->roots[i].scanned;
		if (before == now)
			continue;
		s->roots[i].scanned = now;
		see_root(s, s->roots[i], before);
		more = true;
	}
	return more;
}
