/* What the parts of the shell lexer share: shell_lex.c (stack, words), shell_oper.c, shell_quote.c, shell_here.c. */
#ifndef SLIM_TRACE_SHELL_LEXER_H
#define SLIM_TRACE_SHELL_LEXER_H

#include <stdint.h>

#include "shell.h"
#include "slim/alloc.h"

enum frame_kind {
	FRAME_LIST,    /* the script itself */
	FRAME_PAREN,   /* ( … ) */
	FRAME_SUB,     /* $( … ), <( … ), >( … ) */
	FRAME_TICK,    /* ` … ` */
	FRAME_CASE,    /* case … esac */
	FRAME_ARRAY,   /* x=( … ) */
	FRAME_COND,    /* [[ … ]] */
	FRAME_DQUOTE,  /* " … " */
	FRAME_PARAM,   /* ${ … } */
	FRAME_ARITH,   /* $(( … )), (( … )) */
	FRAME_EXTGLOB, /* @( … ) */
	FRAME_BODY,    /* a here-document whose delimiter was not quoted */
};

enum frame_mode { MODE_START, MODE_ARGS, MODE_FOR_NAME, MODE_FOR_IN, MODE_FOR_LIST, MODE_FUNCTION };
enum case_state { CASE_SUBJECT, CASE_IN, CASE_PATTERN, CASE_BODY };
enum redirect { REDIRECT_NONE, REDIRECT_READ, REDIRECT_WRITE, REDIRECT_STRING, REDIRECT_HERE, REDIRECT_HERE_TABS,
		REDIRECT_FD };
enum param_op { PARAM_PLAIN, PARAM_DEFAULT, PARAM_ASSIGN, PARAM_OTHER, PARAM_DIR };

struct frame {
	enum frame_kind kind;
	enum frame_mode mode;
	enum case_state state;
	enum redirect redirect;
	enum param_op op;
	bool in_word, quoted, array, piped, escaped, in_quotes, dollar;
	size_t base;      /* of the text buffer when the frame was pushed */
	size_t first;     /* its first word */
	size_t word_at;   /* where the current word starts in the buffer */
	size_t pipeline;
	size_t parens;    /* open ones inside an arithmetic expression or pattern */
	size_t mark;      /* of a parameter: where its default starts */
	const char *from; /* where its text starts in the source */
	const char *end;  /* of a here-document: what the end of the source was, */
	const char *next; /* and where to go on */
	size_t here_next, here_count;
};

struct lexed_word {
	size_t at, len;
	bool quoted;
};

struct here {
	char *delimiter;
	bool quoted, tabs;
	size_t pipeline;
};

struct lexer {
	const char *p, *end;
	char *text;
	size_t length, text_capacity;
	struct lexed_word *words;
	size_t word_count, word_capacity;
	struct here *heres;
	size_t here_count, here_capacity, here_next;
	struct shell_word *out;
	size_t out_capacity;
	shell_sink *sink;
	void *context;
	size_t pipeline;
	size_t rewind_budget;
	bool too_deep;
	size_t depth;
	struct frame frames[SHELL_DEPTH];
};

static inline struct frame *top(struct lexer *l) { return &l->frames[l->depth - 1]; }
static inline size_t left(const struct lexer *l) { return (size_t)(l->end - l->p); }
static inline bool has_commands(const struct frame *f) { return f->kind <= FRAME_CASE; }
static inline bool has_words(const struct frame *f) { return f->kind <= FRAME_COND; }
static inline char peek(const struct lexer *l, size_t n) { return left(l) > n ? l->p[n] : '\0'; }

struct frame *lexer_push(struct lexer *l, enum frame_kind kind); /* sets too_deep when there is no room */
void lexer_pop(struct lexer *l);                                 /* with what is still open in it */
void lexer_put(struct lexer *l, char c);
void lexer_put_source(struct lexer *l, char c); /* but for NUL and bytes that are our markers */
void lexer_put_quoted(struct lexer *l, char c);
void lexer_put_name(struct lexer *l, char marker, struct slim_blob name);
void lexer_begin_word(struct lexer *l, bool quoted); /* of the nearest frame that has words */
void lexer_emit(struct lexer *l, struct shell_event event, size_t first, size_t count);
void lexer_emit_text(struct lexer *l, struct shell_event event, struct slim_blob text, bool quoted);

void lexer_push_word(struct lexer *l, struct frame *f); /* the word that is being read, if any, as it stands */
void lexer_end_word(struct lexer *l);    /* the same, and act on it: this may close the top frame */
void lexer_end_command(struct lexer *l); /* of the top frame, which has commands */
void lexer_emit_all(struct lexer *l, enum shell_event_kind kind); /* the top frame's words */
void lexer_define_function(struct lexer *l);

/* Each takes at least one byte, or changes the stack. */
void lexer_step_command(struct lexer *l);
void lexer_step_dquote(struct lexer *l);
void lexer_step_param(struct lexer *l);
void lexer_step_arith(struct lexer *l);
void lexer_step_extglob(struct lexer *l);
void lexer_step_body(struct lexer *l);
void lexer_single_quote(struct lexer *l); /* at ' */
void lexer_dollar(struct lexer *l, bool in_quotes); /* at $ */
void lexer_tick(struct lexer *l, bool escaped);     /* at ` */
void lexer_close_sub(struct lexer *l);              /* the top frame is a FRAME_SUB or FRAME_TICK that ends at p */
void lexer_close_param(struct lexer *l);

void lexer_want_here(struct lexer *l, struct slim_blob encoded, bool quoted, bool tabs);
void lexer_next_here(struct lexer *l); /* at the start of a line: read the next here-document that waits, if any */

#endif
