#include "node_resolve.h"

#include <ctype.h>
#include <string.h>

#include "slim/path.h"

struct search {
	struct node_world *world;
	struct slim_arena *arena;     /* for paths that are tried */
	const struct slim_node *from; /* the asking file's folder */
	unsigned mode; /* for the conditions */
	bool import; /* by the rules of import, else by those of require() */
	struct node_found *found;
};

const char *node_clean_path(struct slim_arena *arena, struct slim_blob path)
{
	char *text = slim_arena_alloc(arena, path.len + 2);
	size_t n = 0;
	bool absolute = path.len && path.ptr[0] == '/';
	struct slim_blob rest = path, part;
	while (slim_blob_split(&rest, '/', &part)) {
		if (!part.len || slim_blob_is(part, "."))
			continue;
		const char *slash = memrchr(text, '/', n);
		size_t last = slash ? (size_t)(slash - text) + 1 : 0;
		bool up = slim_blob_is(part, ".."), under = n && !(n - last == 2 && !memcmp(text + last, "..", 2));
		if (up && under) {
			n = last ? last - 1 : 0;
			continue;
		}
		if (up && absolute)
			continue;
		if (n || absolute)
			text[n++] = '/';
		memcpy(text + n, part.ptr, part.len);
		n += part.len;
	}
	text[n] = '\0';
	return text;
}

static struct slim_node *walk(const struct search *s, const struct slim_node *start, const char *path)
{
	return slim_tree_walk(s->world->tree, start, slim_blob_of(path), true, NULL, NULL);
}

static enum node_answer try_file(struct search *s, const struct slim_node *start, const char *path)
{
	struct slim_node *node = *path ? walk(s, start, path) : NULL;
	if (!node || !slim_node_is_file(node))
		return NODE_NONE;
	*s->found = (struct node_found){ .file = node, .start = start, .path = path };
	return NODE_FOUND;
}

static enum node_answer try_endings(struct search *s, const struct slim_node *start, const char *path)
{
	static const char *const endings[] = { ".js", ".json", ".node" };
	for (size_t i = 0; i < SLIM_COUNT(endings); i++)
		if (try_file(s, start, slim_arena_format(s->arena, "%s%s", path, endings[i])) == NODE_FOUND)
			return NODE_FOUND;
	return NODE_NONE;
}

static const char *join(const struct search *s, const char *dir, const char *name)
{
	slim_autofree char *text = *dir ? slim_format("%s/%s", dir, name) : slim_strdup(name);
	return node_clean_path(s->arena, slim_blob_of(text));
}

static enum node_answer try_index(struct search *s, const struct slim_node *start, const char *dir)
{
	return try_endings(s, start, join(s, dir, "index"));
}

/* LOAD_AS_DIRECTORY */
static enum node_answer try_folder(struct search *s, const struct slim_node *start, const char *dir,
				   const struct slim_node *node)
{
	const char *text = node_package_text(node_package_in(s->world, node), "main");
	if (!text || !*text)
		return try_index(s, start, dir);
	const char *main = *text == '/' ? text : join(s, dir, text);
	if (try_file(s, start, main) == NODE_FOUND || try_endings(s, start, main) == NODE_FOUND ||
	    try_index(s, start, main) == NODE_FOUND || try_index(s, start, dir) == NODE_FOUND)
		return NODE_FOUND;
	return NODE_ERROR;
}

static bool wants_folder(struct slim_blob path)
{
	return slim_blob_ends(path, "/") || slim_blob_ends(path, "/.") || slim_blob_ends(path, "/..") ||
	       slim_blob_is(path, ".") || slim_blob_is(path, "..");
}

/* LOAD_AS_FILE, then LOAD_AS_DIRECTORY */
static enum node_answer try_path(struct search *s, const struct slim_node *start, struct slim_blob specifier)
{
	const char *path = node_clean_path(s->arena, specifier);
	bool folder = wants_folder(specifier);
	if (!folder && (try_file(s, start, path) == NODE_FOUND || try_endings(s, start, path) == NODE_FOUND))
		return NODE_FOUND;
	struct slim_node *node = walk(s, start, path);
	return node && slim_node_is_dir(node) ? try_folder(s, start, path, node) : NODE_NONE;
}

/* A URL's path: %xx decoded, no query, no fragment. A slash in disguise is an error: then nothing. */
static struct slim_blob url_path(const struct search *s, struct slim_blob text)
{
	char *out = slim_arena_alloc(s->arena, text.len + 1);
	size_t n = 0;
	for (size_t i = 0; i < text.len && text.ptr[i] != '?' && text.ptr[i] != '#'; i++) {
		char digits[3] = { 0 };
		if (text.ptr[i] == '%' && text.len - i > 2 && isxdigit((unsigned char)text.ptr[i + 1]) &&
		    isxdigit((unsigned char)text.ptr[i + 2])) {
			memcpy(digits, text.ptr + i + 1, 2);
			out[n] = (char)strtoul(digits, NULL, 16);
			if (out[n] == '/' || out[n] == '\\' || !out[n])
				return SLIM_BLOB("");
			n++;
			i += 2;
		} else {
			out[n++] = text.ptr[i];
		}
	}
	return slim_blob(out, n);
}

static enum node_answer try_url(struct search *s, const struct slim_node *start, struct slim_blob text)
{
	struct slim_blob path = url_path(s, text);
	if (!path.len || wants_folder(path))
		return NODE_ERROR;
	return try_file(s, start, node_clean_path(s->arena, path)) == NODE_FOUND ? NODE_FOUND : NODE_ERROR;
}

struct slim_blob node_package_name(struct slim_blob specifier)
{
	size_t length = 0;
	for (unsigned parts = specifier.len && specifier.ptr[0] == '@' ? 2 : 1; parts; parts--) {
		length += length && length < specifier.len;
		while (length < specifier.len && specifier.ptr[length] != '/')
			length++;
	}
	struct slim_blob name = slim_blob(specifier.ptr, length);
	bool scoped = length && name.ptr[0] == '@', slash = memchr(name.ptr, '/', length);
	if (!length || name.ptr[0] == '.' || name.ptr[0] == '/' || memchr(name.ptr, '\\', length) ||
	    memchr(name.ptr, '%', length) || memchr(name.ptr, '\0', length) || scoped != slash ||
	    (scoped && name.ptr[length - 1] == '/'))
		return SLIM_BLOB("");
	return name;
}

static struct slim_blob subpath_of(const struct search *s, struct slim_blob specifier, struct slim_blob name)
{
	return slim_blob_of(
		slim_arena_format(s->arena, ".%.*s", (int)(specifier.len - name.len), specifier.ptr + name.len));
}

/* The target of "exports" in a package that is found at PATH from START. */
static enum node_answer try_exports(struct search *s, const struct slim_node *start, const char *path,
				    const struct node_package *package, struct slim_blob subpath)
{
	struct node_target target;
	enum node_answer answer = node_exports(s->world, package, subpath, s->mode, &target);
	if (answer != NODE_FOUND)
		return answer;
	slim_autofree char *whole = *path ? slim_format("%s/%s", path, target.path) : slim_strdup(target.path);
	answer = try_url(s, start, slim_blob_of(whole));
	s->found->exported = true;
	return answer;
}

/* PACKAGE_SELF_RESOLVE */
static enum node_answer try_self(struct search *s, struct slim_blob specifier, struct slim_blob name)
{
	const struct node_package *own = node_scope(s->world, s->from);
	const char *called = node_package_text(own, "name");
	if (!called || !slim_blob_is(name, called))
		return NODE_NONE;
	return try_exports(s, own->dir, "", own, subpath_of(s, specifier, name));
}

/* The "main" of a package without "exports" as import takes it, or a file in it by its exact name. */
static enum node_answer try_import_in(struct search *s, const struct slim_node *start, const char *path,
				      const struct node_package *package, struct slim_blob subpath)
{
	if (!slim_blob_is(subpath, ".")) {
		slim_autofree char *whole = slim_format("%s/%.*s", path, (int)subpath.len, subpath.ptr);
		return try_url(s, start, slim_blob_of(whole));
	}
	const char *text = node_package_text(package, "main");
	const char *main = text ? join(s, path, text) : NULL;
	if (main && (try_file(s, start, main) == NODE_FOUND || try_endings(s, start, main) == NODE_FOUND ||
		     try_index(s, start, main) == NODE_FOUND))
		return NODE_FOUND;
	return try_index(s, start, path) == NODE_FOUND ? NODE_FOUND : NODE_ERROR;
}

/* One node_modules folder (or a global one), which is PREFIX below START. */
static enum node_answer try_modules(struct search *s, const struct slim_node *start, const char *prefix,
				    struct slim_blob specifier, struct slim_blob name)
{
	struct slim_node *modules = *prefix ? walk(s, start, prefix) : (struct slim_node *)start;
	if (!modules || !slim_node_is_dir(modules))
		return NODE_NONE;
	slim_autofree char *part = slim_strndup(name.ptr, name.len);
	const char *path = join(s, prefix, part);
	struct slim_node *dir = name.len ? walk(s, start, path) : NULL;
	const struct node_package *package = dir && slim_node_is_dir(dir) ? node_package_in(s->world, dir) : NULL;
	struct slim_blob subpath = subpath_of(s, specifier, name);
	enum node_answer answer = package ? try_exports(s, start, path, package, subpath) : NODE_NONE;
	if (answer != NODE_NONE)
		return answer;
	if (s->import)
		return dir && slim_node_is_dir(dir) ? try_import_in(s, start, path, package, subpath) : NODE_NONE;
	slim_autofree char *whole = *prefix ? slim_format("%s/%.*s", prefix, (int)specifier.len, specifier.ptr)
					    : slim_strndup(specifier.ptr, specifier.len);
	return try_path(s, start, slim_blob_of(whole));
}

static enum node_answer try_all_modules(struct search *s, struct slim_blob specifier)
{
	struct slim_blob name = node_package_name(specifier);
	for (const struct slim_node *dir = s->from; dir; dir = dir->parent) {
		if (node_is_modules(dir) && !s->import)
			continue;
		enum node_answer answer = try_modules(s, dir, "node_modules", specifier, name);
		if (answer != NODE_NONE)
			return answer;
	}
	for (size_t i = 0; i < s->world->global_count && !s->import; i++) {
		const struct node_global *g = &s->world->globals[i];
		if (g->inside && !slim_node_within(s->from, g->dir))
			continue;
		enum node_answer answer = try_modules(s, g->dir, "", specifier, name);
		if (answer != NODE_NONE)
			return answer;
	}
	return NODE_NONE;
}

/* PACKAGE_RESOLVE: what import does with a bare specifier, and "imports" with a bare target. */
static enum node_answer try_bare(struct search *s, struct slim_blob specifier)
{
	struct slim_blob name = node_package_name(specifier);
	if (!name.len)
		return NODE_ERROR;
	enum node_answer answer = try_self(s, specifier, name);
	return answer == NODE_NONE ? try_all_modules(s, specifier) : answer;
}

static enum node_answer try_imports(struct search *s, struct slim_blob specifier)
{
	const struct node_package *own = node_scope(s->world, s->from);
	struct node_target target;
	if (!own || slim_blob_is(specifier, "#") || slim_blob_starts(specifier, "#/"))
		return NODE_NONE;
	enum node_answer answer = node_imports(s->world, own, specifier, s->mode, &target);
	if (answer != NODE_FOUND)
		return answer;
	struct search inner = *s;
	inner.from = own->dir;
	inner.import = true; /* the conditions stay those of the asker */
	s->found->exported = true;
	if (!target.bare)
		return try_url(s, own->dir, slim_blob_of(target.path));
	return try_bare(&inner, slim_blob_of(target.path));
}

static enum node_answer try_require(struct search *s, struct slim_blob specifier)
{
	if (specifier.ptr[0] == '/')
		return try_path(s, NULL, specifier);
	if (slim_blob_is(specifier, ".") || slim_blob_is(specifier, "..") || slim_blob_starts(specifier, "./") ||
	    slim_blob_starts(specifier, "../"))
		return try_path(s, s->from, specifier);
	enum node_answer answer = specifier.ptr[0] == '#' ? try_imports(s, specifier) : NODE_NONE;
	struct slim_blob name = node_package_name(specifier);
	if (answer == NODE_NONE && name.len)
		answer = try_self(s, specifier, name);
	return answer == NODE_NONE ? try_all_modules(s, specifier) : answer;
}

static enum node_answer try_import(struct search *s, struct slim_blob specifier)
{
	if (slim_blob_starts(specifier, "file:///"))
		specifier = slim_blob(specifier.ptr + 7, specifier.len - 7);
	if (specifier.ptr[0] == '/')
		return try_url(s, NULL, specifier);
	if (slim_blob_starts(specifier, "./") || slim_blob_starts(specifier, "../"))
		return try_url(s, s->from, specifier);
	if (specifier.ptr[0] == '#')
		return try_imports(s, specifier);
	return try_bare(s, specifier);
}

bool node_resolve(struct node_world *world, const struct slim_node *from, struct slim_blob specifier, unsigned mode,
		  struct node_found *found)
{
	*found = (struct node_found){ .file = NULL };
	if (!specifier.len || specifier.len > SLIM_PATH_MAX || memchr(specifier.ptr, '\0', specifier.len) ||
	    slim_blob_starts(specifier, "node:"))
		return false;
	slim_cleanup(slim_arena_free_p) struct slim_arena *tried = slim_arena_new();
	const struct slim_node *dir = slim_node_is_dir(from) ? from : from->parent;
	struct search s = { world, tried, dir, mode, mode & NODE_IMPORT, found };
	if ((mode & NODE_IMPORT ? try_import(&s, specifier) : try_require(&s, specifier)) != NODE_FOUND)
		return false;
	found->path = slim_arena_strndup(world->arena, found->path, strlen(found->path));
	return true;
}

struct slim_node *node_find_package(struct node_world *world, const struct slim_node *from, struct slim_blob name,
				    struct node_found *found)
{
	const struct slim_node *dir = slim_node_is_dir(from) ? from : from->parent;
	slim_autofree char *path = slim_format("node_modules/%.*s", (int)name.len, name.ptr);
	for (; name.len && dir; dir = dir->parent) {
		struct slim_node *package = slim_tree_walk(world->tree, dir, slim_blob_of(path), true, NULL, NULL);
		if (!package || !slim_node_is_dir(package))
			continue;
		*found = (struct node_found){ .start = dir,
					      .path = slim_arena_strndup(world->arena, path, strlen(path)) };
		return package;
	}
	for (size_t i = 0; name.len && i < world->global_count; i++) {
		const struct node_global *g = &world->globals[i];
		struct slim_node *package = slim_tree_walk(world->tree, g->dir, name, true, NULL, NULL);
		if (!package || !slim_node_is_dir(package) || (g->inside && !slim_node_within(from, g->dir)))
			continue;
		*found = (struct node_found){ .start = g->dir,
					      .path = slim_arena_strndup(world->arena, name.ptr, name.len) };
		return package;
	}
	return NULL;
}
