/* Perl: its sources, and where its modules lie. docs/rules.md D5. */
#ifndef SLIM_TRACE_PERL_H
#define SLIM_TRACE_PERL_H

#include "../lang/lexer.h"
#include "slim/trace.h"

/*
 * The tokens of Perl. A variable is a name with its sigil, Foo::Bar is one name; what lists of words (qw) hold are
 * strings. POD, comments, formats and what follows __END__ are passed over. Sources: perlsyn, perlop, perldata.
 */
struct lang_token perl_next(struct lang_lexer *lexer);

/* What a source says about others. */
enum perl_said {
	PERL_MODULE, /* use, require: "Foo::Bar" */
	PERL_FILE, /* require or do: "Foo/bar.pl", searched in @INC */
	PERL_NAME, /* a text or a word "Foo::Bar", which may be a module's or a namespace's */
	PERL_WORD, /* a text "Foo" among the arguments of use: as above */
	PERL_PLAIN, /* any other text "Foo": in a source that computes names it may be one */
	PERL_BELOW, /* what is loaded begins so: "Foo::Bar::", "Foo/Bar/" */
	PERL_FOLDER, /* use lib, -I: a folder of modules; a NUL stands for what is not known */
	PERL_COMPUTED, /* what is loaded here is only known when it runs */
};

typedef void perl_sink(void *context, enum perl_said said, struct slim_blob text);
void perl_source_scan(struct slim_blob source, perl_sink *sink, void *context);
/* The names in a compiled module, which may load others. */
void perl_library_scan(struct slim_blob bytes, perl_sink *sink, void *context);
/* The same for a text that may start perl, a shell script's or a command line: -Mmodule, -Ifolder, use module. */
void perl_command_scan(struct slim_blob text, perl_sink *sink, void *context);

/* --- Where modules lie: perl_inc.c -------------------------------------------------------------------------------- */

enum perl_place {
	PERL_BASE, /* Debian's perl-base: searched before the standard library, and small */
	PERL_CORE, /* the standard library */
	PERL_SITE, /* other distributions: packages, CPAN */
	PERL_OWN, /* added by the application */
};

struct perl_root {
	struct slim_node *dir;
	enum perl_place place;
};

struct perl_inc {
	struct perl_root *items;
	size_t count, capacity;
};

/* Add the folders of @INC that PERL, an ELF file of the interpreter, was built with. */
void perl_inc_add_built_in(struct slim_trace *t, struct perl_inc *inc, struct slim_node *perl);
/* False: it is there already. */
bool perl_inc_add(struct perl_inc *inc, struct slim_node *dir, enum perl_place place);
/* The root that NODE lies in, the deepest; NULL: none. */
const struct perl_root *perl_inc_of(const struct perl_inc *inc, const struct slim_node *node);
/* Of "Foo/Bar/Baz" the part that its author has for himself: "Foo", or "Foo/Bar" where many share the first name. */
struct slim_blob perl_namespace(struct slim_blob stem);
/* "Foo::Bar" as "Foo/Bar" and SUFFIX, from ARENA; NULL: no name. */
const char *perl_path_of(struct slim_arena *arena, struct slim_blob name, const char *suffix);

#endif
