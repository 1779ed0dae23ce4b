#include <stdlib.h>
#include <string.h>


#include "../engine/hash.h"
#include "shell_script.h"
#include "slim/path.h"

struct shell_name {
	struct shell_value *values;
	size_t count;
	bool function;
	UT_hash_handle hh;
	char text[];
};

struct script_slot {
	const struct slim_node *node;
	struct script *script;
	UT_hash_handle hh;
};

/* --- scopes --- */

/* The way is halved for whoever asks next, so that a chain of sourced scripts does not cost its square. */
static struct shell_scope *root_of(struct shell_scope *scope)
{
	while (scope->parent) {
		if (scope->parent->parent)
			scope->parent = scope->parent->parent;
		scope = scope->parent;
	}
	return scope;
}

struct shell_scope *script_scope(const struct script *script) { return root_of(script->scope); }

static struct shell_name *find_name(const struct shell_scope *scope, struct slim_blob name)
{
	struct shell_name *found = NULL;
	HASH_FIND(hh, scope->names, name.ptr, name.len, found);
	return found;
}

static struct shell_name *make_name(struct script_set *set, struct shell_scope *scope, struct slim_blob name)
{
	struct shell_name *n = find_name(scope, name);
	if (n)
		return n;
	n = slim_arena_alloc(set->arena, sizeof(*n) + name.len + 1);
	memcpy(n->text, name.ptr, name.len);
	HASH_ADD(hh, scope->names, text[0], name.len, n);
	scope->version++;
	return n;
}

void scope_add_value(struct script_set *set, struct shell_scope *scope, struct slim_blob name, struct slim_blob value)
{
	if (!name.len || name.len > SLIM_NAME_MAX || value.len > SLIM_PATH_MAX)
		return;
	struct shell_name *n = make_name(set, scope, name);
	for (const struct shell_value *v = n->values; v; v = v->next)
		if (slim_blob_equal(v->text, value))
			return;
	if (n->count == VALUES_MAX)
		return;
	if (++n->count == VALUES_MAX) /* too many to tell: anything */
		value = slim_blob("\003", 1);
	struct shell_value *v = slim_arena_alloc(set->arena, sizeof(*v));
	*v = (struct shell_value){ slim_blob(slim_arena_strndup(set->arena, value.ptr, value.len), value.len),
				   n->values };
	n->values = v;
	scope->version++;
}

const struct shell_value *scope_values(const struct shell_scope *scope, struct slim_blob name)
{
	const struct shell_name *n = find_name(scope, name);
	return n ? n->values : NULL;
}

bool scope_has_function(const struct shell_scope *scope, struct slim_blob name)
{
	const struct shell_name *n = find_name(scope, name);
	return n && n->function;
}

static struct shell_scope *scope_new(struct script_set *set)
{
	struct shell_scope *scope = slim_arena_alloc(set->arena, sizeof(*scope));
	scope->version = 1;
	return scope;
}

void script_share_scope(struct script_set *set, struct script *a, struct script *b)
{
	struct shell_scope *to = script_scope(a), *from = script_scope(b);
	if (to == from)
		return;
	if (HASH_COUNT(from->names) > HASH_COUNT(to->names)) {
		struct shell_scope *swap = to;
		to = from;
		from = swap;
	}
	struct shell_name *n, *next;
	HASH_ITER(hh, from->names, n, next) {
		struct slim_blob name = slim_blob_of(n->text);
		struct shell_name *same = make_name(set, to, name);
		same->function |= n->function;
		for (const struct shell_value *v = n->values; v; v = v->next)
			scope_add_value(set, to, name, v->text);
	}
	HASH_CLEAR(hh, from->names);
	from->parent = to;
	to->version += from->version;
}

/* --- lexing --- */

struct nested {
	struct slim_blob text;
	unsigned depth;
};

struct feed {
	size_t pipeline;
	bool shell; /* else another interpreter */
};

struct loader {
	struct script_set *set;
	struct script *script;
	struct nested *nested;
	size_t nested_count, nested_capacity;
	struct feed *feeds; /* pipelines that give what they read to an interpreter */
	size_t feed_count, feed_capacity;
	size_t pipeline_base, pipeline_top;
	unsigned depth;
};

static struct slim_blob keep_text(struct loader *l, struct slim_blob text)
{
	return slim_blob(slim_arena_strndup(l->set->arena, text.ptr ? text.ptr : "", text.len), text.len);
}

static void nest(struct loader *l, struct slim_blob text)
{
	if (l->depth < NESTED_MAX && text.len)
		*slim_push(&l->nested, &l->nested_count, &l->nested_capacity) = (struct nested){ text, l->depth + 1 };
}

static struct shell_event *store(struct loader *l, const struct shell_event *event)
{
	struct shell_word *words = slim_arena_alloc(l->set->arena, (event->count + 1) * sizeof(*words));
	for (size_t i = 0; i < event->count; i++)
		words[i] = (struct shell_word){ keep_text(l, event->words[i].text), event->words[i].quoted };
	struct shell_event *e = slim_push(&l->script->events, &l->script->count, &l->script->capacity);
	*e = *event;
	e->words = words;
	e->name = keep_text(l, event->name);
	e->pipeline += l->pipeline_base;
	if (e->pipeline >= l->pipeline_top)
		l->pipeline_top = e->pipeline + 1;
	return e;
}

static void feed(struct loader *l, size_t pipeline, bool shell)
{
	*slim_push(&l->feeds, &l->feed_count, &l->feed_capacity) = (struct feed){ pipeline, shell };
}

static void add_value(struct loader *l, struct slim_blob name, struct slim_blob value)
{
	scope_add_value(l->set, script_scope(l->script), name, value);
}

/* Whether the string that opens at AT is given to a shell: behind system(, popen(, qx or a pipe. */
static bool opens_command(struct slim_blob text, size_t at)
{
	static const char *const calls[] = { "system", "exec", "popen", "spawn", "qx", "run", "call", "Popen" };
	size_t end = at, blanks = 0;
	while (end && blanks++ < 8 && (text.ptr[end - 1] == ' ' || text.ptr[end - 1] == '('))
		end--;
	if (end && text.ptr[end - 1] == '|')
		return true;
	for (size_t i = 0; i < SLIM_COUNT(calls); i++) {
		size_t n = strlen(calls[i]);
		if (n <= end && !memcmp(text.ptr + end - n, calls[i], n))
			return true;
	}
	return false;
}

/* awk 'system("x")', awk '"x" | getline', perl -e 'print `x`'. */
static void nest_program(struct loader *l, struct slim_blob encoded)
{
	struct slim_blob text = shell_as_source(l->set->arena, encoded);
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (c != '"' && c != '\'' && c != '`')
			continue;
		const char *close = memchr(text.ptr + i + 1, c, text.len - i - 1);
		if (!close)
			return;
		size_t end = (size_t)(close - text.ptr), behind = end + 1;
		while (behind < text.len && text.ptr[behind] == ' ' && behind < end + 8)
			behind++;
		if (c == '`' || opens_command(text, i) || (behind < text.len && text.ptr[behind] == '|'))
			nest(l, slim_blob(text.ptr + i + 1, end - i - 1));
		i = end;
	}
}

static void nest_joined(struct loader *l, const struct shell_event *e, size_t from)
{
	size_t length = 0;
	for (size_t i = from; i < e->count; i++)
		length += e->words[i].text.len * 2 + 1;
	char *text = slim_arena_alloc(l->set->arena, length + 1);
	size_t n = 0;
	for (size_t i = from; i < e->count; i++) {
		struct slim_blob part = shell_as_source(l->set->arena, e->words[i].text);
		memcpy(text + n, part.ptr, part.len);
		n += part.len;
		text[n++] = ' ';
	}
	nest(l, slim_blob(text, n));
}

/* export, local, declare … and env set variables too. */
static void take_assignments(struct loader *l, const struct shell_event *e)
{
	static const char *const setters[] = { "export", "local", "declare", "typeset", "readonly", "env", "sudo" };
	for (size_t i = 0; i < SLIM_COUNT(setters); i++) {
		if (!slim_blob_is(e->words[0].text, setters[i]))
			continue;
		for (size_t j = 1; j < e->count; j++) {
			struct slim_blob word = e->words[j].text;
			size_t value, name = shell_assignment(word, &value);
			if (name)
				add_value(l, slim_blob(word.ptr, name), slim_blob(word.ptr + value, word.len - value));
		}
		return;
	}
}

/* su -c "sh -s": a shell that reads what the pipeline gives. */
static bool starts_shell(struct slim_blob text)
{
	struct slim_blob word;
	return slim_blob_split_any(&text, " \t", &word) && shell_is_shell(slim_path_base(word));
}

static void take_command(struct loader *l, const struct shell_event *e)
{
	struct shell_part parts[SHELL_PARTS_MAX];
	size_t count = shell_unwrap(l->set->arena, e->words, e->count, parts);
	take_assignments(l, e);
	for (size_t i = 0; i < count; i++) {
		const struct slim_blob word = e->words[parts[i].index].text;
		switch (parts[i].role) {
		case SHELL_TEXT:
			nest(l, shell_as_source(l->set->arena, word));
			if (starts_shell(word))
				feed(l, e->pipeline, true);
			break;
		case SHELL_JOINED:
			nest_joined(l, e, parts[i].index);
			break;
		case SHELL_PROGRAM:
			nest_program(l, word);
			break;
		case SHELL_RUNS:
		case SHELL_EXECUTES: {
			struct slim_blob base = slim_path_base(word);
			if (shell_is_shell(base) || shell_is_interpreter(base))
				feed(l, e->pipeline, shell_is_shell(base));
			break;
		}
		case SHELL_FILE:
		case SHELL_SOURCES:
			break;
		}
	}
}

static void on_event(void *context, const struct shell_event *event)
{
	struct loader *l = context;
	const struct shell_event *e = store(l, event);
	switch (e->kind) {
	case SHELL_COMMAND:
		take_command(l, e);
		break;
	case SHELL_ASSIGN:
	case SHELL_LOOP:
		for (size_t i = 0; i < e->count; i++)
			add_value(l, e->name, e->words[i].text);
		if (!e->count && e->kind == SHELL_LOOP) /* for x; do: over the parameters */
			add_value(l, e->name, slim_blob("\001@\002", 3));
		break;
	case SHELL_FUNCTION:
		if (e->name.len && e->name.len < SLIM_NAME_MAX)
			make_name(l->set, script_scope(l->script), e->name)->function = true;
		break;
	case SHELL_WRITE: /* cat > run.sh <<END */
		if (slim_blob_ends(e->words[0].text, ".sh") || slim_blob_ends(e->words[0].text, "/run"))
			feed(l, e->pipeline, true);
		break;
	case SHELL_LABEL:
	case SHELL_TEST:
	case SHELL_READ:
	case SHELL_HERE:
	case SHELL_STRING:
	case SHELL_WORDS:
		break;
	}
}

static int feed_order(const void *a, const void *b)
{
	const struct feed *x = a, *y = b;
	return x->pipeline != y->pipeline ? (x->pipeline < y->pipeline ? -1 : 1) : y->shell - x->shell;
}

/* A here-document is data, unless a shell reads it or it is a script itself; another interpreter's is words. */
static void settle_here(struct loader *l, struct shell_event *e)
{
	size_t low = 0, high = l->feed_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (l->feeds[middle].pipeline < e->pipeline)
			low = middle + 1;
		else
			high = middle;
	}
	const struct feed *f = low < l->feed_count && l->feeds[low].pipeline == e->pipeline ? &l->feeds[low] : NULL;
	struct slim_blob body = e->words[0].text;
	bool here = e->kind == SHELL_HERE;
	if ((f && f->shell) || (here && slim_blob_starts(body, "#!")))
		nest(l, here ? body : shell_as_source(l->set->arena, body));
	if (!here || (f && !f->shell))
		e->kind = SHELL_WORDS;
}

static void lex(struct loader *l, struct slim_blob text, unsigned depth)
{
	size_t first = l->script->count;
	l->depth = depth;
	l->feed_count = 0;
	l->pipeline_base = l->pipeline_top;
	shell_lex(text, on_event, l);
	if (l->feed_count)
		qsort(l->feeds, l->feed_count, sizeof(*l->feeds), feed_order);
	for (size_t i = first; i < l->script->count; i++)
		if (l->script->events[i].kind == SHELL_HERE || l->script->events[i].kind == SHELL_STRING)
			settle_here(l, &l->script->events[i]);
}

struct script *script_from_text(struct script_set *set, struct slim_blob text, struct slim_node *anchor)
{
	struct script *script = slim_arena_alloc(set->arena, sizeof(*script));
	script->node = anchor;
	script->scope = scope_new(set);
	script->source_length = text.len;
	script->next = set->scripts;
	set->scripts = script;
	struct loader l = { .set = set, .script = script };
	lex(&l, text, 0);
	for (size_t i = 0; i < l.nested_count; i++)
		lex(&l, l.nested[i].text, l.nested[i].depth);
	free(l.nested);
	free(l.feeds);
	return script;
}

struct script *script_from_node(struct script_set *set, struct slim_node *node)
{
	struct script_slot *slot = NULL;
	HASH_FIND_PTR(set->by_node, &node, slot);
	if (slot)
		return slot->script;
	slot = slim_arena_alloc(set->arena, sizeof(*slot));
	slot->node = node;
	HASH_ADD_PTR(set->by_node, node, slot);
	size_t length;
	slim_autofree char *text = slim_trace_read(set->t, node, SCRIPT_MAX, &length);
	if (!text)
		return NULL;
	const char *binary = memchr(text, 0, length); /* a payload behind the script */
	slot->script = script_from_text(set, slim_blob(text, binary ? (size_t)(binary - text) : length), node);
	return slot->script;
}

void script_set_clear(struct script_set *set)
{
	for (struct script *s = set->scripts; s; s = s->next) {
		HASH_CLEAR(hh, script_scope(s)->names);
		free(s->events);
	}
	HASH_CLEAR(hh, set->by_node);
	*set = (struct script_set){ 0 };
}
