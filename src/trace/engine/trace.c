/* The worklist: seeds, then each kept node to each tracer that looks at its kind, until nothing new appears. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine.h"
#include "hosts.h"
#include "junk.h"

enum { ROUNDS_MAX = 256 };

const struct slim_tree *slim_trace_tree(const struct slim_trace *t) { return t->in.tree; }
const struct slim_config *slim_trace_config(const struct slim_trace *t) { return t->in.config; }
const struct slim_wishes *slim_trace_wishes(const struct slim_trace *t) { return t->in.wishes; }
struct slim_arena *slim_trace_arena(struct slim_trace *t) { return t->arena; }
struct slim_log *slim_trace_log(const struct slim_trace *t) { return t->in.log; }
struct slim_ldso *slim_trace_ldso(struct slim_trace *t) { return t->ldso; }
bool slim_trace_slimmed(const struct slim_trace *t) { return t->in.slimmed; }
const struct slim_packages *slim_trace_packages(const struct slim_trace *t) { return t->packages; }
const struct slim_doubt *slim_trace_doubts(const struct slim_trace *t) { return t->doubts; }

bool slim_trace_kept(const struct slim_trace *t, const struct slim_node *node)
{
	return slim_marked(t, node, SLIM_MARK_KEPT);
}

bool slim_is_followed(const struct slim_trace *t, const struct slim_node *node)
{
	return slim_marked(t, node, SLIM_MARK_FOLLOWED);
}

const struct slim_reason *slim_trace_reasons(const struct slim_trace *t, const struct slim_node *node)
{
	return t->reasons[node->id];
}

void slim_doubt(struct slim_trace *t, const struct slim_node *node, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	char text[512];
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	struct slim_doubt *d = slim_arena_alloc(t->arena, sizeof(*d));
	*d = (struct slim_doubt){ node, slim_arena_strndup(t->arena, text, strlen(text)), t->doubts };
	t->doubts = d;
}

static const struct slim_elf *elf_for_ldso(void *context, struct slim_node *node)
{
	return slim_trace_elf(context, node);
}

static struct slim_trace *trace_new(const struct slim_trace_input *in)
{
	struct slim_trace *t = slim_calloc(1, sizeof(*t));
	t->in = *in;
	t->arena = slim_arena_new();
	t->count = slim_tree_count(in->tree);
	t->marks = slim_calloc(t->count, sizeof(*t->marks));
	t->kinds = slim_calloc(t->count, sizeof(*t->kinds));
	t->reasons = slim_calloc(t->count, sizeof(*t->reasons));
	t->elfs = slim_calloc(t->count, sizeof(*t->elfs));
	t->elf_known = slim_calloc(t->count, sizeof(*t->elf_known));
	slim_lookup_init(t);
	t->packages = slim_packages_read(in->tree, in->log);
	t->junk = slim_junk_marks(in->tree, t->packages);
	t->ldso = slim_ldso_new(&(struct slim_ldso_input){
		.tree = in->tree,
		.elf = elf_for_ldso,
		.context = t,
		.library_path = slim_trace_env(t, "LD_LIBRARY_PATH"),
		.preload = slim_trace_env(t, "LD_PRELOAD"),
		.audit = slim_trace_env(t, "LD_AUDIT"),
		.working_dir = in->config->working_dir,
	});
	return t;
}

static size_t tracer_count(void)
{
	size_t n = 0;
	while (slim_tracers[n])
		n++;
	return n;
}

void slim_trace_free(struct slim_trace *t)
{
	if (!t)
		return;
	for (size_t i = 0; t->states && slim_tracers[i]; i++) {
		if (slim_tracers[i]->clear && t->states[i])
			slim_tracers[i]->clear(t->states[i]);
		free(t->states[i]);
	}
	free(t->states);
	slim_hosts_free(t);
	slim_ldso_free(t->ldso);
	slim_packages_free(t->packages);
	slim_error_free(t->error);
	free(t->junk);
	free(t->marks);
	free(t->kinds);
	free(t->reasons);
	free(t->elfs);
	free(t->elf_known);
	free(t->queue);
	free(t->slots);
	free(t->texts);
	free(t->folder_owners);
	free(t->started);
	slim_lookup_free(t);
	slim_arena_free(t->arena);
	free(t);
}

static void show(struct slim_trace *t, struct slim_node *node)
{
	unsigned kind = slim_kind_of(t, node);
	for (size_t i = 0; slim_tracers[i]; i++)
		if (slim_tracers[i]->visit && slim_tracers[i]->kinds & kind)
			slim_tracers[i]->visit(t, t->states[i], node);
}

static uint32_t take(struct slim_trace *t)
{
	if (t->in.backwards) { /* the last one first: swap it to the head, which is what has been shown */
		uint32_t last = t->queue[t->queue_tail - 1];
		t->queue[t->queue_tail - 1] = t->queue[t->queue_head];
		t->queue[t->queue_head] = last;
	}
	return t->queue[t->queue_head++];
}

void slim_trace_tell_command(struct slim_trace *t, const struct slim_command_line *command)
{
	for (size_t i = 0; slim_tracers[i]; i++)
		if (slim_tracers[i]->command)
			slim_tracers[i]->command(t, t->states[i], command);
}

/*
 * Each round looks at the whole image, and files made for that can make each round find but one of them. No image that
 * people build needs a tenth of so many.
 */
static void limit_rounds(struct slim_trace *t, unsigned rounds)
{
	if (rounds == ROUNDS_MAX) {
		slim_doubt(t, NULL, "after %d rounds there is still more to follow: all files stay", ROUNDS_MAX);
		slim_keep_below(t, slim_tree_root(t->in.tree), SLIM_RULE_TOOLBOX, NULL, "more rounds than %d", ROUNDS_MAX);
	}
	if (rounds > 2 * ROUNDS_MAX)
		slim_fail(&t->error, SLIM_UNSAFE, "what the image needs is not found out within %d rounds", 2 * ROUNDS_MAX);
}

static void run_worklist(struct slim_trace *t)
{
	unsigned rounds = 0;
	for (bool more = true; more && !t->error;) {
		while (t->queue_head < t->queue_tail && !t->error)
			show(t, slim_tree_node(t->in.tree, take(t)));
		if (slim_lookup_settle(t))
			continue;
		for (size_t i = 0; slim_tracers[i] && !t->error; i++)
			if (slim_tracers[i]->settle)
				slim_tracers[i]->settle(t, t->states[i]);
		limit_rounds(t, ++rounds);
		more = t->queue_head < t->queue_tail;
	}
}

static void finish_tracers(struct slim_trace *t)
{
	for (size_t i = 0; slim_tracers[i] && !t->error; i++)
		if (slim_tracers[i]->finish)
			slim_tracers[i]->finish(t, t->states[i]);
}

static void keep_everything(struct slim_trace *t)
{
	for (uint32_t id = 0; id < t->count; id++)
		slim_keep_text(t, slim_tree_node(t->in.tree, id), SLIM_RULE_KEEP_ALL, NULL, "--keep-all");
}

static int doubt_order(const void *a, const void *b)
{
	const struct slim_doubt *x = *(struct slim_doubt *const *)a, *y = *(struct slim_doubt *const *)b;
	uint32_t i = x->node ? x->node->id + 1 : 0, j = y->node ? y->node->id + 1 : 0;
	return i != j ? (i < j ? -1 : 1) : strcmp(x->text, y->text);
}

/* By node and text, each once: a script that was shown twice doubts but once. */
static void sort_doubts(struct slim_trace *t)
{
	struct slim_doubt **items = NULL;
	size_t count = 0, capacity = 0;
	for (struct slim_doubt *d = t->doubts; d; d = (struct slim_doubt *)d->next)
		*slim_push(&items, &count, &capacity) = d;
	if (count)
		qsort(items, count, sizeof(struct slim_doubt *), doubt_order);
	t->doubts = NULL;
	for (size_t i = count; i-- > 0;) {
		if (i + 1 < count && !doubt_order(&items[i], &items[i + 1]))
			continue;
		items[i]->next = t->doubts;
		t->doubts = items[i];
	}
	free(items);
}

/* Scripts of an application that nothing is known to start: they stay, but what they run was not asked for. */
static void doubt_unfollowed(struct slim_trace *t)
{
	for (uint32_t id = 0; id < t->count && !t->error; id++) {
		struct slim_node *node = slim_tree_node(t->in.tree, id);
		const struct slim_reason *r = t->reasons[id];
		while (r && r->rule != SLIM_RULE_APPLICATION && r->rule != SLIM_RULE_USER_HOME &&
		       r->rule != SLIM_RULE_VOLUME)
			r = r->next;
		if (r && !slim_is_followed(t, node) && slim_node_is_executable(node) &&
		    slim_kind_of(t, node) == SLIM_KIND_SCRIPT)
			slim_doubt(
				t, node,
				"nothing is known to start it, so what it runs was not followed (--entry starts it)");
	}
}

static void start_tracers(struct slim_trace *t)
{
	t->states = slim_calloc(tracer_count() + 1, sizeof(*t->states));
	for (size_t i = 0; slim_tracers[i]; i++)
		t->states[i] = slim_calloc(1, slim_tracers[i]->state_size + 1);
	slim_allowlist_apply(t);
	for (size_t i = 0; slim_tracers[i] && !t->error; i++)
		if (slim_tracers[i]->start)
			slim_tracers[i]->start(t, t->states[i]);
}

int slim_trace_run(const struct slim_trace_input *in, struct slim_trace **out, struct slim_error **err)
{
	slim_cleanup(slim_trace_free_p) struct slim_trace *t = trace_new(in);
	if (in->wishes->keep_all) {
		keep_everything(t);
	} else {
		start_tracers(t);
		run_worklist(t);
		finish_tracers(t);
		doubt_unfollowed(t);
	}
	if (t->error) {
		*err = slim_steal(&t->error);
		return -1;
	}
	slim_reasons_sort(t);
	sort_doubts(t);
	*out = slim_steal(&t);
	return 0;
}
