/* "exports" and "imports" of package.json: PACKAGE_IMPORTS_EXPORTS_RESOLVE and PACKAGE_TARGET_RESOLVE of esm.html. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "node_resolve.h"
#include "slim/path.h"

enum { NEST_MAX = 64 };

enum state { UNDEFINED, NOTHING, INVALID, USABLE };

/* An object or an array whose members are being tried. */
struct level {
	json_t *json;
	void *iterator; /* of an object */
	size_t index; /* of an array */
	enum state last; /* what the last member of an array came to */
};

struct choice {
	struct node_world *world;
	unsigned mode;
	bool imports;
	const char *target;
};

static bool is_condition(const struct choice *c, const char *name)
{
	if (!strcmp(name, "default") || !strcmp(name, "node") || !strcmp(name, "node-addons"))
		return true;
	if (!strcmp(name, "module-sync"))
		return c->mode & NODE_SYNC;
	if (!strcmp(name, c->mode & NODE_IMPORT ? "import" : "require"))
		return true;
	for (const char *const *more = c->world->conditions; more && *more; more++)
		if (!strcmp(*more, name))
			return true;
	return false;
}

/* False: it was the last one that may be looked at. */
static bool take_step(struct node_world *world)
{
	world->steps += world->steps < NODE_STEPS_MAX;
	return world->steps < NODE_STEPS_MAX;
}

/* "", "." and ".." are no names of members, nor is node_modules; %2e is a dot. Empty ones are only frowned upon. */
static bool is_bad_segment(struct slim_blob segment)
{
	char text[16];
	size_t length = 0;
	for (size_t i = 0; i < segment.len && length < sizeof(text) - 1; i++) {
		unsigned code;
		char digits[3] = { 0 };
		if (segment.ptr[i] == '%' && segment.len - i > 2 && isxdigit((unsigned char)segment.ptr[i + 1]) &&
		    isxdigit((unsigned char)segment.ptr[i + 2])) {
			memcpy(digits, segment.ptr + i + 1, 2);
			code = (unsigned)strtoul(digits, NULL, 16);
			i += 2;
		} else {
			code = (unsigned char)segment.ptr[i];
		}
		text[length++] = (char)code;
	}
	text[length] = '\0';
	return !strcmp(text, ".") || !strcmp(text, "..") || !strcasecmp(text, "node_modules");
}

static bool has_bad_segment(struct slim_blob path)
{
	struct slim_blob part;
	while (slim_blob_split_any(&path, "/\\", &part))
		if (is_bad_segment(part))
			return true;
	return false;
}

static bool is_url(const char *text)
{
	size_t i = 0;
	while (isalnum((unsigned char)text[i]) || (i && strchr("+-.", text[i]) && text[i]))
		i++;
	return i && text[i] == ':' && isalpha((unsigned char)text[0]);
}

static enum state judge_text(struct choice *c, const char *text)
{
	bool inside = !strncmp(text, "./", 2);
	bool bare = c->imports && *text && strncmp(text, "../", 3) != 0 && *text != '/' && !is_url(text);
	if (inside ? has_bad_segment(slim_blob_of(text + 2)) : !bare)
		return INVALID;
	c->target = text;
	return USABLE;
}

static bool is_number(const char *key)
{
	return *key && strspn(key, "0123456789") == strlen(key);
}

/* The next member that counts; NULL: there is none. */
static json_t *next_member(const struct choice *c, struct level *level)
{
	if (json_is_array(level->json))
		return json_array_get(level->json, level->index++);
	while (level->iterator && take_step(c->world)) {
		void *now = level->iterator;
		level->iterator = json_object_iter_next(level->json, now);
		if (is_condition(c, json_object_iter_key(now)))
			return json_object_iter_value(now);
	}
	return NULL;
}

static bool has_number(const struct choice *c, json_t *object)
{
	for (void *i = json_object_iter(object); i && take_step(c->world); i = json_object_iter_next(object, i))
		if (is_number(json_object_iter_key(i)))
			return true;
	return false;
}

/* PACKAGE_TARGET_RESOLVE: depth first, with a stack of its own. */
static enum state choose(struct choice *c, json_t *target)
{
	struct level levels[NEST_MAX];
	size_t depth = 0;
	for (json_t *json = target;;) {
		enum state state = INVALID;
		bool nested = json_is_object(json) || json_is_array(json);
		if (nested && depth == NEST_MAX)
			return INVALID;
		if (nested && !has_number(c, json)) {
			levels[depth++] = (struct level){ json, json_object_iter(json), 0, UNDEFINED };
			state = UNDEFINED;
		} else if (json_is_string(json)) {
			state = judge_text(c, json_string_value(json));
		} else if (json_is_null(json)) {
			state = NOTHING;
		}
		/* an answer goes up: an object takes the first one, an array goes on until it can use one */
		for (json = NULL; !json;) {
			if (state == USABLE || !depth)
				return state;
			struct level *level = &levels[depth - 1];
			bool array = json_is_array(level->json);
			if (state != UNDEFINED && array)
				level->last = state;
			json = state == UNDEFINED || array ? next_member(c, level) : NULL;
			if (json)
				break;
			if (array)
				state = level->last;
			depth--;
		}
	}
}

/* The target with each * replaced by MATCH. NULL: no file has so long a name. */
static const char *filled(struct node_world *world, const char *target, struct slim_blob match)
{
	size_t stars = 0;
	for (const char *c = target; *c; c++)
		stars += *c == '*';
	size_t length = strlen(target);
	if (length > SLIM_PATH_MAX || stars * match.len > SLIM_PATH_MAX)
		return NULL;
	char *text = slim_arena_alloc(world->arena, length + stars * match.len + 1), *out = text;
	for (const char *c = target; *c; c++) {
		if (*c == '*' && match.ptr) {
			memcpy(out, match.ptr, match.len);
			out += match.len;
		} else {
			*out++ = *c;
		}
	}
	return text;
}

/* PATTERN_KEY_COMPARE: whether A comes before B. */
static bool is_better(const char *a, const char *b)
{
	size_t x = (size_t)(strchr(a, '*') - a), y = (size_t)(strchr(b, '*') - b);
	return x != y ? x > y : strlen(a) > strlen(b);
}

/* What * of the pattern KEY stands for in PATH; ptr NULL: it does not match. */
static struct slim_blob star_of(const char *key, struct slim_blob path)
{
	const char *star = strchr(key, '*');
	size_t before = star ? (size_t)(star - key) : 0, length = strlen(key), behind = length - before - 1;
	if (!star || strchr(star + 1, '*') || path.len < length || memcmp(path.ptr, key, before) != 0 ||
	    memcmp(path.ptr + path.len - behind, star + 1, behind) != 0)
		return slim_blob(NULL, 0);
	return slim_blob(path.ptr + before, path.len - before - behind);
}

/* PACKAGE_IMPORTS_EXPORTS_RESOLVE */
static enum node_answer look_up(struct choice *c, json_t *map, struct slim_blob key, struct node_target *out)
{
	slim_autofree char *exact = slim_strndup(key.ptr, key.len);
	json_t *target = NULL;
	struct slim_blob match = { NULL, 0 };
	const char *best = NULL;
	if (!memchr(key.ptr, '*', key.len) && key.ptr[key.len - 1] != '/')
		target = json_object_get(map, exact);
	for (void *i = target ? NULL : json_object_iter(map); i && take_step(c->world);
	     i = json_object_iter_next(map, i)) {
		const char *pattern = json_object_iter_key(i);
		struct slim_blob star = star_of(pattern, key);
		if (!star.ptr || (best && !is_better(pattern, best)))
			continue;
		best = pattern;
		match = star;
		target = json_object_iter_value(i);
	}
	if (!target || choose(c, target) != USABLE || (match.ptr && has_bad_segment(match)))
		return NODE_ERROR;
	out->bare = strncmp(c->target, "./", 2) != 0;
	out->path = filled(c->world, c->target, match);
	return out->path ? NODE_FOUND : NODE_ERROR;
}

/* Without keys that begin with a dot it is the target of "." alone. */
static bool is_main_only(json_t *exports)
{
	void *first = json_object_iter(exports);
	return !json_is_object(exports) || (first && json_object_iter_key(first)[0] != '.');
}

enum node_answer node_exports(struct node_world *world, const struct node_package *package, struct slim_blob subpath,
			      unsigned mode, struct node_target *out)
{
	json_t *exports = json_object_get(package->json, "exports");
	struct choice c = { world, mode, false, "" };
	if (!exports || json_is_null(exports))
		return NODE_NONE;
	if (!is_main_only(exports))
		return look_up(&c, exports, subpath, out);
	if (!slim_blob_is(subpath, ".") || choose(&c, exports) != USABLE)
		return NODE_ERROR;
	*out = (struct node_target){ filled(world, c.target, slim_blob(NULL, 0)), false };
	return out->path ? NODE_FOUND : NODE_ERROR;
}

enum node_answer node_imports(struct node_world *world, const struct node_package *package, struct slim_blob specifier,
			      unsigned mode, struct node_target *out)
{
	json_t *imports = json_object_get(package->json, "imports");
	struct choice c = { world, mode, true, "" };
	if (!json_is_object(imports))
		return NODE_NONE;
	return look_up(&c, imports, specifier, out);
}
