#include "php_composer.h"

#include <ctype.h>
#include <string.h>

#include <jansson.h>

#include "../engine/junk.h"
#include "../engine/owners.h"
#include "../system/system_data.h"
#include "slim/alloc.h"
#include "slim/path.h"

enum { JSON_MAX = 32 << 20, CLASSMAP_MAX = 32 << 20, VENDORS_MAX = 64 };

static const char *const interpreters[] = { "php", "php[0-9]*", "php-fpm*", "php-cgi*", "frankenphp*", "libphp*.so*",
					     "mod_php*.so", NULL };

/* --- what Composer has written --- */

bool php_is_vendor(const struct slim_tree *tree, const struct slim_node *dir)
{
	const struct slim_node *own = slim_node_is_dir(dir) ? slim_node_child(tree, dir, SLIM_BLOB("composer")) : NULL;
	return own && slim_node_is_dir(own) && slim_node_child(tree, own, SLIM_BLOB("installed.json"));
}

struct slim_node *php_vendor_of(const struct slim_tree *tree, const struct slim_node *node)
{
	for (struct slim_node *dir = node->parent; dir && dir->parent; dir = dir->parent)
		if (php_is_vendor(tree, dir))
			return dir;
	return NULL;
}

/* The bytes of a file and a NUL; NULL: it is none, too large or cannot be read. */
static char *read_file(const struct slim_node *node, size_t max, size_t *length)
{
	if (!node || !slim_node_is_file(node) || node->inode->size > max)
		return NULL;
	char *text = slim_alloc(node->inode->size + 1);
	struct slim_error *err = NULL;
	*length = node->inode->size;
	text[*length] = '\0';
	if (!slim_inode_read(node->inode, 0, text, *length, &err))
		return text;
	slim_error_free(err);
	free(text);
	return NULL;
}

static json_t *read_json(const struct slim_tree *tree, const struct slim_node *dir, const char *path)
{
	size_t length;
	slim_autofree char *text =
		read_file(slim_tree_walk(tree, dir, slim_blob_of(path), true, NULL, NULL), JSON_MAX, &length);
	return text ? json_loadb(text, length, JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, NULL) : NULL;
}

static bool is_listed(const json_t *names, const char *name)
{
	size_t i;
	json_t *item;
	json_array_foreach(names, i, item) {
		const json_t *text = json_is_object(item) ? json_object_get(item, "name") : item;
		if (json_is_string(text) && !strcmp(json_string_value(text), name))
			return true;
	}
	return false;
}

typedef void package_sink(void *context, struct slim_node *dir, const json_t *package, bool development);

/* Each package of VENDOR whose folder is there. Composer 1 tells those for development in composer.lock alone. */
static void read_packages(const struct slim_tree *tree, struct slim_node *vendor, package_sink *sink, void *context)
{
	json_t *installed = read_json(tree, vendor, "composer/installed.json");
	json_t *lock = json_is_array(installed) ? read_json(tree, vendor->parent, "composer.lock") : NULL;
	json_t *packages = json_is_array(installed) ? installed : json_object_get(installed, "packages");
	const json_t *names = lock ? json_object_get(lock, "packages-dev") :
				     json_object_get(installed, "dev-package-names");
	size_t i;
	json_t *package;
	json_array_foreach(packages, i, package) {
		const char *name = json_string_value(json_object_get(package, "name"));
		const char *path = json_string_value(json_object_get(package, "install-path"));
		if (!name)
			continue;
		slim_autofree char *below = path ? slim_format("composer/%s", path) : slim_strdup(name);
		struct slim_node *dir = slim_tree_walk(tree, vendor, slim_blob_of(below), false, NULL, NULL);
		if (dir && slim_node_is_dir(dir))
			sink(context, dir, package, is_listed(names, name));
	}
	json_decref(installed);
	json_decref(lock);
}

typedef void vendor_sink(void *context, struct slim_node *vendor);

static void find_vendors(const struct slim_tree *tree, vendor_sink *sink, void *context)
{
	uint32_t count = (uint32_t)slim_tree_count(tree);
	size_t found = 0;
	for (uint32_t id = 1; id < count && found < VENDORS_MAX; id++) {
		struct slim_node *node = slim_tree_node(tree, id);
		if (strcmp(node->name, "installed.json") || strcmp(node->parent->name, "composer") ||
		    !node->parent->parent || !node->parent->parent->parent)
			continue;
		found++;
		sink(context, node->parent->parent);
	}
}

/* --- marks --- */

struct marking {
	const struct slim_tree *tree;
	const struct slim_node *vendor;
	uint8_t *marks;
};

static void mark_package(void *context, struct slim_node *dir, const json_t *package, bool development)
{
	struct marking *m = context;
	(void)package;
	if (development && slim_node_within(dir, m->vendor) && dir != m->vendor)
		m->marks[dir->id] |= SLIM_MANAGED;
}

static void mark_vendor(void *context, struct slim_node *vendor)
{
	struct marking *m = context;
	m->vendor = vendor;
	read_packages(m->tree, vendor, mark_package, m);
}

static bool has_interpreter(const struct slim_tree *tree)
{
	uint32_t count = (uint32_t)slim_tree_count(tree);
	for (uint32_t id = 1; id < count; id++) {
		const struct slim_node *node = slim_tree_node(tree, id);
		if (!slim_node_is_dir(node) && strstr(node->name, "php") && slim_name_in(interpreters, node->name))
			return true;
	}
	return false;
}

void php_mark_development(const struct slim_tree *tree, uint8_t *marks)
{
	struct marking m = { .tree = tree, .marks = marks };
	if (has_interpreter(tree))
		find_vendors(tree, mark_vendor, &m);
}

/* --- the packages --- */

struct reading {
	struct slim_trace *t;
	struct php_composer *c;
	struct slim_node *vendor;
	size_t vendor_index;
};

static void add_name(struct slim_trace *t, struct php_names *names, const char *text, size_t length)
{
	if (names->count && strlen(names->items[names->count - 1]) == length &&
	    !memcmp(names->items[names->count - 1], text, length))
		return;
	*slim_push(&names->items, &names->count, &names->capacity) =
		slim_arena_strndup(slim_trace_arena(t), text, length);
}

/* Namespaces of "psr-4" and "psr-0"; the empty one may have any class. */
static void add_spaces(struct slim_trace *t, struct php_names *names, json_t *autoload, bool *open)
{
	static const char *const kinds[] = { "psr-4", "psr-0" };
	for (size_t i = 0; i < SLIM_COUNT(kinds); i++) {
		const char *space;
		json_t *value;
		json_object_foreach(json_object_get(autoload, kinds[i]), space, value) {
			if (*space)
				add_name(t, names, space, strlen(space));
			else
				*open = true;
		}
	}
}

static void add_texts(struct slim_trace *t, struct php_names *names, const json_t *list)
{
	size_t i;
	json_t *item;
	json_array_foreach(list, i, item)
		if (json_is_string(item))
			add_name(t, names, json_string_value(item), strlen(json_string_value(item)));
	if (json_is_string(list))
		add_name(t, names, json_string_value(list), strlen(json_string_value(list)));
}

static void add_requires(struct slim_trace *t, struct php_names *names, json_t *requires)
{
	const char *name;
	json_t *value;
	json_object_foreach(requires, name, value) {
		add_name(t, names, name, strlen(name));
	}
}

/* Settings for others, but for those of Composer itself and of tools that nobody has in production. */
static bool announces(json_t *extra)
{
	static const char *const harmless[] = { "branch-alias", "thanks", "phpstan", "bamarni-bin", "hooks", "class",
						 "merge-plugin", "psalm", "rector", NULL };
	const char *key;
	json_t *value;
	json_object_foreach(extra, key, value) {
		if (!slim_name_in(harmless, key))
			return true;
	}
	return false;
}

static void add_package(void *context, struct slim_node *dir, const json_t *package, bool development)
{
	struct reading *r = context;
	bool open = false;
	json_t *autoload = json_object_get(package, "autoload");
	add_spaces(r->t, &r->c->vendors[r->vendor_index].spaces, autoload, &open);
	if (!development || !slim_node_within(dir, r->vendor) || dir == r->vendor)
		return;
	struct php_dev dev = { .dir = dir, .vendor = r->vendor, .open = open,
			       .announces = announces(json_object_get(package, "extra")) };
	const char *name = json_string_value(json_object_get(package, "name"));
	dev.name = slim_arena_strndup(slim_trace_arena(r->t), name, strlen(name));
	add_spaces(r->t, &dev.spaces, autoload, &open);
	add_texts(r->t, &dev.files, json_object_get(autoload, "files"));
	add_texts(r->t, &dev.bins, json_object_get(package, "bin"));
	add_requires(r->t, &dev.requires, json_object_get(package, "require"));
	dev.open |= json_array_size(json_object_get(autoload, "classmap")) > 0; /* until the map tells */
	*slim_push(&r->c->devs, &r->c->dev_count, &r->c->dev_capacity) = dev;
}

/* The next text in single quotes, its doubled backslashes undone in place. */
static bool next_text(struct slim_blob *line, struct slim_blob *text)
{
	const char *open = memchr(line->ptr, '\'', line->len);
	const char *end = open ? memchr(open + 1, '\'', line->len - (size_t)(open + 1 - line->ptr)) : NULL;
	if (!end)
		return false;
	char *out = (char *)open + 1;
	*text = slim_blob(open + 1, 0);
	for (const char *p = open + 1; p < end; p++) {
		p += *p == '\\' && p[1] == '\\';
		*out++ = *p;
	}
	text->len = (size_t)(out - text->ptr);
	*line = slim_blob(end + 1, line->len - (size_t)(end + 1 - line->ptr));
	return true;
}

/* The first two parts of a name with namespaces. */
static size_t space_length(struct slim_blob name)
{
	size_t parts = 0;
	for (size_t i = 0; i < name.len; i++)
		if (name.ptr[i] == '\\' && ++parts == 2)
			return i + 1;
	return name.len;
}

static void add_class(struct reading *r, struct slim_blob class, struct slim_blob path)
{
	while (path.len && *path.ptr == '/')
		path = slim_blob(path.ptr + 1, path.len - 1);
	const struct slim_node *file = slim_tree_walk(slim_trace_tree(r->t), r->vendor, path, true, NULL, NULL);
	for (size_t i = 0; file && i < r->c->dev_count; i++) {
		struct php_dev *dev = &r->c->devs[i];
		if (dev->vendor != r->vendor || !slim_node_within(file, dev->dir))
			continue;
		bool in_space = memchr(class.ptr, '\\', class.len);
		add_name(r->t, in_space ? &dev->spaces : &dev->classes, class.ptr,
			 in_space ? space_length(class) : class.len);
		dev->open = false;
	}
}

/* 'A\\B' => $vendorDir . '/a/b/src/B.php', */
static void read_classmap(struct reading *r)
{
	size_t length;
	const struct slim_node *file = slim_tree_walk(slim_trace_tree(r->t), r->vendor,
						      SLIM_BLOB("composer/autoload_classmap.php"), true, NULL, NULL);
	slim_autofree char *text = read_file(file, CLASSMAP_MAX, &length);
	struct slim_blob rest = slim_blob_of(text ? text : ""), line, class, path;
	while (slim_blob_line(&rest, &line))
		if (next_text(&line, &class) && memmem(line.ptr, line.len, "$vendorDir", 10) && next_text(&line, &path))
			add_class(r, class, path);
}

static void add_vendor(void *context, struct slim_node *vendor)
{
	struct reading *r = context;
	r->vendor = vendor;
	r->vendor_index = r->c->vendor_count;
	*slim_push(&r->c->vendors, &r->c->vendor_count, &r->c->vendor_capacity) = (struct php_vendor){ .dir = vendor };
	size_t before = r->c->dev_count;
	read_packages(slim_trace_tree(r->t), vendor, add_package, r);
	if (r->c->dev_count > before)
		read_classmap(r);
}

static void read_vendors(struct slim_trace *t, struct php_composer *c)
{
	struct reading r = { .t = t, .c = c };
	if (!c->read)
		find_vendors(slim_trace_tree(t), add_vendor, &r);
	c->read = true;
}

void php_composer_clear(struct php_composer *c)
{
	for (size_t i = 0; i < c->dev_count; i++) {
		struct php_names *lists[] = { &c->devs[i].spaces, &c->devs[i].classes, &c->devs[i].requires,
					      &c->devs[i].files, &c->devs[i].bins };
		for (size_t j = 0; j < SLIM_COUNT(lists); j++)
			free(lists[j]->items);
	}
	for (size_t i = 0; i < c->vendor_count; i++)
		free(c->vendors[i].spaces.items);
	free(c->devs);
	free(c->vendors);
}

/* --- what asks for them --- */

static void keep_dev(struct slim_trace *t, struct php_composer *c, struct php_dev *dev, const struct slim_node *from,
		     const char *why)
{
	if (dev->kept)
		return;
	dev->kept = true;
	uint32_t end = slim_node_end(slim_trace_tree(t), dev->dir);
	for (uint32_t id = dev->dir->id; id < end; id++)
		if (!slim_is_junk(t, slim_tree_node(slim_trace_tree(t), id)))
			slim_keep(t, slim_tree_node(slim_trace_tree(t), id), SLIM_RULE_PHP_DEVELOPMENT, from, "%s: %s", dev->name,
				  why);
	for (size_t i = 0; i < dev->requires.count; i++)
		for (size_t j = 0; j < c->dev_count; j++)
			if (c->devs[j].vendor == dev->vendor && !strcmp(c->devs[j].name, dev->requires.items[i]))
				c->devs[j].open = true; /* settle keeps it, without recursion */
}

static const struct php_dev *dev_of(const struct php_composer *c, const struct slim_node *node)
{
	for (size_t i = 0; i < c->dev_count; i++)
		if (slim_node_within(node, c->devs[i].dir))
			return &c->devs[i];
	return NULL;
}

static bool is_started_file(const struct slim_node *node, const struct php_dev *dev)
{
	for (size_t i = 0; i < dev->files.count; i++) {
		const char *slash = strrchr(dev->files.items[i], '/');
		if (!strcmp(slash ? slash + 1 : dev->files.items[i], node->name))
			return true;
	}
	return false;
}

/* Classes for tests and for tools that check sources, which name what only those have. */
static bool is_for_tests(const struct slim_node *source)
{
	static const char *const folders[] = { "test", "tests", "testing", "tester", "testcase", "spec", "specs", "phpunit",
						"phpstan", "psalm", "rector", "fixtures", "dev" };
	for (const struct slim_node *dir = source->parent; dir && dir->parent; dir = dir->parent)
		for (size_t i = 0; i < SLIM_COUNT(folders); i++)
			if (!strcasecmp(dir->name, folders[i]))
				return true;
	return false;
}

/* Something starts it, and not only because people may start what lies in a folder for programs. */
static bool is_started(struct slim_trace *t, const struct slim_node *program)
{
	static const enum slim_rule_id rules[] = {
		SLIM_RULE_ENTRYPOINT,  SLIM_RULE_ARGUMENT,    SLIM_RULE_HEALTHCHECK, SLIM_RULE_ENTRY,
		SLIM_RULE_SCRIPT_PATH, SLIM_RULE_COMMAND,     SLIM_RULE_APP_COMMAND, SLIM_RULE_SUPERVISED,
		SLIM_RULE_KEEP,	       SLIM_RULE_CONFIG_COMMAND,
	};
	for (size_t i = 0; i < SLIM_COUNT(rules); i++)
		if (slim_has_reason(t, program, rules[i]))
			return true;
	return false;
}

bool php_composer_counts(struct slim_trace *t, const struct php_composer *c, const struct slim_node *source)
{
	const struct php_dev *dev = dev_of(c, source);
	if (dev)
		return dev->kept || is_started_file(source, dev);
	for (size_t i = 0; i < c->vendor_count; i++)
		if (source->parent->parent == c->vendors[i].dir && !strcmp(source->parent->name, "bin"))
			return is_started(t, source);
	return true;
}

/* Whether what SOURCE names asks for packages: not Composer's own lists, which name all that there is. */
static bool is_asking(const struct php_composer *c, const struct slim_node *source)
{
	for (size_t i = 0; i < c->vendor_count; i++)
		if (source->parent->parent == c->vendors[i].dir && !strcmp(source->parent->name, "composer"))
			return false;
	return dev_of(c, source) || !is_for_tests(source);
}

static bool begins(struct slim_blob name, const char *space)
{
	size_t length = strlen(space);
	while (name.len && *name.ptr == '\\')
		name = slim_blob(name.ptr + 1, name.len - 1);
	bool whole = length && space[length - 1] == '\\' && name.len == length - 1;
	return whole ? !memcmp(name.ptr, space, length - 1) : name.len >= length && !memcmp(name.ptr, space, length);
}

static bool any_begins(const struct php_names *names, struct slim_blob text)
{
	for (size_t i = 0; i < names->count; i++)
		if (begins(text, names->items[i]))
			return true;
	return false;
}

static bool is_in(const struct php_names *names, struct slim_blob text)
{
	for (size_t i = 0; i < names->count; i++)
		if (slim_blob_is(text, names->items[i]))
			return true;
	return false;
}

/* "acme/tool", "/../vendor/acme/tool/run.php" */
static bool names_package(struct slim_blob text, const char *name)
{
	const char *found = memmem(text.ptr, text.len, name, strlen(name));
	if (!found)
		return false;
	const char *end = found + strlen(name);
	return (found == text.ptr || found[-1] == '/') && (end == text.ptr + text.len || *end == '/');
}

static bool asks_for(const struct php_dev *dev, enum php_said said, struct slim_blob text)
{
	switch (said) {
	case PHP_CLASS:
		return any_begins(&dev->spaces, text);
	case PHP_NAME:
		return is_in(&dev->classes, text);
	case PHP_TEXT:
	case PHP_FILE:
		return names_package(text, dev->name) || is_in(&dev->classes, text) ||
		       (dev->announces && memmem(text.ptr, text.len, "installed.json", 14));
	case PHP_EXTENSION:
	case PHP_COMPUTED_EXTENSION:
	case PHP_COMPUTED_FILE:
		break;
	}
	return false;
}

void php_composer_said(struct slim_trace *t, struct php_composer *c, enum php_said said, struct slim_blob text,
		       const struct slim_node *source)
{
	read_vendors(t, c);
	for (size_t i = 0; i < c->dev_count; i++)
		if (!c->devs[i].kept && source && slim_node_within(source, c->devs[i].vendor->parent) &&
		    asks_for(&c->devs[i], said, text) && is_asking(c, source))
			keep_dev(t, c, &c->devs[i], source, "named");
}

bool php_composer_provides(const struct php_composer *c, const struct slim_node *source, struct slim_blob name)
{
	for (size_t i = 0; i < c->vendor_count; i++)
		if (slim_node_within(source, c->vendors[i].dir->parent) &&
		    (begins(name, "Composer\\") || any_begins(&c->vendors[i].spaces, name)))
			return true;
	return false;
}

/* vendor/bin/NAME, which leads to one of its programs, or that itself. */
static bool is_run(struct slim_trace *t, const struct php_dev *dev)
{
	for (size_t i = 0; i < dev->bins.count; i++) {
		const char *bin = dev->bins.items[i], *slash = strrchr(bin, '/');
		slim_autofree char *proxy = slim_format("bin/%s", slash ? slash + 1 : bin);
		const struct slim_node *found[] = {
			slim_tree_walk(slim_trace_tree(t), dev->vendor, slim_blob_of(proxy), false, NULL, NULL),
			slim_tree_walk(slim_trace_tree(t), dev->dir, slim_blob_of(bin), true, NULL, NULL),
		};
		for (size_t j = 0; j < SLIM_COUNT(found); j++)
			if (found[j] && is_started(t, found[j]))
				return true;
	}
	return false;
}

/* What the autoloader runs at each start, whatever it belongs to. */
static void keep_files(struct slim_trace *t, const struct php_dev *dev)
{
	for (size_t i = 0; i < dev->files.count; i++)
		slim_keep_path(t, dev->dir, slim_blob_of(dev->files.items[i]), SLIM_RULE_PHP_DEVELOPMENT, dev->vendor,
			       "%s: the autoloader runs it at each start", dev->name);
}

void php_composer_settle(struct slim_trace *t, struct php_composer *c)
{
	read_vendors(t, c);
	for (bool more = true; more;) {
		more = false;
		for (size_t i = 0; i < c->dev_count; i++) {
			struct php_dev *dev = &c->devs[i];
			if (dev->kept || !slim_trace_kept(t, dev->vendor))
				continue;
			keep_files(t, dev);
			if (!dev->open && !is_run(t, dev))
				continue;
			keep_dev(t, c, dev, dev->vendor, dev->open ? "needed by another, or its classes are not known" : "run");
			more = true;
		}
	}
}
