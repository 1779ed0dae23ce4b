/*
 * Native libraries that kept assemblies declare, of .NET and of Mono: each is looked up by the names that these
 * runtimes try. docs/rules.md D7; sources: "Native library loading" of the .NET documentation, Mono's "Interop with
 * Native Libraries" and mono-config(5). And programs that an application's own assemblies start.
 */
#include <string.h>

#include "../engine/owners.h"
#include "../engine/waiting.h"
#include "../lang/lex_parts.h"
#include "../script/shell_script.h"
#include "../system/system_data.h"
#include "dotnet.h"

enum { ASSEMBLY_MAX = 64 << 20, MAP_MAX = 1 << 20 };

static const char *const runtimes[] = { "mono",          "mono-sgen",        "mono-boehm", "dotnet",
					"libcoreclr.so", "libmono*-2.0.so*", NULL };

struct state {
	struct slim_waiting assemblies;
	struct slim_node *runtime; /* the first that is kept; NULL: none is */
	char *map; /* Mono's own names for libraries: /etc/mono/config */
	size_t map_length;
	bool map_read;
};

struct reading {
	struct slim_trace *t;
	struct state *s;
	const struct slim_node *assembly;
};

static bool is_assembly(const struct slim_node *node)
{
	struct slim_blob name = slim_blob(node->name, node->name_length);
	return slim_blob_ends(name, ".dll") || slim_blob_ends(name, ".exe");
}

static void keep_library(const struct reading *r, struct slim_blob before, struct slim_blob name, const char *after)
{
	slim_autofree char *file =
		slim_format("%.*s%.*s%s", (int)before.len, before.ptr, (int)name.len, name.ptr, after);
	slim_autofree char *evidence = slim_format("%s declares '%.*s'", r->assembly->name, (int)name.len, name.ptr);
	if (*file == '/')
		slim_keep_path(r->t, NULL, slim_blob_of(file), SLIM_RULE_DOTNET_NATIVE, r->assembly, "%s", evidence);
	else
		slim_keep_library(r->t, file, SLIM_RULE_DOTNET_NATIVE, r->s->runtime, evidence);
}

/* The value of the attribute KEY="…" in LINE. */
static struct slim_blob attribute(struct slim_blob line, const char *key)
{
	const char *found = memmem(line.ptr, line.len, key, strlen(key));
	struct slim_blob rest = slim_blob(NULL, 0), value = rest;
	if (found)
		rest = slim_blob(found + strlen(key), line.len - (size_t)(found - line.ptr) - strlen(key));
	if (found)
		slim_blob_split(&rest, '"', &value);
	return value;
}

/* <dllmap dll="i:name.dll" target="$mono_libdir/libname.so"/>; names count without ".dll" and in any case of letters. */
static void keep_mapped(const struct reading *r, struct slim_blob name)
{
	struct slim_blob rest = slim_blob(r->s->map, r->s->map_length), line, home = SLIM_BLOB("$mono_libdir/");
	while (r->s->map && slim_blob_line(&rest, &line)) {
		struct slim_blob dll = attribute(line, "dll=\""), target = attribute(line, "target=\"");
		if (dll.len > 2 && slim_blob_starts(dll, "i:"))
			dll = slim_blob(dll.ptr + 2, dll.len - 2);
		if (slim_blob_ends(dll, ".dll"))
			dll.len -= 4;
		if (!target.len || !dll.len || dll.len != name.len || strncasecmp(dll.ptr, name.ptr, name.len))
			continue;
		if (slim_blob_starts(target, home.ptr))
			target = slim_blob(target.ptr + home.len, target.len - home.len);
		keep_library(r, SLIM_BLOB(""), target, "");
	}
}

static void keep_module(void *context, struct slim_blob name)
{
	const struct reading *r = context;
	if (slim_blob_ends(name, ".dll"))
		name.len -= 4;
	keep_library(r, SLIM_BLOB(""), name, "");
	keep_library(r, SLIM_BLOB(""), name, ".so");
	keep_library(r, SLIM_BLOB("lib"), name, ".so");
	keep_library(r, SLIM_BLOB("lib"), name, "");
	keep_mapped(r, name);
}

/* A text that is a program's name or path, in an assembly that starts some. */
static void keep_program(void *context, struct slim_blob text)
{
	const struct reading *r = context;
	bool path = text.ptr[0] == '/', plain = text.len > 1;
	for (size_t i = 0; i < text.len; i++)
		plain &= lex_is_name_char(text.ptr[i]) || strchr("+-.", text.ptr[i]) || (path && text.ptr[i] == '/');
	struct slim_node *program = plain ? slim_find_program(r->t, text) : NULL;
	if (program && !slim_is_junk(r->t, program) && (path || !shell_is_prose(text)))
		slim_keep_program(r->t, text, SLIM_RULE_WORD, r->assembly, "the text '%.*s'", (int)text.len, text.ptr);
}

static bool is_own(struct slim_trace *t, const struct slim_node *node)
{
	return !slim_is_system_path(node) && !slim_packages_owner(slim_trace_packages(t), node);
}

static void read_assembly(struct slim_trace *t, struct state *s, const struct slim_node *node)
{
	const struct reading r = { t, s, node };
	size_t length;
	slim_autofree char *bytes =
		node->inode->size <= ASSEMBLY_MAX ? slim_trace_read(t, node, ASSEMBLY_MAX, &length) : NULL;
	if (bytes)
		dotnet_modules_read(slim_blob(bytes, length), keep_module, (void *)&r);
	if (bytes && is_own(t, node))
		dotnet_texts_read(slim_blob(bytes, length), keep_program, (void *)&r);
}

static void read_map(struct slim_trace *t, struct state *s)
{
	if (s->map_read)
		return;
	s->map_read = true;
	const struct slim_node *file = slim_tree_find(slim_trace_tree(t), "/etc/mono/config");
	if (file && slim_node_is_file(file))
		s->map = slim_trace_read(t, file, MAP_MAX, &s->map_length);
}

static void visit(struct slim_trace *t, void *state, struct slim_node *node)
{
	struct state *s = state;
	enum slim_kind kind = slim_kind_of(t, node);
	bool runs = kind == SLIM_KIND_PROGRAM || kind == SLIM_KIND_LIBRARY;
	if (runs && slim_name_in(runtimes, node->name))
		s->runtime = !s->runtime || node->id < s->runtime->id ? node : s->runtime;
	else if (!runs && is_assembly(node))
		slim_waiting_add(&s->assemblies, node);
}

static void settle(struct slim_trace *t, void *state)
{
	struct state *s = state;
	if (!s->runtime)
		return;
	read_map(t, s);
	slim_cleanup(slim_waiting_clear) struct slim_waiting now = slim_waiting_take(&s->assemblies);
	for (size_t i = 0; i < now.count; i++)
		read_assembly(t, s, now.nodes[i]);
}

static void clear(void *state)
{
	struct state *s = state;
	slim_waiting_clear(&s->assemblies);
	free(s->map);
}

const struct slim_tracer slim_dotnet_native_tracer = {
	.name = "native libraries of assemblies",
	.kinds = SLIM_KIND_PROGRAM | SLIM_KIND_LIBRARY | SLIM_KIND_DATA,
	.state_size = sizeof(struct state),
	.visit = visit,
	.settle = settle,
	.clear = clear,
};
