/* What the loader reads to start a kept program, or to load a kept library: tracing.md A1 to A15. */
#include <string.h>

#include "loads.h"

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
	else if (!loaded->optional)
		slim_doubt(t, asker, "needs '%s', which the image does not have", loaded->name);
	if (loaded->fatal)
		slim_doubt(t, asker, "the loader would refuse '%s'", loaded->path ? loaded->path : loaded->name);
}

void slim_keep_loads(struct slim_trace *t, const struct slim_loads *loads, const struct slim_node *from)
{
	for (size_t i = 0; i < loads->count; i++)
		slim_keep_load(t, &loads->items[i], rule_of(&loads->items[i]), from);
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
		struct slim_node *loader = slim_keep_path(t, NULL, slim_blob_of(elf->interpreter), SLIM_RULE_INTERPRETER, node,
							  "PT_INTERP %s", elf->interpreter);
		if (!loader)
			slim_doubt(t, node, "its loader '%s' is not in the image", elf->interpreter);
		else if (strstr(elf->interpreter, "ld-musl-"))
			keep_libc_links(t, loader, node);
	}
	slim_keep_loads(t, slim_ldso_program(slim_trace_ldso(t), node), node);
}

struct state {
	struct slim_node **waiting; /* kept libraries of which no program's closure is known to hold them */
	size_t waiting_count, waiting_capacity;
};

static void visit(struct slim_trace *t, void *state, struct slim_node *node)
{
	struct state *s = state;
	const struct slim_elf *elf = slim_trace_elf(t, node);
	if (elf && elf->program)
		visit_program(t, node, elf);
	else if (elf)
		*slim_push(&s->waiting, &s->waiting_count, &s->waiting_capacity) = node;
}

/* The program that loads LIBRARY as its plugin, by the reasons that are known; NULL: none is. */
static struct slim_node *host_of(struct slim_trace *t, const struct slim_node *library)
{
	for (const struct slim_reason *r = slim_trace_reasons(t, library); r; r = r->next) {
		struct slim_node *from = r->from ? slim_tree_node(slim_trace_tree(t), r->from->id) : NULL;
		if (from && slim_kind_of(t, from) == SLIM_KIND_PROGRAM)
			return from;
	}
	return NULL;
}

static bool is_in_a_closure(struct slim_trace *t, const struct slim_node *library)
{
	for (const struct slim_reason *r = slim_trace_reasons(t, library); r; r = r->next)
		if (r->rule == SLIM_RULE_NEEDED || r->rule == SLIM_RULE_INTERPRETER || r->rule == SLIM_RULE_PRELOAD)
			return true;
	return false;
}

/* A19: the needs of plugins. Only now is it known which libraries are in a closure anyway. */
static void settle(struct slim_trace *t, void *state)
{
	struct state *s = state;
	size_t count = s->waiting_count;
	s->waiting_count = 0;
	for (size_t i = 0; i < count; i++)
		if (!is_in_a_closure(t, s->waiting[i]))
			slim_keep_loads(t, slim_ldso_library(slim_trace_ldso(t), s->waiting[i], NULL, host_of(t, s->waiting[i])),
					s->waiting[i]);
}

static void clear(void *state)
{
	free(((struct state *)state)->waiting);
}

const struct slim_tracer slim_elf_tracer = {
	.name = "elf", .kinds = SLIM_KIND_PROGRAM | SLIM_KIND_LIBRARY, .state_size = sizeof(struct state),
	.visit = visit, .settle = settle, .clear = clear,
};
