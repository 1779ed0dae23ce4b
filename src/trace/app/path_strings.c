/* Paths that kept programs hold, compiled ones and those in languages that are no shell. docs/rules.md E9. */
#include <ctype.h>
#include <string.h>

#include "app_sources.h"
#include "named_folder.h"
#include "../engine/owners.h"
#include "../engine/waiting.h"
#include "../system/system_data.h"
#include "slim/path.h"

enum { SOURCE_MAX = 4 << 20 };

/* They name the places of all programs' data; the rules of system_data.c know which of these matter. */
static const char *const no_strings_of[] = { "libc.so.6", "libc-2.*", "libc.musl-*", "ld-musl-*", "ld-linux*", "ld-2.*",
					      "libapt-*", "apt*", "dpkg*", "busybox*", "systemd*", NULL };

struct state {
	struct slim_waiting waiting; /* sources that nothing starts or loads as far as is known */
	const uint32_t *owners;          /* slim_folder_owners */
};

/* Whose strings are read. */
struct holder {
	struct slim_trace *t;
	struct state *s;
	struct slim_node *node;
	bool own;          /* of no package: it may mean the folder of any */
	bool modules_only; /* another tracer reads the paths in it */
};

static void start(struct slim_trace *t, void *state)
{
	struct state *s = state;
	s->owners = slim_folder_owners(t);
}

/*
 * A library that only tells where its data came from: libpsl was built from the list, and reads what was made of it
 * (psl_latest(3)). The rule `psl` of features.c has who looks at the list.
 */
static bool is_only_told(const struct slim_node *elf, struct slim_blob path)
{
	return slim_blob_starts(slim_blob_of(elf->name), "libpsl.so") &&
	       slim_blob_is(path, "/usr/share/publicsuffix/public_suffix_list.dat");
}

static void keep_folder(const struct holder *h, struct slim_node *dir, struct slim_blob path)
{
	struct slim_trace *t = h->t;
	/* a library that talks to an init system (libsystemd) names what that reads; the image need not have it */
	bool host = slim_is_integration(t, dir) && slim_kind_of(t, (struct slim_node *)h->node) == SLIM_KIND_LIBRARY;
	if (slim_is_shared_folder(t, dir) || slim_is_chosen_from(t, dir) || host)
		return;
	slim_keep_path(t, NULL, path, SLIM_RULE_PATH_STRING, h->node, "'%.*s'", (int)path.len, path.ptr);
	if (!slim_node_within(h->node, dir) && app_is_own_folder(t, h->s->owners, dir, h->node, h->own))
		slim_keep_below(t, dir, SLIM_RULE_DATA_FOLDER, h->node, "'%.*s'", (int)path.len, path.ptr);
}

static void keep_string(const struct holder *h, struct slim_blob path)
{
	struct slim_trace *t = h->t;
	struct slim_node *node = slim_tree_walk(slim_trace_tree(t), NULL, path, true, NULL, NULL);
	if (!node || !node->parent || slim_is_junk(t, node) || slim_is_managed(t, node) || app_is_given(node) ||
	    is_only_told(h->node, path))
		return;
	if (slim_node_is_dir(node))
		keep_folder(h, node, path);
	else if (slim_node_is_file(node) && !slim_node_is_executable(node))
		slim_keep_path(t, NULL, path, SLIM_RULE_PATH_STRING, h->node, "'%.*s'", (int)path.len, path.ptr);
}

static void read_elf(struct slim_trace *t, struct state *s, struct slim_node *node)
{
	const struct slim_elf *elf = slim_trace_elf(t, node);
	if (!elf || slim_name_in(no_strings_of, node->name))
		return;
	for (const char **path = elf->paths; *path; path++)
		keep_string(&(struct holder){ t, s, node, false, false }, slim_blob_of(*path));
}

/*
 * A module of a library of the system, by its name with or without the ending: SQLite's load_extension(), also within
 * SQL, tries both.
 */
static void keep_module(const struct holder *h, struct slim_blob name)
{
	enum { NAME_LENGTH_MAX = 60 };
	size_t n = 0;
	while (n < name.len && (isalnum((unsigned char)name.ptr[n]) || strchr("_.+-", name.ptr[n])))
		n++;
	if (!n || n > NAME_LENGTH_MAX || !isalpha((unsigned char)*name.ptr))
		return;
	bool ended = n > 3 && slim_blob_ends(slim_blob(name.ptr, n), ".so");
	slim_autofree char *place = slim_format("$LIB/%.*s%s", (int)n, name.ptr, ended ? "" : ".so");
	slim_autofree char *evidence = slim_format("loads '%.*s'", (int)n, name.ptr);
	slim_keep_place(h->t, place, SLIM_RULE_DLOPEN_STRING, h->node, evidence);
}

/* load_extension, loadExtension, SPATIALITE_LIBRARY_PATH */
static bool is_loader(struct slim_blob name)
{
	slim_autofree char *text = slim_strndup(name.ptr, name.len);
	return strcasestr(text, "extension") || strcasestr(text, "library");
}

static void see_module(const struct holder *h, const struct app_literal *literal)
{
	static const char call[] = "load_extension(";
	const struct slim_blob text = literal->text;
	if (is_loader(literal->named))
		keep_module(h, text);
	const char *in_sql = memmem(text.ptr, text.len, call, sizeof(call) - 1);
	if (!in_sql)
		return;
	in_sql += sizeof(call) - 1;
	size_t left = text.len - (size_t)(in_sql - text.ptr);
	if (left && strchr("'\"", *in_sql))
		keep_module(h, slim_blob(in_sql + 1, left - 1));
}

static void see_literal(void *context, const struct app_literal *literal)
{
	const struct holder *h = context;
	const struct slim_blob text = literal->text;
	see_module(h, literal);
	if (!h->modules_only && text.len > 1 && *text.ptr == '/' && !memchr(text.ptr, '\0', text.len) &&
	    !memchr(text.ptr, '\n', text.len))
		keep_string(h, text);
}

/* An application's own sources, of which every word counts: config_tracer.c */
static bool reads_as_configuration(const struct slim_node *node, unsigned kind)
{
	return kind == SLIM_KIND_TEXT && !slim_is_system_path(node);
}

static void read_source(struct slim_trace *t, struct state *s, struct slim_node *node)
{
	unsigned kind = slim_kind_of(t, node);
	size_t length = 0;
	slim_autofree char *text = slim_trace_read(t, node, SOURCE_MAX, &length);
	enum app_language language = app_language_of(t, node, kind);
	struct holder h = { t, s, node, !slim_packages_owner(slim_trace_packages(t), node),
			    reads_as_configuration(node, kind) };
	if (text)
		app_strings_scan(slim_blob(text, length), language, see_literal, &h);
}

/* It is started, a source that is started loads it by its name, or it is the application's own. */
static bool is_used(struct slim_trace *t, const struct slim_node *node)
{
	static const enum slim_rule_id rules[] = { SLIM_RULE_PYTHON_IMPORT, SLIM_RULE_PERL_MODULE };
	for (size_t i = 0; i < SLIM_COUNT(rules); i++)
		if (slim_has_reason(t, node, rules[i]))
			return true;
	bool own = !slim_is_system_path(node) && !slim_is_managed(t, node);
	return own || slim_is_followed(t, node);
}

static void visit(struct slim_trace *t, void *state, struct slim_node *node)
{
	struct state *s = state;
	unsigned kind = slim_kind_of(t, node);
	if (kind & (SLIM_KIND_PROGRAM | SLIM_KIND_LIBRARY))
		read_elf(t, s, node);
	else if (app_language_of(t, node, kind) && !slim_is_junk(t, node))
		slim_waiting_add(&s->waiting, node);
}

static void settle(struct slim_trace *t, void *state)
{
	struct state *s = state;
	slim_cleanup(slim_waiting_clear) struct slim_waiting now = slim_waiting_take(&s->waiting);
	for (size_t i = 0; i < now.count; i++) {
		if (is_used(t, now.nodes[i]))
			read_source(t, s, now.nodes[i]);
		else
			slim_waiting_add(&s->waiting, now.nodes[i]);
	}
}

static void clear(void *state)
{
	struct state *s = state;
	slim_waiting_clear(&s->waiting);
}

const struct slim_tracer slim_path_strings_tracer = {
	.name = "paths in programs", .kinds = SLIM_KIND_PROGRAM | SLIM_KIND_LIBRARY | SLIM_KIND_SCRIPT | SLIM_KIND_TEXT,
	.state_size = sizeof(struct state), .start = start, .visit = visit, .settle = settle, .clear = clear,
};
