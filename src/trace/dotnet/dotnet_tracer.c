/*
 * .NET: the roots in use, and of their frameworks the versions that the kept applications can get. An application
 * itself stays as any does. docs/rules.md D7; sources: the design documents of dotnet/runtime (host components,
 * framework version resolution, install locations), dotnet(1).
 */
#include <string.h>

#include "../engine/owners.h"
#include "../engine/waiting.h"
#include "../system/system_data.h"
#include "dotnet.h"
#include "slim/path.h"

enum { CONFIG_MAX = 1 << 20, ROOTS_MAX = 8 };

struct framework {
	struct dotnet_framework wants;
	const struct slim_node *from;
};

struct state {
	struct slim_waiting programs; /* muxers, and hosts of applications, until something starts them */
	struct slim_waiting configs;  /* *.runtimeconfig.json, until .NET is in use */
	struct framework *frameworks; /* what is asked for */
	size_t framework_count, framework_capacity;
	struct slim_node *roots[ROOTS_MAX];
	size_t root_count;
	struct slim_node *asker;      /* the first that uses .NET; NULL: nothing does */
	struct slim_node *runtime;    /* the first library of a runtime: of a root or of an application */
	enum dotnet_roll forced;      /* from the environment or a command line; DOTNET_DISABLE: nothing is */
	bool sdk, hosted, configured, whole_done, sdk_done, system_done, not_invariant;
};

static bool is_config(const struct slim_node *node)
{
	return slim_blob_ends(slim_blob(node->name, node->name_length), ".runtimeconfig.json");
}

static bool names_host(const struct slim_elf *elf)
{
	for (const char **name = elf ? elf->sonames : NULL; name && *name; name++)
		if (!strcmp(*name, "libhostfxr.so"))
			return true;
	return false;
}

static void visit(struct slim_trace *t, void *state, struct slim_node *node)
{
	static const char *const natives[] = { "libcoreclr.so", "libSystem.Globalization.Native.so", NULL };
	struct state *s = state;
	enum slim_kind kind = slim_kind_of(t, node);
	if (kind == SLIM_KIND_PROGRAM && (!strcmp(node->name, "dotnet") || names_host(slim_trace_elf(t, node))))
		slim_waiting_add(&s->programs, node);
	bool first = !s->runtime || s->runtime->id > node->id;
	if (kind == SLIM_KIND_LIBRARY && first && slim_name_in(natives, node->name))
		s->runtime = node;
	if (kind == SLIM_KIND_TEXT && is_config(node))
		slim_waiting_add(&s->configs, node);
}

/* --- command lines --- */

static bool takes_a_value(struct slim_blob word)
{
	return slim_blob_starts(word, "--fx-version") || slim_blob_starts(word, "--roll-forward") ||
	       slim_blob_starts(word, "--additional");
}

/* What the muxer hands to the SDK: any first word that is neither an option nor an application. dotnet(1) */
static bool is_for_sdk(const struct slim_command_line *line)
{
	for (size_t i = 1; i < line->count; i++) {
		struct slim_blob word = line->words[i];
		if (!word.ptr)
			return false;
		bool informs = slim_blob_starts(word, "--list-") || slim_blob_is(word, "--info");
		bool application = slim_blob_ends(word, ".dll") || slim_blob_ends(word, ".exe");
		if (informs || application || slim_blob_is(word, "exec"))
			return false;
		if (takes_a_value(word))
			i++;
		else if (word.len && word.ptr[0] != '-')
			return true;
	}
	return false;
}

static void command(struct slim_trace *t, void *state, const struct slim_command_line *line)
{
	struct state *s = state;
	if (!line->count || !line->words[0].ptr || !slim_blob_is(slim_path_base(line->words[0]), "dotnet"))
		return;
	s->sdk |= is_for_sdk(line);
	for (size_t i = 1; i < line->count; i++)
		if (line->words[i].ptr && (slim_blob_starts(line->words[i], "--fx-version") ||
					   slim_blob_starts(line->words[i], "--roll-forward")))
			s->forced = DOTNET_ANY;
}

/* --- roots --- */

static void add_root(struct slim_trace *t, struct state *s, struct slim_node *dir)
{
	for (size_t i = 0; i < s->root_count; i++)
		if (s->roots[i] == dir)
			return;
	if (dir && s->root_count < ROOTS_MAX && dotnet_is_root(slim_trace_tree(t), dir))
		s->roots[s->root_count++] = dir;
}

static void add_root_at(struct slim_trace *t, struct state *s, struct slim_blob path)
{
	if (path.len && path.len < SLIM_PATH_MAX)
		add_root(t, s, slim_tree_walk(slim_trace_tree(t), NULL, path, true, NULL, NULL));
}

/* Where an application's host looks: DOTNET_ROOT, what was registered, the default. */
static void find_roots(struct slim_trace *t, struct state *s)
{
	static const char *const variables[] = { "DOTNET_ROOT", "DOTNET_ROOT_X64", "DOTNET_ROOT_ARM64" };
	static const char *const defaults[] = { "/usr/share/dotnet", "/usr/lib/dotnet", "/usr/lib64/dotnet" };
	static const char *const files[] = { "/etc/dotnet/install_location", "/etc/dotnet/install_location_x64",
					     "/etc/dotnet/install_location_arm64" };
	for (size_t i = 0; i < SLIM_COUNT(variables); i++) {
		const char *value = slim_trace_env(t, variables[i]);
		add_root_at(t, s, slim_blob_of(value ? value : ""));
	}
	for (size_t i = 0; i < SLIM_COUNT(files); i++) {
		struct slim_node *file = slim_keep_path(t, NULL, slim_blob_of(files[i]), SLIM_RULE_DOTNET, s->asker,
							"where .NET is");
		size_t length;
		slim_autofree char *text =
			file && slim_node_is_file(file) ? slim_trace_read(t, file, SLIM_PATH_MAX, &length) : NULL;
		add_root_at(t, s, text ? slim_blob_trim(slim_blob_of(text)) : SLIM_BLOB(""));
	}
	for (size_t i = 0; i < SLIM_COUNT(defaults); i++)
		add_root_at(t, s, slim_blob_of(defaults[i]));
}

static void keep_host(struct slim_trace *t, struct state *s, struct slim_node *root)
{
	const struct slim_tree *tree = slim_trace_tree(t);
	slim_keep(t, slim_node_child(tree, root, SLIM_BLOB("dotnet")), SLIM_RULE_DOTNET, s->asker, "the host");
	struct slim_node *host = slim_node_child(tree, root, SLIM_BLOB("host"));
	if (host)
		slim_keep_below(t, host, SLIM_RULE_DOTNET, s->asker, "the host");
	/* global tools are applications with a host of their own */
	struct slim_node *tools = slim_node_child(tree, root, SLIM_BLOB("tools"));
	if (tools && slim_node_within(s->asker, tools))
		slim_keep_below(t, tools, SLIM_RULE_DOTNET, s->asker, "global tools");
}

/* --- frameworks --- */

static void keep_versions(struct slim_trace *t, struct state *s, const struct slim_node *dir,
			  const struct framework *f, bool all)
{
	size_t count = dir->child_count, n = 0;
	slim_autofree struct slim_node **nodes = slim_calloc(count + 1, sizeof(*nodes));
	slim_autofree struct dotnet_version *versions = slim_calloc(count + 1, sizeof(*versions));
	slim_autofree bool *chosen = slim_calloc(count + 1, sizeof(*chosen));
	for (struct slim_node *c = dir->first; c; c = c->next)
		if (dotnet_version_parse(slim_blob(c->name, c->name_length), &versions[n]))
			nodes[n++] = c;
	struct dotnet_version wants;
	bool known = !all && dotnet_version_parse(slim_blob_of(f->wants.version), &wants);
	enum dotnet_roll roll = !known || s->forced == DOTNET_ANY ? DOTNET_ANY : f->wants.roll;
	if (!dotnet_choose(versions, n, &wants, roll, chosen)) {
		slim_doubt(t, f->from, "asks for %s %s, which the image does not have: all versions of it stay", f->wants.name,
			   f->wants.version);
		dotnet_choose(versions, n, &wants, DOTNET_ANY, chosen);
	}
	for (size_t i = 0; i < n; i++)
		if (chosen[i])
			slim_keep_below(t, nodes[i], SLIM_RULE_DOTNET, f->from, "%s %s", f->wants.name, f->wants.version);
}

static void keep_framework(struct slim_trace *t, struct state *s, const struct framework *f)
{
	for (size_t i = 0; i < s->root_count; i++) {
		slim_autofree char *path = slim_format("shared/%.200s", f->wants.name);
		const struct slim_node *dir =
			slim_tree_walk(slim_trace_tree(t), s->roots[i], slim_blob_of(path), true, NULL, NULL);
		if (dir && slim_node_is_dir(dir))
			keep_versions(t, s, dir, f, false);
	}
}

/* Something runs, and nothing says which frameworks it wants. */
static void keep_all_frameworks(struct slim_trace *t, struct state *s)
{
	slim_doubt(t, s->asker, "which frameworks of .NET it runs with is not known: all stay");
	for (size_t i = 0; i < s->root_count; i++) {
		struct slim_node *shared = slim_node_child(slim_trace_tree(t), s->roots[i], SLIM_BLOB("shared"));
		if (shared)
			slim_keep_below(t, shared, SLIM_RULE_DOTNET_FALLBACK, s->asker, "all frameworks");
	}
}

static void keep_sdk(struct slim_trace *t, struct state *s)
{
	slim_doubt(t, s->asker, "a command of the SDK is run: all of it stays");
	for (size_t i = 0; i < s->root_count; i++)
		slim_keep_below(t, s->roots[i], SLIM_RULE_DOTNET_FALLBACK, s->asker, "the SDK");
	s->sdk_done = true;
}

static void read_config(struct slim_trace *t, struct state *s, struct slim_node *node)
{
	struct dotnet_config config;
	size_t length;
	slim_autofree char *text = slim_trace_read(t, node, CONFIG_MAX, &length);
	if (!text)
		return;
	if (!dotnet_config_read(slim_blob(text, length), slim_trace_arena(t), &config)) {
		slim_doubt(t, node, "is not understood");
		return;
	}
	bool root = slim_is_managed(t, node);
	s->configured |= (config.count || config.own) && !root;
	s->not_invariant |= !config.invariant && !root;
	for (size_t i = 0; i < config.count; i++)
		*slim_push(&s->frameworks, &s->framework_count, &s->framework_capacity) =
			(struct framework){ config.frameworks[i], node };
}

/* --- what .NET loads by names that it makes --- */

static bool wants_icu(struct slim_trace *t, const struct state *s)
{
	const char *value = slim_trace_env(t, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT");
	if (value && (!strcmp(value, "1") || !strcmp(value, "true")))
		return false;
	return s->not_invariant || !s->configured;
}

static void keep_system(struct slim_trace *t, struct state *s)
{
	static const char *const icu[] = { "$LIB/libicuuc.so*", "$LIB/libicui18n.so*", "$LIB/libicudata.so*" };
	static const char *const others[] = { "$LIB/libssl.so*", "$LIB/libcrypto.so*", "$LIB/libgssapi_krb5.so.2*",
					      "$LIB/libnuma.so.1*", "$LIB/libmsquic.so*", "$LIB/liblttng-ust.so*", "$LIB/libgdiplus.so*",
					      "$LIB/libldap*.so.*", "$LIB/libodbc.so.*" };
	struct slim_node *from = s->runtime;
	for (size_t i = 0; wants_icu(t, s) && i < SLIM_COUNT(icu); i++)
		slim_keep_place(t, icu[i], SLIM_RULE_ICU, from, ".NET's globalization");
	if (s->system_done)
		return;
	s->system_done = true;
	for (size_t i = 0; i < SLIM_COUNT(others); i++)
		slim_keep_place(t, others[i], SLIM_RULE_DOTNET, from, ".NET loads it by name");
	slim_zoneinfo_keep(t, from);
}

/* --- the tracer --- */

static void take_programs(struct slim_trace *t, struct state *s)
{
	slim_cleanup(slim_waiting_clear) struct slim_waiting now = slim_waiting_started(t, &s->programs);
	for (size_t i = 0; i < now.count; i++) {
		if (!s->asker)
			s->asker = now.nodes[i];
		s->hosted = true;
		for (struct slim_node *dir = now.nodes[i]->parent; dir && dir->parent; dir = dir->parent)
			add_root(t, s, dir);
	}
}

static void read_configs(struct slim_trace *t, struct state *s)
{
	slim_cleanup(slim_waiting_clear) struct slim_waiting now = slim_waiting_take(&s->configs);
	for (size_t i = 0; i < now.count; i++) {
		if (!s->asker)
			s->asker = now.nodes[i];
		read_config(t, s, now.nodes[i]);
	}
}

static void settle(struct slim_trace *t, void *state)
{
	struct state *s = state;
	take_programs(t, s);
	read_configs(t, s);
	if (s->runtime)
		keep_system(t, s);
	if (!s->asker || !(s->hosted || s->framework_count))
		return;
	const char *roll = slim_trace_env(t, "DOTNET_ROLL_FORWARD");
	s->forced = roll || slim_trace_env(t, "DOTNET_ROLL_FORWARD_TO_PRERELEASE") ? DOTNET_ANY : s->forced;
	find_roots(t, s);
	for (size_t i = 0; i < s->root_count; i++)
		keep_host(t, s, s->roots[i]);
	for (size_t i = 0; i < s->framework_count; i++)
		keep_framework(t, s, &s->frameworks[i]);
	if (s->sdk && !s->sdk_done)
		keep_sdk(t, s);
	else if (s->hosted && !s->configured && !s->whole_done) {
		s->whole_done = true;
		keep_all_frameworks(t, s);
	}
}

static void clear(void *state)
{
	struct state *s = state;
	slim_waiting_clear(&s->programs);
	slim_waiting_clear(&s->configs);
	free(s->frameworks);
}

const struct slim_tracer slim_dotnet_tracer = {
	.name = ".NET", .kinds = SLIM_KIND_PROGRAM | SLIM_KIND_LIBRARY | SLIM_KIND_TEXT | SLIM_KIND_SCRIPT,
	.state_size = sizeof(struct state), .visit = visit, .command = command, .settle = settle, .clear = clear,
};
