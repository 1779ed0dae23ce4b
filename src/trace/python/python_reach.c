/* From names to files: modules that are imported, and the distributions that come with them. */
#include "python_state.h"

#include "../engine/owners.h"
#include "../system/system_data.h"

static void push(struct python_nodes *list, struct slim_node *node)
{
	*slim_push(&list->items, &list->count, &list->capacity) = node;
}

static bool is_test_folder(const struct slim_node *dir)
{
	return !strcmp(dir->name, "tests") || !strcmp(dir->name, "test");
}

/* The outermost folder of tests in DIST that holds NODE; NULL: none. */
static struct slim_node *tests_of(const struct slim_node *node, const struct slim_node *site)
{
	struct slim_node *found = NULL;
	for (struct slim_node *n = node->parent; n && n->parent && n != site; n = n->parent)
		if (is_test_folder(n))
			found = n;
	return found;
}

static bool is_for_compilers(const struct slim_node *node)
{
	static const char *const patterns[] = { "*.pyi", "*.c",   "*.cc",  "*.cpp", "*.cxx", "*.h",   "*.hpp", "*.hxx",
						"*.pyx", "*.pxd", "*.pxi", "*.a",   "*.o",   "*.f90", NULL };
	return slim_name_in(patterns, node->name);
}

static void keep_file(struct slim_trace *t, struct slim_node *file, const struct python_dist *dist)
{
	slim_keep(t, file, SLIM_RULE_PYTHON_PACKAGE, dist->stands, "distribution %s", dist->name);
}

/* What the interpreters in use compiled from SOURCE: PEP 3147, PEP 488. */
static void keep_compiled(struct slim_trace *t, const struct python_state *s, const struct slim_node *source,
			  const struct python_dist *dist)
{
	static const char *const endings[] = { "", ".opt-1", ".opt-2" };
	struct slim_blob name = slim_blob(source->name, source->name_length);
	struct slim_node *cache = slim_node_child(slim_trace_tree(t), source->parent, SLIM_BLOB("__pycache__"));
	if (!cache || !slim_blob_ends(name, ".py"))
		return;
	for (size_t i = 0; i < s->runtimes.count; i++) {
		const char *version = s->runtimes.items[i]->target.version,
			   *dot = version ? strchr(version, '.') : NULL;
		for (size_t k = 0; dot && k < SLIM_COUNT(endings); k++) {
			slim_autofree char *file = slim_format("%.*s.cpython-%.*s%s%s.pyc", (int)name.len - 3, name.ptr,
							       (int)(dot - version), version, dot + 1, endings[k]);
			struct slim_node *compiled = slim_node_child(slim_trace_tree(t), cache, slim_blob_of(file));
			if (compiled)
				keep_file(t, compiled, dist);
		}
	}
}

static void keep_tests(struct slim_trace *t, struct slim_node *dir, const struct python_dist *dist)
{
	uint32_t end = slim_node_end(slim_trace_tree(t), dir);
	for (uint32_t id = dir->id; id < end; id++)
		if (!slim_node_is_dir(slim_tree_node(slim_trace_tree(t), id)))
			keep_file(t, slim_tree_node(slim_trace_tree(t), id), dist);
}

static void keep_files(struct slim_trace *t, struct python_state *s, struct python_dist *dist)
{
	for (size_t i = 0; i < dist->file_count; i++) {
		struct slim_node *file = dist->files[i];
		bool tests = dist->site && tests_of(file, dist->site) && !(s->marks[file->id] & PYTHON_REACHED);
		if (tests || is_for_compilers(file) || slim_is_junk(t, file))
			continue;
		keep_file(t, file, dist);
		keep_compiled(t, s, file, dist);
	}
	for (size_t i = 0; i < dist->script_count; i++)
		if (!slim_is_system_path(dist->scripts[i]))
			keep_file(t, dist->scripts[i], dist);
}

/* In the order of the tree the first file stands for those that have no metadata. */
static void find_stand(struct python_dist *dist)
{
	for (size_t i = 0; !dist->metadata && i < dist->file_count; i++)
		if (!dist->stands || dist->files[i]->id < dist->stands->id)
			dist->stands = dist->files[i];
	if (!dist->stands && dist->file_count)
		dist->stands = dist->files[0];
}

static void keep_whole(struct slim_trace *t, struct python_state *s, struct python_dist *dist)
{
	if (dist->kept)
		return;
	dist->kept = true;
	keep_files(t, s, dist);
}

/* NODE is imported: to be read, if it is a source. */
static void reached(struct python_state *s, struct slim_node *node)
{
	if (s->marks[node->id] & PYTHON_REACHED)
		return;
	s->marks[node->id] |= PYTHON_REACHED;
	push(&s->queue, node);
}

static bool is_top_module(const struct slim_node *node, const struct slim_node *site)
{
	bool init = !strncmp(node->name, "__init__.", 9);
	return python_is_module_file(node) && (init ? node->parent->parent == site : node->parent == site);
}

void python_keep_dist(struct slim_trace *t, struct python_state *s, struct python_dist *dist,
		      const struct python_asker *asker)
{
	find_stand(dist);
	if (!dist->stands)
		return;
	if (dist->stands != asker->node)
		slim_keep(t, dist->stands, asker->rule, asker->node, "%s", asker->evidence);
	keep_whole(t, s, dist);
	for (size_t i = 0; i < dist->file_count; i++)
		if (is_top_module(dist->files[i], dist->site))
			reached(s, dist->files[i]);
}

/* Parts of a package that only development loads: they count when something imports them by name. */
static bool is_for_development(const struct slim_node *node, const struct slim_node *site)
{
	static const char *const names[] = { "tests",    "test",          "testing", "conftest.py",
					     "*pytest*", "setup.py",      "mypy*",   "_pyinstaller",
					     "*sphinx*", "__pyinstaller", NULL };
	for (const struct slim_node *n = node; n->parent && n != site; n = n->parent)
		if (slim_name_in(names, n->name) && n->parent != site)
			return true;
	return false;
}

static bool is_development_extra(const char *name)
{
	static const char *const names[] = { "*test*",    "*dev*", "*doc*",   "*lint*",   "*typ*",   "*mypy*",
					     "*sphinx*",  "*cov*", "*bench*", "*check*",  "*style*", "*build*",
					     "*release*", "*qa*",  NULL };
	return slim_name_in(names, name);
}

/* Extras that gather the others: what they hold may be used, but nothing asks for all of it at once. */
static bool is_gathering_extra(const char *name)
{
	static const char *const names[] = { "all", "complete", "full", NULL };
	return slim_name_in(names, name);
}

/* The name in "extra == 'name'"; "" when there is none. */
static struct slim_blob extra_of(struct slim_blob marker)
{
	const char *at = marker.len ? memmem(marker.ptr, marker.len, "extra", 5) : NULL;
	struct slim_blob rest = at ? slim_blob(at, (size_t)(marker.ptr + marker.len - at)) : SLIM_BLOB(""), part;
	slim_blob_split_any(&rest, "'\"", &part);
	return rest.ptr && slim_blob_split_any(&rest, "'\"", &part) ? part : SLIM_BLOB("");
}

static bool add_extras(struct slim_trace *t, struct python_dist *dist, struct slim_blob extras)
{
	struct slim_blob part;
	bool any = false;
	while (slim_blob_split(&extras, ',', &part)) {
		const char *name = python_normal_name(slim_trace_arena(t), slim_blob_trim(part));
		bool known = !*name;
		for (size_t i = 0; i < dist->extra_count; i++)
			known |= !strcmp(dist->extras[i], name);
		if (!known) {
			*slim_push(&dist->extras, &dist->extra_count, &dist->extra_capacity) = name;
			any = true;
		}
	}
	return any;
}

/* What the requirement LINE is for: "" always, else an extra. False: it is none, or one of development. */
static bool is_declaration(struct slim_trace *t, const char *line, struct python_requirement *r,
			   struct slim_blob *extra)
{
	if (!python_requirement_parse(slim_blob_of(line), r))
		return false;
	*extra = extra_of(r->marker);
	return !extra->len || !is_development_extra(python_normal_name(slim_trace_arena(t), *extra));
}

static void list_declared(struct slim_trace *t, struct python_dist *dist)
{
	struct python_requirement r;
	struct slim_blob extra;
	for (size_t i = 0; !dist->listed && i < dist->require_count; i++)
		if (is_declaration(t, dist->requires[i], &r, &extra))
			*slim_push(&dist->declared, &dist->declared_count, &dist->declared_capacity) =
				python_normal_name(slim_trace_arena(t), r.name);
	dist->listed = true;
}

static bool is_declared(const struct python_dist *dist, const struct python_dist *target)
{
	for (size_t i = 0; i < dist->declared_count; i++)
		if (!strcmp(dist->declared[i], target->name))
			return true;
	return false;
}

bool python_declares(struct slim_trace *t, struct python_dist *dist, const struct python_dist *target)
{
	list_declared(t, dist);
	return is_declared(dist, target);
}

/* What may be loaded by a name that nobody sees may need any of the extras, if they are there. */
static void declare(struct slim_trace *t, struct python_dist *dist)
{
	struct python_requirement r;
	struct slim_blob extra;
	dist->declares = dist->require_count > 0;
	list_declared(t, dist);
	for (size_t i = 0; i < dist->require_count; i++)
		if (is_declaration(t, dist->requires[i], &r, &extra) &&
		    !is_gathering_extra(python_normal_name(slim_trace_arena(t), extra)))
			add_extras(t, dist, extra);
}

void python_open_dist(struct slim_trace *t, struct python_state *s, struct python_dist *dist)
{
	if (dist->open)
		return;
	dist->open = true;
	declare(t, dist);
	for (size_t i = 0; i < dist->file_count; i++) {
		struct slim_node *file = dist->files[i];
		if (!python_is_module_file(file) || is_for_development(file, dist->site) ||
		    s->marks[file->id] & (PYTHON_REACHED | PYTHON_OPENED))
			continue;
		s->marks[file->id] |= PYTHON_OPENED;
		push(&s->queue, file);
	}
}

/* Whether a module that may be imported needs DIST: its own one, one that it declares, or nothing is declared. */
static bool is_wanted(const struct python_dist *only, const struct python_dist *dist)
{
	if (!only || only == dist || !only->declares)
		return true;
	return dist && is_declared(only, dist);
}

/* --- modules ----------------------------------------------------------------------------------------------------- */

static const struct python_runtime *with_stdlib(const struct python_state *s, const struct slim_node *node)
{
	for (size_t i = 0; i < s->runtimes.count; i++) {
		const struct python_runtime *r = s->runtimes.items[i];
		if (r->stdlib && slim_node_within(node, r->stdlib) &&
		    !python_place_has(&r->sites, python_place_of(r, node)))
			return r;
	}
	return NULL;
}

/* Named junk of the standard library is none when something imports it. */
static void reach_stdlib(struct slim_trace *t, struct python_state *s, const struct python_runtime *runtime,
			 const struct python_module *m, const struct python_asker *asker)
{
	if (!python_is_stdlib_junk(t, runtime, m->file) || (s->marks[m->file->id] & PYTHON_REACHED))
		return;
	slim_keep(t, m->file, asker->rule, asker->node, "%s", asker->evidence);
	reached(s, m->file);
	if (!m->dir_count)
		return;
	uint32_t end = slim_node_end(slim_trace_tree(t), m->dirs[0]);
	for (uint32_t id = m->dirs[0]->id; id < end; id++)
		slim_keep(t, slim_tree_node(slim_trace_tree(t), id), SLIM_RULE_RUNTIME, m->file, "an imported package");
}

/* Whether NODE stays as a part of the application, which needs no more than that. */
static bool is_own(struct slim_trace *t, const struct python_state *s, const struct slim_node *node)
{
	return s->marks[node->id] & PYTHON_OWN ||
	       (slim_trace_kept(t, node) && !slim_is_managed(t, node) && !slim_is_system_path(node));
}

static void reach_module(struct slim_trace *t, struct python_state *s, const struct python_module *m,
			 const struct python_asker *asker)
{
	if (!m->file)
		return;
	const struct python_runtime *runtime = with_stdlib(s, m->file);
	if (runtime) {
		reach_stdlib(t, s, runtime, m, asker);
		return;
	}
	if (is_own(t, s, m->file)) {
		reached(s, m->file);
		return;
	}
	struct python_dist *dist = python_dist_of(t, s->dists, m->file, m->place);
	if (!dist && m->entry)
		dist = python_dist_of(t, s->dists, m->entry, m->place);
	if (!is_wanted(asker->only, dist))
		return;
	slim_keep(t, m->file, asker->rule, asker->node, "%s", asker->evidence);
	if (!dist)
		return;
	python_come_near(s, dist, asker);
	if (!asker->only || asker->only != dist)
		reached(s, m->file);
	find_stand(dist);
	if (dist->stands && dist->stands != m->file)
		slim_keep(t, dist->stands, SLIM_RULE_PYTHON_PACKAGE, m->file, "distribution %s", dist->name);
	struct slim_node *tests = dist->site ? tests_of(m->file, dist->site) : NULL;
	if (tests)
		keep_tests(t, tests, dist);
	keep_whole(t, s, dist);
}

enum { OWN_PLACES = 3 };

/* Where an application's source looks first (its folder, its import root, the working folder), then the runtime's. */
struct search {
	struct slim_node *items[OWN_PLACES + PYTHON_PLACES_MAX];
	size_t count;
};

static void add_place(struct search *search, struct slim_node *place)
{
	for (size_t i = 0; i < search->count && i < OWN_PLACES; i++) /* the others differ from each other */
		if (search->items[i] == place)
			return;
	if (place && search->count < SLIM_COUNT(search->items))
		search->items[search->count++] = place;
}

static struct slim_node *import_root(struct slim_trace *t, struct slim_node *node)
{
	struct slim_node *dir = node->parent;
	while (dir && dir->parent && slim_node_child(slim_trace_tree(t), dir, SLIM_BLOB("__init__.py")))
		dir = dir->parent;
	return dir;
}

static struct search search_of(struct slim_trace *t, const struct python_runtime *runtime, const struct slim_node *node,
			       bool own)
{
	struct search search = { .count = 0 };
	if (own) {
		const char *work = slim_trace_config(t)->working_dir;
		struct slim_node *cwd = *work ? slim_tree_find(slim_trace_tree(t), work) : NULL;
		if (node) {
			add_place(&search, node->parent);
			add_place(&search, import_root(t, (struct slim_node *)node));
		}
		add_place(&search, cwd);
	}
	for (size_t i = 0; i < runtime->places.count; i++)
		add_place(&search, runtime->places.items[i]);
	return search;
}

struct steps {
	struct python_module *modules;
	size_t count, capacity;
};

/* Each part of NAME that is a module, in order. */
static struct steps walk(struct slim_trace *t, const struct python_runtime *runtime, const struct search *search,
			 struct slim_blob name)
{
	struct steps steps = { 0 };
	struct slim_blob rest = name, part;
	struct slim_node *const *dirs = search->items;
	size_t dir_count = search->count;
	struct slim_node *others[SLIM_COUNT(search->items)];
	while (slim_blob_split(&rest, '.', &part)) {
		struct python_module m;
		bool found = python_find_in(t, runtime, dirs, dir_count, part, &m);
		if (!found && steps.count == 1 && steps.modules[0].file) {
			/* a package that says itself that it has parts in other folders: pkgutil.extend_path */
			struct slim_blob first_rest = name, first;
			size_t other_count = 0;
			slim_blob_split(&first_rest, '.', &first);
			for (size_t i = 0; i < search->count; i++) {
				struct slim_node *dir =
					slim_node_is_dir(search->items[i])
						? slim_node_child(slim_trace_tree(t), search->items[i], first)
						: NULL;
				if (dir && slim_node_is_dir(dir))
					others[other_count++] = dir;
			}
			found = python_find_in(t, runtime, others, other_count, part, &m);
		}
		if (!found)
			break;
		*slim_push(&steps.modules, &steps.count, &steps.capacity) = m;
		dirs = steps.modules[steps.count - 1].dirs;
		dir_count = steps.modules[steps.count - 1].dir_count;
	}
	return steps;
}

static struct search start_of(struct slim_trace *t, const struct python_runtime *runtime,
			      const struct python_asker *asker, struct slim_node *from)
{
	struct search search = { .count = 0 };
	if (!from)
		return search_of(t, runtime, asker->node, asker->own);
	add_place(&search, from);
	return search;
}

static void reach_all_in(struct slim_trace *t, struct python_state *s, struct slim_node *dir, struct slim_blob start,
			 const struct python_asker *asker)
{
	for (struct slim_node *c = dir->first; c; c = c->next) {
		if (!slim_blob_starts(slim_blob_of(c->name), "__pycache__") && c->name_length >= start.len &&
		    !memcmp(c->name, start.ptr, start.len)) {
			uint32_t end = slim_node_end(slim_trace_tree(t), c);
			for (uint32_t id = c->id; id < end; id++) {
				struct slim_node *node = slim_tree_node(slim_trace_tree(t), id);
				struct python_module m = { .file = node, .entry = node, .place = dir };
				if (python_is_module_file(node) && !is_test_folder(node->parent))
					reach_module(t, s, &m, asker);
			}
		}
	}
}

size_t python_reach(struct slim_trace *t, struct python_state *s, const struct python_runtime *runtime,
		    const struct python_asker *asker, struct slim_blob name, struct slim_node *from)
{
	const struct search search = start_of(t, runtime, asker, from);
	struct steps steps = walk(t, runtime, &search, name);
	for (size_t i = 0; i < steps.count; i++)
		reach_module(t, s, &steps.modules[i], asker);
	size_t count = steps.count, parts = 1;
	for (size_t i = 0; i < name.len; i++)
		parts += name.ptr[i] == '.';
	/* who asks for a namespace package itself looks for what is in it */
	const struct python_module *last = count && count == parts ? &steps.modules[count - 1] : NULL;
	for (size_t i = 0; last && !last->file && i < last->dir_count; i++)
		if (python_place_has(&runtime->sites, python_place_of(runtime, last->dirs[i])))
			reach_all_in(t, s, last->dirs[i], SLIM_BLOB(""), asker);
	free(steps.modules);
	return count;
}

struct python_dist *python_target(struct slim_trace *t, const struct python_state *s,
				  const struct python_runtime *runtime, const struct python_asker *asker,
				  struct slim_blob name)
{
	const struct search search = start_of(t, runtime, asker, NULL);
	struct steps steps = walk(t, runtime, &search, name);
	const struct slim_node *file = steps.count ? steps.modules[steps.count - 1].file : NULL;
	struct python_dist *dist = file ? python_dist_known(s->dists, file) : NULL;
	free(steps.modules);
	return dist;
}

void python_reach_below(struct slim_trace *t, struct python_state *s, const struct python_runtime *runtime,
			const struct python_asker *asker, struct slim_blob name, struct slim_node *from)
{
	const struct search search = start_of(t, runtime, asker, from);
	size_t dot = name.len;
	while (dot && name.ptr[dot - 1] != '.')
		dot--;
	struct slim_blob start = slim_blob(name.ptr + dot, name.len - dot);
	if (!dot) {
		for (size_t i = 0; (from || start.len > 2) && i < search.count; i++)
			if (slim_node_is_dir(search.items[i]) && !with_stdlib(s, search.items[i]))
				reach_all_in(t, s, search.items[i], start, asker);
		return;
	}
	struct steps steps = walk(t, runtime, &search, slim_blob(name.ptr, dot - 1));
	size_t parts = 1;
	for (size_t i = 0; i + 1 < dot; i++)
		parts += name.ptr[i] == '.';
	for (size_t i = 0; i < steps.count; i++)
		reach_module(t, s, &steps.modules[i], asker);
	const struct python_module *last = steps.count == parts ? &steps.modules[parts - 1] : NULL;
	for (size_t i = 0; last && i < last->dir_count; i++)
		if (!with_stdlib(s, last->dirs[i]))
			reach_all_in(t, s, last->dirs[i], start, asker);
	free(steps.modules);
}

void python_open_named(struct slim_trace *t, struct python_state *s, const struct python_runtime *runtime,
		       const struct python_asker *asker, struct slim_blob name)
{
	struct python_dist *dist = python_target(t, s, runtime, asker, name);
	if (dist)
		python_open_dist(t, s, dist);
}

bool python_leads(struct slim_trace *t, const struct python_state *s, const struct python_runtime *runtime,
		  const struct slim_node *node, struct slim_blob name, size_t count)
{
	const struct search search = search_of(t, runtime, node, true);
	struct steps steps = walk(t, runtime, &search, name);
	bool leads = steps.count && steps.count >= count;
	if (leads && steps.modules[0].file)
		leads = !with_stdlib(s, steps.modules[0].file);
	else if (leads) /* a namespace package says little: any folder is one */
		leads = steps.count > 1 && steps.modules[steps.count - 1].file;
	free(steps.modules);
	return leads;
}

bool python_serves(const struct python_state *s, const struct python_runtime *runtime, const struct slim_node *node)
{
	if (!node || python_place_of(runtime, node))
		return true;
	for (size_t i = 0; i < s->runtimes.count; i++)
		if (python_place_of(s->runtimes.items[i], node))
			return false;
	return true;
}

/* --- what distributions require ---------------------------------------------------------------------------------- */

static const struct python_target *target_of(const struct python_state *s, const struct python_dist *dist)
{
	for (size_t i = 0; i < s->runtimes.count; i++)
		if (python_place_has(&s->runtimes.items[i]->places, dist->site))
			return &s->runtimes.items[i]->target;
	return &s->runtimes.items[0]->target;
}

/* Where both see the same packages. */
static bool same_place(const struct python_state *s, const struct python_dist *a, const struct python_dist *b)
{
	for (size_t i = 0; i < s->runtimes.count; i++) {
		const struct python_places *places = &s->runtimes.items[i]->places;
		if (python_place_has(places, a->site) && python_place_has(places, b->site))
			return true;
	}
	return a->site == b->site;
}

static bool require(struct slim_trace *t, struct python_state *s, struct python_dist *dist, const char *line)
{
	struct python_requirement r;
	const char *none[] = { NULL };
	if (!python_requirement_parse(slim_blob_of(line), &r))
		return false;
	slim_autofree const char **extras = slim_calloc(dist->extra_count + 1, sizeof(*extras));
	for (size_t i = 0; i < dist->extra_count; i++)
		extras[i] = dist->extras[i];
	if (!python_marker_holds(r.marker, target_of(s, dist), dist->extra_count ? extras : none))
		return false;
	const char *name = python_normal_name(slim_trace_arena(t), r.name);
	/* every build lists them, few programs look */
	if (!s->tools_asked && (!strcmp(name, "setuptools") || !strcmp(name, "pip") || !strcmp(name, "wheel")))
		return false;
	size_t count;
	struct python_dist **found = python_dists_named(s->dists, name, &count);
	slim_autofree char *evidence = slim_format("requires %.*s", (int)r.name.len, r.name.ptr);
	const struct python_asker asker = { dist->stands, SLIM_RULE_PYTHON_REQUIRES, evidence, false, NULL };
	bool any = false;
	for (size_t i = 0; i < count; i++) {
		if (found[i] == dist || !same_place(s, dist, found[i]))
			continue;
		any |= !found[i]->kept;
		found[i]->needed |= !extra_of(r.marker).len;
		python_keep_dist(t, s, found[i], &asker);
		if (add_extras(t, found[i], r.extras)) {
			found[i]->required = 0;
			any = true;
		}
	}
	return any;
}

bool python_keep_required(struct slim_trace *t, struct python_state *s)
{
	bool any = false;
	for (size_t i = 0; i < python_dists_count(s->dists); i++) {
		struct python_dist *dist = python_dists_at(s->dists, i);
		size_t seen = 1 + 2 * dist->extra_count + s->tools_asked;
		if (dist->kept && (dist->near || dist->needed))
			python_keep_linked(t, dist);
		if (!dist->kept || dist->required == seen)
			continue;
		dist->required = seen;
		any = true;
		for (size_t k = 0; k < dist->require_count; k++)
			require(t, s, dist, dist->requires[k]);
	}
	return any;
}
