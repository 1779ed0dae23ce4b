/* Files that scripts read or work on: sourced scripts (C5), operands of cp, tar, find … (C6), package queries (C13). */
#include <stdlib.h>
#include <string.h>

#include "shell_script.h"
#include "slim/path.h"

#include "../engine/glob.h"

struct found {
	struct slim_node **items;
	size_t count, capacity;
};

static void add_found(struct found *list, struct slim_node *node)
{
	if (node)
		*slim_push(&list->items, &list->count, &list->capacity) = node;
}

/* The nodes, links followed, that an absolute pattern matches. */
static struct found match(struct slim_trace *t, struct slim_blob pattern)
{
	const struct slim_tree *tree = slim_trace_tree(t);
	struct found now = { 0 };
	add_found(&now, slim_tree_root(tree));
	struct slim_blob rest = pattern, part;
	while (slim_blob_split(&rest, '/', &part)) {
		if (!part.len)
			continue;
		struct found next = { 0 };
		for (size_t i = 0; i < now.count; i++) {
			if (!shell_pattern_active(part)) {
				add_found(&next, slim_tree_walk(tree, now.items[i], part, true, NULL, NULL));
				continue;
			}
			for (struct slim_node *n = slim_node_is_dir(now.items[i]) ? now.items[i]->first : NULL; n;
			     n = n->next)
				if (slim_glob_spend(t, 1) && slim_wildcard(part, slim_blob(n->name, n->name_length)))
					add_found(&next, slim_tree_walk(tree, now.items[i], slim_blob_of(n->name), true,
									NULL, NULL));
		}
		free(now.items);
		now = next;
		now.count = now.items ? slim_nodes_tidy(now.items, now.count) : 0; /* links must not multiply them */
	}
	return now;
}

/* --- C5 --- */

static void share(struct script_run *r, struct slim_node *node, bool same_scope)
{
	if (!node || !slim_node_is_file(node) || slim_kind_of(r->t, node) == SLIM_KIND_PROGRAM)
		return;
	struct script *other = script_from_node(r->set, node);
	if (!other || !same_scope)
		return;
	script_share_scope(r->set, r->script, other);
	r->context.scope = script_scope(r->script);
}

static void share_matches(struct script_run *r, const struct shell_text *pattern, bool same_scope)
{
	struct found found = match(r->t, slim_blob(pattern->text, pattern->length));
	for (size_t j = 0; j < found.count; j++)
		share(r, found.items[j], same_scope);
	free(found.items);
}

static struct slim_node *find_file(struct script_run *r, struct slim_blob path)
{
	const struct slim_tree *tree = slim_trace_tree(r->t);
	if (path.len && path.ptr[0] == '/')
		return slim_tree_walk(tree, NULL, path, true, NULL, NULL);
	struct slim_node *node = memchr(path.ptr, '/', path.len) ? NULL : slim_find_program(r->t, path);
	for (size_t i = 0; i < r->base_count && !node; i++)
		node = slim_tree_walk(tree, r->bases[i], path, true, NULL, NULL);
	return node;
}

void run_link_source(struct script_run *r, const struct shell_word *word, bool same_scope)
{
	struct shell_texts texts = shell_expand(&r->context, word->text);
	for (size_t i = 0; i < texts.count; i++) {
		struct shell_text *text = &texts.items[i];
		if (!text->length)
			continue;
		if (shell_text_literal(text)) {
			share(r, find_file(r, slim_blob(text->text, text->length)), same_scope);
		} else if (!text->unknown && text->text[0] == '/') {
			share_matches(r, text, same_scope);
		}
	}
	shell_texts_clear(&texts);
}

/* Something unknown and a name: "$LIB/functions.sh". Beside the script, or above it, is where such a file lies. */
static bool keep_beside(struct script_run *r, const struct shell_text *text)
{
	struct slim_blob name = slim_path_base(slim_blob(text->text, text->length));
	if (!name.len || shell_pattern_active(name) || !r->folder)
		return false;
	for (const struct slim_node *dir = r->folder; dir && dir->parent; dir = dir->parent) {
		struct slim_node *node = slim_node_child(slim_trace_tree(r->t), dir, name);
		if (!node)
			continue;
		slim_keep_path(r->t, dir, name, SLIM_RULE_SOURCED, r->from, "'%.*s', beside it", (int)text->length,
			       text->text);
		share(r, slim_tree_walk(slim_trace_tree(r->t), dir, name, true, NULL, NULL), true);
		return true;
	}
	return false;
}

static void keep_source(struct script_run *r, struct shell_text *text, const struct shell_word *word)
{
	if (!text->length)
		return;
	if (shell_text_literal(text)) {
		struct slim_blob path = slim_blob(text->text, text->length);
		if (memchr(path.ptr, '/', path.len) ||
		    !slim_keep_program(r->t, path, SLIM_RULE_SOURCED, r->from, "reads '%.*s'", (int)path.len, path.ptr))
			run_keep_path(r, path, SLIM_RULE_SOURCED);
	} else if (run_keep_pattern(r, text, SLIM_RULE_SOURCED)) {
		if (text->unknown)
			share_matches(r, text, true);
	} else if (text->unknown && !keep_beside(r, text) && !text->argument) {
		struct slim_blob source = shell_as_source(r->set->arena, word->text);
		slim_doubt(r->t, r->from, "reads a script whose name is not known: '%.*s'",
			   (int)(source.len < 200 ? source.len : 200), source.ptr);
	}
}

void run_source(struct script_run *r, const struct shell_word *word)
{
	struct shell_texts texts = shell_expand(&r->context, word->text);
	for (size_t i = 0; i < texts.count; i++)
		keep_source(r, &texts.items[i], word);
	shell_texts_clear(&texts);
	run_other_values(r, word, SLIM_RULE_SOURCED);
}

/* --- C6: folders that a command works on --- */

static void keep_folder(struct script_run *r, const struct slim_node *base, struct slim_blob path,
			struct slim_blob name)
{
	struct slim_node *dir = slim_tree_walk(slim_trace_tree(r->t), base, path, true, NULL, NULL);
	if (!dir || !slim_node_is_dir(dir) || run_generic_folder(r, dir) || run_is_housekeeping(r, dir))
		return;
	slim_keep_path(r->t, base, path, SLIM_RULE_SCRIPT_DATA, r->from, "%.*s '%.*s'", (int)name.len, name.ptr,
		       (int)path.len, path.ptr);
	slim_keep_below(r->t, dir, SLIM_RULE_SCRIPT_DATA, r->from, "%.*s '%.*s'", (int)name.len, name.ptr,
			(int)path.len, path.ptr);
}

static void keep_operand(struct script_run *r, struct slim_blob name, struct slim_blob word)
{
	const char *equals = memchr(word.ptr, '=', word.len);
	if (word.len && word.ptr[0] == '-') { /* --directory=/usr/src/app */
		if (!equals)
			return;
		word = slim_blob(equals + 1, word.len - (size_t)(equals + 1 - word.ptr));
	}
	struct shell_texts texts = shell_expand(&r->context, word);
	for (size_t i = 0; i < texts.count; i++) {
		struct shell_text *text = &texts.items[i];
		if (!text->length)
			continue;
		if (!shell_text_literal(text)) {
			if (!text->unknown)
				run_keep_pattern(r, text, SLIM_RULE_SCRIPT_DATA);
			continue;
		}
		struct slim_blob path = slim_blob(text->text, text->length);
		bool absolute = path.ptr[0] == '/';
		for (size_t j = r->folder && !absolute ? 1 : 0; j < (absolute ? 1 : r->base_count); j++)
			keep_folder(r, absolute ? NULL : r->bases[j], path, name);
	}
	shell_texts_clear(&texts);
}

/* --- C13: questions to the package database --- */

static void keep_database(struct script_run *r, struct slim_blob name, bool lists)
{
	static const char *const paths[] = { "/var/lib/dpkg/status", "/var/lib/dpkg/diversions", "/lib/apk/db/installed",
					     "/usr/lib/apk/db/installed", "/var/lib/rpm", "/usr/lib/sysimage/rpm" };
	bool found = false;
	for (size_t i = 0; i < SLIM_COUNT(paths); i++) {
		struct slim_node *node = slim_keep_path(r->t, NULL, slim_blob_of(paths[i]), SLIM_RULE_PACKAGE_QUERY,
							r->from, "runs '%.*s'", (int)name.len, name.ptr);
		found |= node != NULL;
		if (node && slim_node_is_dir(node))
			slim_keep_below(r->t, node, SLIM_RULE_PACKAGE_QUERY, r->from, "runs '%.*s'", (int)name.len,
					name.ptr);
	}
	if (lists)
		slim_keep_glob(r->t, SLIM_BLOB("/var/lib/dpkg/info/*.list"), false, SLIM_RULE_PACKAGE_QUERY, r->from,
			       "runs '%.*s'", (int)name.len, name.ptr);
	if (found)
		slim_doubt(r->t, r->from, "asks the package database ('%.*s'), which lists only what stays",
			   (int)name.len, name.ptr);
}

static bool is_any(struct slim_blob text, const char *const *list)
{
	for (; *list; list++)
		if (slim_blob_is(text, *list))
			return true;
	return false;
}

static void package_query(struct script_run *r, struct slim_blob name, const struct shell_word *words, size_t count)
{
	static const char *const queries[] = { "-s", "--status", "-l", "--list", "-S", "--search", "-L", "--listfiles", "-W",
					       "--show", "-p", "--get-selections", "info", "manifest", "list", NULL };
	static const char *const listings[] = { "-S", "--search", "-L", "--listfiles", NULL };
	bool asks = slim_blob_is(name, "dpkg-query"), lists = false;
	for (size_t i = 1; i < count; i++) {
		struct slim_blob word = words[i].text;
		asks |= is_any(word, queries) || (slim_blob_is(name, "rpm") && slim_blob_starts(word, "-q"));
		lists |= is_any(word, listings);
	}
	if (asks)
		keep_database(r, name, lists && !slim_blob_is(name, "apk"));
}

/* service NAME start runs /etc/init.d/NAME. */
static void init_script(struct script_run *r, struct slim_blob name, const struct shell_word *words, size_t count)
{
	static const char *const starters[] = { "service", "invoke-rc.d", "rc-service", NULL };
	if (!is_any(name, starters))
		return;
	for (size_t i = 1; i < count; i++) {
		struct slim_blob word = shell_literal(r->set->arena, words[i].text);
		if (!word.ptr || !word.len || word.ptr[0] == '-')
			continue;
		slim_autofree char *path = slim_format("/etc/init.d/%.*s", (int)word.len, word.ptr);
		slim_keep_path(r->t, NULL, slim_blob_of(path), SLIM_RULE_COMMAND, r->from, "%.*s %.*s", (int)name.len,
			       name.ptr, (int)word.len, word.ptr);
		return;
	}
}

void run_keep_operands(struct script_run *r, struct slim_blob name, const struct shell_word *words, size_t count)
{
	init_script(r, name, words, count);
	static const char *const sources[] = { "cp", "mv", "install", "ln", "rsync", NULL }; /* the last is the target */
	static const char *const all[] = { "tar", "find", "run-parts", "cpio", "zip", "pax", "bsdtar", "runsvdir", "s6-svscan",
					   NULL };
	static const char *const databases[] = { "dpkg-query", "dpkg", "apk", "rpm", NULL };
	if (is_any(name, databases))
		package_query(r, name, words, count);
	bool but_last = is_any(name, sources);
	if (!but_last && !is_any(name, all))
		return;
	for (size_t i = 1; i + but_last < count; i++)
		keep_operand(r, name, words[i].text);
}
