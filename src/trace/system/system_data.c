#include "system_data.h"

#include <string.h>

bool slim_name_in(const char *const *list, const char *name)
{
	for (; list && *list; list++)
		if (slim_wildcard(slim_blob_of(*list), slim_blob_of(name)))
			return true;
	return false;
}

/* FHS 3.0, Debian's multiarch, and the lib64 of Red Hat and SUSE. */
static const char *const library_folders[] = {
	"/usr/lib/*-linux-*", "/usr/lib", "/usr/lib64", "/lib/*-linux-*", "/lib", "/lib64", "/usr/local/lib",
	"/usr/local/lib64", "/usr/local/lib/*-linux-*",
};

static bool is_library_folder(const char *path)
{
	for (size_t i = 0; i < SLIM_COUNT(library_folders); i++)
		if (slim_wildcard(slim_blob_of(library_folders[i]), slim_blob_of(path)))
			return true;
	return false;
}

/* /usr/lib/php/20220829, /usr/lib/php82/modules, /usr/share/php: extensions and libraries of PHP */
static bool is_of_php(struct slim_trace *t, const struct slim_node *dir)
{
	static const char *const names[] = { "php", "php[0-9]*", "pear", NULL };
	for (; dir->parent; dir = dir->parent) {
		if (!slim_name_in(names, dir->name))
			continue;
		const char *above = slim_node_path(slim_trace_arena(t), dir->parent);
		return is_library_folder(above) || !strcmp(above, "/usr/share") || !strcmp(above, "/usr/local/share");
	}
	return false;
}

bool slim_is_chosen_from(struct slim_trace *t, const struct slim_node *dir)
{
	static const char *const chosen_from[] = { "gconv", "security", "sasl2", NULL };
	if (is_of_php(t, dir))
		return true;
	return slim_name_in(chosen_from, dir->name) &&
	       is_library_folder(slim_node_path(slim_trace_arena(t), dir->parent));
}

static void keep_pattern(struct slim_trace *t, const char *pattern, enum slim_rule_id rule,
			 const struct slim_node *from, const char *evidence)
{
	struct slim_blob p = slim_blob_of(pattern);
	bool below = slim_blob_ends(p, "/**");
	if (below)
		p.len -= strlen("/**");
	slim_keep_glob(t, p, below, rule, from, "%s", evidence);
}

/* On a merged /usr /lib is a link: one name of each file is enough. */
static bool is_other_name(const struct slim_tree *tree, const char *folder)
{
	struct slim_blob rest = slim_blob_of(folder + 1), top;
	if (!slim_blob_split(&rest, '/', &top))
		return false;
	const struct slim_node *node = slim_node_child(tree, slim_tree_root(tree), top);
	return !node || slim_node_is_link(node);
}

void slim_keep_place(struct slim_trace *t, const char *place, enum slim_rule_id rule, const struct slim_node *from,
		     const char *evidence)
{
	if (strncmp(place, "$LIB/", 5)) {
		keep_pattern(t, place, rule, from, evidence);
		return;
	}
	for (size_t i = 0; i < SLIM_COUNT(library_folders); i++) {
		if (is_other_name(slim_trace_tree(t), library_folders[i]))
			continue;
		slim_autofree char *pattern = slim_format("%s%s", library_folders[i], place + 4);
		keep_pattern(t, pattern, rule, from, evidence);
	}
}

void slim_keep_library(struct slim_trace *t, const char *name, enum slim_rule_id rule, struct slim_node *from,
		       const char *evidence)
{
	const struct slim_loads *loads = slim_ldso_dlopen(slim_trace_ldso(t), name, from, NULL);
	for (size_t i = 0; i < loads->count; i++)
		if (loads->items[i].path && !strcmp(loads->items[i].name, name))
			slim_keep_path(t, NULL, slim_blob_of(loads->items[i].path), rule, from, "%s", evidence);
}

struct system_data {
	struct slim_node *asker[SLIM_FEATURE_MAX]; /* the first in tree order that sets a feature off */
	const char *word[SLIM_FEATURE_MAX];        /* the symbol or name that did */
	bool done[SLIM_FEATURE_MAX];
};

struct facts {
	const struct slim_elf *elf;
	const char *name;   /* of the file */
	const char *soname; /* or the file's name */
	size_t path_count;  /* strings that are searched; 0 for the C library, which holds them all */
};

static struct facts facts_of(const struct slim_node *node, const struct slim_elf *elf)
{
	static const char *const libc[] = { "libc.so.6", "libc.musl-*", "ld-musl-*", "libc.so", NULL };
	struct facts f = { .elf = elf, .name = node->name, .soname = elf->soname ? elf->soname : node->name };
	while (elf->paths[f.path_count])
		f.path_count++;
	if (slim_name_in(libc, f.soname))
		f.path_count = 0;
	return f;
}

static int string_order(const void *key, const void *item)
{
	return strcmp(key, *(const char *const *)item);
}

static const char *held_string(const struct facts *f, const char *const *strings)
{
	for (const char *const *s = strings; s && *s; s++)
		if (f->path_count && bsearch(*s, f->elf->paths, f->path_count, sizeof(char *), string_order))
			return *s;
	return NULL;
}

static const char *held_word(const struct facts *f, const char *const *words)
{
	for (const char **held = f->elf->words; words && *held; held++)
		for (const char *const *w = words; *w; w++)
			if (!strcmp(*w, *held))
				return *w;
	return NULL;
}

/* What of a file sets FEATURE off; NULL: nothing. */
static const char *trigger_of(const struct slim_feature *feature, const struct facts *f)
{
	if (slim_name_in(feature->except, f->soname) || slim_name_in(feature->except, f->name) ||
	    (feature->unless && feature->unless(f->elf)))
		return NULL;
	for (const char *const *s = feature->symbols; s && *s; s++)
		if (slim_elf_imports(f->elf, *s))
			return *s;
	if (slim_name_in(feature->sonames, f->soname))
		return f->soname;
	if (f->elf->program && slim_name_in(feature->programs, f->name))
		return f->name;
	if (feature->go && f->elf->go)
		return "the Go runtime";
	const char *string = held_string(f, feature->strings);
	return string ? string : held_word(f, feature->words);
}

/* A static program that is linked with glibc opens the shared one for NSS and character sets. docs/rules.md A20 */
static void keep_libc_of_static(struct slim_trace *t, struct slim_node *node, const struct facts *f)
{
	if (f->elf->dynamic || f->elf->go || !held_string(f, (const char *const[]){ "/etc/nsswitch.conf", NULL }))
		return;
	slim_keep_library(t, "libc.so.6", SLIM_RULE_NSS, node, "a static program that opens libc.so.6 for name lookup");
}

static void visit(struct slim_trace *t, void *state, struct slim_node *node)
{
	struct system_data *s = state;
	const struct slim_elf *elf = slim_trace_elf(t, node);
	if (!elf)
		return;
	const struct facts facts = facts_of(node, elf);
	keep_libc_of_static(t, node, &facts);
	for (size_t i = 0; i < slim_feature_count(); i++) {
		if (s->done[i] || (s->asker[i] && s->asker[i]->id <= node->id))
			continue;
		const char *word = trigger_of(&slim_features[i], &facts);
		if (!word)
			continue;
		s->asker[i] = node;
		s->word[i] = word;
	}
}

static void set_off(struct slim_trace *t, const struct slim_feature *feature, struct slim_node *asker, const char *word)
{
	slim_autofree char *evidence = slim_format("%s: %s", feature->name, word);
	for (const char *const *p = feature->places; p && *p; p++)
		slim_keep_place(t, *p, feature->rule, asker, evidence);
	for (const char *const *l = feature->libraries; l && *l; l++)
		slim_keep_library(t, *l, feature->rule, asker, evidence);
	if (feature->more)
		feature->more(t, asker);
}

/* Only when the worklist is empty is the first asker the same on every run, whatever the order of visits. */
static void settle(struct slim_trace *t, void *state)
{
	struct system_data *s = state;
	for (size_t i = 0; i < slim_feature_count(); i++) {
		if (s->done[i] || !s->asker[i])
			continue;
		if (slim_features[i].when && !slim_features[i].when(t))
			continue;
		s->done[i] = true;
		set_off(t, &slim_features[i], s->asker[i], s->word[i]);
	}
}

static void keep_terminal(struct slim_trace *t)
{
	const char *term = slim_trace_env(t, "TERM");
	if (!term || !*term || strchr(term, '/'))
		return;
	slim_autofree char *place = slim_format("/usr/share/terminfo/%c/%s", *term, term);
	slim_keep_place(t, place, SLIM_RULE_TERMINFO, NULL, "Env: TERM");
}

static void start(struct slim_trace *t, void *state)
{
	for (const char *const *place = slim_always; *place; place++)
		slim_keep_place(t, *place, SLIM_RULE_ALWAYS, NULL, "system data");
	keep_terminal(t);
}

const struct slim_tracer slim_system_data_tracer = {
	.name = "system data", .kinds = SLIM_KIND_PROGRAM | SLIM_KIND_LIBRARY, .state_size = sizeof(struct system_data),
	.start = start, .visit = visit, .settle = settle,
};
