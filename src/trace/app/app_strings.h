/* String literals in the sources of languages that are no shell, by each one's lexer: one pass, linear. */
#ifndef SLIM_TRACE_APP_STRINGS_H
#define SLIM_TRACE_APP_STRINGS_H

#include "slim/blob.h"

enum app_language {
	APP_NONE,       /* no source, or a shell's: it has no literals */
	APP_PYTHON,
	APP_JAVASCRIPT, /* TypeScript, too */
	APP_PHP,
	APP_RUBY,
	APP_PERL,
	APP_LUA,
	APP_TCL,        /* expect, too */
	APP_R,
	APP_JULIA,
	APP_ELIXIR,
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
