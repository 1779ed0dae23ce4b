/*
 * Locales that the image selects: Env, scripts and /etc/default/locale. docs/rules.md B4; glibc locale/findlocale.c and
 * intl/l10nflist.c for the names that are tried. Of the message catalogues only those of selected languages and kept
 * packages stay.
 */
#include <ctype.h>
#include <string.h>

#include "system_data.h"

struct names {
	const char **items;
	size_t count, capacity;
};

struct locale {
	struct names names;          /* as written: "de_DE.UTF-8" */
	struct names done;           /* of these all is kept but catalogues */
	struct slim_node *asker;     /* the first in tree order that calls setlocale() */
	bool *programs;              /* by package: a program, library or script of it stays */
	uint32_t *source;            /* by package: the first package of the same source */
	bool *coded;                 /* by such a first package: a package of the source has programs or libraries */
	bool *spoken;                /* by such a first package: a program, library or script of the source stays */
	struct slim_node **catalogues;
	size_t catalogue_count, catalogue_capacity;
};

static bool is_builtin(struct slim_blob name)
{
	return !name.len || slim_blob_is(name, "C") || slim_blob_is(name, "POSIX") || slim_blob_is(name, "C.UTF-8") ||
	       slim_blob_is(name, "C.utf8");
}

static bool is_locale_name(struct slim_blob name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!isalnum((unsigned char)name.ptr[i]) && !strchr("_.@-", name.ptr[i]))
			return false;
	return name.len > 1 && name.len < 64 && isalpha((unsigned char)*name.ptr);
}

static bool has_name(const struct names *names, struct slim_blob name)
{
	for (size_t i = 0; i < names->count; i++)
		if (slim_blob_is(name, names->items[i]))
			return true;
	return false;
}

/* VALUE is a name, or of LANGUAGE a list "de:fr". */
static void add_names(struct slim_trace *t, struct locale *l, struct slim_blob value)
{
	struct slim_blob name;
	while (slim_blob_split(&value, ':', &name))
		if (!is_builtin(name) && is_locale_name(name) && !has_name(&l->names, name) && l->names.count < 1000)
			*slim_push(&l->names.items, &l->names.count, &l->names.capacity) =
				slim_arena_strndup(slim_trace_arena(t), name.ptr, name.len);
}

/* The length of a variable's name that selects locales, with its "=": setlocale(3), gettext(3). Else 0. */
static size_t variable_length(const char *text, size_t length)
{
	static const char *const variables[] = { "LANG=", "LANGUAGE=", "LC_ALL=", "LC_CTYPE=", "LC_COLLATE=", "LC_MESSAGES=",
						  "LC_MONETARY=", "LC_NUMERIC=", "LC_TIME=", "LC_PAPER=", "LC_NAME=",
						  "LC_ADDRESS=", "LC_TELEPHONE=", "LC_MEASUREMENT=", "LC_IDENTIFICATION=" };
	for (size_t i = 0; i < SLIM_COUNT(variables); i++) {
		size_t n = strlen(variables[i]);
		if (length >= n && !memcmp(text, variables[i], n))
			return n;
	}
	return 0;
}

/* Each assignment to such a variable in the text of a script or an environment file. */
static void read_assignments(struct slim_trace *t, struct locale *l, struct slim_blob text)
{
	for (const char *end = text.ptr + text.len, *p = text.ptr; (p = memchr(p, 'L', (size_t)(end - p))); p++) {
		if (p > text.ptr && (isalnum((unsigned char)p[-1]) || p[-1] == '_'))
			continue;
		size_t n = variable_length(p, (size_t)(end - p));
		if (!n)
			continue;
		const char *value = p + n;
		while (value < end && (*value == '"' || *value == '\''))
			value++;
		size_t length = 0;
		while (value + length < end && !strchr("\"' \t\r\n;&|)`", value[length]))
			length++;
		add_names(t, l, slim_blob(value, length));
		p = value + length - 1;
	}
}

static void read_file(struct slim_trace *t, struct locale *l, const struct slim_node *node)
{
	size_t length = 0;
	slim_autofree char *text = node && slim_node_is_file(node) ? slim_trace_read(t, node, 1 << 20, &length) : NULL;
	if (text)
		read_assignments(t, l, slim_blob(text, length));
}

static bool has_code(const struct slim_package *package)
{
	for (size_t i = 0; i < package->file_count; i++)
		if (slim_node_is_executable(package->files[i]) || strstr(package->files[i]->name, ".so"))
			return true;
	return false;
}

static int source_order(const void *a, const void *b)
{
	const struct slim_package *const *x = a, *const *y = b;
	int order = strcmp((*x)->source, (*y)->source);
	return order ? order : ((*x)->index > (*y)->index) - ((*x)->index < (*y)->index);
}

static void find_sources(struct slim_trace *t, struct locale *l)
{
	const struct slim_packages *packages = slim_trace_packages(t);
	size_t count = slim_packages_count(packages);
	slim_autofree const struct slim_package **sorted = slim_calloc(count + 1, sizeof(*sorted));
	l->source = slim_calloc(count + 1, sizeof(*l->source));
	l->coded = slim_calloc(count + 1, sizeof(*l->coded));
	l->spoken = slim_calloc(count + 1, sizeof(*l->spoken));
	for (size_t i = 0; i < count; i++)
		sorted[i] = slim_packages_at(packages, i);
	qsort(sorted, count, sizeof(*sorted), source_order);
	for (size_t i = 0; i < count; i++) {
		bool same = i && !strcmp(sorted[i]->source, sorted[i - 1]->source);
		l->source[sorted[i]->index] = (uint32_t)(same ? l->source[sorted[i - 1]->index] : sorted[i]->index);
		l->coded[l->source[sorted[i]->index]] |= has_code(sorted[i]);
	}
}

static void start(struct slim_trace *t, void *state)
{
	static const char *const files[] = { "/etc/default/locale", "/etc/locale.conf", "/etc/environment", "/etc/sysconfig/i18n" };
	struct locale *l = state;
	l->programs = slim_calloc(slim_packages_count(slim_trace_packages(t)) + 1, sizeof(bool));
	find_sources(t, l);
	for (const char **e = slim_trace_config(t)->env; *e; e++)
		read_assignments(t, l, slim_blob_of(*e));
	for (size_t i = 0; i < SLIM_COUNT(files); i++)
		read_file(t, l, slim_tree_find(slim_trace_tree(t), files[i]));
}

static void visit(struct slim_trace *t, void *state, struct slim_node *node)
{
	struct locale *l = state;
	const struct slim_package *owner = slim_packages_owner(slim_trace_packages(t), node);
	if (owner) {
		l->programs[owner->index] = true;
		l->spoken[l->source[owner->index]] = true;
	}
	if (slim_kind_of(t, node) == SLIM_KIND_SCRIPT) {
		read_file(t, l, node);
		return;
	}
	const struct slim_elf *elf = slim_trace_elf(t, node);
	if (elf && (!l->asker || node->id < l->asker->id))
		if (slim_elf_imports(elf, "setlocale") || slim_elf_imports(elf, "newlocale"))
			l->asker = node;
}

struct variants {
	char *items[6]; /* de_DE.UTF-8@euro, de_DE.utf8@euro, de_DE@euro, de_DE.UTF-8, de_DE, de */
	size_t count;
};

static void free_variants(struct variants *v)
{
	for (size_t i = 0; i < v->count; i++)
		free(v->items[i]);
}

/* "UTF-8" → "utf8", "8859-1" → "iso88591": glibc intl/l10nflist.c */
static char *normal_codeset(struct slim_blob codeset)
{
	char *out = slim_calloc(codeset.len + 4, 1);
	size_t n = 0;
	bool digits = true;
	for (size_t i = 0; i < codeset.len; i++)
		digits &= !isalpha((unsigned char)codeset.ptr[i]);
	if (digits)
		n = (size_t)(stpcpy(out, "iso") - out);
	for (size_t i = 0; i < codeset.len; i++)
		if (isalnum((unsigned char)codeset.ptr[i]))
			out[n++] = (char)tolower((unsigned char)codeset.ptr[i]);
	return out;
}

static struct variants variants_of(const char *name)
{
	struct slim_blob rest = slim_blob_of(name), bare, region, language, codeset = SLIM_BLOB("");
	slim_blob_split(&rest, '@', &bare);
	struct slim_blob modifier = rest.ptr ? slim_blob(rest.ptr - 1, rest.len + 1) : SLIM_BLOB("");
	rest = bare;
	slim_blob_split(&rest, '.', &region);
	if (rest.ptr)
		codeset = rest;
	rest = region;
	slim_blob_split(&rest, '_', &language);
	slim_autofree char *normal = normal_codeset(codeset);
	struct variants v = { .count = 0 };
	v.items[v.count++] = slim_strdup(name);
	if (codeset.len)
		v.items[v.count++] = slim_format("%.*s.%s%.*s", (int)region.len, region.ptr, normal, (int)modifier.len,
						 modifier.ptr);
	if (modifier.len)
		v.items[v.count++] =
			slim_format("%.*s%.*s", (int)region.len, region.ptr, (int)modifier.len, modifier.ptr);
	v.items[v.count++] = slim_strndup(region.ptr, region.len);
	v.items[v.count++] = slim_strndup(language.ptr, language.len);
	return v;
}

static void find_catalogues(struct slim_trace *t, struct locale *l, const char *variant)
{
	static const char *const trees[] = { "/usr/share/locale", "/usr/local/share/locale", "/usr/share/locale-langpack" };
	for (size_t i = 0; i < SLIM_COUNT(trees); i++) {
		slim_autofree char *path = slim_format("%s/%s/LC_MESSAGES", trees[i], variant);
		const struct slim_node *dir = slim_tree_find(slim_trace_tree(t), path);
		for (struct slim_node *c = dir ? dir->first : NULL; c; c = c->next)
			*slim_push(&l->catalogues, &l->catalogue_count, &l->catalogue_capacity) = c;
	}
}

static bool is_utf8(const char *name)
{
	return strcasestr(name, "utf-8") || strcasestr(name, "utf8");
}

bool slim_has_other_charset(struct slim_trace *t)
{
	const struct slim_node *dir = slim_tree_find(slim_trace_tree(t), "/usr/lib/locale");
	for (const struct slim_node *c = dir && slim_node_is_dir(dir) ? dir->first : NULL; c; c = c->next)
		if (!is_utf8(c->name))
			return true;
	return false;
}

static void keep_locale(struct slim_trace *t, struct locale *l, const char *name)
{
	struct variants v = variants_of(name);
	for (size_t i = 0; i < v.count; i++) {
		slim_autofree char *place = slim_format("/usr/lib/locale/%s/**", v.items[i]);
		slim_keep_place(t, place, SLIM_RULE_LOCALE, l->asker, name);
		find_catalogues(t, l, v.items[i]);
	}
	free_variants(&v);
	slim_keep_place(t, "/usr/lib/locale/locale-archive", SLIM_RULE_LOCALE, l->asker, name);
	slim_keep_place(t, "/usr/share/locale/locale.alias", SLIM_RULE_LOCALE, l->asker, name);
	if (!is_utf8(name)) /* its character set may be any */
		slim_keep_place(t, "$LIB/gconv/**", SLIM_RULE_GCONV, l->asker, name);
}

/*
 * Packages of catalogues alone speak for programs of others of their source (libc-l10n); which ones do when that is
 * here with nothing else (a language's pack) cannot be told.
 */
static bool is_spoken(const struct locale *l, const struct slim_package *owner)
{
	uint32_t source = l->source[owner->index];
	return l->programs[owner->index] || !l->coded[source] || (l->spoken[source] && !has_code(owner));
}

/* What is translated is worth keeping only with the program that says it. */
static void keep_catalogues(struct slim_trace *t, struct locale *l)
{
	size_t left = 0;
	for (size_t i = 0; i < l->catalogue_count; i++) {
		struct slim_node *node = l->catalogues[i];
		const struct slim_package *owner = slim_packages_owner(slim_trace_packages(t), node);
		if (!owner || is_spoken(l, owner))
			slim_keep(t, node, SLIM_RULE_LOCALE, l->asker, "messages of a selected language");
		else
			l->catalogues[left++] = node;
	}
	l->catalogue_count = left;
}

static int name_order(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void settle(struct slim_trace *t, void *state)
{
	struct locale *l = state;
	if (!l->asker)
		return;
	if (l->names.count)
		qsort(l->names.items, l->names.count, sizeof(char *), name_order);
	for (size_t i = 0; i < l->names.count; i++) {
		if (has_name(&l->done, slim_blob_of(l->names.items[i])))
			continue;
		keep_locale(t, l, l->names.items[i]);
		*slim_push(&l->done.items, &l->done.count, &l->done.capacity) = l->names.items[i];
	}
	keep_catalogues(t, l);
}

static void clear(void *state)
{
	struct locale *l = state;
	free(l->names.items);
	free(l->done.items);
	free(l->programs);
	free(l->source);
	free(l->coded);
	free(l->spoken);
	free(l->catalogues);
}

const struct slim_tracer slim_locale_tracer = {
	.name = "locale", .kinds = SLIM_KIND_PROGRAM | SLIM_KIND_LIBRARY | SLIM_KIND_SCRIPT,
	.state_size = sizeof(struct locale), .start = start, .visit = visit, .settle = settle, .clear = clear,
};
