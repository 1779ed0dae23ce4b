#include "check.h"

#include <uthash.h>

#include "slim/path.h"

#undef uthash_fatal
#define uthash_fatal(message) slim_out_of_memory()

/* --- ELF: what the loader finds, before and after --------------------------------------------------------------- */

struct slim_fact {
	const struct slim_inode *inode;
	const struct slim_elf *elf;
	UT_hash_handle hh;
};

/* Keys are addresses of ours, which nobody can choose; so the hash needs no seed. */
static const struct slim_elf *facts_of(void *context, struct slim_node *node)
{
	struct slim_check *check = context;
	struct slim_fact *fact;
	if (!slim_node_is_file(node))
		return NULL;
	HASH_FIND_PTR(check->facts, &node->inode, fact);
	if (fact)
		return fact->elf;
	fact = slim_arena_alloc(check->arena, sizeof(*fact));
	fact->inode = node->inode;
	slim_cleanup(slim_error_free_p) struct slim_error *broken = NULL;
	if (slim_elf_read(node->inode, check->arena, &fact->elf, &broken))
		fact->elf = NULL;
	HASH_ADD_PTR(check->facts, inode, fact);
	return fact->elf;
}

static struct slim_ldso *loader(struct slim_check *check, const struct slim_tree *tree)
{
	struct slim_ldso_input in = { .tree = tree, .elf = facts_of, .context = check };
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

static const struct slim_loads *loads_of(struct slim_ldso *ldso, struct slim_node *node, const struct slim_elf *elf)
{
	return elf->program ? slim_ldso_program(ldso, node) : slim_ldso_library(ldso, node, NULL, NULL);
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

void slim_check_elf(struct slim_check *check, struct slim_node *node)
{
	const struct slim_elf *elf = facts_of(check, node);
	struct slim_node *after = elf ? slim_check_after(check, node) : NULL;
	if (!after)
		return;
	const char *path = slim_node_path(check->arena, node);
	if (elf->program && elf->interpreter)
		slim_check_path(check, path, NULL, slim_blob_of(elf->interpreter));
	if (elf->dynamic)
		compare(check, path, loads_of(check->ldso_before, node, elf), loads_of(check->ldso_after, after, elf));
}

/* --- scripts ---------------------------------------------------------------------------------------------------- */

enum { SHEBANG_MAX = 256 }; /* Linux, BINPRM_BUF_SIZE */

/* `env -S -u X NAME=VALUE program`: the first word that is no option and no assignment. */
static void check_env(struct slim_check *check, const char *who, struct slim_blob words)
{
	struct slim_blob word;
	while (slim_blob_split_any(&words, " \t", &word)) {
		if (!word.len || *word.ptr == '-' || memchr(word.ptr, '=', word.len))
			continue;
		slim_check_program(check, who, word);
		return;
	}
}

/* execve(2): `#!`, blanks, the interpreter's path, and one argument which is the rest of the line. */
void slim_check_script(struct slim_check *check, const struct slim_node *node)
{
	char head[SHEBANG_MAX];
	if (check->selection->trace && !slim_is_followed(check->selection->trace, node))
		return;
	size_t length = node->inode->size < sizeof(head) ? (size_t)node->inode->size : sizeof(head);
	slim_cleanup(slim_error_free_p) struct slim_error *unreadable = NULL;
	if (length < 2 || slim_inode_read(node->inode, 0, head, length, &unreadable))
		return;
	struct slim_blob rest = slim_blob(head, length), line, program;
	if (!slim_blob_starts(rest, "#!") || !slim_blob_line(&rest, &line))
		return;
	line = slim_blob_trim(slim_blob(line.ptr + 2, line.len - 2));
	if (!slim_blob_split_any(&line, " \t", &program) || !program.len)
		return;
	const char *who = slim_node_path(check->arena, node);
	slim_check_path(check, who, NULL, program);
	if (slim_blob_is(slim_path_base(program), "env") && line.ptr)
		check_env(check, who, line);
}
