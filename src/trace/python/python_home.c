#include "python_home.h"

#include <ctype.h>

#include "../engine/owners.h"
#include "../lang/lang.h"
#include "../system/system_data.h"
#include "python_record.h"
#include "slim/path.h"

bool python_is_program(const struct slim_node *node)
{
	static const char *const names[] = { "python", "python[23]*", "pypy*", NULL };
	return slim_name_in(names, node->name) && !strchr(node->name, '-');
}

bool python_is_library(const struct slim_node *node)
{
	static const char *const names[] = { "libpython[23]*.so*", "libpypy*.so*", NULL };
	return slim_name_in(names, node->name);
}

void python_place_add(struct python_places *places, struct slim_node *place)
{
	if (place && places->count < PYTHON_PLACES_MAX && !python_place_has(places, place))
		*slim_push(&places->items, &places->count, &places->capacity) = place;
}

bool python_place_has(const struct python_places *places, const struct slim_node *place)
{
	for (size_t i = 0; i < places->count; i++)
		if (places->items[i] == place)
			return true;
	return false;
}

struct slim_node *python_place_of(const struct python_runtime *runtime, const struct slim_node *node)
{
	struct slim_node *best = NULL;
	for (size_t i = 0; i < runtime->places.count; i++) {
		struct slim_node *place = runtime->places.items[i];
		if (slim_node_within(node, place) && (!best || slim_node_within(place, best)))
			best = place;
	}
	return best;
}

static struct slim_node *child(struct slim_trace *t, const struct slim_node *dir, const char *path)
{
	return dir ? slim_tree_walk(slim_trace_tree(t), dir, slim_blob_of(path), true, NULL, NULL) : NULL;
}

static struct slim_node *folder(struct slim_trace *t, const struct slim_node *dir, const char *path)
{
	struct slim_node *found = child(t, dir, path);
	return found && slim_node_is_dir(found) ? found : NULL;
}

static bool is_stdlib(struct slim_trace *t, const struct slim_node *dir)
{
	return child(t, dir, "os.py") || child(t, dir, "os.pyc");
}

/* "3.11" of "python3.11", "libpython3.11.so.1.0", "pypy3.9"; "" when it is not all there. */
static struct slim_blob version_of(const struct slim_node *node)
{
	const char *p = strstr(node->name, "py");
	p += p ? strcspn(p, "0123456789") : 0;
	size_t length = 0;
	while (p && isdigit((unsigned char)p[length]))
		length++;
	if (!length || p[length] != '.' || !isdigit((unsigned char)p[length + 1]))
		return SLIM_BLOB("");
	length++;
	while (isdigit((unsigned char)p[length]))
		length++;
	return slim_blob(p, length);
}

static const char *machine_of(struct slim_trace *t)
{
	static const char *const names[][2] = { { "amd64", "x86_64" }, { "arm64", "aarch64" },
						{ "386", "i686" },     { "ppc64le", "ppc64le" },
						{ "s390x", "s390x" },  { "riscv64", "riscv64" } };
	const char *machine = slim_trace_config(t)->platform.architecture;
	for (size_t i = 0; machine && i < SLIM_COUNT(names); i++)
		if (!strcmp(machine, names[i][0]))
			return names[i][1];
	return NULL;
}

/* What a module of lib-dynload ends with. A build without any: what it would be. */
static const char *suffix_of(struct slim_trace *t, const struct python_runtime *r)
{
	const struct slim_node *dir = folder(t, r->stdlib, "lib-dynload");
	for (const struct slim_node *c = dir ? dir->first : NULL; c; c = c->next) {
		const char *dot = strchr(c->name, '.');
		if (dot && slim_blob_ends(slim_blob_of(c->name), ".so") && strcmp(dot, ".so") != 0 &&
		    strcmp(dot, ".abi3.so") != 0)
			return dot;
	}
	const char *version = r->target.version, *dot = version ? strchr(version, '.') : NULL;
	if (!dot || !r->target.machine)
		return NULL;
	bool musl = slim_tree_find(slim_trace_tree(t), "/etc/alpine-release");
	return slim_arena_format(slim_trace_arena(t), ".cpython-%.*s%s-%s-linux-%s.so", (int)(dot - version), version,
				 dot + 1, r->target.machine, musl ? "musl" : "gnu");
}

/* --- places ------------------------------------------------------------------------------------------------------ */

static void add_site(struct slim_trace *t, struct python_runtime *r, struct slim_node *site);

/* A line of a .pth file: a path, below SITE or absolute. */
static void read_pth(struct slim_trace *t, struct python_runtime *r, struct slim_node *site, struct slim_node *file)
{
	size_t length = 0;
	slim_autofree char *text = slim_trace_read(t, file, 1 << 20, &length);
	struct slim_blob rest = slim_blob(text, length), line;
	while (text && slim_blob_line(&rest, &line)) {
		line = slim_blob_trim(line);
		if (!line.len || *line.ptr == '#' || slim_blob_starts(line, "import ") ||
		    slim_blob_starts(line, "import\t") || line.len >= SLIM_PATH_MAX || memchr(line.ptr, '\0', line.len))
			continue;
		struct slim_node *place = slim_tree_walk(slim_trace_tree(t), site, line, true, NULL, NULL);
		if (!place || !place->parent || python_place_has(&r->places, place))
			continue;
		python_place_add(&r->places, place);
		slim_keep_path(t, site, line, SLIM_RULE_PYTHON_HOME, file, "a line of a .pth file");
	}
}

static void add_site(struct slim_trace *t, struct python_runtime *r, struct slim_node *site)
{
	if (!site || python_place_has(&r->sites, site))
		return;
	python_place_add(&r->places, site);
	python_place_add(&r->sites, site);
	for (struct slim_node *c = site->first; c; c = c->next)
		if (slim_blob_ends(slim_blob_of(c->name), ".pth") && slim_node_is_file(c))
			read_pth(t, r, site, c);
}

static void add_paths(struct slim_trace *t, struct python_runtime *r, const char *list)
{
	const char *dir = slim_trace_config(t)->working_dir;
	const struct slim_node *cwd = *dir ? slim_tree_find(slim_trace_tree(t), dir) : NULL;
	struct slim_blob rest = slim_blob_of(list), part;
	while (slim_blob_split(&rest, ':', &part)) {
		struct slim_node *place =
			part.len ? slim_tree_walk(slim_trace_tree(t), cwd, part, true, NULL, NULL) : NULL;
		if (place && place->parent) {
			slim_keep_path(t, cwd, part, SLIM_RULE_ENVIRONMENT, NULL, "PYTHONPATH");
			python_place_add(&r->places, place);
		}
	}
}

/* ~/.local of everybody who may run it. */
static void add_user_sites(struct slim_trace *t, struct python_runtime *r)
{
	const struct slim_node *home = folder(t, slim_tree_root(slim_trace_tree(t)), "home");
	slim_autofree char *below = slim_format(".local/lib/%s/site-packages", r->stdlib->name);
	add_site(t, r, folder(t, folder(t, slim_tree_root(slim_trace_tree(t)), "root"), below));
	for (struct slim_node *c = home ? home->first : NULL; c; c = c->next)
		add_site(t, r, folder(t, c, below));
}

static void add_sites(struct slim_trace *t, struct python_runtime *r, const struct slim_node *root)
{
	static const char *const forms[] = { "local/lib/%s/dist-packages", "lib/%s/site-packages",
					     "lib64/%s/site-packages", "lib/python3/dist-packages",
					     "lib/%s/dist-packages" };
	const char *name = r->stdlib ? r->stdlib->name : "python3";
	for (size_t i = 0; i < SLIM_COUNT(forms); i++) {
		const char *hole = strstr(forms[i], "%s");
		slim_autofree char *path =
			hole ? slim_format("%.*s%s%s", (int)(hole - forms[i]), forms[i], name, hole + 2)
			     : slim_strdup(forms[i]);
		add_site(t, r, folder(t, root, path));
	}
}

/* python311._pth beside the program replaces all of the path. */
static void add_pth_of_program(struct slim_trace *t, struct python_runtime *r)
{
	for (struct slim_node *c = r->asker->parent->first; c; c = c->next)
		if (slim_blob_ends(slim_blob_of(c->name), "._pth") && slim_node_is_file(c)) {
			slim_keep(t, c, SLIM_RULE_PYTHON_HOME, r->asker, "beside the program");
			read_pth(t, r, c->parent, c);
		}
}

static void find_places(struct slim_trace *t, struct python_runtime *r)
{
	const char *path = slim_trace_env(t, "PYTHONPATH");
	if (path)
		add_paths(t, r, path);
	if (r->stdlib) {
		python_place_add(&r->places, r->stdlib);
		python_place_add(&r->places, folder(t, r->stdlib, "lib-dynload"));
	}
	if (r->base) {
		add_sites(t, r, r->root);
		for (size_t i = 0; r->system_sites && i < r->base->sites.count; i++)
			add_site(t, r, r->base->sites.items[i]);
		return;
	}
	add_pth_of_program(t, r);
	if (r->stdlib)
		add_user_sites(t, r);
	add_sites(t, r, r->root);
	if (r->places.count == PYTHON_PLACES_MAX)
		slim_doubt(t, r->asker, "of the folders in which it searches modules only the first %d count",
			   PYTHON_PLACES_MAX);
}

/* --- what a runtime needs to start ------------------------------------------------------------------------------- */

/* Components below the standard library. An extension of Tk is of use to tkinter alone. */
static const char *const junk_folders[] = { "test",     "idlelib", "turtledemo", "ensurepip",  "pydoc_data",
					    "config-*", "lib2to3", "tkinter",    "__phello__", NULL };
static const char *const junk_files[] = { "turtle.py",  "turtle.*.pyc", "_tkinter.*", "_test*", "_ctypes_test*",
					  "xxlimited*", "_xxtestfuzz*", "*.exe",      "*.a",    NULL };

bool python_is_stdlib_junk(struct slim_trace *t, const struct python_runtime *r, const struct slim_node *node)
{
	for (const struct slim_node *n = node; n != r->stdlib && n->parent; n = n->parent) {
		bool top = n->parent == r->stdlib;
		if (slim_node_is_dir(n) && ((top && slim_name_in(junk_folders, n->name)) ||
					    (!top && (!strcmp(n->name, "tests") || !strcmp(n->name, "test")))))
			return true;
	}
	return slim_name_in(junk_files, node->name) || slim_blob_ends(slim_blob_of(node->name), ".pyi") ||
	       (slim_is_junk(t, node) && !slim_is_junk(t, r->stdlib));
}

static void keep_stdlib(struct slim_trace *t, const struct python_runtime *r)
{
	const struct slim_tree *tree = slim_trace_tree(t);
	uint32_t end = slim_node_end(tree, r->stdlib);
	for (uint32_t id = r->stdlib->id; id < end; id++) {
		struct slim_node *node = slim_tree_node(tree, id);
		if (python_place_has(&r->sites, node))
			id = slim_node_end(tree, node) - 1;
		else if (!python_is_stdlib_junk(t, r, node))
			slim_keep(t, node, SLIM_RULE_RUNTIME, r->asker, "Python's standard library");
	}
}

static void keep_home(struct slim_trace *t, const struct python_runtime *r)
{
	static const char *const settings[] = { "/etc/python3/**", "/etc/%s/**" };
	if (!r->stdlib) {
		slim_doubt(t, r->asker, "the standard library of this Python was not found");
		return;
	}
	keep_stdlib(t, r);
	slim_keep_place(t, settings[0], SLIM_RULE_PYTHON_HOME, r->asker, "settings of Python");
	slim_autofree char *etc = slim_format("/etc/%s/**", r->stdlib->name);
	slim_keep_place(t, etc, SLIM_RULE_PYTHON_HOME, r->asker, "settings of Python");
	for (struct slim_node *c = r->stdlib->parent->first; c; c = c->next)
		if (slim_name_in((const char *const[]){ "python[23]*.zip", NULL }, c->name))
			slim_keep(t, c, SLIM_RULE_PYTHON_HOME, r->asker, "the standard library as an archive");
}

static struct python_runtime *runtime_of(const struct python_runtimes *all, const struct slim_node *root,
					 const struct slim_node *stdlib)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->items[i]->root == root && all->items[i]->stdlib == stdlib)
			return all->items[i];
	return NULL;
}

static struct python_runtime *add(struct slim_trace *t, struct python_runtimes *all, struct python_runtime start)
{
	if (runtime_of(all, start.root, start.stdlib))
		return NULL;
	struct python_runtime *r = slim_alloc(sizeof(*r));
	*r = start;
	struct slim_blob version = r->stdlib ? version_of(r->stdlib) : SLIM_BLOB("");
	r->target = (struct python_target){ .machine = machine_of(t), .pypy = strstr(r->asker->name, "pypy") };
	if (version.len)
		r->target.version = slim_arena_strndup(slim_trace_arena(t), version.ptr, version.len);
	r->suffix = suffix_of(t, r);
	*slim_push(&all->items, &all->count, &all->capacity) = r;
	find_places(t, r);
	return r;
}

static bool add_stdlibs(struct slim_trace *t, struct python_runtimes *all, struct slim_node *node,
			struct slim_node *root, const char *lib)
{
	static const char *const names[] = { "python[23]*", "pypy*", NULL };
	struct slim_blob version = version_of(node);
	bool any = false;
	struct slim_node *dir = folder(t, root, lib);
	for (struct slim_node *c = dir ? dir->first : NULL; c; c = c->next) {
		struct slim_blob own = version_of(c);
		if (!slim_name_in(names, c->name) || !is_stdlib(t, c) ||
		    (version.len && !slim_blob_equal(version, own)))
			continue;
		struct python_runtime *r =
			add(t, all, (struct python_runtime){ .asker = node, .root = root, .stdlib = c });
		if (r)
			keep_home(t, r);
		any = true;
	}
	return any;
}

bool python_runtime_add(struct slim_trace *t, struct python_runtimes *all, struct slim_node *node)
{
	size_t before = all->count;
	const char *env = slim_trace_env(t, "PYTHONHOME");
	struct slim_blob rest = slim_blob_of(env ? env : ""), prefix;
	slim_blob_split(&rest, ':', &prefix);
	struct slim_node *home = prefix.len ? slim_tree_walk(slim_trace_tree(t), NULL, prefix, true, NULL, NULL) : NULL;
	struct slim_node *roots[] = { home, lang_prefix(node) };
	bool found = false;
	for (size_t i = 0; i < SLIM_COUNT(roots) && !found; i++) {
		found |= roots[i] && add_stdlibs(t, all, node, roots[i], "lib");
		found |= roots[i] && add_stdlibs(t, all, node, roots[i], "lib64");
	}
	all->embedded |= python_is_library(node);
	if (!found) { /* a copy in a virtual environment, or one that was built for another place */
		static const char *const others[] = { "/usr", "/usr/local" };
		for (size_t i = 0; i < SLIM_COUNT(others); i++) {
			struct slim_node *root = slim_tree_find(slim_trace_tree(t), others[i]);
			found |= root && add_stdlibs(t, all, node, root, "lib");
		}
	}
	if (!found) {
		struct python_runtime *r =
			add(t, all, (struct python_runtime){ .asker = node, .root = lang_prefix(node) });
		if (r)
			keep_home(t, r);
	}
	lang_keep_shell(t, node, "Python");
	lang_keep_locales(t, node, "Python");
	return all->count > before;
}

/* --- virtual environments ---------------------------------------------------------------------------------------- */

struct settings {
	struct slim_blob home;
	bool system_sites;
};

static struct settings read_settings(struct slim_blob text)
{
	struct settings s = { SLIM_BLOB(""), false };
	struct slim_blob line;
	while (slim_blob_line(&text, &line)) {
		struct slim_blob value = line, key;
		if (!slim_blob_split(&value, '=', &key) || !value.ptr)
			continue;
		key = slim_blob_trim(key);
		value = slim_blob_trim(value);
		if (slim_blob_is(key, "home"))
			s.home = value;
		else if (slim_blob_is(key, "include-system-site-packages"))
			s.system_sites = slim_blob_is(value, "true") || slim_blob_is(value, "True");
	}
	return s;
}

static bool env_names(struct slim_trace *t, const struct slim_node *venv)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	const char *path = slim_node_path(arena, venv);
	for (const char **e = slim_trace_config(t)->env; *e; e++) {
		const char *at = strstr(*e, path);
		if (at && (!at[strlen(path)] || strchr("/:", at[strlen(path)])))
			return true;
	}
	return false;
}

/* Something in its bin is started, Env names it, it is the application's, or who embeds Python may name it. */
static bool in_use(struct slim_trace *t, const struct python_runtimes *all, const struct slim_node *venv)
{
	const char *work = slim_trace_config(t)->working_dir;
	if (all->embedded || env_names(t, venv) ||
	    (*work && slim_tree_find(slim_trace_tree(t), work) == venv->parent && venv->parent->parent))
		return true;
	const struct slim_node *bin = folder(t, venv, "bin");
	for (const struct slim_node *c = bin ? bin->first : NULL; c; c = c->next)
		if (slim_trace_kept(t, c) && slim_is_followed(t, c))
			return true;
	return false;
}

static struct python_runtime *base_of(struct slim_trace *t, const struct python_runtimes *all, struct slim_blob home,
				      const struct slim_node *venv)
{
	struct slim_node *bin = home.len ? slim_tree_walk(slim_trace_tree(t), NULL, home, true, NULL, NULL) : NULL;
	struct slim_node *lib = folder(t, venv, "lib");
	for (size_t i = 0; i < all->count; i++) {
		struct python_runtime *r = all->items[i];
		bool version =
			r->stdlib && lib && slim_node_child(slim_trace_tree(t), lib, slim_blob_of(r->stdlib->name));
		if (!r->base && version &&
		    (!bin || !bin->parent || bin->parent == r->root || r->asker->parent == bin ||
		     slim_node_within(r->asker, venv)))
			return r;
	}
	return NULL;
}

static void keep_venv(struct slim_trace *t, const struct python_runtime *r, struct slim_node *settings)
{
	slim_keep(t, settings, SLIM_RULE_PYTHON_HOME, r->asker, "a virtual environment in use");
	struct slim_node *bin = folder(t, r->root, "bin");
	for (struct slim_node *c = bin ? bin->first : NULL; c; c = c->next)
		if (python_is_program(c))
			slim_keep(t, c, SLIM_RULE_PYTHON_HOME, settings, "the interpreter of a virtual environment");
}

static bool add_venv(struct slim_trace *t, struct python_runtimes *all, struct slim_node *file)
{
	size_t length = 0;
	if (!in_use(t, all, file->parent))
		return false;
	slim_autofree char *text = slim_trace_read(t, file, 64 << 10, &length);
	struct settings s = read_settings(slim_blob(text ? text : "", length));
	struct python_runtime *base = base_of(t, all, s.home, file->parent);
	if (!base)
		return false;
	struct python_runtime *r = add(t, all,
				       (struct python_runtime){ .asker = base->asker,
								.root = file->parent,
								.stdlib = base->stdlib,
								.base = base,
								.system_sites = s.system_sites });
	if (r)
		keep_venv(t, r, file);
	return r;
}

bool python_venvs_add(struct slim_trace *t, struct python_runtimes *all)
{
	const struct slim_tree *tree = slim_trace_tree(t);
	bool any = false;
	for (uint32_t id = 0; all->count && id < slim_tree_count(tree); id++) {
		struct slim_node *node = slim_tree_node(tree, id);
		if (!strcmp(node->name, "pyvenv.cfg") && slim_node_is_file(node) && node->parent->parent)
			any |= add_venv(t, all, node);
	}
	return any;
}

void python_runtimes_free(struct python_runtimes *all)
{
	for (size_t i = 0; i < all->count; i++) {
		free(all->items[i]->places.items);
		free(all->items[i]->sites.items);
		free(all->items[i]);
	}
	free(all->items);
	*all = (struct python_runtimes){ 0 };
}
