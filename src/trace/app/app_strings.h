/*
 * String literals in the sources of languages that are no shell: one pass, linear. Languages that have no lexer yet are
 * read with no grammar but quotes and comments.
 */
#ifndef SLIM_TRACE_APP_STRINGS_H
#define SLIM_TRACE_APP_STRINGS_H

#include "slim/blob.h"

enum app_language {
	APP_NONE,       /* no source, or a shell's */
	APP_PYTHON,     /* by its lexer */
	APP_JAVASCRIPT, /* by its lexer; TypeScript, too */
	APP_PHP,        /* C and # comments, `commands` */
	APP_RUBY,       /* # comments, `commands`, %x(), %w() */
	APP_PERL,       /* by its lexer */
	APP_LUA,        /* -- comments */
	APP_OTHER,      /* # comments, """long""": Tcl, R, Elixir, Julia, … */
};

enum { APP_LITERAL_MAX = 2048 };

struct app_literal {
	struct slim_blob text;  /* without the quotes; \" and the like are resolved, "${_}" for what is not known */
	struct slim_blob named; /* the dotted name before it and a bracket, = or :, "subprocess.run" */
	bool called;            /* NAMED is followed by ( or a blank: this is its first argument */
	bool joined;            /* nothing but commas, blanks and brackets since the last literal */
	bool command;           /* the language's own quotes for commands */
};

/* What LITERAL points to lives only during the call. */
typedef void app_literal_sink(void *context, const struct app_literal *literal);

void app_strings_scan(struct slim_blob source, enum app_language language, app_literal_sink *sink,
		      void *context);

#endif
