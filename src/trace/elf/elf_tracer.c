/* What the loader reads to start a kept program, or to load a kept library: docs/rules.md A1 to A15. */
#include <string.h>

#include "loads.h"
#include "../java/java.h"

static enum slim_rule_id rule_of(const struct slim_loaded *loaded)
{
	if (loaded->how == SLIM_BY_PRELOAD)
		return SLIM_RULE_PRELOAD;
	if (loaded->variant)
		return SLIM_RULE_HWCAPS;
	return loaded->optional ? SLIM_RULE_FILTER : SLIM_RULE_NEEDED;
}

void slim_keep_load(struct slim_trace *t, const struct slim_loaded *loaded, enum slim_rule_id rule,
		    const struct slim_node *from)
{
	const struct slim_node *asker = loaded->by ? loaded->by : from;
	if (loaded->path)
		slim_keep_path(t, NULL, slim_blob_of(loaded->path), rule, asker, "%s, %s", loaded->name,
			       slim_ldso_how_text(loaded->how));
	else if (!loaded->optional && !java_has_loaded(slim_trace_tree(t), asker, loaded->name))
		slim_doubt(t, asker, "needs '%s', which the image does not have", loaded->name);
	slim_check_versions(t, loaded, from);
	if (loaded->fatal)
		slim_doubt(t, asker, "the loader would refuse '%s'", loaded->path ? loaded->path : loaded->name);
}

void slim_keep_loads(struct slim_trace *t, const struct slim_loads *loads, const struct slim_node *from)
{
	for (size_t i = 0; i < loads->count; i++)
		slim_keep_load(t, &loads->items[i], rule_of(&loads->items[i]), from);
}

void slim_host_loads(struct slim_trace *t, const struct slim_loads *loads, const struct slim_node *library,
		     struct slim_node *host)
{
	if (library)
		slim_hosts_add(t, library, host);
	for (size_t i = 0; i < loads->count; i++)
		if (loads->items[i].node)
			slim_hosts_add(t, loads->items[i].node, host);
}

/* A15: the names libc.so, libc.musl-ARCH.so.1 that link to musl's loader; no file is opened under them. */
static void keep_libc_links(struct slim_trace *t, const struct slim_node *interpreter, const struct slim_node *from)
{
	for (struct slim_node *n = interpreter->parent->first; n; n = n->next)
		if (slim_node_is_link(n) && !strncmp(n->name, "libc.", 5) &&
		    slim_tree_walk(slim_trace_tree(t), n->parent, n->inode->target, true, NULL, NULL) == interpreter)
			slim_keep(t, n, SLIM_RULE_LIBC_LINK, from, "link to %s", interpreter->name);
}

static void visit_program(struct slim_trace *t, struct slim_node *node, const struct slim_elf *elf)
{
	if (elf->interpreter) {
		struct slim_node *loader =
			slim_keep_path(t, NULL, slim_blob_of(elf->interpreter), SLIM_RULE_INTERPRETER, node,
				       "PT_INTERP %s", elf->interpreter);
		if (!loader)
			slim_doubt(t, node, "its loader '%s' is not in the image", elf->interpreter);
		else if (strstr(elf->interpreter, "ld-musl-"))
			keep_libc_links(t, loader, node);
	}
	const struct slim_loads *loads = slim_ldso_program(slim_trace_ldso(t), node);
	slim_keep_loads(t, loads, node);
	slim_host_loads(t, loads, NULL, node);
}

struct pair {
	struct slim_node *library, *host;
};

struct state {
	struct slim_node **libraries; /* all that are kept */
	size_t library_count, library_capacity;
	struct slim_pairs done;
};

static void visit(struct slim_trace *t, void *state, struct slim_node *node)
{
	struct state *s = state;
	const struct slim_elf *elf = slim_trace_elf(t, node);
	if (elf && elf->program)
		visit_program(t, node, elf);
	else if (elf)
		*slim_push(&s->libraries, &s->library_count, &s->library_capacity) = node;
}

struct pairs {
	struct pair *items;
	size_t count, capacity;
};

static void add_pair(struct state *s, struct pairs *pairs, struct slim_node *library, struct slim_node *host)
{
	if (slim_pairs_add(&s->done, library, host))
		*slim_push(&pairs->items, &pairs->count, &pairs->capacity) = (struct pair){ library, host };
}

/* Libraries that no closure holds, each with the programs that ask for it, or alone. */
static struct pairs find_pairs(struct slim_trace *t, struct state *s)
{
	struct pairs pairs = { 0 };
	for (size_t i = 0; i < s->library_count; i++) {
		struct slim_node *library = s->libraries[i];
		if (slim_trace_is_loaded(t, library))
			continue;
		struct slim_hosts hosts = slim_hosts_by_reasons(t, library);
		if (!hosts.count)
			add_pair(s, &pairs, library, NULL);
		for (size_t k = 0; k < hosts.count; k++)
			add_pair(s, &pairs, library, hosts.items[k]);
	}
	return pairs;
}

/* What is for another system (a module's builds for all of them, say) cannot be loaded: its gaps are no news. */
static bool lacks_c_library(const struct slim_loads *loads)
{
	for (size_t i = 0; i < loads->count; i++)
		if (!loads->items[i].node && !strncmp(loads->items[i].name, "libc.", 5))
			return true;
	return false;
}

static void keep_plugin_loads(struct slim_trace *t, const struct slim_loads *loads, struct pair p)
{
	if (!lacks_c_library(loads)) {
		slim_keep_loads(t, loads, p.library);
		return;
	}
	for (size_t i = 0; i < loads->count; i++)
		if (loads->items[i].node)
			slim_keep_load(t, &loads->items[i], rule_of(&loads->items[i]), p.library);
}

/*
 * A19: the needs of plugins. Only now is it known which libraries are in a closure anyway; and all of them are looked
 * at before the first is followed, so that the order in which they came decides nothing.
 */
static void settle(struct slim_trace *t, void *state)
{
	struct state *s = state;
	struct pairs pairs = find_pairs(t, s);
	for (size_t i = 0; i < pairs.count; i++) {
		struct pair p = pairs.items[i];
		const struct slim_loads *loads = slim_ldso_library(slim_trace_ldso(t), p.library, NULL, p.host);
		keep_plugin_loads(t, loads, p);
		if (p.host)
			slim_host_loads(t, loads, p.library, p.host);
	}
	free(pairs.items);
}

static void clear(void *state)
{
	struct state *s = state;
	free(s->libraries);
	free(s->done.slots);
}

const struct slim_tracer slim_elf_tracer = {
	.name = "elf", .kinds = SLIM_KIND_PROGRAM | SLIM_KIND_LIBRARY, .state_size = sizeof(struct state),
	.visit = visit, .settle = settle, .clear = clear,
};
