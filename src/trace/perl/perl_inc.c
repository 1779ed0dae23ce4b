/* Where Perl searches modules. Sources: perlrun (PERL5LIB, -I), perlvar (@INC), Debian's perl policy. */
#include <string.h>

#include "perl.h"
#include "slim/match.h"
#include "slim/path.h"

/* Folders of the standard library by their paths; all others belong to other distributions. */
static const struct {
	const char *pattern;
	enum perl_place place;
} places[] = {
	{ "*/perl-base", PERL_BASE },        { "/usr/share/perl/5*", PERL_CORE },
	{ "/usr/lib/*/perl/5*", PERL_CORE }, { "*/lib/perl5/5.*", PERL_CORE },
	{ "*/perl5/core_perl*", PERL_CORE }, { "/usr/share/perl5/core_perl*", PERL_CORE },
};

static enum perl_place place_of(const char *path)
{
	for (size_t i = 0; i < SLIM_COUNT(places); i++)
		if (slim_wildcard(slim_blob_of(places[i].pattern), slim_blob_of(path)))
			return places[i].place;
	return PERL_SITE;
}

bool perl_inc_add(struct perl_inc *inc, struct slim_node *dir, enum perl_place place)
{
	for (size_t i = 0; i < inc->count; i++)
		if (inc->items[i].dir == dir)
			return false;
	*slim_push(&inc->items, &inc->count, &inc->capacity) = (struct perl_root){ dir, place };
	return true;
}

/* The interpreter holds each folder as a text of its own. */
static bool may_be_root(const char *path)
{
	return strstr(path, "perl") && strncmp(path, "/proc/", 6) && !strchr(path, '%');
}

static void add(struct slim_trace *t, struct perl_inc *inc, const struct slim_node *perl, const char *path)
{
	struct slim_node *dir = slim_tree_find(slim_trace_tree(t), path);
	if (!dir || !dir->parent || !slim_node_is_dir(dir) || !perl_inc_add(inc, dir, place_of(path)))
		return;
	slim_keep_path(t, NULL, slim_blob_of(path), SLIM_RULE_PERL_BASE, perl, "a folder of @INC");
}

void perl_inc_add_built_in(struct slim_trace *t, struct perl_inc *inc, struct slim_node *perl)
{
	const struct slim_elf *elf = slim_trace_elf(t, perl);
	for (size_t i = 0; elf && elf->paths && elf->paths[i]; i++)
		if (may_be_root(elf->paths[i]))
			add(t, inc, perl, elf->paths[i]);
}

const struct perl_root *perl_inc_of(const struct perl_inc *inc, const struct slim_node *node)
{
	const struct perl_root *best = NULL;
	for (size_t i = 0; i < inc->count; i++)
		if (slim_node_within(node, inc->items[i].dir) &&
		    (!best || slim_node_within(inc->items[i].dir, best->dir)))
			best = &inc->items[i];
	return best;
}

const char *perl_path_of(struct slim_arena *arena, struct slim_blob name, const char *suffix)
{
	if (!name.len || name.len > SLIM_NAME_MAX || memchr(name.ptr, '\0', name.len))
		return NULL;
	char *path = slim_arena_alloc(arena, name.len + strlen(suffix) + 1);
	size_t length = 0;
	for (size_t i = 0; i < name.len; i++)
		if (name.ptr[i] != ':')
			path[length++] = name.ptr[i];
		else if (i + 1 < name.len && name.ptr[i + 1] == ':')
			path[length++] = '/';
	strcpy(path + length, suffix);
	return path;
}

/* First names that CPAN has for subjects: the PAUSE module list. */
static const char *const subjects[] = {
	"AI",       "Algorithm", "Alien",    "App",        "Archive", "Array",   "Audio",     "B",        "Business",
	"CGI",      "CPAN",      "Cache",    "Class",      "Code",    "Config",  "Convert",   "Crypt",    "DB",
	"Data",     "Date",      "Devel",    "Digest",     "Email",   "Encode",  "Error",     "Eval",     "Event",
	"Exporter", "ExtUtils",  "File",     "Filesys",    "Filter",  "Finance", "Font",      "Function", "Geo",
	"Getopt",   "Graph",     "HTML",     "HTTP",       "Hash",    "I18N",    "IO",        "IPC",      "Image",
	"Inline",   "Iterator",  "JSON",     "Lingua",     "Linux",   "List",    "Locale",    "Log",      "MIME",
	"Mail",     "Math",      "Memory",   "Method",     "Module",  "Net",     "Number",    "OS",       "Object",
	"PDF",      "Package",   "Parallel", "Params",     "Parse",   "Path",    "Perl",      "PerlIO",   "Pod",
	"Proc",     "Protocol",  "Regexp",   "Role",       "SQL",     "Scalar",  "Scope",     "Search",   "Set",
	"Shell",    "Software",  "Sort",     "Statistics", "String",  "Sub",     "Syntax",    "Sys",      "Term",
	"Test",     "Text",      "Thread",   "Tie",        "Time",    "Tree",    "UNIVERSAL", "Unicode",  "Unix",
	"User",     "Variable",  "WWW",      "Web",        "XML",     "XS",
};

struct slim_blob perl_namespace(struct slim_blob stem)
{
	struct slim_blob rest = stem, first, second;
	slim_blob_split(&rest, '/', &first);
	for (size_t i = 0; rest.ptr && i < SLIM_COUNT(subjects); i++)
		if (slim_blob_is(first, subjects[i]) && slim_blob_split(&rest, '/', &second))
			return slim_blob(stem.ptr, first.len + 1 + second.len);
	return first;
}
