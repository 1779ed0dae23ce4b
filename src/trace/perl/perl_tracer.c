/*
 * Perl: the modules that kept sources load. perl-base whole; the standard library module by module; other distributions
 * whole, once one of their modules is loaded. What is loaded by a computed name takes its namespace along, and in an
 * application without a hint everything in @INC. docs/rules.md D5.
 */
#include <string.h>

#include "perl_inside.h"
#include "../engine/owners.h"
#include "../lang/lang.h"
#include "../script/shebang.h"
#include "../system/system_data.h"
#include "slim/match.h"
#include "slim/path.h"

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

enum { HEAD_MAX = 1024 };

static const char *const programs[] = { "perl", "perl5*", NULL };
static const char *const libraries[] = { "libperl.so*", NULL };

/* --- which files are Perl ----------------------------------------------------------------------------------------- */

enum text_kind { TEXT_OTHER, TEXT_PERL, TEXT_COMMANDS };

static bool looks_like_perl(struct slim_trace *t, struct slim_node *node)
{
	size_t length;
	slim_autofree char *head = slim_trace_read(t, node, HEAD_MAX, &length);
	struct slim_blob rest = slim_blob(head, head ? length : 0), line;
	while (head && slim_blob_line(&rest, &line))
		if (slim_blob_starts(line, "use strict") || slim_blob_starts(line, "use warnings") ||
		    slim_blob_starts(line, "use v5") || slim_blob_starts(line, "use 5"))
			return true;
	return false;
}

static enum text_kind kind_of_text(struct slim_trace *t, struct slim_node *node)
{
	static const char *const endings[] = { "*.pm", "*.pl", "*.ph", "*.al", "*.psgi", "*.cgi", "*.fcgi", "*.t" };
	struct slim_blob name = slim_blob(node->name, node->name_length);
	if (slim_kind_of(t, node) == SLIM_KIND_SCRIPT) {
		struct slim_blob interpreter = shebang_interpreter(t, node);
		if (slim_wildcard(SLIM_BLOB("perl*"), interpreter))
			return TEXT_PERL;
		if (slim_blob_ends(interpreter, "sh"))
			return TEXT_COMMANDS;
	}
	for (size_t i = 0; i < SLIM_COUNT(endings); i++)
		if (slim_wildcard(slim_blob_of(endings[i]), name))
			return TEXT_PERL;
	bool bare = !memchr(name.ptr, '.', name.len);
	return bare && !slim_is_system_path(node) && looks_like_perl(t, node) ? TEXT_PERL : TEXT_OTHER;
}

/* A script among the system's counts once something is known to start or read it. */
static bool is_read(struct slim_trace *t, const struct slim_node *node)
{
	return !slim_is_system_path(node) || slim_is_managed(t, node) || slim_is_followed(t, node);
}

static void read_commands(struct slim_trace *t, struct perl *s, struct slim_node *node)
{
	size_t length;
	slim_autofree char *text = slim_trace_read(t, node, PERL_SOURCE_MAX, &length);
	struct perl_reading r = { .t = t, .s = s, .node = node };
	if (text && memmem(text, length, "perl", 4))
		perl_command_scan(slim_blob(text, length), perl_said, &r);
}

static void read_kept(struct slim_trace *t, struct perl *s, struct slim_node *node)
{
	const struct perl_root *root = perl_inc_of(&s->inc, node);
	bool library = slim_kind_of(t, node) == SLIM_KIND_LIBRARY;
	if (!library && kind_of_text(t, node) == TEXT_COMMANDS)
		read_commands(t, s, node);
	else if (library ? root != NULL
			 : !root || root->place !=
					    PERL_BASE) /* perl-base stays whole: only what is loaded of it is read */
		perl_read_later(s, node);
}

/* --- the interpreter ---------------------------------------------------------------------------------------------- */

static void read_words(struct slim_trace *t, struct perl *s, const char **words)
{
	struct perl_reading r = { .t = t, .s = s };
	for (size_t i = 0; words && words[i]; i++) {
		struct slim_blob word = slim_blob_of(words[i]);
		bool folder = slim_blob_is(word, "-I") && words[i + 1];
		slim_autofree char *text = slim_format("%s %s", words[i], folder ? words[i + 1] : "");
		perl_command_scan(slim_blob_of(text), perl_said, &r);
	}
}

static void add_environment(struct slim_trace *t, struct perl *s)
{
	const char *value = slim_trace_env(t, "PERL5LIB"), *options = slim_trace_env(t, "PERL5OPT");
	struct slim_blob rest = slim_blob_of(value ? value : ""), part;
	struct perl_reading r = { .t = t, .s = s };
	while (slim_blob_split(&rest, ':', &part))
		perl_add_folder(&r, part);
	if (options)
		perl_command_scan(slim_blob_of(options), perl_said, &r);
	const struct slim_config *config = slim_trace_config(t);
	read_words(t, s, (const char **)config->entrypoint);
	read_words(t, s, (const char **)config->cmd);
	read_words(t, s, (const char **)config->healthcheck);
}

/* What perl loads by itself: for files in memory, patterns, %! and %+, glob, and tables of characters. */
static void keep_base(struct slim_trace *t, struct perl *s, const struct slim_node *perl)
{
	static const char *const modules[] = {
		"AutoLoader",
		"Carp",
		"Config",
		"DynaLoader",
		"Errno",
		"Exporter",
		"Fcntl",
		"File::Glob",
		"IO::File",
		"IO::Handle",
		"PerlIO",
		"PerlIO::scalar",
		"Tie::Hash::NamedCapture",
		"XSLoader",
		"_charnames",
		"attributes",
		"bytes",
		"feature",
		"mro",
		"overload",
		"re",
		"strict",
		"utf8",
		"vars",
		"warnings",
	};
	struct perl_reading r = { .t = t, .s = s, .node = (struct slim_node *)perl };
	for (size_t i = 0; i < SLIM_COUNT(modules); i++)
		perl_keep_named(&r, slim_blob_of(modules[i]), SLIM_RULE_PERL_BASE);
	perl_keep_file(&r, "Config_heavy.pl", SLIM_RULE_PERL_BASE);
	for (size_t i = 0; i < s->inc.count; i++) {
		const struct perl_root *root = &s->inc.items[i];
		if (root->place == PERL_BASE || !strcmp(slim_node_path(slim_trace_arena(t), root->dir), "/etc/perl"))
			perl_keep_below(t, s, root->dir, SLIM_RULE_PERL_BASE, perl, "perl's own modules");
		perl_keep_below(t, s, perl_in_root(t, root, "unicore"), SLIM_RULE_PERL_BASE, perl,
				"perl's own modules");
	}
}

static void activate(struct slim_trace *t, struct perl *s, struct slim_node *perl)
{
	bool library = slim_kind_of(t, perl) == SLIM_KIND_LIBRARY;
	perl_inc_add_built_in(t, &s->inc, perl);
	if (!s->inc.count) {
		lang_keep_places(t,
				 LIST("$PREFIX/lib/perl5/**", "$PREFIX/share/perl5/**", "$PREFIX/lib64/perl5/**",
				      "$PREFIX/share/perl/**", "$PREFIX/lib/*-linux-*/perl*/**"),
				 perl, "Perl");
		slim_doubt(t, perl, "all Perl modules stay: it does not say where they lie");
	}
	if (!s->active)
		add_environment(t, s);
	s->active = true;
	keep_base(t, s, perl);
	if (library)
		perl_keep_whole(t, s, perl, "Perl within a program, whose code is not known");
	lang_keep_shell(t, perl, "Perl");
	lang_keep_locales(t, perl, "Perl");
}

static void read_lines(struct slim_trace *t, struct perl *s)
{
	for (size_t i = 0; i < s->line_count; i++) {
		struct perl_reading r = { .t = t, .s = s, .node = (struct slim_node *)s->lines[i].from };
		perl_command_scan(slim_blob_of(s->lines[i].text), perl_said, &r);
	}
	s->line_count = 0;
	slim_cleanup(slim_waiting_clear) struct slim_waiting scripts = slim_waiting_take(&s->scripts);
	for (size_t i = 0; i < scripts.count; i++)
		perl_read_later(s, scripts.nodes[i]);
}

/* The first word that is no option, from each folder that it may be run in. */
static void add_script(struct slim_trace *t, struct perl *s, const struct slim_command_line *command)
{
	size_t i = 1;
	while (i < command->count && command->words[i].ptr && slim_blob_starts(command->words[i], "-"))
		i++;
	struct slim_blob word = i < command->count ? command->words[i] : slim_blob(NULL, 0);
	for (size_t f = 0; word.len && word.len < SLIM_PATH_MAX && f < command->folder_count; f++) {
		struct slim_node *node =
			slim_tree_walk(slim_trace_tree(t), command->folders[f], word, true, NULL, NULL);
		if (node && slim_node_is_file(node) && (slim_kind_of(t, node) & (SLIM_KIND_TEXT | SLIM_KIND_SCRIPT)))
			slim_waiting_add(&s->scripts, node);
	}
}

static void command(struct slim_trace *t, void *state, const struct slim_command_line *line)
{
	struct perl *s = state;
	struct slim_blob base = line->count ? slim_path_base(line->words[0]) : slim_blob(NULL, 0);
	slim_autofree char *name = base.ptr ? slim_strndup(base.ptr, base.len) : NULL;
	if (!name || !slim_name_in(programs, name))
		return;
	size_t length = 0;
	for (size_t i = 1; i < line->count; i++)
		length += line->words[i].len + 1;
	char *text = slim_arena_alloc(slim_trace_arena(t), length + 1), *end = text;
	for (size_t i = 1; i < line->count; i++) {
		*end++ = ' ';
		if (line->words[i].ptr)
			end = mempcpy(end, line->words[i].ptr, line->words[i].len);
	}
	*slim_push(&s->lines, &s->line_count, &s->line_capacity) = (struct perl_line){ text, line->from };
	add_script(t, s, line);
}

static void visit(struct slim_trace *t, void *state, struct slim_node *node)
{
	struct perl *s = state;
	enum slim_kind kind = slim_kind_of(t, node);
	bool is_text = kind == SLIM_KIND_SCRIPT || kind == SLIM_KIND_TEXT;
	if (slim_name_in(kind == SLIM_KIND_LIBRARY ? libraries : programs, node->name) && !is_text)
		slim_waiting_add(&s->interpreters, node);
	else if (kind == SLIM_KIND_LIBRARY && slim_is_managed(t, node))
		slim_waiting_add(&s->sources, node);
	else if (is_text && kind_of_text(t, node) != TEXT_OTHER && is_read(t, node))
		slim_waiting_add(&s->sources, node);
}

static void start(struct slim_trace *t, void *state)
{
	struct perl *s = state;
	s->done = slim_calloc(slim_tree_count(slim_trace_tree(t)), sizeof(bool));
	s->below = slim_calloc(slim_tree_count(slim_trace_tree(t)), sizeof(bool));
}

static void settle(struct slim_trace *t, void *state)
{
	struct perl *s = state;
	const bool *started = s->interpreters.count ? slim_started(t) : NULL;
	slim_cleanup(slim_waiting_clear) struct slim_waiting now = slim_waiting_take(&s->interpreters);
	for (size_t i = 0; started && i < now.count; i++) {
		if (started[now.nodes[i]->id] || slim_kind_of(t, now.nodes[i]) == SLIM_KIND_LIBRARY)
			activate(t, s, now.nodes[i]);
		else
			slim_waiting_add(&s->interpreters, now.nodes[i]);
	}
	if (!s->active)
		return;
	read_lines(t, s);
	slim_cleanup(slim_waiting_clear) struct slim_waiting sources = slim_waiting_take(&s->sources);
	for (size_t i = 0; i < sources.count; i++)
		read_kept(t, s, sources.nodes[i]);
	perl_read_modules(t, s);
}

static void clear(void *state)
{
	struct perl *s = state;
	slim_waiting_clear(&s->interpreters);
	slim_waiting_clear(&s->sources);
	slim_waiting_clear(&s->scripts);
	free(s->lines);
	free(s->inc.items);
	free(s->done);
	free(s->below);
	free(s->modules);
}

const struct slim_tracer slim_perl_tracer = {
	.name = "Perl",
	.kinds = SLIM_KIND_PROGRAM | SLIM_KIND_LIBRARY | SLIM_KIND_SCRIPT | SLIM_KIND_TEXT,
	.state_size = sizeof(struct perl),
	.start = start,
	.visit = visit,
	.settle = settle,
	.command = command,
	.clear = clear,
};
