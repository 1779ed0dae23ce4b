/* Libraries that programs load while they run: tracing.md A16 to A19. */
#include <string.h>

#include "loads.h"
#include "owners.h"
#include "system_data.h"

/* Folders whose modules are chosen by other rules: gconv (B3), PAM (B7). */
static const char *const narrowed[] = { "gconv", "security", NULL };

/* They hold names of what others load, or of folders that rules of their own know. */
static const char *const no_names_of[] = { "libc.so.6", "libc-2.*", "libc.musl-*", "ld-linux*", "ld-musl-*", "ld-2.*", "ldconfig",
					    NULL };

static bool loads_by_name(const struct slim_elf *elf)
{
	return slim_elf_imports(elf, "dlopen") || slim_elf_imports(elf, "dlmopen") ||
	       slim_elf_imports(elf, "__libc_dlopen_mode");
}

/* The library itself for RULE, what it needs for its own. True when it was found. */
static bool keep_by_name(struct slim_trace *t, struct slim_node *node, const char *name, enum slim_rule_id rule)
{
	const struct slim_loads *loads = slim_ldso_dlopen(slim_trace_ldso(t), name, node, NULL);
	for (size_t i = 0; i < loads->count; i++)
		if (loads->items[i].path)
			slim_keep_load(t, &loads->items[i],
				       loads->items[i].by == node || !loads->items[i].by ? rule : SLIM_RULE_NEEDED, node);
	return loads->count > 0;
}

/* UAPI.12: the first that exists would do; which one that is may depend on the machine, so all that exist stay. */
static void keep_notes(struct slim_trace *t, struct slim_node *node, const struct slim_elf *elf)
{
	for (size_t i = 0; i < elf->note_count; i++)
		for (const char **name = elf->notes[i].sonames; *name; name++)
			keep_by_name(t, node, *name, SLIM_RULE_DLOPEN_NOTE);
}

static bool is_library_name(const char *name)
{
	return strstr(name, ".so") != NULL;
}

static bool is_plugin_folder(struct slim_trace *t, const struct slim_node *dir)
{
	return slim_node_is_dir(dir) && dir->parent && !slim_is_shared_folder(t, dir) && !slim_is_managed(t, dir) &&
	       !slim_name_in(narrowed, dir->name);
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
				slim_keep_path(t, NULL, slim_blob_of(*path), SLIM_RULE_PLUGIN_FOLDER, node, "'%s'", *path);
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

static void keep_templates(struct slim_trace *t, struct slim_node *node, const struct slim_elf *elf)
{
	for (const char **text = elf->templates; *text; text++)
		if (is_library_name(*text) && !keep_template(t, node, *text) && **text != '/')
			slim_doubt(t, node, "loads '%s' by a name that is made while it runs", *text);
}

static void visit(struct slim_trace *t, void *state, struct slim_node *node)
{
	const struct slim_elf *elf = slim_trace_elf(t, node);
	if (!elf)
		return;
	keep_notes(t, node, elf);
	if (slim_name_in(no_names_of, node->name))
		return;
	keep_paths(t, node, elf);
	if (!loads_by_name(elf))
		return;
	for (const char **name = elf->sonames; *name; name++)
		keep_by_name(t, node, *name, SLIM_RULE_DLOPEN_STRING);
	keep_templates(t, node, elf);
}

const struct slim_tracer slim_dlopen_tracer = {
	.name = "dlopen", .kinds = SLIM_KIND_PROGRAM | SLIM_KIND_LIBRARY, .visit = visit,
};
