#include "check.h"

#include "../trace/engine/hash.h"
#include "../trace/script/shebang.h"
#include "slim/path.h"

/* --- ELF: what the loader finds, before and after --------------------------------------------------------------- */

struct slim_fact {
	const struct slim_inode *inode;
	const struct slim_elf *elf;
	UT_hash_handle hh;
};

/* What the trace knows needs no second reading. */
static const struct slim_elf *facts_of(void *context, struct slim_node *node)
{
	struct slim_check *check = context;
	const struct slim_trace *trace = check->selection->trace;
	struct slim_fact *fact;
	if (!slim_node_is_file(node))
		return NULL;
	if (trace && slim_trace_has_looked(trace, node))
		return slim_trace_known_elf(trace, node);
	HASH_FIND_PTR(check->facts, &node->inode, fact);
	if (fact)
		return fact->elf;
	const struct slim_elf *elf = NULL;
	slim_cleanup(slim_error_free_p) struct slim_error *broken = NULL;
	if (slim_elf_read_tags(node->inode, check->arena, &elf, &broken) || !elf)
		return NULL; /* not remembered: most files are none, and are asked for once */
	fact = slim_arena_alloc(check->arena, sizeof(*fact));
	*fact = (struct slim_fact){ .inode = node->inode, .elf = elf };
	HASH_ADD_PTR(check->facts, inode, fact);
	return elf;
}

static struct slim_ldso *loader(struct slim_check *check, const struct slim_tree *tree)
{
	struct slim_ldso_input in = { .tree = tree, .elf = facts_of, .context = check,
				      .working_dir = check->config->working_dir };
	for (const char **variable = check->config->env; variable && *variable; variable++) {
		struct slim_blob text = slim_blob_of(*variable);
		if (slim_blob_starts(text, "LD_LIBRARY_PATH="))
			in.library_path = *variable + strlen("LD_LIBRARY_PATH=");
		if (slim_blob_starts(text, "LD_PRELOAD="))
			in.preload = *variable + strlen("LD_PRELOAD=");
		if (slim_blob_starts(text, "LD_AUDIT="))
			in.audit = *variable + strlen("LD_AUDIT=");
	}
	return slim_ldso_new(&in);
}

void slim_check_elf_begin(struct slim_check *check)
{
	check->ldso_before = loader(check, check->before);
	check->ldso_after = loader(check, check->after);
}

void slim_check_elf_end(struct slim_check *check)
{
	slim_ldso_free(check->ldso_before);
	slim_ldso_free(check->ldso_after);
	HASH_CLEAR(hh, check->facts);
}

/* Both lists are in the order of loading, so the search goes on where the last one ended. */
static bool loads(const struct slim_loads *after, const struct slim_loaded *item, size_t *cursor)
{
	for (size_t i = 0; i < after->count; i++) {
		const struct slim_loaded *other = &after->items[(*cursor + i) % after->count];
		if (!other->node || other->node->inode != item->node->inode)
			continue;
		*cursor = (*cursor + i + 1) % after->count;
		return true;
	}
	return false;
}

/*
 * What the loader no longer finds: named by the file or link that is gone. A file that is there and yet is not found
 * (its asker or the loader's cache went) is named only when nothing else explains it.
 */
static void compare(struct slim_check *check, const char *who, const struct slim_loads *before,
		    const struct slim_loads *after)
{
	const struct slim_node *unexplained = NULL;
	bool explained = false;
	size_t cursor = 0;
	for (size_t i = 0; i < before->count; i++) {
		const struct slim_loaded *item = &before->items[i];
		if (!item->node || item->variant || item->fatal || loads(after, item, &cursor))
			continue;
		const struct slim_node *gap = slim_check_gap(check, NULL, slim_blob_of(item->path), NULL);
		if (gap)
			slim_check_missing(check, who, gap);
		explained |= gap != NULL;
		unexplained = unexplained ? unexplained : item->node;
	}
	if (unexplained && !explained)
		slim_check_missing(check, who, unexplained);
}

static bool same(const struct slim_loads *before, const struct slim_loads *after)
{
	size_t cursor = 0;
	for (size_t i = 0; i < before->count; i++) {
		const struct slim_loaded *item = &before->items[i];
		if (item->node && !item->variant && !item->fatal && !loads(after, item, &cursor))
			return false;
	}
	return true;
}

struct contexts {
	const struct slim_loads *before[SLIM_TRACE_HOSTS_MAX + 1], *after[SLIM_TRACE_HOSTS_MAX + 1];
	size_t count;
};

/* A library is loaded by programs: what it finds depends on theirs. Without any it is asked for alone. */
static struct contexts contexts_of(struct slim_check *check, struct slim_node *library)
{
	struct contexts c = { .count = 0 };
	struct slim_node *hosts[SLIM_TRACE_HOSTS_MAX];
	size_t count = slim_trace_hosts(check->selection->trace, library, hosts);
	for (size_t i = 0; i < count; i++) {
		if (!slim_check_stays(check, hosts[i]))
			continue;
		c.before[c.count] = slim_ldso_library(check->ldso_before, library, NULL, hosts[i]);
		c.after[c.count++] = slim_ldso_library(check->ldso_after, library, NULL, hosts[i]);
	}
	if (!c.count) {
		c.before[c.count] = slim_ldso_library(check->ldso_before, library, NULL, NULL);
		c.after[c.count++] = slim_ldso_library(check->ldso_after, library, NULL, NULL);
	}
	return c;
}

/* One program in which the library finds all that it found before is enough. */
static void check_library(struct slim_check *check, struct slim_node *library, const char *path)
{
	if (!check->selection->trace || slim_trace_is_loaded(check->selection->trace, library))
		return; /* nothing was left out, or it is looked at as a part of what loads it */
	struct contexts c = contexts_of(check, library);
	for (size_t i = 0; i < c.count; i++)
		if (same(c.before[i], c.after[i]))
			return;
	compare(check, path, c.before[0], c.after[0]);
}

void slim_check_elf(struct slim_check *check, struct slim_node *node)
{
	const struct slim_elf *elf = facts_of(check, node);
	if (!elf)
		return;
	const char *path = slim_node_path(check->arena, node);
	if (elf->program && elf->interpreter)
		slim_check_path(check, path, NULL, slim_blob_of(elf->interpreter));
	if (elf->program)
		compare(check, path, slim_ldso_program(check->ldso_before, node),
			slim_ldso_program(check->ldso_after, node));
	else if (elf->dynamic)
		check_library(check, node, path);
}

/* --- scripts ---------------------------------------------------------------------------------------------------- */

/* `env -S -u X NAME=VALUE program`: the first word that is no option and no assignment. */
static void check_env(struct slim_check *check, const char *who, struct slim_blob words)
{
	static const char *const with_operand[] = { "-u", "--unset", "-C", "--chdir" };
	struct slim_blob word;
	bool operand = false;
	while (slim_blob_split_any(&words, " \t", &word)) {
		bool passed = operand;
		operand = false;
		for (size_t i = 0; i < SLIM_COUNT(with_operand); i++)
			operand |= !passed && slim_blob_is(word, with_operand[i]);
		if (passed || !word.len || *word.ptr == '-' || memchr(word.ptr, '=', word.len))
			continue;
		slim_check_program(check, who, word);
		return;
	}
}

void slim_check_script(struct slim_check *check, const struct slim_node *node)
{
	char head[SHEBANG_MAX];
	const struct slim_trace *trace = check->selection->trace;
	if (trace && (!slim_is_followed(trace, node) || slim_trace_known_elf(trace, node)))
		return;
	size_t length = node->inode->size < sizeof(head) ? (size_t)node->inode->size : sizeof(head);
	slim_cleanup(slim_error_free_p) struct slim_error *unreadable = NULL;
	if (length < 2 || slim_inode_read(node->inode, 0, head, length, &unreadable))
		return;
	struct shebang line;
	if (!shebang_parse(slim_blob(head, length), &line) || !line.path.len)
		return;
	const char *who = slim_node_path(check->arena, node);
	slim_check_path(check, who, NULL, line.path);
	if (slim_blob_is(slim_path_base(line.path), "env"))
		check_env(check, who, line.argument);
}
