/*
 * Source text of languages that are no shell, cut into tokens: names, strings, regular expressions, operators.
 * Comments and documentation are passed over. One pass, linear, bounded memory; broken source gives some tokens and an
 * end, never an error: what a tracer cannot decide from them it keeps.
 */
#ifndef SLIM_TRACE_LEXER_H
#define SLIM_TRACE_LEXER_H

#include "slim/alloc.h"
#include "slim/blob.h"

enum lang_token_kind {
	LANG_END,     /* no more */
	LANG_NAME,    /* an identifier or a keyword, with its sigil where the language has them */
	LANG_STRING,  /* a literal's value, quotes and escapes resolved */
	LANG_COMMAND, /* the same in the language's own quotes for commands */
	LANG_PATTERN, /* a regular expression as it stands */
	LANG_NUMBER,
	LANG_MARK,    /* an operator or a bracket, as long as the language's longest that fits: "(" "=>" "::" */
	LANG_LINE,    /* the end of a logical line, in languages where it ends a statement */
};

struct lang_token {
	enum lang_token_kind kind;
	/*
	 * Lives as long as the lexer. In the value of a string a NUL stands for each part that is only known when the
	 * program runs ("a${b}c" is "a\0c"); the tokens of that part follow the string's own.
	 */
	struct slim_blob text;
	bool partial;       /* text has such a part */
	size_t from, to;    /* where it stands in the source, in bytes */
};

struct lang_lexer {
	struct slim_blob source;
	size_t at;
	struct slim_arena *arena; /* owns the values of strings */
	void *state;              /* the syntax's own, from the arena; NULL at the start */
};

/* A language's rules: the next token of LEXER, LANG_END again and again once there are no more. */
typedef struct lang_token lang_syntax(struct lang_lexer *lexer);

/* One for each language; the file of each is src/trace/LANGUAGE/ or src/trace/lang/lex_LANGUAGE.c. */
lang_syntax lex_python;
lang_syntax lex_javascript; /* TypeScript, JSX and JSON too: src/trace/node/js_lex.c */
lang_syntax lex_lua;
lang_syntax lex_tcl;
lang_syntax lex_r, lex_julia, lex_elixir; /* src/trace/lang/lex_plain.c */

struct lang_lexer *lang_lexer_new(struct slim_blob source); /* SOURCE must outlive it */
void lang_lexer_free(struct lang_lexer *lexer);             /* NULL is fine */
SLIM_DEFINE_CLEANUP(struct lang_lexer, lang_lexer_free)

/* The source from FROM to TO, as it stands. */
static inline struct slim_blob lang_lexer_cut(const struct lang_lexer *lexer, size_t from, size_t to)
{
	return slim_blob(lexer->source.ptr + from, to - from);
}

#endif
