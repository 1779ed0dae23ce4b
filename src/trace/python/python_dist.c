#include "python_dist.h"

#include <stdint.h>

#include "../engine/owners.h"
#include "../system/system_data.h"
#include "python_record.h"

#define OWNED_BY_MANY UINT32_MAX

struct refs { /* sorted by key; several may have the same */
	const char **keys;
	struct python_dist **dists;
	size_t count;
};

struct python_dists {
	struct slim_arena *arena; /* the trace's */
	struct python_dist **items;
	size_t count, capacity;
	uint32_t *owner; /* by node: the place in items + 1, or 0 */
	uint32_t *of_package; /* the same by system package */
	struct refs names;
	struct python_provider *providers; /* by group and place */
	struct python_group *groups; /* by name */
	size_t provider_count, provider_capacity, group_count, group_capacity;
};

struct ref {
	const char *key;
	struct python_dist *dist;
};

struct ref_list {
	struct ref *items;
	size_t count, capacity;
};

/* One distribution that is being read. */
struct reading {
	struct slim_trace *t;
	struct python_dists *dists;
	struct slim_node *site;
	struct ref_list *names;
	uint32_t index; /* of the distribution */
};

static const char *const core_packages[] = {
	"python3",      "python3.[0-9]*", "python3-minimal", "python2*", "libpython*",
	"python3-libs", "python3-stdlib", "python",          "pypy*",    NULL
};

static struct python_dist *dist_at(const struct reading *r)
{
	return r->dists->items[r->index];
}

static uint32_t new_dist(struct python_dists *d, const char *name, struct slim_node *site)
{
	struct python_dist *dist = slim_calloc(1, sizeof(*dist));
	*dist = (struct python_dist){ .name = name, .site = site };
	*slim_push(&d->items, &d->count, &d->capacity) = dist;
	return (uint32_t)(d->count - 1);
}

/* NODE and, if that is a folder, what is below it. */
static void add_files(const struct reading *r, struct slim_node *node)
{
	const struct slim_tree *tree = slim_trace_tree(r->t);
	struct python_dist *dist = dist_at(r);
	uint32_t end = slim_node_end(tree, node);
	for (uint32_t id = node->id; id < end; id++) {
		struct slim_node *file = slim_tree_node(tree, id);
		if (slim_node_is_dir(file) || r->dists->owner[id])
			continue;
		r->dists->owner[id] = r->index + 1;
		*slim_push(&dist->files, &dist->file_count, &dist->file_capacity) = file;
	}
}

static void add_one(void *context, struct slim_node *node)
{
	const struct reading *r = context;
	struct python_dist *dist = dist_at(r);
	if (python_is_program_folder(node->parent))
		*slim_push(&dist->scripts, &dist->script_count, &dist->script_capacity) = node;
	else if (!slim_node_is_dir(node))
		add_files(r, node);
}

/* --- what system packages own ------------------------------------------------------------------------------------ */

static const struct slim_package *package_of(struct slim_trace *t, const struct slim_node *node)
{
	const struct slim_packages *packages = slim_trace_packages(t);
	const struct slim_package *owner = NULL;
	for (const struct slim_node *n = slim_node_is_dir(node) ? node->first : node; n && !owner; n = n->next) {
		owner = slim_node_is_dir(n) ? NULL : slim_packages_owner(packages, n);
		if (n == node)
			break;
	}
	return owner && !slim_name_in(core_packages, owner->name) ? owner : NULL;
}

static void add_package(const struct reading *r, const struct slim_package *package)
{
	for (size_t i = 0; i < package->file_count; i++)
		if (!slim_is_integration(r->t, package->files[i]))
			add_one((void *)r, package->files[i]);
	r->dists->of_package[package->index] = r->index + 1;
}

/* --- metadata ---------------------------------------------------------------------------------------------------- */

static void add_requirement(const struct reading *r, const char *text)
{
	struct python_dist *dist = dist_at(r);
	*slim_push(&dist->requires, &dist->require_count, &dist->require_capacity) = text;
}

static void read_headers(const struct reading *r, struct slim_blob text, struct slim_blob *name)
{
	struct slim_blob line;
	while (slim_blob_line(&text, &line)) {
		struct slim_blob value = line, field;
		line = slim_blob_trim(line);
		if (!line.len)
			return;
		if (!slim_blob_split(&value, ':', &field) || !value.ptr)
			continue;
		value = slim_blob_trim(value);
		if (slim_blob_is(field, "Name"))
			*name = slim_blob_of(slim_arena_strndup(r->dists->arena, value.ptr, value.len));
		else if (slim_blob_is(field, "Requires-Dist"))
			add_requirement(r, slim_arena_strndup(r->dists->arena, value.ptr, value.len));
	}
}

/* setuptools' requires.txt: sections [extra:marker] of requirements, as lines with markers. */
static void read_requires(const struct reading *r, struct slim_blob text)
{
	struct slim_blob line, extra = SLIM_BLOB(""), marker = SLIM_BLOB("");
	while (slim_blob_line(&text, &line)) {
		line = slim_blob_trim(line);
		if (line.len > 1 && *line.ptr == '[') {
			marker = slim_blob(line.ptr + 1, line.len - 2);
			slim_blob_split(&marker, ':', &extra);
			if (!marker.ptr)
				marker = SLIM_BLOB("");
		} else if (line.len) {
			add_requirement(r, slim_arena_format(r->dists->arena, "%.*s ; %s%.*s%s%s%.*s%s", (int)line.len,
							     line.ptr, extra.len ? "extra == '" : "", (int)extra.len,
							     extra.ptr, extra.len ? "'" : "",
							     extra.len && marker.len ? " and (" : "", (int)marker.len,
							     marker.ptr, extra.len && marker.len ? ")" : ""));
		}
	}
}

static void read_entry_points(const struct reading *r, struct slim_blob text)
{
	struct python_dist *dist = dist_at(r);
	struct slim_blob line;
	const char *group = NULL;
	while (slim_blob_line(&text, &line)) {
		line = slim_blob_trim(line);
		if (line.len > 1 && *line.ptr == '[') {
			group = slim_arena_strndup(r->dists->arena, line.ptr + 1, line.len - 2);
			continue;
		}
		struct slim_blob value = line, name, module;
		if (!group || !slim_blob_split(&value, '=', &name) || !value.ptr)
			continue;
		slim_blob_split_any(&value, ":[", &module);
		module = slim_blob_trim(module);
		*slim_push(&dist->points, &dist->point_count, &dist->point_capacity) = (struct python_entry_point){
			.group = group,
			.module = slim_blob_of(slim_arena_strndup(r->dists->arena, module.ptr, module.len)),
		};
	}
}

static struct slim_node *member(const struct reading *r, const struct slim_node *dir, const char *name)
{
	struct slim_node *node = slim_tree_walk(slim_trace_tree(r->t), dir, slim_blob_of(name), true, NULL, NULL);
	return slim_node_is_dir(dir) && node && slim_node_is_file(node) ? node : NULL;
}

/* Hand the text of the file NAME of METADATA, or of METADATA itself, to READ. */
static void read_member(const struct reading *r, struct slim_node *file,
			void (*read)(const struct reading *, struct slim_blob))
{
	size_t length = 0;
	slim_autofree char *text = file ? slim_trace_read(r->t, file, PYTHON_SOURCE_MAX, &length) : NULL;
	if (text)
		read(r, slim_blob(text, length));
}

static void read_name(const struct reading *r, struct slim_node *metadata, struct slim_blob *name)
{
	struct slim_node *file = slim_node_is_file(metadata) ? metadata : member(r, metadata, "METADATA");
	if (!file)
		file = member(r, metadata, "PKG-INFO");
	size_t length = 0;
	slim_autofree char *text = file ? slim_trace_read(r->t, file, PYTHON_SOURCE_MAX, &length) : NULL;
	if (text)
		read_headers(r, slim_blob(text, length), name);
	if (!dist_at(r)->stands)
		dist_at(r)->stands = file;
}

/* "a\nb": folders and modules beside the metadata. */
static void add_top_levels(const struct reading *r, struct slim_blob text)
{
	struct slim_blob line;
	while (slim_blob_line(&text, &line)) {
		line = slim_blob_trim(line);
		if (!line.len || memchr(line.ptr, '/', line.len))
			continue;
		struct slim_node *dir = slim_node_child(slim_trace_tree(r->t), r->site, line);
		slim_autofree char *file = slim_format("%.*s.py", (int)line.len, line.ptr);
		struct slim_node *module = slim_node_child(slim_trace_tree(r->t), r->site, slim_blob_of(file));
		if (dir)
			add_files(r, dir);
		if (module)
			add_files(r, module);
	}
}

static void add_recorded(struct reading *r, struct slim_node *metadata)
{
	struct slim_node *record = member(r, metadata, "RECORD"), *list = member(r, metadata, "installed-files.txt");
	const struct slim_package *package = package_of(r->t, metadata);
	if (record)
		python_record_read(r->t, record, r->site, add_one, r);
	else if (list)
		python_record_read(r->t, list, metadata, add_one, r);
	if (package && !r->dists->of_package[package->index])
		add_package(r, package);
	else if (!record && !list && !package)
		read_member(r, member(r, metadata, "top_level.txt"), add_top_levels);
}

static void add_ref(struct ref_list *list, const char *key, struct python_dist *dist)
{
	*slim_push(&list->items, &list->count, &list->capacity) = (struct ref){ key, dist };
}

static struct slim_blob stem_of(const struct slim_node *metadata)
{
	struct slim_blob rest = slim_blob(metadata->name, metadata->name_length), name;
	slim_blob_split(&rest, '-', &name);
	if (slim_blob_ends(name, ".egg"))
		name.len -= 4;
	return name;
}

static void read_dist(struct reading *r, struct slim_node *metadata)
{
	const struct slim_package *package = package_of(r->t, metadata);
	struct slim_blob name = stem_of(metadata);
	if (package && r->dists->of_package[package->index])
		r->index = r->dists->of_package[package->index] - 1; /* a second one in the same package */
	else
		r->index = new_dist(r->dists, "", r->site);
	struct python_dist *dist = dist_at(r);
	read_name(r, metadata, &name);
	if (!dist->metadata) {
		dist->metadata = metadata;
		dist->name = python_normal_name(r->dists->arena, name);
	}
	add_ref(r->names, python_normal_name(r->dists->arena, name), dist);
	read_member(r, member(r, metadata, "requires.txt"), read_requires);
	read_member(r, member(r, metadata, "entry_points.txt"), read_entry_points);
	add_recorded(r, metadata);
	add_files(r, metadata);
}

static void read_site(struct slim_trace *t, struct python_dists *d, struct slim_node *site, struct ref_list *names)
{
	static const char *const patterns[] = { "*.dist-info", "*.egg-info", NULL };
	struct reading r = { .t = t, .dists = d, .site = site, .names = names };
	for (struct slim_node *c = site->first; c; c = c->next) {
		struct slim_node *inside = slim_node_is_dir(c) && slim_blob_ends(slim_blob_of(c->name), ".egg")
						   ? slim_node_child(slim_trace_tree(t), c, SLIM_BLOB("EGG-INFO"))
						   : NULL;
		if (inside) {
			read_dist(&r, inside);
			add_files(&r, c);
		} else if (slim_name_in(patterns, c->name)) {
			read_dist(&r, c);
		}
	}
}

/* --- files that are on no list ----------------------------------------------------------------------------------- */

/* A folder whose listed files are all of one distribution belongs to it: what was made there later, too. */
static void adopt(struct slim_trace *t, struct python_dists *d, struct slim_node *site, uint32_t *folders)
{
	const struct slim_tree *tree = slim_trace_tree(t);
	uint32_t end = slim_node_end(tree, site);
	for (uint32_t id = end; --id > site->id;) {
		const struct slim_node *node = slim_tree_node(tree, id);
		uint32_t mine = slim_node_is_dir(node) ? folders[id] : d->owner[id],
			 *above = &folders[node->parent->id];
		if (mine)
			*above = !*above || *above == mine ? mine : OWNED_BY_MANY;
	}
	folders[site->id] = 0;
	for (uint32_t id = site->id + 1; id < end; id++) {
		struct slim_node *node = slim_tree_node(tree, id);
		uint32_t above = folders[node->parent->id];
		if (slim_node_is_dir(node))
			folders[id] = folders[id] == OWNED_BY_MANY ? 0 : folders[id] ? folders[id] : above;
		else if (above && !d->owner[id])
			add_files(&(struct reading){ .t = t, .dists = d, .index = above - 1 }, node);
	}
}

static int ref_order(const void *a, const void *b)
{
	const struct ref *x = a, *y = b;
	int order = strcmp(x->key, y->key);
	uint32_t i = x->dist->site->id, k = y->dist->site->id;
	return order ? order : (i > k) - (i < k);
}

static struct refs sort_refs(struct ref_list *list)
{
	struct refs refs = { slim_calloc(list->count + 1, sizeof(char *)),
			     slim_calloc(list->count + 1, sizeof(struct python_dist *)), list->count };
	if (list->count)
		qsort(list->items, list->count, sizeof(*list->items), ref_order);
	for (size_t i = 0; i < list->count; i++) {
		refs.keys[i] = list->items[i].key;
		refs.dists[i] = list->items[i].dist;
	}
	free(list->items);
	return refs;
}

static int point_order(const void *a, const void *b)
{
	const struct python_entry_point *x = a, *y = b;
	int order = strcmp(x->group, y->group);
	return order ? order : slim_blob_compare(x->module, y->module);
}

static void list_providers(struct python_dists *d, struct python_dist *dist)
{
	if (dist->point_count)
		qsort(dist->points, dist->point_count, sizeof(*dist->points), point_order);
	for (size_t i = 0, count = 0; i < dist->point_count; i += count) {
		const char *group = dist->points[i].group;
		for (count = 1; i + count < dist->point_count && !strcmp(group, dist->points[i + count].group);)
			count++;
		if (strcmp(group, "console_scripts") != 0 && strcmp(group, "gui_scripts") != 0)
			*slim_push(&d->providers, &d->provider_count, &d->provider_capacity) =
				(struct python_provider){ dist, dist->points + i, count };
	}
}

static int provider_order(const void *a, const void *b)
{
	const struct python_provider *x = a, *y = b;
	int order = strcmp(x->points->group, y->points->group);
	uint32_t i = x->dist->site->id, k = y->dist->site->id;
	return order ? order : (i > k) - (i < k);
}

static void list_groups(struct python_dists *d)
{
	for (size_t i = 0; i < d->count; i++)
		list_providers(d, d->items[i]);
	if (d->provider_count)
		qsort(d->providers, d->provider_count, sizeof(*d->providers), provider_order);
	for (size_t i = 0; i < d->provider_count; i++) {
		struct python_provider *p = &d->providers[i];
		if (!i || strcmp(p->points->group, d->groups[d->group_count - 1].name) != 0)
			*slim_push(&d->groups, &d->group_count, &d->group_capacity) =
				(struct python_group){ .name = p->points->group, .providers = p };
		d->groups[d->group_count - 1].count++;
	}
}

struct python_dists *python_dists_read(struct slim_trace *t)
{
	const struct slim_tree *tree = slim_trace_tree(t);
	size_t count = slim_tree_count(tree), packages = slim_packages_count(slim_trace_packages(t));
	struct python_dists *d = slim_calloc(1, sizeof(*d));
	struct ref_list names = { 0 };
	slim_autofree uint32_t *folders = slim_calloc(count, sizeof(*folders));
	*d = (struct python_dists){ .arena = slim_trace_arena(t),
				    .owner = slim_calloc(count, sizeof(uint32_t)),
				    .of_package = slim_calloc(packages + 1, sizeof(uint32_t)) };
	struct slim_node *site;
	for (uint32_t id = 0; (site = python_next_site(t, &id));)
		read_site(t, d, site, &names);
	for (uint32_t id = 0; (site = python_next_site(t, &id));)
		adopt(t, d, site, folders);
	d->names = sort_refs(&names);
	list_groups(d);
	return d;
}

void python_dists_free(struct python_dists *d)
{
	for (size_t i = 0; d && i < d->count; i++) {
		struct python_dist *dist = d->items[i];
		free(dist->files);
		free(dist->scripts);
		free(dist->requires);
		free(dist->points);
		free(dist->extras);
		free(dist->declared);
		free(dist);
	}
	if (!d)
		return;
	free(d->items);
	free(d->owner);
	free(d->of_package);
	free(d->names.keys);
	free(d->names.dists);
	free(d->providers);
	free(d->groups);
	free(d);
}

size_t python_dists_count(const struct python_dists *d)
{
	return d->count;
}

struct python_dist *python_dists_at(const struct python_dists *d, size_t index)
{
	return d->items[index];
}

struct python_dist *python_dist_known(const struct python_dists *d, const struct slim_node *node)
{
	uint32_t owner = d->owner[node->id];
	return owner ? d->items[owner - 1] : NULL;
}

struct python_dist *python_dist_of(struct slim_trace *t, struct python_dists *d, struct slim_node *node,
				   const struct slim_node *place)
{
	struct python_dist *known = python_dist_known(d, node);
	if (known)
		return known;
	const struct slim_package *package = package_of(t, node);
	struct slim_node *entry = node;
	while (entry && entry->parent != place)
		entry = entry->parent;
	if (!entry)
		return NULL;
	const char *name = package ? package->name : entry->name;
	struct reading r = { .t = t, .dists = d, .site = (struct slim_node *)place };
	r.index = new_dist(d, name, r.site);
	if (package && !d->of_package[package->index])
		add_package(&r, package);
	if (!package)
		add_files(&r, entry);
	add_files(&r, node);
	return dist_at(&r);
}

static struct python_dist **find(const struct refs *refs, struct slim_blob key, size_t *count)
{
	size_t low = 0, high = refs->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (slim_blob_compare(slim_blob_of(refs->keys[middle]), key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*count = 0;
	while (low + *count < refs->count && slim_blob_is(key, refs->keys[low + *count]))
		++*count;
	return refs->dists + low;
}

struct python_dist **python_dists_named(const struct python_dists *d, const char *name, size_t *count)
{
	return find(&d->names, slim_blob_of(name), count);
}

static int group_order(const void *key, const void *item)
{
	const struct python_group *group = item;
	return slim_blob_compare(*(const struct slim_blob *)key, slim_blob_of(group->name));
}

struct python_group *python_dists_group(const struct python_dists *d, struct slim_blob name)
{
	return d->group_count ? bsearch(&name, d->groups, d->group_count, sizeof(*d->groups), group_order) : NULL;
}
