/* Libraries that programs load while they run: docs/rules.md A16 to A19. */
#include <string.h>

#include "loads.h"
#include "../engine/owners.h"
#include "../java/java.h"
#include "../system/system_data.h"

enum { KNOWN_MIN = 9 }; /* of a name with open parts: "lib" and ".so" and as much again */

/* They hold names of what others load, or of folders that rules of their own know. */
static const char *const no_names_of[] = { "libc.so.6", "libc-2.*", "libc.musl-*", "ld-linux*", "ld-musl-*", "ld-2.*", "ldconfig",
					    NULL };

static bool holds_names_of_others(struct slim_trace *t, const struct slim_node *node)
{
	return slim_name_in(no_names_of, node->name) || java_knows_loads_of(slim_trace_tree(t), node);
}

/* Loaded on behalf of a caller alone, whose imports tell: system/features.c */
static bool is_for_callers(const struct slim_node *node, const char *name)
{
	static const char *const policy[] = { "libsepol.so.*", NULL };
	return !strncmp(node->name, "libselinux.so.", 14) && slim_name_in(policy, name);
}

static bool loads_by_name(const struct slim_elf *elf)
{
	return slim_elf_imports(elf, "dlopen") || slim_elf_imports(elf, "dlmopen") ||
	       slim_elf_imports(elf, "__libc_dlopen_mode");
}

struct pair {
	struct slim_node *node, *host; /* who opens, and the program in which it does; or NULL */
};

/* The library itself for RULE, what it needs for its own. */
static void keep_by_name(struct slim_trace *t, struct pair p, const char *name, enum slim_rule_id rule)
{
	const struct slim_loads *loads = slim_ldso_dlopen(slim_trace_ldso(t), name, p.node, p.host);
	for (size_t i = 0; i < loads->count; i++) {
		const struct slim_loaded *l = &loads->items[i];
		bool itself = l->by == p.node || l->by == p.host || !l->by;
		if (l->path && itself)
			slim_keep_path(t, NULL, slim_blob_of(l->path), rule, p.node, "%s, %s", name,
				       slim_ldso_how_text(l->how));
		else if (l->path)
			slim_keep_load(t, l, l->variant ? SLIM_RULE_HWCAPS : SLIM_RULE_NEEDED, p.node);
	}
	if (p.host)
		slim_host_loads(t, loads, NULL, p.host);
}

/* UAPI.12: the first that exists would do; which one that is may depend on the machine, so all that exist stay. */
static void keep_notes(struct slim_trace *t, struct pair p, const struct slim_elf *elf)
{
	for (size_t i = 0; i < elf->note_count; i++)
		for (const char **name = elf->notes[i].sonames; *name; name++)
			keep_by_name(t, p, *name, SLIM_RULE_DLOPEN_NOTE);
}

static bool is_library_name(const char *name)
{
	for (const char *so = strstr(name, ".so"); so; so = strstr(so + 1, ".so"))
		if (!so[3] || so[3] == '.' || so[3] == '%')
			return true;
	return false;
}

static bool is_plugin_folder(struct slim_trace *t, const struct slim_node *dir)
{
	return slim_node_is_dir(dir) && dir->parent && !slim_is_shared_folder(t, dir) && !slim_is_managed(t, dir) &&
	       !slim_is_chosen_from(t, dir);
}

/* Every library in DIR. Returns whether there is one. */
static bool keep_plugins(struct slim_trace *t, struct slim_node *dir, struct slim_node *from, const char *words)
{
	bool any = false;
	for (struct slim_node *n = dir->first; n; n = n->next) {
		if (slim_node_is_dir(n) || !is_library_name(n->name))
			continue;
		any = true;
		slim_keep(t, n, SLIM_RULE_PLUGIN_FOLDER, from, "'%s'", words);
	}
	return any;
}

static void keep_paths(struct slim_trace *t, struct slim_node *node, const struct slim_elf *elf)
{
	for (const char **path = elf->paths; *path; path++) {
		struct slim_node *found = slim_tree_find(slim_trace_tree(t), *path);
		if (!found)
			continue;
		if (is_plugin_folder(t, found)) {
			if (keep_plugins(t, found, node, *path))
				slim_keep_path(t, NULL, slim_blob_of(*path), SLIM_RULE_PLUGIN_FOLDER, node, "'%s'",
					       *path);
		} else if (slim_node_is_file(found) && is_library_name(found->name)) {
			slim_keep_path(t, NULL, slim_blob_of(*path), SLIM_RULE_DLOPEN_STRING, node, "'%s'", *path);
		}
	}
}

/* "/usr/lib/x/%s.so": the folder before the first part that is not known. */
static bool keep_template(struct slim_trace *t, struct slim_node *node, const char *text)
{
	size_t known = strcspn(text, "%$");
	while (known && text[known - 1] != '/')
		known--;
	if (*text != '/' || known < 2)
		return false;
	struct slim_node *dir = slim_tree_walk(slim_trace_tree(t), NULL, slim_blob(text, known), true, NULL, NULL);
	if (!dir || !is_plugin_folder(t, dir))
		return false;
	slim_keep_path(t, NULL, slim_blob(text, known), SLIM_RULE_PLUGIN_FOLDER, node, "'%s'", text);
	return keep_plugins(t, dir, node, text);
}

/* "libGLX_%s.so.0" as a pattern, when enough of it is known to mean something. */
static bool name_pattern(const char *text, char *out, size_t size)
{
	size_t length = 0, known = 0;
	if (strchr(text, '/') || strchr(text, '$') || strlen(text) >= size)
		return false;
	while (*text) {
		size_t plain = strcspn(text, "%");
		memcpy(out + length, text, plain);
		length += plain;
		known += plain;
		text += plain;
		if (!*text)
			break;
		text += 1 + strspn(text + 1, "0123456789.*-+#lhzjtqL");
		text += *text != 0;
		out[length++] = '*';
	}
	out[length] = 0;
	return known >= KNOWN_MIN && length && out[0] != '*';
}

/* A name that is completed while the program runs: what fits it beside the file, or in a system library folder. */
static bool keep_pattern(struct slim_trace *t, const struct slim_node *node, const char *text)
{
	char pattern[256];
	bool any = false;
	if (!name_pattern(text, pattern, sizeof(pattern)))
		return false;
	for (struct slim_node *n = node->parent->first; n; n = n->next) {
		if (slim_node_is_dir(n) || !slim_wildcard(slim_blob_of(pattern), slim_blob(n->name, n->name_length)))
			continue;
		slim_keep(t, n, SLIM_RULE_DLOPEN_STRING, node, "'%s'", text);
		any = true;
	}
	slim_autofree char *place = slim_format("$LIB/%s", pattern);
	slim_keep_place(t, place, SLIM_RULE_DLOPEN_STRING, node, text);
	return any;
}

static void keep_templates(struct slim_trace *t, struct slim_node *node, const struct slim_elf *elf)
{
	for (const char **text = elf->templates; *text; text++)
		if (is_library_name(*text) && strchr(*text, '%') && !keep_template(t, node, *text) &&
		    !keep_pattern(t, node, *text) && **text != '/')
			slim_doubt(t, node, "loads '%s' by a name that is made while it runs", *text);
}

struct state {
	struct slim_node **openers; /* kept files that open libraries by name */
	size_t count, capacity;
	struct slim_pairs done;
};

static void visit(struct slim_trace *t, void *state, struct slim_node *node)
{
	struct state *s = state;
	const struct slim_elf *elf = slim_trace_elf(t, node);
	if (!elf)
		return;
	bool names = !holds_names_of_others(t, node);
	if (names)
		keep_paths(t, node, elf);
	if (names && loads_by_name(elf))
		keep_templates(t, node, elf);
	if (elf->note_count || (names && loads_by_name(elf)))
		*slim_push(&s->openers, &s->count, &s->capacity) = node;
}

/* $ORIGIN and its like: a name that the loader completes. */
static bool is_token_name(const char *text)
{
	return strstr(text, ".so") && (strstr(text, "$ORIGIN") || strstr(text, "${ORIGIN}") || strstr(text, "$LIB")) &&
	       !strchr(text, '%');
}

/* Libraries that load another only on behalf of callers of a function. */
static const struct {
	const char *library, *loads, *function;
} on_behalf[] = {
	/* device-mapper volumes are mounted through a context: libmount's hook_veritydev.c, libmount(3) */
	{ "libmount.so*", "libcryptsetup.so*", "mnt_new_context" },
};

/* Whether the program that P's library belongs to calls for NAME, or may. */
static bool is_called_for(struct slim_trace *t, struct pair p, const char *name)
{
	const struct slim_elf *host = p.host ? slim_trace_elf(t, p.host) : NULL;
	for (size_t i = 0; host && p.host != p.node && i < SLIM_COUNT(on_behalf); i++)
		if (slim_name_in((const char *const[]){ on_behalf[i].library, NULL }, p.node->name) &&
		    slim_name_in((const char *const[]){ on_behalf[i].loads, NULL }, name))
			return slim_elf_imports(host, on_behalf[i].function);
	return true;
}

static void follow(struct slim_trace *t, struct pair p)
{
	const struct slim_elf *elf = slim_trace_elf(t, p.node);
	if (!elf)
		return;
	keep_notes(t, p, elf);
	if (holds_names_of_others(t, p.node) || !loads_by_name(elf))
		return;
	for (const char **name = elf->sonames; *name; name++)
		if (is_called_for(t, p, *name) && !is_for_callers(p.node, *name))
			keep_by_name(t, p, *name, SLIM_RULE_DLOPEN_STRING);
	for (const char **text = elf->templates; *text; text++)
		if (is_token_name(*text))
			keep_by_name(t, p, *text, SLIM_RULE_DLOPEN_STRING);
}

/* Names are searched as in each program that is known to load the file; all hosts are asked for before the first is. */
static void settle(struct slim_trace *t, void *state)
{
	struct state *s = state;
	struct pair *pairs = NULL;
	size_t count = 0, capacity = 0;
	for (size_t i = 0; i < s->count; i++) {
		struct slim_hosts hosts = slim_hosts_of(t, s->openers[i]);
		for (size_t k = 0; k < (hosts.count ? hosts.count : 1); k++)
			if (slim_pairs_add(&s->done, s->openers[i], hosts.items[k]))
				*slim_push(&pairs, &count, &capacity) = (struct pair){ s->openers[i], hosts.items[k] };
	}
	for (size_t i = 0; i < count; i++)
		follow(t, pairs[i]);
	free(pairs);
}

static void clear(void *state)
{
	struct state *s = state;
	free(s->openers);
	free(s->done.slots);
}

const struct slim_tracer slim_dlopen_tracer = {
	.name = "dlopen", .kinds = SLIM_KIND_PROGRAM | SLIM_KIND_LIBRARY, .state_size = sizeof(struct state),
	.visit = visit, .settle = settle, .clear = clear,
};
