/* What a file loads, followed: docs/rules.md D2. */
#include <string.h>

#include "../system/system_data.h"
#include "../engine/glob.h"
#include "node_inside.h"
#include "slim/match.h"
#include "slim/path.h"

enum { NAME_LENGTH_MAX = 214, GLOB_MAX = 20000 };
enum { PATH_STEPS = 16 }; /* what a path costs that is made and compared, in names */

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

bool node_is_typescript(const struct slim_node *file)
{
	return slim_name_in(LIST("*.ts", "*.mts", "*.cts", "*.tsx", "*.jsx"), file->name);
}

bool node_is_source(const struct slim_node *file)
{
	if (!slim_node_is_file(file) || slim_name_in(LIST("*.d.ts", "*.d.mts", "*.d.cts"), file->name))
		return false;
	return slim_name_in(LIST("*.js", "*.mjs", "*.cjs"), file->name) || node_is_typescript(file);
}

/* Modules that are part of Node.js win over packages of the same name: `module.builtinModules`. */
static bool is_builtin(struct slim_blob name)
{
	static const char *const names[] = {
		"assert",
		"async_hooks",
		"buffer",
		"child_process",
		"cluster",
		"console",
		"constants",
		"crypto",
		"dgram",
		"diagnostics_channel",
		"dns",
		"domain",
		"events",
		"fs",
		"http",
		"http2",
		"https",
		"inspector",
		"module",
		"net",
		"os",
		"path",
		"perf_hooks",
		"process",
		"punycode",
		"querystring",
		"readline",
		"repl",
		"stream",
		"string_decoder",
		"sys",
		"timers",
		"tls",
		"trace_events",
		"tty",
		"url",
		"util",
		"v8",
		"vm",
		"wasi",
		"worker_threads",
		"zlib",
		"fs/promises",
		"dns/promises",
		"stream/promises",
		"stream/web",
		"stream/consumers",
		"timers/promises",
		"util/types",
		"path/posix",
		"path/win32",
		"assert/strict",
		"readline/promises",
		"inspector/promises",
	};
	for (size_t i = 0; i < SLIM_COUNT(names); i++)
		if (slim_blob_is(name, names[i]))
			return true;
	return slim_blob_starts(name, "node:");
}

/* package.json files say how those around them are read ("type", "imports"): all up to the package's boundary. */
static void keep_scopes(struct node_state *s, const struct slim_node *file)
{
	for (const struct slim_node *dir = file->parent; dir && !node_is_modules(dir); dir = dir->parent) {
		struct node_package *package = node_package_in(&s->world, dir);
		if (package)
			slim_keep(s->t, package->file, SLIM_RULE_NODE_IMPORT, file, "says how it is read");
	}
}

/* A folder that is junk by its name is none when something in it is loaded. */
static void want_folders(struct node_state *s, const struct slim_node *package, struct slim_node *file)
{
	for (struct slim_node *dir = file; dir != package; dir = dir->parent) {
		if (!slim_node_is_dir(dir) || !node_is_junk(s, package, dir))
			continue;
		s->marks[dir->id] |= NODE_WANTED;
		uint32_t end = slim_node_end(s->world.tree, dir);
		for (uint32_t id = dir->id; id < end; id++) {
			struct slim_node *node = slim_tree_node(s->world.tree, id);
			bool skip = node != dir && (node_is_modules(node) || node_is_junk(s, package, node));
			if (!skip)
				slim_keep(s->t, node, SLIM_RULE_NODE_PACKAGE, file, "%s", dir->name);
			else if (slim_node_is_dir(node))
				id = slim_node_end(s->world.tree, node) - 1;
		}
	}
}

static bool is_scanned(const struct slim_node *file)
{
	return node_is_source(file) || !strchr(file->name + 1, '.');
}

void node_reach(struct node_state *s, const struct node_found *found, enum slim_rule_id rule,
		const struct slim_node *from, const char *evidence)
{
	const struct slim_node *package = node_installed(found->file);
	if (package && node_is_foreign(s, package))
		return;
	if (found->path)
		slim_keep_path(s->t, found->start, slim_blob_of(found->path), rule, from, "%s", evidence);
	else
		slim_keep(s->t, found->file, rule, from, "%s", evidence);
	node_follow(s, found->file, from, evidence);
}

void node_follow(struct node_state *s, struct slim_node *file, const struct slim_node *from, const char *evidence)
{
	struct slim_node *package = node_installed(file);
	if (node_marked(s, file, NODE_REACHED))
		return;
	if (is_scanned(file)) {
		s->marks[file->id] |= NODE_REACHED;
		slim_waiting_add(&s->files, file);
	}
	if (package) {
		want_folders(s, package, file);
		node_keep_package(s, package, from, evidence);
	} else {
		keep_scopes(s, file);
		if (is_scanned(file))
			node_use_root_of(s, file);
		if (node_is_typescript(file))
			s->needs |= NODE_NEED_SOURCES;
	}
}

/* import "./x.js" of a TypeScript source means x.ts; bundlers and loaders guess more endings than Node.js does. */
static bool load_source(struct node_state *s, struct slim_node *from, struct slim_blob specifier, const char *evidence)
{
	static const char *const endings[] = { ".ts",  ".tsx", ".mts",      ".cts",       ".jsx",
					       ".mjs", ".cjs", "/index.ts", "/index.tsx", "/index.mjs" };
	struct slim_blob stem = specifier;
	if (slim_blob_ends(stem, ".js") || slim_blob_ends(stem, ".jsx"))
		stem.len = (size_t)((const char *)memrchr(stem.ptr, '.', stem.len) - stem.ptr);
	else if (slim_blob_ends(stem, ".mjs") || slim_blob_ends(stem, ".cjs"))
		stem.len -= 4;
	for (size_t i = 0; i < SLIM_COUNT(endings) * 2; i++) {
		struct slim_blob base = i % 2 ? stem : specifier;
		struct node_found found;
		slim_autofree char *path = slim_format("%.*s%s", (int)base.len, base.ptr, endings[i / 2]);
		if (!node_resolve(&s->world, from, slim_blob_of(path), NODE_REQUIRE, &found))
			continue;
		node_reach(s, &found, SLIM_RULE_NODE_IMPORT, from, evidence);
		return true;
	}
	return false;
}

static bool is_relative(struct slim_blob specifier)
{
	return slim_blob_starts(specifier, "./") || slim_blob_starts(specifier, "../") ||
	       slim_blob_is(specifier, ".") || slim_blob_is(specifier, "..");
}

/* The package, when none of its files is what the specifier says. */
static bool load_package(struct node_state *s, struct slim_node *from, struct slim_blob specifier,
			 enum slim_rule_id rule, const char *evidence)
{
	struct node_found found;
	struct slim_node *dir = node_find_package(&s->world, from, node_package_name(specifier), &found);
	if (!dir || (!node_package_in(&s->world, dir) && !node_installed(dir)) || node_is_foreign(s, dir))
		return false;
	slim_keep_path(s->t, found.start, slim_blob_of(found.path), rule, from, "%s", evidence);
	if (node_installed(dir))
		node_keep_package(s, dir, from, evidence);
	else
		node_use_root_of(s, dir);
	return true;
}

bool node_load(struct node_state *s, struct slim_node *from, struct slim_blob specifier, enum slim_rule_id rule,
	       const char *evidence)
{
	static const unsigned modes[] = { NODE_REQUIRE, NODE_IMPORT, NODE_REQUIRE | NODE_SYNC,
					  NODE_IMPORT | NODE_SYNC };
	bool any = false, relative = is_relative(specifier);
	if (is_builtin(specifier) || specifier.len > SLIM_PATH_MAX)
		return false;
	for (size_t i = 0; i < (relative ? 2 : SLIM_COUNT(modes)); i++) {
		struct node_found found;
		if (!node_resolve(&s->world, from, specifier, modes[i], &found))
			continue;
		any = true;
		node_reach(s, &found, rule, from, evidence);
	}
	if (relative)
		return any || load_source(s, from, specifier, evidence);
	if (node_package_name(specifier).len)
		any |= load_package(s, from, specifier, rule, evidence);
	return any;
}

void node_name(struct node_state *s, const struct slim_node *from, struct slim_blob specifier, const char *evidence)
{
	struct slim_blob name = node_package_name(specifier);
	struct node_found found;
	if (!name.len || specifier.len > NAME_LENGTH_MAX || is_builtin(specifier) || node_is_tool(name) ||
	    memchr(specifier.ptr, ' ', specifier.len) || memchr(specifier.ptr, '\0', specifier.len))
		return;
	struct slim_node *dir = node_find_package(&s->world, from, name, &found);
	if (!dir || !node_package_in(&s->world, dir))
		return;
	bool whole = name.len == specifier.len;
	if (whole || node_resolve(&s->world, from, specifier, NODE_REQUIRE, &found) ||
	    node_resolve(&s->world, from, specifier, NODE_IMPORT, &found))
		node_load(s, (struct slim_node *)from, specifier, SLIM_RULE_NODE_STRING, evidence);
}

/* --- names that are known in part --- */

/* TEXT with * for what is not known; other wildcards in it are quoted. */
static char *pattern_of(struct slim_blob text)
{
	char *pattern = slim_alloc(text.len * 2 + 2), *out = pattern;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] && strchr("*?[\\", text.ptr[i]))
			*out++ = '\\';
		*out++ = text.ptr[i] ? text.ptr[i] : '*';
	}
	*out++ = '*'; /* an ending that is guessed, or a folder's index */
	*out = '\0';
	return pattern;
}

/* What would take too long to match: all of it. */
static void load_all(struct node_state *s, struct slim_node *from, struct slim_node *dir)
{
	if (node_marked(s, dir, NODE_WHOLE))
		return;
	s->marks[dir->id] |= NODE_WHOLE;
	slim_doubt(s->t, from, "which files it loads takes too long to find out: their folder stays");
	slim_keep_below(s->t, dir, SLIM_RULE_NODE_FALLBACK, from, "a name that is known in part");
}

static void load_matches(struct node_state *s, struct slim_node *from, struct slim_node *dir,
			 struct slim_blob rest)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	slim_autofree char *pattern = pattern_of(rest);
	size_t prefix = strlen(slim_node_path(arena, dir)) + (dir->parent != NULL);
	uint32_t end = slim_node_end(s->world.tree, dir);
	if (end - dir->id > GLOB_MAX)
		slim_doubt(s->t, from, "loads one of very many files below %s",
			   slim_node_path(slim_trace_arena(s->t), dir));
	for (uint32_t id = dir->id + 1; id < end && id - dir->id <= GLOB_MAX; id++) {
		struct slim_node *node = slim_tree_node(s->world.tree, id);
		if (!slim_glob_spend(s->t, PATH_STEPS)) {
			load_all(s, from, dir);
			return;
		}
		if (node_is_modules(node))
			id = slim_node_end(s->world.tree, node) - 1;
		else if (slim_node_is_file(node) && node != from &&
			 (node_is_source(node) || slim_name_in(LIST("*.json", "*.node", "*.wasm"), node->name)) &&
			 slim_wildcard(slim_blob_of(pattern), slim_blob_of(slim_node_path(arena, node) + prefix)))
			node_reach(s, &(struct node_found){ .file = node }, SLIM_RULE_NODE_IMPORT, from,
				   "a name that is known in part");
	}
}

/* The folder that PATH surely lies in, and what of PATH is left. */
static struct slim_node *known_folder(struct node_state *s, const struct slim_node *base, struct slim_blob *path)
{
	const char *unknown = memchr(path->ptr, '\0', path->len);
	size_t fixed = unknown ? (size_t)(unknown - path->ptr) : path->len;
	const char *slash = fixed ? memrchr(path->ptr, '/', fixed) : NULL;
	size_t length = slash ? (size_t)(slash - path->ptr) + 1 : 0;
	const char *dir = node_clean_path(s->world.arena, slim_blob(path->ptr, length));
	*path = slim_blob(path->ptr + length, path->len - length);
	return slim_tree_walk(s->world.tree, base, slim_blob_of(dir), true, NULL, NULL);
}

void node_load_path(struct node_state *s, struct slim_node *from, const struct slim_node *base, struct slim_blob path)
{
	while (path.len && path.ptr[0] == '/')
		path = slim_blob(path.ptr + 1, path.len - 1);
	if (!path.len || path.len > SLIM_PATH_MAX)
		return;
	if (memchr(path.ptr, '\0', path.len)) {
		struct slim_node *dir = known_folder(s, base, &path);
		bool bounded = path.len > 1 || dir != base;
		if (dir && slim_node_is_dir(dir) && bounded)
			load_matches(s, from, dir, path);
		return;
	}
	slim_autofree char *relative = slim_format("./%.*s", (int)path.len, path.ptr);
	struct node_found found;
	struct slim_node *package = node_installed(base);
	if (node_resolve(&s->world, base, slim_blob_of(relative), NODE_REQUIRE, &found)) {
		node_reach(s, &found, SLIM_RULE_NODE_IMPORT, from, relative);
		return;
	}
	struct slim_node *dir = slim_tree_walk(s->world.tree, base, slim_blob_of(relative), true, NULL, NULL);
	if (dir && package && node_installed(dir) == package) /* a folder that is read at run time */
		want_folders(s, package, dir);
}

void node_load_names(struct node_state *s, struct slim_node *from, struct slim_blob name)
{
	const char *unknown = memchr(name.ptr, '\0', name.len), *slash = memchr(name.ptr, '/', name.len);
	bool scoped = slash && name.ptr[0] == '@' && slash < unknown;
	if (unknown < name.ptr + 2)
		return;
	slim_autofree char *scope = scoped ? slim_strndup(name.ptr, (size_t)(slash - name.ptr)) : slim_strdup("");
	slim_autofree char *place = slim_format("node_modules/%s", scope);
	slim_autofree char *pattern =
		pattern_of(scoped ? slim_blob(slash + 1, name.len - (size_t)(slash + 1 - name.ptr)) : name);
	for (const struct slim_node *dir = from->parent; dir; dir = dir->parent) {
		const struct slim_node *modules =
			slim_tree_walk(s->world.tree, dir, slim_blob_of(place), true, NULL, NULL);
		for (const struct slim_node *c = modules ? modules->first : NULL; c; c = c->next) {
			if (!slim_glob_spend(s->t, PATH_STEPS)) {
				node_keep_all_modules(s, from->parent, from);
				return;
			}
			slim_autofree char *whole = slim_format("%s%s%s", scope, scoped ? "/" : "", c->name);
			bool types = !(s->needs & NODE_NEED_TYPES) && !strcmp(scope, "@types");
			if (c->name[0] != '.' && !types &&
			    slim_wildcard(slim_blob_of(pattern), slim_blob(c->name, c->name_length)))
				load_package(s, from, slim_blob_of(whole), SLIM_RULE_NODE_STRING,
					     "a name that is known in part");
		}
	}
}
