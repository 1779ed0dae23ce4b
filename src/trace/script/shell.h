/*
 * Shell source (POSIX sh, bash, ash, ksh, zsh) as a stream of events. One pass, linear in time, no recursion: nesting
 * is an explicit stack of at most SHELL_DEPTH frames, and what lies deeper is given as plain words.
 *
 * A word's text is encoded, because what a variable holds is not known before the whole script is read:
 *   SHELL_VAR name SHELL_END                  $name; "@", "1", … for parameters; "/" for the script's own folder
 *   SHELL_VAR name SHELL_OR default SHELL_END ${name:-default} and its kin; the default is encoded too
 *   SHELL_UNKNOWN                             $(…), arithmetic, a pattern operator: anything
 *   SHELL_ESC c                               a quoted c that would be a glob, brace or tilde otherwise
 * All else is itself. Source: POSIX.1-2017 XCU chapter 2; bash(1).
 */
#ifndef SLIM_TRACE_SHELL_H
#define SLIM_TRACE_SHELL_H

#include <stdbool.h>
#include <stddef.h>

#include "slim/blob.h"

enum { SHELL_DEPTH = 200 };
enum { SHELL_VAR = 1, SHELL_END = 2, SHELL_UNKNOWN = 3, SHELL_ESC = 4, SHELL_OR = 5 };

enum shell_event_kind {
	SHELL_COMMAND,  /* a simple command: its words without assignments and redirections */
	SHELL_ASSIGN,   /* name=words[0], or all elements of an array */
	SHELL_FUNCTION, /* name is defined as a function */
	SHELL_LOOP,     /* for name in words */
	SHELL_LABEL,    /* the subject or the patterns of a case */
	SHELL_TEST,     /* the words of [[ … ]] */
	SHELL_READ,     /* < words[0] */
	SHELL_WRITE,    /* > words[0] */
	SHELL_HERE,     /* a here-document; words[0] is its body as it stands in the source, not encoded */
	SHELL_STRING,   /* a here-string: words[0] */
	SHELL_WORDS,    /* words without a known role */
};

struct shell_word {
	struct slim_blob text;
	bool quoted; /* at least in part */
};

struct shell_event {
	enum shell_event_kind kind;
	struct slim_blob name;
	const struct shell_word *words;
	size_t count;
	size_t pipeline; /* commands, redirections and here-documents of one pipeline share this number */
	bool array;      /* of SHELL_ASSIGN */
};

/* What EVENT points to lives only during the call. */
typedef void shell_sink(void *context, const struct shell_event *event);

void shell_lex(struct slim_blob source, shell_sink *sink, void *context);

/* The length of the variable name that TEXT starts with; 0 when there is none. */
size_t shell_name_length(struct slim_blob text);
/* TEXT is NAME=…, NAME+=… or NAME[…]=…: the length of NAME, and in *value the offset behind the `=`. Else 0. */
size_t shell_assignment(struct slim_blob text, size_t *value);

#endif
