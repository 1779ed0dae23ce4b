/*
 * Host names that are not ASCII (docs/rules.md B2). glibc's inet/idna.c converts them from the locale's charset. Until
 * a process calls setlocale(3) that is the C locale's, from which no such name can be converted: getaddrinfo() then
 * fails with EAI_IDN_ENCODE and getnameinfo() gives the name as it is, whether libidn2 is there or not.
 */
#include "system_data.h"

struct calls {
	bool names;  /* looks up hosts */
	bool locale; /* sets a locale */
};

/* bash looks up the hosts of /dev/tcp without AI_IDN: its lib/sh/netopen.c. Without that flag nothing is converted. */
static const char *const without_flags[] = { "bash", NULL };

static void add_calls(struct slim_trace *t, struct calls *calls, struct slim_node *node)
{
	const struct slim_elf *elf = node ? slim_trace_elf(t, node) : NULL;
	if (!elf)
		return;
	bool asks = slim_elf_imports(elf, "getaddrinfo") || slim_elf_imports(elf, "getnameinfo");
	calls->names |= asks && !slim_name_in(without_flags, node->name);
	calls->locale |= slim_elf_imports(elf, "setlocale") || slim_elf_imports(elf, "newlocale") ||
			 slim_elf_imports(elf, "__newlocale");
}

/* Of PROGRAM with all that is loaded when it starts, which is then marked in LOADED. */
static struct calls calls_of_process(struct slim_trace *t, struct slim_node *program, bool *loaded)
{
	struct calls calls = { false, false };
	const struct slim_loads *loads = slim_ldso_program(slim_trace_ldso(t), program);
	add_calls(t, &calls, program);
	for (size_t i = 0; i < loads->count; i++) {
		if (loads->items[i].node)
			loaded[loads->items[i].node->id] = true;
		add_calls(t, &calls, loads->items[i].node);
	}
	return calls;
}

static bool is_kept_elf(struct slim_trace *t, const struct slim_node *node, bool program)
{
	const struct slim_elf *elf = slim_trace_kept(t, node) ? slim_trace_known_elf(t, node) : NULL;
	return elf && elf->program == program;
}

bool slim_idn_works(struct slim_trace *t)
{
	const struct slim_tree *tree = slim_trace_tree(t);
	size_t count = slim_tree_count(tree);
	slim_autofree bool *loaded = slim_calloc(count, sizeof(bool));
	struct calls programs = { false, false }, plugins = { false, false };
	for (uint32_t id = 0; id < count; id++) {
		struct slim_node *node = slim_tree_node(tree, id);
		if (!is_kept_elf(t, node, true))
			continue;
		struct calls calls = calls_of_process(t, node, loaded);
		if (calls.names && calls.locale)
			return true;
		programs.names |= calls.names;
		programs.locale |= calls.locale;
	}
	/* who loads the others is not asked: it may be any of the programs */
	for (uint32_t id = 0; id < count; id++)
		if (!loaded[id] && is_kept_elf(t, slim_tree_node(tree, id), false))
			add_calls(t, &plugins, slim_tree_node(tree, id));
	return (plugins.names && (plugins.locale || programs.locale)) || (plugins.locale && programs.names);
}
