/* Packages of languages, by the files that their package managers leave beside what they install. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "slim/oci.h"

#include "sbom.h"

enum { TEXT_MAX = 2 << 20, LOCK_MAX = 16 << 20, NAME_MAX_BYTES = 512 };

static bool named(const struct slim_node *node, const char *name)
{
	return node && !strcmp(node->name, name);
}

static bool ends(const struct slim_node *node, const char *suffix)
{
	return node && slim_blob_ends(slim_blob(node->name, node->name_length), suffix);
}

static char *copy(struct slim_blob text)
{
	return slim_strndup(text.len ? text.ptr : "", text.len < NAME_MAX_BYTES ? text.len : NAME_MAX_BYTES);
}

/* --- Python: METADATA and PKG-INFO (PyPA core metadata), headers as of mail --- */

static bool is_python(const struct slim_node *n)
{
	return (named(n, "METADATA") && ends(n->parent, ".dist-info")) ||
	       (named(n, "PKG-INFO") && ends(n->parent, ".egg-info")) || ends(n, ".egg-info");
}

/* The value of a header before the first empty line. */
static struct slim_blob header(struct slim_blob text, const char *name)
{
	struct slim_blob line;
	size_t n = strlen(name);
	while (slim_blob_line(&text, &line) && slim_blob_trim(line).len)
		if (line.len > n && !strncasecmp(line.ptr, name, n) && line.ptr[n] == ':')
			return slim_blob_trim(slim_blob(line.ptr + n + 1, line.len - n - 1));
	return slim_blob("", 0);
}

static bool is_said(struct slim_blob value)
{
	return value.len && !slim_blob_is(value, "UNKNOWN");
}

static void read_python(struct slim_sbom_builder *b, const struct slim_node *node, struct slim_blob text)
{
	slim_autofree char *name = copy(header(text, "Name")), *version = copy(header(text, "Version"));
	if (!*name)
		return;
	for (char *c = name; *c; c++) /* purl-spec, "pypi" */
		*c = *c == '_' ? '-' : (char)tolower((unsigned char)*c);
	struct slim_sbom_package *p = slim_sbom_found(b, &(struct slim_purl){ .type = "pypi", .name = name, .version = version }, node);
	struct slim_blob licence = header(text, "License-Expression");
	if (!is_said(licence))
		licence = header(text, "License");
	if (is_said(licence))
		p->licence = slim_licence_expression(&b->sbom->licences, licence);
}

/* --- JSON: npm and composer --- */

static json_t *parse(struct slim_blob text)
{
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	json_t *json = NULL;
	return slim_json_parse(text, "", &json, &err) < 0 ? NULL : json;
}

static const char *string(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text && strlen(text) <= NAME_MAX_BYTES ? text : NULL;
}

/* A word, {"type": word} as npm once had it, or a list of words: any of them. */
static const char *json_licence(struct slim_sbom_builder *b, const json_t *value)
{
	struct slim_licences *l = &b->sbom->licences;
	const char *parts[16] = { NULL };
	size_t count = 0;
	const json_t *one;
	size_t i;
	if (json_is_object(value))
		value = json_object_get(value, "type");
	if (json_is_string(value))
		return slim_licence_expression(l, slim_blob_of(json_string_value(value)));
	json_array_foreach (value, i, one) {
		const char *text = json_string_value(json_is_object(one) ? json_object_get(one, "type") : one);
		if (text && count < SLIM_COUNT(parts))
			parts[count++] = slim_licence_expression(l, slim_blob_of(text));
	}
	return slim_licence_join(l, parts, count, "OR");
}

/* "@scope/name" or "vendor/name": both parts of it. */
static void found_json(struct slim_sbom_builder *b, const struct slim_node *node, const char *type, const json_t *json)
{
	const char *whole = string(json, "name"), *version = string(json, "version");
	if (!whole || !*whole)
		return;
	const char *slash = strchr(whole, '/');
	slim_autofree char *space = slash ? slim_strndup(whole, (size_t)(slash - whole)) : NULL;
	const struct slim_purl purl = { type, space, slash ? slash + 1 : whole, version, NULL };
	struct slim_sbom_package *p = slim_sbom_found(b, &purl, node);
	p->name = slim_arena_strndup(b->sbom->licences.arena, whole, strlen(whole));
	p->licence = json_licence(b, json_object_get(json, "license"));
	if (!p->licence)
		p->licence = json_licence(b, json_object_get(json, "licenses"));
}

static bool is_npm(const struct slim_node *n)
{
	const struct slim_node *folder = n->parent ? n->parent->parent : NULL;
	if (folder && folder->name[0] == '@')
		folder = folder->parent;
	return named(n, "package.json") && named(folder, "node_modules");
}

static void read_npm(struct slim_sbom_builder *b, const struct slim_node *node, struct slim_blob text)
{
	slim_autojson json_t *json = parse(text);
	if (json)
		found_json(b, node, "npm", json);
}

static bool is_composer(const struct slim_node *n)
{
	return named(n, "installed.json") && named(n->parent, "composer");
}

/* Whether something of the folder in which composer put it stays. */
static bool stays(const struct slim_sbom_builder *b, const struct slim_node *composer, const json_t *package)
{
	const char *path = string(package, "install-path"), *name = string(package, "name");
	slim_autofree char *usual = slim_format("../%s", name ? name : "");
	const struct slim_node *dir =
		slim_tree_walk(b->source->tree, composer, slim_blob_of(path ? path : usual), true, NULL, NULL);
	return dir && b->selected[dir->id];
}

static void read_composer(struct slim_sbom_builder *b, const struct slim_node *node, struct slim_blob text)
{
	slim_autojson json_t *json = parse(text);
	const json_t *list = json_is_object(json) ? json_object_get(json, "packages") : json, *one;
	size_t i;
	json_array_foreach (list, i, one)
		if (stays(b, node->parent, one))
			found_json(b, node, "composer", one);
}

/* --- Ruby: specifications/NAME-VERSION.gemspec, as RubyGems writes them --- */

static bool is_gem(const struct slim_node *n)
{
	return ends(n, ".gemspec") && (named(n->parent, "specifications") ||
				       (n->parent && named(n->parent->parent, "specifications")));
}

/* The next text between double quotes of LINE; ptr NULL: none. */
static struct slim_blob quoted(struct slim_blob *line)
{
	const char *start = line->len ? memchr(line->ptr, '"', line->len) : NULL;
	const char *end = start ? memchr(start + 1, '"', (size_t)(line->ptr + line->len - start - 1)) : NULL;
	if (!end)
		return slim_blob(NULL, 0);
	*line = slim_blob(end + 1, (size_t)(line->ptr + line->len - end - 1));
	return slim_blob(start + 1, (size_t)(end - start - 1));
}

static const char *gem_licence(struct slim_sbom_builder *b, struct slim_blob line)
{
	const char *parts[16] = { NULL };
	size_t count = 0;
	for (struct slim_blob one = quoted(&line); one.ptr && count < SLIM_COUNT(parts); one = quoted(&line))
		parts[count++] = slim_licence_expression(&b->sbom->licences, one);
	return slim_licence_join(&b->sbom->licences, parts, count, "OR");
}

static bool assigns(struct slim_blob line, const char *what)
{
	struct slim_blob start = slim_blob_trim(line);
	return slim_blob_starts(start, what);
}

static void read_gem(struct slim_sbom_builder *b, const struct slim_node *node, struct slim_blob text)
{
	struct slim_blob line, name = { NULL, 0 }, version = { NULL, 0 };
	const char *licence = NULL;
	while (slim_blob_line(&text, &line))
		if (assigns(line, "s.name ="))
			name = quoted(&line);
		else if (assigns(line, "s.version ="))
			version = quoted(&line);
		else if (assigns(line, "s.licenses =") || assigns(line, "s.license ="))
			licence = gem_licence(b, line);
	slim_autofree char *n = copy(name), *v = copy(version);
	if (*n)
		slim_sbom_found(b, &(struct slim_purl){ .type = "gem", .name = n, .version = v }, node)->licence = licence;
}

static const struct {
	bool (*is)(const struct slim_node *node);
	void (*read)(struct slim_sbom_builder *b, const struct slim_node *node, struct slim_blob text);
	size_t max;
} managers[] = {
	{ is_python, read_python, TEXT_MAX },
	{ is_npm, read_npm, TEXT_MAX },
	{ is_composer, read_composer, LOCK_MAX },
	{ is_gem, read_gem, TEXT_MAX },
};

void slim_sbom_languages(struct slim_sbom_builder *b, const struct slim_node *node)
{
	for (size_t i = 0; i < SLIM_COUNT(managers); i++) {
		size_t length = 0;
		if (!managers[i].is(node))
			continue;
		slim_autofree char *text = slim_sbom_read(b, node, managers[i].max, &length);
		if (text)
			managers[i].read(b, node, slim_blob(text, length));
		return;
	}
	slim_sbom_jar(b, node);
	const struct slim_elf *elf = slim_trace_known_elf(b->source->trace, node);
	if (elf && elf->go)
		slim_sbom_go(b, node);
}
