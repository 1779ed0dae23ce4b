/* Shell scripts: which kept files are some, and when they are evaluated. */
#include <string.h>

#include "shebang.h"
#include "shell_script.h"
#include "slim/path.h"

struct state {
	struct script_set set;
	bool again; /* PATH has changed: all scripts must be evaluated once more */
};

static bool is_shell_name(struct slim_blob name)
{
	static const char *const others[] = { "openrc-run", "runscript" };
	for (size_t i = 0; i < SLIM_COUNT(others); i++)
		if (slim_blob_is(name, others[i]))
			return true;
	return shell_is_shell(name);
}

static bool ends_as_shell(const struct slim_node *node)
{
	static const char *const endings[] = { ".sh", ".bash", ".ash", ".ksh", ".envsh" };
	for (size_t i = 0; i < SLIM_COUNT(endings); i++)
		if (slim_blob_ends(slim_blob(node->name, node->name_length), endings[i]))
			return true;
	return false;
}

/* Without a #! a name with another ending is a source file or data with a stray x bit. */
static bool is_shell_script(struct slim_trace *t, const struct slim_node *node, enum slim_kind kind)
{
	if (kind == SLIM_KIND_TEXT)
		return ends_as_shell(node);
	size_t length;
	slim_autofree char *head = slim_trace_read(t, node, 2, &length);
	if (!head || length < 2 || memcmp(head, "#!", 2))
		return ends_as_shell(node) || !strchr(node->name, '.');
	return is_shell_name(shebang_interpreter(t, node)) || ends_as_shell(node);
}

static void start(struct slim_trace *t, void *data)
{
	struct state *state = data;
	state->set = (struct script_set){ .t = t, .arena = slim_trace_arena(t) };
}

static void visit(struct slim_trace *t, void *data, struct slim_node *node)
{
	struct state *state = data;
	if (!slim_is_followed(t, node) || !is_shell_script(t, node, slim_kind_of(t, node)))
		return;
	const struct script *script = script_from_node(&state->set, node);
	state->again |= script && script->seen;
}

static void link_all(struct script_set *set)
{
	for (bool more = true; more;) {
		more = false;
		for (struct script *s = set->scripts; s; s = s->next)
			more |= script_link_sources(set, s);
	}
}

/* Evaluating a script may bring in others, and values that change what one means. True: something was evaluated. */
static bool evaluate_all(struct script_set *set, bool again)
{
	bool more = false;
	link_all(set);
	for (struct script *s = set->scripts; s; s = s->next) {
		size_t version = script_scope(s)->version;
		if ((s->seen == version && !again) || !s->node || !slim_trace_kept(set->t, s->node))
			continue;
		s->seen = version;
		script_evaluate(set, s, NULL, SLIM_RULE_COMMAND, NULL);
		more = true;
	}
	return more;
}

static void settle(struct slim_trace *t, void *data)
{
	struct state *state = data;
	bool more = evaluate_all(&state->set, state->again);
	state->again = false;
	while (more)
		more = evaluate_all(&state->set, false);
}

static void clear(void *data)
{
	struct state *state = data;
	script_set_clear(&state->set);
}

const struct slim_tracer slim_shell_tracer = {
	.name = "shell",
	.kinds = SLIM_KIND_SCRIPT | SLIM_KIND_TEXT,
	.state_size = sizeof(struct state),
	.start = start,
	.visit = visit,
	.settle = settle,
	.clear = clear,
};

void slim_trace_shell_text(struct slim_trace *t, struct slim_blob text, enum slim_rule_id rule,
			   const struct slim_node *from, const char *evidence)
{
	struct script_set set = { .t = t, .arena = slim_trace_arena(t) };
	struct script *script = script_from_text(&set, text, NULL);
	link_all(&set);
	script_evaluate(&set, script, from, rule, evidence);
	while (evaluate_all(&set, false))
		;
	script_set_clear(&set);
}
