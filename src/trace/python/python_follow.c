/* What a source says, followed. */
#include "python_source.h"
#include "python_state.h"

#include <ctype.h>

#include "../lang/lang.h"
#include "../system/system_data.h"
#include "slim/path.h"

enum { PREFIXES_MAX = 16, PREFIX_MAX = 40 };

struct reading {
	struct slim_trace *t;
	struct python_state *s;
	struct python_asker asker;
	struct python_dist *dist; /* the distribution of the source; NULL: the application's */
	char prefixes[PREFIXES_MAX][PREFIX_MAX]; /* what names may begin with */
	size_t prefix_count;
};

/* A dotted name, perhaps with ":object" behind it. */
static bool is_name(struct slim_blob text, bool *dotted)
{
	*dotted = false;
	bool start = true;
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		if (c == '.' || c == ':') {
			if (start || (c == ':' && i + 1 == text.len))
				return false;
			*dotted = start = true;
		} else if (start ? !isalpha(c) && c != '_' : !isalnum(c) && c != '_') {
			return false;
		} else {
			start = false;
		}
	}
	return text.len > 1 && !start;
}

static struct slim_blob module_part(struct slim_blob text)
{
	const char *colon = text.len ? memchr(text.ptr, ':', text.len) : NULL;
	return colon ? slim_blob(text.ptr, (size_t)(colon - text.ptr)) : text;
}

static void reach_point(struct slim_trace *t, struct python_state *s, const struct python_asker *asker,
			struct python_entry_point *point)
{
	for (; point->reached < s->runtimes.count; point->reached++)
		python_reach(t, s, s->runtimes.items[point->reached], asker, point->module, NULL);
}

void python_reach_points(struct slim_trace *t, struct python_state *s, const struct python_asker *asker,
			 struct python_dist *dist)
{
	for (size_t i = 0; i < dist->point_count; i++)
		reach_point(t, s, asker, &dist->points[i]);
}

static void keep_provider(struct slim_trace *t, struct python_state *s, const struct python_asker *asker,
			  const struct python_provider *provider)
{
	struct python_dist *dist = provider->dist;
	python_keep_dist(t, s, dist, asker);
	struct python_asker point = { dist->stands, SLIM_RULE_PYTHON_ENTRY_POINT, asker->evidence, false, NULL };
	for (size_t i = 0; i < provider->count; i++)
		reach_point(t, s, &point, &provider->points[i]);
}

static void keep_providers(struct slim_trace *t, struct python_state *s, const struct python_asker *asker,
			   struct slim_blob name)
{
	struct python_group *group = python_dists_group(s->dists, name);
	if (!group || (group->asker == asker->node && group->asked == s->runtimes.count))
		return;
	slim_autofree char *evidence = slim_format("entry points of '%s'", group->name);
	struct python_asker by = { asker->node, SLIM_RULE_PYTHON_ENTRY_POINT, evidence, false, NULL };
	bool all = true;
	for (size_t i = 0; i < group->count; i++) {
		const struct python_dist *dist = group->providers[i].dist;
		if (dist->kept || !python_is_tool(slim_blob_of(dist->name)))
			keep_provider(t, s, &by, &group->providers[i]);
		else
			all = false; /* not unless something else keeps it */
	}
	group->asker = asker->node;
	group->asked = all ? s->runtimes.count : 0;
}

/* An application may mean a package by its bare name; in a package's sources too many words are one. */
static bool may_name(const struct python_asker *asker, struct slim_blob name, bool *dotted)
{
	return is_name(name, dotted) && (*dotted || (asker->own && !python_is_tool(name)));
}

void python_name(struct slim_trace *t, struct python_state *s, const struct python_asker *asker, struct slim_blob name)
{
	bool dotted;
	keep_providers(t, s, asker, name);
	if (!may_name(asker, name, &dotted))
		return;
	struct slim_blob module = module_part(name);
	bool two = !asker->own && memchr(module.ptr, '.', module.len);
	for (size_t i = 0; i < s->runtimes.count; i++) {
		const struct python_runtime *r = s->runtimes.items[i];
		if (!python_serves(s, r, asker->node) || !python_leads(t, s, r, asker->node, module, two ? 2 : 1) ||
		    (!asker->own && python_leave_out(t, s, asker->node, python_target(t, s, r, asker, module))))
			continue;
		python_reach(t, s, r, asker, module, NULL);
		if (!asker->own)
			continue;
		/* who is told a package may load any module of it */
		slim_autofree char *below = slim_format("%.*s.", (int)module.len, module.ptr);
		if (dotted)
			python_reach_below(t, s, r, asker, slim_blob_of(below), NULL);
		else
			python_open_named(t, s, r, asker, module);
		s->named |= dotted;
	}
}

/* The folder in which a relative import starts; NULL: above the root. */
static struct slim_node *relative_folder(const struct slim_node *source, unsigned level)
{
	struct slim_node *dir = source ? source->parent : NULL;
	for (; dir && level > 1; level--)
		dir = dir->parent;
	return dir;
}

static void follow_import(struct reading *r, const struct python_runtime *runtime, const struct python_fact *fact)
{
	struct slim_node *from = fact->level ? relative_folder(r->asker.node, fact->level) : NULL;
	if (fact->level && !from)
		return;
	slim_autofree char *evidence =
		slim_format("imports %.*s%.*s%s%.*s", (int)fact->level, "................", (int)fact->name.len,
			    fact->name.ptr ? fact->name.ptr : "", fact->item.len ? " " : "", (int)fact->item.len,
			    fact->item.ptr ? fact->item.ptr : "");
	struct python_asker asker = r->asker;
	asker.rule = SLIM_RULE_PYTHON_IMPORT;
	asker.evidence = evidence;
	slim_autofree char *below = slim_format("%.*s%s%.*s", (int)fact->name.len, fact->name.ptr ? fact->name.ptr : "",
						fact->name.len && fact->item.len ? "." : "", (int)fact->item.len,
						fact->item.ptr ? fact->item.ptr : "");
	if (fact->nested && !fact->level && !asker.own &&
	    python_leave_out(r->t, r->s, asker.node, python_target(r->t, r->s, runtime, &asker, fact->name)))
		return;
	if (slim_blob_ends(slim_blob_of(below), "*")) {
		below[strlen(below) - 1] = '\0';
		python_reach_below(r->t, r->s, runtime, &asker, slim_blob_of(below), from);
	} else {
		python_reach(r->t, r->s, runtime, &asker, slim_blob_of(below), from);
	}
}

static void follow_call(struct reading *r, const struct python_runtime *runtime, const struct python_fact *fact)
{
	struct slim_blob name = module_part(fact->name);
	if (fact->nested && !r->asker.own &&
	    python_leave_out(r->t, r->s, r->asker.node, python_target(r->t, r->s, runtime, &r->asker, name)))
		return;
	struct slim_node *from = fact->own && r->asker.node ? r->asker.node->parent : NULL;
	slim_autofree char *evidence =
		slim_format("imports '%.*s%s'", (int)name.len, name.len ? name.ptr : "", fact->open ? "…" : "");
	struct python_asker asker = r->asker;
	asker.rule = SLIM_RULE_PYTHON_IMPORT;
	asker.evidence = evidence;
	if (name.len && *name.ptr == '.') {
		unsigned level = 0;
		while (level < name.len && name.ptr[level] == '.')
			level++;
		from = relative_folder(r->asker.node, level);
		name = slim_blob(name.ptr + level, name.len - level);
		if (!from)
			return;
	}
	if (fact->open)
		python_reach_below(r->t, r->s, runtime, &asker, name, from);
	else
		python_reach(r->t, r->s, runtime, &asker, name, from);
}

static bool is_library_name(struct slim_blob text)
{
	bool known = slim_blob_starts(text, "lib") && memmem(text.ptr, text.len, ".so", 3);
	for (size_t i = 0; known && i < text.len; i++)
		known = isalnum((unsigned char)text.ptr[i]) || strchr("_.+-", text.ptr[i]);
	return known && text.len < SLIM_NAME_MAX;
}

static void keep_library(struct reading *r, struct slim_blob name)
{
	if (!name.len || name.len >= SLIM_PATH_MAX || memchr(name.ptr, '\0', name.len))
		return;
	slim_autofree char *text = slim_strndup(name.ptr, name.len);
	slim_autofree char *evidence =
		slim_format("%s loads '%s'", r->asker.node ? r->asker.node->name : "a command", text);
	struct slim_node *node = r->asker.node ? r->asker.node : r->s->runtimes.items[0]->asker;
	if (*text == '/')
		slim_keep_path(r->t, NULL, name, SLIM_RULE_PYTHON_LIBRARY, node, "%s", evidence);
	for (size_t i = 0; *text != '/' && i < r->s->runtimes.count; i++)
		slim_keep_library(r->t, text, SLIM_RULE_PYTHON_LIBRARY, r->s->runtimes.items[i]->asker, evidence);
}

/* ctypes.util asks ldconfig what libx.so.N there is. */
static void find_library(struct reading *r, struct slim_blob name)
{
	struct slim_node *node = r->asker.node ? r->asker.node : r->s->runtimes.items[0]->asker;
	static const char *const places[] = { "/sbin/ldconfig", "/sbin/ldconfig.real", "/usr/sbin/ldconfig" };
	for (size_t i = 0; i < SLIM_COUNT(places); i++)
		slim_keep_path(r->t, NULL, slim_blob_of(places[i]), SLIM_RULE_PYTHON_LIBRARY, node,
			       "ctypes.util runs it");
	for (size_t i = 0; i < name.len; i++)
		if (!isalnum((unsigned char)name.ptr[i]) && !strchr("_.+-", name.ptr[i]))
			return;
	if (!name.len || name.len > 60)
		return;
	slim_autofree char *place = slim_format("$LIB/lib%.*s.so*", (int)name.len, name.ptr);
	slim_autofree char *evidence = slim_format("looks for '%.*s'", (int)name.len, name.ptr);
	slim_keep_place(r->t, place, SLIM_RULE_PYTHON_LIBRARY, node, evidence);
}

/* "name==1.0", "name[extra]" */
static void follow_dist(struct reading *r, struct slim_blob text)
{
	struct python_requirement wanted;
	if (!python_requirement_parse(text, &wanted))
		return;
	size_t count;
	struct python_dist **found =
		python_dists_named(r->s->dists, python_normal_name(slim_trace_arena(r->t), wanted.name), &count);
	slim_autofree char *evidence =
		slim_format("asks for distribution '%.*s'", (int)wanted.name.len, wanted.name.ptr);
	struct python_asker asker = { r->asker.node, SLIM_RULE_PYTHON_REQUIRES, evidence, false, NULL };
	for (size_t i = 0; i < count; i++)
		python_keep_dist(r->t, r->s, found[i], &asker);
}

static void follow_distutils(struct reading *r)
{
	for (size_t i = 0; i < r->s->runtimes.count; i++) {
		const struct slim_node *stdlib = r->s->runtimes.items[i]->stdlib;
		if (stdlib && !slim_node_child(slim_trace_tree(r->t), stdlib, SLIM_BLOB("distutils")))
			follow_dist(r, SLIM_BLOB("setuptools"));
	}
}

static void note_prefix(struct reading *r, struct slim_blob text)
{
	if (text.len < 3 || text.len >= PREFIX_MAX || r->prefix_count == PREFIXES_MAX)
		return;
	for (size_t i = 0; i < text.len; i++)
		if (!isalnum((unsigned char)text.ptr[i]) && !strchr("_-", text.ptr[i]))
			return;
	memcpy(r->prefixes[r->prefix_count], text.ptr, text.len);
	r->prefixes[r->prefix_count++][text.len] = '\0';
}

static void follow_string(struct reading *r, const struct python_fact *fact)
{
	if (!fact->open && (slim_blob_ends(fact->name, "_") || slim_blob_ends(fact->name, "-")))
		note_prefix(r, fact->name);
	if (is_library_name(fact->name) && !fact->open)
		keep_library(r, fact->name);
	if (fact->open && (!r->asker.own || !memchr(fact->name.ptr, '.', fact->name.len)))
		return;
	bool dotted;
	if (!fact->open && !may_name(&r->asker, fact->name, &dotted)) { /* most texts: no words about them */
		keep_providers(r->t, r->s, &r->asker, fact->name);
		return;
	}
	slim_autofree char *evidence =
		slim_format("the text '%.*s%s'", (int)fact->name.len, fact->name.ptr, fact->open ? "…" : "");
	struct python_asker asker = r->asker;
	asker.rule = SLIM_RULE_PYTHON_NAME;
	asker.evidence = evidence;
	if (!fact->open) {
		python_name(r->t, r->s, &asker, fact->name);
		return;
	}
	size_t known = fact->name.len;
	while (known && fact->name.ptr[known - 1] != '.')
		known--;
	if (!known || !is_name(slim_blob(fact->name.ptr, known - 1), &dotted))
		return;
	for (size_t i = 0; i < r->s->runtimes.count; i++)
		if (python_leads(r->t, r->s, r->s->runtimes.items[i], r->asker.node,
				 slim_blob(fact->name.ptr, known - 1), 1))
			python_reach_below(r->t, r->s, r->s->runtimes.items[i], &asker, fact->name, NULL);
}

static void take(void *context, const struct python_fact *fact)
{
	struct reading *r = context;
	switch (fact->kind) {
	case PYTHON_IMPORT:
	case PYTHON_CALL:
		for (size_t i = 0; i < r->s->runtimes.count; i++) {
			if (!python_serves(r->s, r->s->runtimes.items[i], r->asker.node))
				continue;
			if (fact->kind == PYTHON_IMPORT)
				follow_import(r, r->s->runtimes.items[i], fact);
			else
				follow_call(r, r->s->runtimes.items[i], fact);
		}
		/* the standard library has it no more: setuptools puts its own in place */
		if (slim_blob_is(fact->name, "distutils") || slim_blob_starts(fact->name, "distutils."))
			follow_distutils(r);
		r->s->tools_asked |= slim_blob_is(fact->name, "pkg_resources");
		if (slim_blob_is(fact->name, "zoneinfo")) /* which looks for this one when the system has no zones */
			follow_dist(r, SLIM_BLOB("tzdata"));
		break;
	case PYTHON_STRING:
		follow_string(r, fact);
		break;
	case PYTHON_LIBRARY:
		keep_library(r, fact->name);
		find_library(r, fact->name);
		break;
	case PYTHON_FIND:
		find_library(r, fact->name);
		break;
	case PYTHON_DIST:
		follow_dist(r, fact->name);
		break;
	case PYTHON_PREFIX:
		note_prefix(r, fact->name);
		break;
	}
}

void python_follow_text(struct slim_trace *t, struct python_state *s, struct slim_blob source,
			const struct python_asker *asker)
{
	struct reading r = { .t = t, .s = s, .asker = *asker };
	python_read_source(source, take, &r);
}

static void push(struct python_nodes *list, struct slim_node *node)
{
	*slim_push(&list->items, &list->count, &list->capacity) = node;
}

void python_follow(struct slim_trace *t, struct python_state *s, struct slim_node *node, bool own,
		   struct python_dist *only)
{
	size_t length = 0;
	slim_autofree char *text = slim_trace_read(t, node, PYTHON_SOURCE_MAX, &length);
	if (!text)
		return;
	struct reading r = { .t = t,
			     .s = s,
			     .asker = { node, SLIM_RULE_PYTHON_IMPORT, "", own, only },
			     .dist = own ? NULL : python_dist_known(s->dists, node) };
	struct python_manner manner = python_read_source(slim_blob(text, length), take, &r);
	for (size_t i = 0; manner.lists_all && i < r.prefix_count; i++)
		python_keep_prefixed(t, s, &r.asker, r.prefixes[i]);
	if (r.dist && r.dist->part)
		r.dist->runs |= manner.runs;
	if (!manner.computes)
		return;
	if (r.dist && !only) {
		slim_doubt(t, r.dist->stands,
			   "distribution %s imports modules by names that are made while it runs: all of its "
			   "modules may be imported",
			   r.dist->name);
		python_open_dist(t, s, r.dist);
	} else if (own && (!manner.lists || (manner.lists_all && !r.prefix_count))) {
		push(&s->computing, node);
	}
}
