#include "hosts.h"

#include <string.h>

#include "engine.h"

/* A node's hosts: those with an RPATH, and the first of the others. */
struct slim_host_list {
	struct slim_hosts with_rpath;
	struct slim_node *plain;
};

static bool has_rpath(const struct slim_trace *t, const struct slim_node *program)
{
	const struct slim_elf *elf = t->elfs[program->id];
	return elf && elf->rpath && !elf->runpath;
}

/* In the order of numbers, the highest falling out: so the result does not depend on the order of the calls. */
static void insert(struct slim_hosts *hosts, struct slim_node *program)
{
	size_t at = 0;
	while (at < hosts->count && hosts->items[at]->id < program->id)
		at++;
	if (at == SLIM_TRACE_HOSTS_MAX - 1 || (at < hosts->count && hosts->items[at] == program))
		return; /* one place is left for the plain one */
	if (hosts->count < SLIM_TRACE_HOSTS_MAX - 1)
		hosts->count++;
	memmove(&hosts->items[at + 1], &hosts->items[at], (hosts->count - at - 1) * sizeof(*hosts->items));
	hosts->items[at] = program;
}

void slim_hosts_add(struct slim_trace *t, const struct slim_node *library, struct slim_node *program)
{
	if (!t->hosts)
		t->hosts = slim_calloc(t->count, sizeof(struct slim_host_list *));
	struct slim_host_list **list = &((struct slim_host_list **)t->hosts)[library->id];
	if (!*list)
		*list = slim_arena_alloc(t->arena, sizeof(**list));
	if (has_rpath(t, program))
		insert(&(*list)->with_rpath, program);
	else if (!(*list)->plain || program->id < (*list)->plain->id)
		(*list)->plain = program;
}

static bool is_program(const struct slim_trace *t, const struct slim_node *node)
{
	const struct slim_elf *elf = t->elfs[node->id];
	return elf && elf->program && elf->interpreter;
}

struct slim_hosts slim_hosts_of(const struct slim_trace *t, struct slim_node *node)
{
	struct slim_hosts hosts = { { NULL }, 0 };
	if (is_program(t, node)) {
		hosts.items[hosts.count++] = node;
		return hosts;
	}
	const struct slim_host_list *list = t->hosts ? ((struct slim_host_list **)t->hosts)[node->id] : NULL;
	if (!list)
		return hosts;
	hosts = list->with_rpath;
	if (list->plain)
		hosts.items[hosts.count++] = list->plain;
	return hosts;
}

struct slim_hosts slim_hosts_by_reasons(const struct slim_trace *t, struct slim_node *library)
{
	struct slim_host_list all = { { { NULL }, 0 }, NULL };
	for (const struct slim_reason *r = t->reasons[library->id]; r; r = r->next) {
		if (!r->from)
			continue;
		struct slim_hosts some = slim_hosts_of(t, slim_tree_node(t->in.tree, r->from->id));
		for (size_t i = 0; i < some.count; i++)
			if (has_rpath(t, some.items[i]))
				insert(&all.with_rpath, some.items[i]);
			else if (!all.plain || some.items[i]->id < all.plain->id)
				all.plain = some.items[i];
	}
	if (all.plain)
		all.with_rpath.items[all.with_rpath.count++] = all.plain;
	return all.with_rpath;
}

bool slim_trace_is_loaded(const struct slim_trace *t, const struct slim_node *library)
{
	for (const struct slim_reason *r = t->reasons[library->id]; r; r = r->next)
		if (r->rule == SLIM_RULE_NEEDED || r->rule == SLIM_RULE_INTERPRETER || r->rule == SLIM_RULE_PRELOAD ||
		    r->rule == SLIM_RULE_FILTER || r->rule == SLIM_RULE_HWCAPS)
			return true;
	return false;
}

size_t slim_trace_hosts(const struct slim_trace *t, struct slim_node *library,
			struct slim_node *hosts[SLIM_TRACE_HOSTS_MAX])
{
	struct slim_hosts found = slim_hosts_by_reasons(t, library);
	memcpy(hosts, found.items, found.count * sizeof(*hosts));
	return found.count;
}

void slim_hosts_free(struct slim_trace *t)
{
	free(t->hosts);
}

static uint64_t *slot_of(uint64_t *slots, size_t capacity, uint64_t key)
{
	for (size_t i = (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 20);; i++)
		if (!slots[i & (capacity - 1)] || slots[i & (capacity - 1)] == key)
			return &slots[i & (capacity - 1)];
}

static void grow(struct slim_pairs *pairs)
{
	size_t capacity = pairs->capacity ? pairs->capacity * 2 : 256;
	uint64_t *slots = slim_calloc(capacity, sizeof(*slots));
	for (size_t i = 0; i < pairs->capacity; i++)
		if (pairs->slots[i])
			*slot_of(slots, capacity, pairs->slots[i]) = pairs->slots[i];
	free(pairs->slots);
	pairs->slots = slots;
	pairs->capacity = capacity;
}

bool slim_pairs_add(struct slim_pairs *pairs, const struct slim_node *node, const struct slim_node *host)
{
	if (pairs->count * 2 >= pairs->capacity)
		grow(pairs);
	uint64_t key = ((uint64_t)node->id + 1) << 32 | (host ? host->id + 1 : 0);
	uint64_t *slot = slot_of(pairs->slots, pairs->capacity, key);
	if (*slot)
		return false;
	*slot = key;
	pairs->count++;
	return true;
}
