/* Keeping a node: its marks, its place in the worklist, its reasons. */
#include <stdarg.h>
#include <string.h>

#include "engine.h"

static uint32_t asker_of(const struct slim_node *from)
{
	return from ? from->id + 1 : 0;
}

static size_t slot_hash(uint32_t node, uint32_t rule, uint32_t from)
{
	uint64_t h = node * UINT64_C(0x9e3779b97f4a7c15) ^ (uint64_t)from * UINT64_C(0xc2b2ae3d27d4eb4f) ^
		     (uint64_t)rule * UINT64_C(0x165667b19e3779f9);
	h ^= h >> 32;
	return (size_t)((h * UINT64_C(0xd6e8feb86659fd93)) >> 20);
}

/* The slot of a reason, or the empty one where it belongs. */
static struct slim_reason_slot *slot_find(struct slim_reason_slot *slots, size_t capacity, uint32_t node, uint32_t rule,
					  uint32_t from)
{
	for (size_t i = slot_hash(node, rule, from);; i++) {
		struct slim_reason_slot *s = &slots[i & (capacity - 1)];
		if (!s->reason || (s->node == node && s->rule == rule && s->from == from))
			return s;
	}
}

static void slots_grow(struct slim_trace *t)
{
	size_t capacity = t->slot_capacity ? t->slot_capacity * 2 : 1024;
	struct slim_reason_slot *slots = slim_calloc(capacity, sizeof(*slots));
	for (size_t i = 0; i < t->slot_capacity; i++) {
		const struct slim_reason_slot *s = &t->slots[i];
		if (s->reason)
			*slot_find(slots, capacity, s->node, s->rule, s->from) = *s;
	}
	free(t->slots);
	t->slots = slots;
	t->slot_capacity = capacity;
}

static void slot_add(struct slim_trace *t, uint32_t node, struct slim_reason *r)
{
	if (t->slot_count * 2 >= t->slot_capacity)
		slots_grow(t);
	uint32_t asker = asker_of(r->from);
	*slot_find(t->slots, t->slot_capacity, node, r->rule, asker) =
		(struct slim_reason_slot){ node, r->rule, asker, r };
	t->slot_count++;
}

/* The reason that says this, or NULL. Most nodes have one or two: only where there are many do they get slots. */
static struct slim_reason *find_reason(struct slim_trace *t, const struct slim_node *node, enum slim_rule_id rule,
				       const struct slim_node *from)
{
	enum { LISTED = 8 };
	if (slim_marked(t, node, SLIM_MARK_SLOTTED))
		return slot_find(t->slots, t->slot_capacity, node->id, rule, asker_of(from))->reason;
	unsigned count = 0;
	for (struct slim_reason *r = t->reasons[node->id]; r; r = (struct slim_reason *)r->next, count++)
		if (r->rule == rule && r->from == from)
			return r;
	if (count < LISTED)
		return NULL;
	t->marks[node->id] |= SLIM_MARK_SLOTTED;
	for (struct slim_reason *r = t->reasons[node->id]; r; r = (struct slim_reason *)r->next)
		slot_add(t, node->id, r);
	return NULL;
}

/* From there on a node that has a reason gets no further one: a thousand files that name each other give a million. */
enum { REASONS_MAX = (1 << 23) - 1 };

static bool wants_reason(const struct slim_trace *t, const struct slim_node *node)
{
	return t->reason_count < REASONS_MAX || !t->reasons[node->id];
}

/* Two askers with the same rule are one reason; of several words for it the smallest stays, whatever the order. */
static void add_reason(struct slim_trace *t, struct slim_node *node, enum slim_rule_id rule,
		       const struct slim_node *from, const char *text)
{
	if (!wants_reason(t, node))
		return;
	struct slim_reason *r = find_reason(t, node, rule, from);
	if (r) {
		if (strcmp(text, r->evidence) < 0)
			r->evidence = text;
		return;
	}
	r = slim_arena_alloc(t->arena, sizeof(*r));
	*r = (struct slim_reason){ rule, from, text, t->reasons[node->id] };
	t->reasons[node->id] = r;
	t->reason_count++;
	if (slim_marked(t, node, SLIM_MARK_SLOTTED))
		slot_add(t, node->id, r);
}

static void enqueue(struct slim_trace *t, const struct slim_node *node)
{
	*slim_push(&t->queue, &t->queue_tail, &t->queue_capacity) = node->id;
	t->marks[node->id] |= SLIM_MARK_QUEUED;
}

/* Rules that keep a folder's contents as data, whatever they are. */
static bool is_data_rule(enum slim_rule_id rule)
{
	static const enum slim_rule_id rules[] = { SLIM_RULE_APPLICATION, SLIM_RULE_LOCAL_FILE, SLIM_RULE_USER_HOME,
						   SLIM_RULE_VOLUME, SLIM_RULE_RUNTIME, SLIM_RULE_DATA_FOLDER,
						   SLIM_RULE_PACKAGE_DATA, SLIM_RULE_COPYRIGHT, SLIM_RULE_PACKAGE_DB,
						   SLIM_RULE_SLIMMED, SLIM_RULE_KEEP_ALL, SLIM_RULE_ALWAYS,
						   SLIM_RULE_LINK_NAME, SLIM_RULE_PYTHON_HOME,
						   SLIM_RULE_PYTHON_IMPORT, SLIM_RULE_PYTHON_NAME,
						   SLIM_RULE_PYTHON_REQUIRES, SLIM_RULE_PYTHON_ENTRY_POINT,
						   SLIM_RULE_PYTHON_PACKAGE, SLIM_RULE_PYTHON_SITE,
						   SLIM_RULE_PERL_BASE,
						   SLIM_RULE_PERL_MODULE, SLIM_RULE_PERL_NAME,
						   SLIM_RULE_PERL_PACKAGE,
						   SLIM_RULE_NODE_IMPORT, SLIM_RULE_NODE_SCRIPT,
						   SLIM_RULE_NODE_DEPENDENCY, SLIM_RULE_NODE_STRING,
						   SLIM_RULE_NODE_PACKAGE, SLIM_RULE_NODE_FALLBACK,
						   SLIM_RULE_RUBY_LIBRARY, SLIM_RULE_RUBY_GEM,
						   SLIM_RULE_PHP_LIBRARY, SLIM_RULE_PHP_FALLBACK };
	for (size_t i = 0; i < SLIM_COUNT(rules); i++)
		if (rule == rules[i])
			return true;
	return false;
}

/* A link's target is followed as the link is. */
static bool follows(const struct slim_trace *t, enum slim_rule_id rule, const struct slim_node *from)
{
	if (rule == SLIM_RULE_LINK_TARGET && from)
		return slim_is_followed(t, from);
	return !is_data_rule(rule);
}

bool slim_is_ruled_out(const struct slim_trace *t, enum slim_rule_id rule, const struct slim_node *from)
{
	unsigned cut = t->in.wishes->cut;
	return cut &&
	       (slim_rule(rule)->confidence + cut > SLIM_FALLBACK || (from && !slim_marked(t, from, SLIM_MARK_KEPT)));
}

/* A file is shown again when it turns out that something starts or reads it. */
static void keep_node(struct slim_trace *t, struct slim_node *node, const struct slim_reason *why, bool follow)
{
	const struct slim_node *from = why->from;
	if (!node || slim_marked(t, node, SLIM_MARK_DROPPED) || node == from || slim_is_ruled_out(t, why->rule, from))
		return;
	add_reason(t, node, why->rule, from, why->evidence);
	follow = follow && !slim_marked(t, node, SLIM_MARK_FOLLOWED);
	if (follow)
		t->marks[node->id] |= SLIM_MARK_FOLLOWED;
	if (follow || !slim_marked(t, node, SLIM_MARK_QUEUED))
		enqueue(t, node);
	for (struct slim_node *n = node; n && !slim_marked(t, n, SLIM_MARK_KEPT); n = n->parent)
		t->marks[n->id] |= SLIM_MARK_KEPT;
}

void slim_keep_text(struct slim_trace *t, struct slim_node *node, enum slim_rule_id rule,
		    const struct slim_node *from, const char *text)
{
	keep_node(t, node, &(struct slim_reason){ rule, from, text, NULL }, follows(t, rule, from));
}

void slim_keep(struct slim_trace *t, struct slim_node *node, enum slim_rule_id rule, const struct slim_node *from,
	       const char *evidence, ...)
{
	if (!node)
		return;
	va_list args;
	va_start(args, evidence);
	slim_keep_text(t, node, rule, from, slim_evidence_text(t, evidence, args));
	va_end(args);
}

struct links {
	struct slim_node *items[SLIM_LINK_LIMIT + 1];
	size_t count;
};

static void remember_link(void *context, struct slim_node *link)
{
	struct links *links = context;
	if (links->count < SLIM_COUNT(links->items))
		links->items[links->count++] = link;
}

struct slim_node *slim_keep_links_text(struct slim_trace *t, const struct slim_node *start, struct slim_blob path,
				       enum slim_rule_id rule, const struct slim_node *from, const char *text)
{
	struct links links = { .count = 0 };
	struct slim_node *node = slim_tree_walk(t->in.tree, start, path, true, remember_link, &links);
	if (!node) {
		links.count = 0;
		node = slim_tree_walk(t->in.tree, start, path, false, remember_link, &links);
		if (!node)
			return NULL;
	}
	for (size_t i = 0; i < links.count; i++)
		keep_node(t, links.items[i], &(struct slim_reason){ SLIM_RULE_LINK, from, text, NULL },
			  follows(t, rule, from));
	return node;
}

struct slim_node *slim_keep_path_text(struct slim_trace *t, const struct slim_node *start, struct slim_blob path,
				      enum slim_rule_id rule, const struct slim_node *from, const char *text)
{
	struct slim_node *node = slim_is_ruled_out(t, rule, from) ? NULL :
				 slim_keep_links_text(t, start, path, rule, from, text);
	if (!node)
		return NULL;
	slim_keep_text(t, node, rule, from, text);
	return slim_node_is_link(node) ? NULL : node;
}

struct slim_node *slim_keep_path(struct slim_trace *t, const struct slim_node *start, struct slim_blob path,
				 enum slim_rule_id rule, const struct slim_node *from, const char *evidence, ...)
{
	va_list args;
	va_start(args, evidence);
	const char *text = slim_evidence_text(t, evidence, args);
	va_end(args);
	return slim_keep_path_text(t, start, path, rule, from, text);
}

void slim_keep_below(struct slim_trace *t, struct slim_node *dir, enum slim_rule_id rule,
		     const struct slim_node *from, const char *evidence, ...)
{
	if (!dir)
		return;
	va_list args;
	va_start(args, evidence);
	const char *text = slim_evidence_text(t, evidence, args);
	va_end(args);
	bool junk_too = slim_is_junk(t, dir);
	uint32_t end = slim_node_end(t->in.tree, dir);
	for (uint32_t id = dir->id; id < end; id++) {
		struct slim_node *node = slim_tree_node(t->in.tree, id);
		if (junk_too || !slim_is_junk(t, node))
			slim_keep_text(t, node, rule, from, text);
	}
}

void slim_trace_revisit_scripts(struct slim_trace *t)
{
	size_t shown = t->queue_head;
	slim_autofree bool *again = slim_calloc(t->count, sizeof(*again));
	for (size_t i = 0; i < shown; i++) {
		uint32_t id = t->queue[i];
		bool text = t->kinds[id] == SLIM_KIND_SCRIPT || t->kinds[id] == SLIM_KIND_TEXT;
		if (!text || again[id])
			continue;
		again[id] = true;
		*slim_push(&t->queue, &t->queue_tail, &t->queue_capacity) = id;
	}
}

static int reason_order(const struct slim_reason *a, const struct slim_reason *b)
{
	if (a->rule != b->rule)
		return a->rule < b->rule ? -1 : 1;
	uint32_t x = asker_of(a->from), y = asker_of(b->from);
	return x < y ? -1 : x > y ? 1 : 0;
}

static int reason_pointer_order(const void *a, const void *b)
{
	return reason_order(*(struct slim_reason *const *)a, *(struct slim_reason *const *)b);
}

static void sort_one(struct slim_reason **list)
{
	struct slim_reason **items = NULL;
	size_t count = 0, capacity = 0;
	for (struct slim_reason *r = *list; r; r = (struct slim_reason *)r->next)
		*slim_push(&items, &count, &capacity) = r;
	if (count > 1)
		qsort(items, count, sizeof(struct slim_reason *), reason_pointer_order);
	for (size_t i = 0; i < count; i++)
		items[i]->next = i + 1 < count ? items[i + 1] : NULL;
	if (count)
		*list = items[0];
	free(items);
}

void slim_reasons_sort(struct slim_trace *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->reasons[i] && t->reasons[i]->next)
			sort_one(&t->reasons[i]);
}
