/*
 * Packages that nothing in the image names: plugins that are found by what their names begin with, and what is there
 * for code that the image's user brings along. And data that a distribution has elsewhere.
 */
#include "python_state.h"

#include "../engine/owners.h"
#include "../system/system_data.h"

void python_keep_prefixed(struct slim_trace *t, struct python_state *s, const struct python_asker *asker,
			  const char *prefix)
{
	slim_autofree char *module = slim_strdup(prefix);
	for (char *c = module; *c; c++)
		*c = *c == '-' ? '_' : *c;
	const char *name = python_normal_name(slim_trace_arena(t), slim_blob_of(prefix));
	slim_autofree char *evidence = slim_format("looks for what begins with '%s'", prefix);
	struct python_asker by = *asker;
	by.rule = SLIM_RULE_PYTHON_NAME;
	by.evidence = evidence;
	by.only = NULL;
	for (size_t i = 0; i < s->runtimes.count; i++)
		python_reach_below(t, s, s->runtimes.items[i], &by, slim_blob_of(module), NULL);
	for (size_t i = 0; i < python_dists_count(s->dists); i++) {
		struct python_dist *dist = python_dists_at(s->dists, i);
		if (dist->metadata && slim_blob_starts(slim_blob_of(dist->name), name))
			python_keep_dist(t, s, dist, &by);
	}
}

void python_keep_all(struct slim_trace *t, struct python_state *s, const struct python_asker *asker)
{
	for (size_t i = 0; i < s->runtimes.count; i++) {
		const struct python_places *sites = &s->runtimes.items[i]->sites;
		for (size_t k = 0; k < sites->count; k++)
			slim_keep_below(t, sites->items[k], asker->rule, asker->node, "%s", asker->evidence);
	}
}

void python_reach_everything(struct slim_trace *t, struct python_state *s, const struct python_asker *asker)
{
	for (size_t i = 0; i < s->runtimes.count; i++) {
		const struct python_places *sites = &s->runtimes.items[i]->sites;
		for (size_t k = 0; k < sites->count; k++)
			python_reach_below(t, s, s->runtimes.items[i], asker, SLIM_BLOB(""), sites->items[k]);
	}
}

/* Whether the image has an application in Python, or only what was installed. */
static bool has_application(const struct python_state *s)
{
	for (size_t i = 0; i < s->own.count; i++) {
		const struct slim_node *node = s->own.items[i];
		if (slim_blob_ends(slim_blob_of(node->name), ".py") && !s->made[node->id] &&
		    !slim_is_system_path(node) && !python_dist_known(s->dists, node))
			return true;
	}
	return false;
}

/* Whether DIST requires TOOL, whatever extras it is asked for with. */
static bool is_required(struct slim_trace *t, const struct python_dist *dist, const struct python_dist *tool)
{
	struct python_requirement r;
	for (size_t i = 0; i < dist->require_count; i++)
		if (python_requirement_parse(slim_blob_of(dist->requires[i]), &r) &&
		    !(r.marker.len && memmem(r.marker.ptr, r.marker.len, "extra", 5)) &&
		    !strcmp(python_normal_name(slim_trace_arena(t), r.name), tool->name))
			return true;
	return false;
}

/* A tool that people write plugins for, or settings that name some. */
static bool keep_dependants(struct slim_trace *t, struct python_state *s, const struct python_dist *tool)
{
	slim_autofree char *evidence = slim_format("requires %s, which loads what its users name", tool->name);
	const struct python_asker asker = { tool->stands, SLIM_RULE_PYTHON_NAME, evidence, false, NULL };
	bool any = false;
	for (size_t i = 0; i < python_dists_count(s->dists); i++) {
		struct python_dist *dist = python_dists_at(s->dists, i);
		if (dist->kept || !is_required(t, dist, tool))
			continue;
		python_keep_dist(t, s, dist, &asker);
		any = true;
	}
	return any;
}

static void keep_everything(struct slim_trace *t, struct python_state *s, struct slim_node *by, const char *why)
{
	const struct python_asker asker = { by, SLIM_RULE_PYTHON_SITE, why, false, NULL };
	s->whole = true;
	slim_doubt(t, by, "%s, which is not in the image: all packages stay", why);
	python_reach_everything(t, s, &asker);
}

static const struct python_runtime *for_people(struct slim_trace *t, const struct python_state *s)
{
	for (size_t i = 0; i < s->runtimes.count; i++)
		if (s->alone || slim_has_reason(t, s->runtimes.items[i]->asker, SLIM_RULE_TOOLBOX))
			return s->runtimes.items[i];
	return NULL;
}

bool python_keep_for_users(struct slim_trace *t, struct python_state *s)
{
	if (s->whole)
		return false;
	const struct python_runtime *runtime = for_people(t, s);
	if (runtime) {
		keep_everything(t, s, runtime->asker, "Python runs what its user brings along");
		return true;
	}
	if (has_application(s))
		return false;
	bool any = false;
	for (size_t i = 0; i < python_dists_count(s->dists) && !s->whole; i++) {
		const struct python_dist *dist = python_dists_at(s->dists, i);
		if (dist->part && dist->runs)
			keep_everything(t, s, dist->stands, "it runs code of its users");
		else if (dist->part && dist->open)
			any |= keep_dependants(t, s, dist);
	}
	return any || s->whole;
}

static struct slim_node *folder_behind(struct slim_trace *t, const struct slim_node *link)
{
	struct slim_blob name = slim_blob(link->name, link->name_length);
	struct slim_node *found = slim_tree_walk(slim_trace_tree(t), link->parent, name, true, NULL, NULL);
	return found && slim_node_is_dir(found) ? found : NULL;
}

void python_keep_linked(struct slim_trace *t, struct python_dist *dist)
{
	for (size_t i = 0; !dist->linked && dist->site && i < dist->file_count; i++) {
		struct slim_node *link = dist->files[i];
		struct slim_node *folder = slim_node_is_link(link) ? folder_behind(t, link) : NULL;
		if (folder && !slim_node_within(folder, dist->site) && !slim_node_within(dist->site, folder) &&
		    slim_trace_kept(t, link))
			slim_keep_below(t, folder, SLIM_RULE_PYTHON_PACKAGE, link, "distribution %s", dist->name);
	}
	dist->linked = true;
}
