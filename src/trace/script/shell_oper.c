#include "shell_lexer.h"

#include <string.h>

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

static bool only_separates(const struct frame *f)
{
	return !has_commands(f) || (f->kind == FRAME_CASE && f->state != CASE_BODY);
}

/* ; & | and newlines: SKIP bytes. PIPE: the pipeline goes on. */
static void separate(struct lexer *l, size_t skip, bool pipe)
{
	lexer_end_word(l);
	l->p += skip;
	struct frame *f = top(l);
	if (only_separates(f))
		return;
	lexer_end_command(l);
	f->redirect = REDIRECT_NONE;
	f->piped = pipe;
	if (!pipe)
		f->pipeline = ++l->pipeline;
}

static void semicolon(struct lexer *l)
{
	size_t skip = 1;
	bool label = peek(l, 1) == ';' || peek(l, 1) == '&' || peek(l, 1) == '|'; /* ;; ;& ;;& ;| */
	if (label)
		skip = peek(l, 1) == ';' && peek(l, 2) == '&' ? 3 : 2;
	separate(l, skip, false);
	struct frame *f = top(l);
	if (label && f->kind == FRAME_CASE && f->state == CASE_BODY)
		f->state = CASE_PATTERN;
}

static void newline(struct lexer *l)
{
	lexer_end_word(l);
	l->p++;
	struct frame *f = top(l);
	if (!only_separates(f) && f->mode != MODE_FOR_IN) {
		lexer_end_command(l);
		f->redirect = REDIRECT_NONE;
		if (!f->piped)
			f->pipeline = ++l->pipeline;
	}
	lexer_next_here(l);
}

static void start_redirect(struct lexer *l, enum redirect redirect, size_t skip)
{
	struct frame *f = top(l);
	if (f->in_word && !f->quoted) { /* 2> and {fd}> */
		struct slim_blob text = slim_blob(l->text + f->word_at, l->length - f->word_at);
		bool number = text.len > 0 && text.len <= 3;
		for (size_t i = 0; i < text.len && number; i++)
			number = text.ptr[i] >= '0' && text.ptr[i] <= '9';
		if (number || (text.len > 2 && text.ptr[0] == '{' && text.ptr[text.len - 1] == '}')) {
			l->length = f->word_at;
			f->in_word = false;
		}
	}
	lexer_end_word(l);
	top(l)->redirect = redirect;
	l->p += skip;
}

static void angle(struct lexer *l)
{
	const struct frame *f = top(l);
	char c = *l->p, d = peek(l, 1), e = peek(l, 2);
	if (d == '(' && f->kind != FRAME_COND) {
		lexer_begin_word(l, false);
		lexer_put(l, SHELL_UNKNOWN);
		l->p += 2;
		lexer_push(l, FRAME_SUB);
	} else if (only_separates(f)) {
		lexer_end_word(l);
		l->p++;
	} else if (c == '<' && d == '<') {
		if (e == '<')
			start_redirect(l, REDIRECT_STRING, 3);
		else
			start_redirect(l, e == '-' ? REDIRECT_HERE_TABS : REDIRECT_HERE, e == '-' ? 3 : 2);
	} else if (d == '&') {
		bool fd = e == '-' || (e >= '0' && e <= '9') || e == '$';
		start_redirect(l, fd ? REDIRECT_FD : REDIRECT_WRITE, 2);
	} else if (c == '<' && d != '>') {
		start_redirect(l, REDIRECT_READ, 1);
	} else {
		start_redirect(l, REDIRECT_WRITE, d == '>' || d == '|' ? 2 : 1);
	}
}

static void ampersand(struct lexer *l)
{
	if (peek(l, 1) == '>' && !only_separates(top(l))) {
		lexer_end_word(l);
		start_redirect(l, REDIRECT_WRITE, peek(l, 2) == '>' ? 3 : 2);
	} else {
		separate(l, peek(l, 1) == '&' ? 2 : 1, false);
	}
}

static void bar(struct lexer *l)
{
	bool or = peek(l, 1) == '|';
	separate(l, or || peek(l, 1) == '&' ? 2 : 1, !or);
}

/* `(` `)`, blanks between: a function's. Returns the bytes to skip, or 0. */
static size_t empty_parens(const struct lexer *l)
{
	size_t n = 1;
	while (is_blank(peek(l, n)))
		n++;
	return peek(l, n) == ')' ? n + 1 : 0;
}

static void open_group(struct lexer *l)
{
	struct frame *f = top(l);
	bool loop = f->mode == MODE_FOR_NAME;
	if ((f->mode == MODE_START || loop) && peek(l, 1) == '(') {
		f->mode = loop ? MODE_START : MODE_ARGS;
		l->p += 2;
		lexer_push(l, FRAME_ARITH);
	} else {
		if (f->mode == MODE_START)
			f->mode = MODE_ARGS;
		l->p++;
		lexer_push(l, FRAME_PAREN);
		f->piped = false;
	}
}

/* `(` within a word: an array, a pattern, or a function's parentheses. False: none of these. */
static bool paren_in_word(struct lexer *l)
{
	struct frame *f = top(l);
	struct slim_blob text = slim_blob(l->text + f->word_at, l->length - f->word_at);
	size_t value, skip;
	if (has_commands(f) && shell_assignment(text, &value) && value == text.len) {
		f->array = true;
		l->p++;
		lexer_push(l, FRAME_ARRAY);
		return true;
	}
	if (text.len && strchr("@?*+!", text.ptr[text.len - 1])) {
		l->length--;
		l->p++;
		lexer_push(l, FRAME_EXTGLOB)->parens = 1;
		return true;
	}
	skip = empty_parens(l);
	if (skip && has_commands(f) && (f->mode == MODE_START || f->mode == MODE_FUNCTION)) {
		lexer_push_word(l, f);
		lexer_define_function(l);
		l->p += skip;
		return true;
	}
	return false;
}

static void open_paren(struct lexer *l)
{
	if (top(l)->in_word && paren_in_word(l))
		return;
	lexer_end_word(l);
	struct frame *f = top(l);
	size_t skip = empty_parens(l);
	if (only_separates(f)) {
		l->p++;
	} else if (skip && f->mode == MODE_ARGS && l->word_count == f->first + 1) {
		lexer_define_function(l);
		l->p += skip;
	} else if (skip && f->mode == MODE_START) {
		l->p += skip;
	} else {
		open_group(l);
	}
}

/* The frame that an unquoted `)` closes, from the top; 0: none. */
static size_t closes_at(const struct lexer *l)
{
	for (size_t i = l->depth; i-- > 0 && l->frames[i].kind != FRAME_BODY;)
		if (l->frames[i].kind == FRAME_PAREN || l->frames[i].kind == FRAME_SUB ||
		    l->frames[i].kind == FRAME_ARRAY)
			return i;
	return 0;
}

static void close_paren(struct lexer *l)
{
	lexer_end_word(l);
	struct frame *f = top(l);
	if (f->kind == FRAME_CASE && f->state == CASE_PATTERN) {
		lexer_emit_all(l, SHELL_LABEL);
		f->state = CASE_BODY;
		f->mode = MODE_START;
		l->p++;
		return;
	}
	size_t at = f->kind == FRAME_COND ? 0 : closes_at(l);
	while (at && l->depth > at + 1)
		lexer_pop(l);
	if (at && top(l)->kind == FRAME_SUB)
		lexer_close_sub(l);
	else if (at)
		lexer_pop(l);
	l->p++;
}

static void backslash(struct lexer *l)
{
	const struct frame *f = top(l);
	char next = peek(l, 1);
	size_t line = next == '\n' ? 2 : next == '\r' && peek(l, 2) == '\n' ? 3 : 0;
	if (line) {
		l->p += line;
	} else if (next == '`' && f->kind == FRAME_TICK) {
		l->p++;
		lexer_tick(l, true);
	} else if (next == '"' && f->kind == FRAME_TICK && f->in_quotes) {
		lexer_begin_word(l, true);
		l->p += 2;
		lexer_push(l, FRAME_DQUOTE)->escaped = true;
	} else if (next == '$' && f->kind == FRAME_TICK) {
		l->p++;
	} else {
		lexer_begin_word(l, true);
		if (left(l) > 1)
			lexer_put_quoted(l, next);
		l->p += left(l) > 1 ? 2 : 1;
	}
}

static void skip_comment(struct lexer *l)
{
	const char *stop = memchr(l->p, '\n', left(l));
	l->p = stop ? stop : l->end;
}

static void step_word_char(struct lexer *l)
{
	char c = *l->p;
	if (c == '\r' && (left(l) == 1 || peek(l, 1) == '\n')) {
		lexer_end_word(l);
	} else if ((unsigned char)c > SHELL_OR) {
		lexer_begin_word(l, false);
		lexer_put_source(l, c);
	}
	l->p++;
}

void lexer_step_command(struct lexer *l)
{
	switch (*l->p) {
	case ' ':
	case '\t':
		lexer_end_word(l);
		l->p++;
		break;
	case '\n':
		newline(l);
		break;
	case '#':
		if (top(l)->in_word)
			step_word_char(l);
		else
			skip_comment(l);
		break;
	case '\'':
		lexer_begin_word(l, true);
		lexer_single_quote(l);
		break;
	case '"':
		lexer_begin_word(l, true);
		l->p++;
		lexer_push(l, FRAME_DQUOTE);
		break;
	case '\\':
		backslash(l);
		break;
	case '$':
		lexer_begin_word(l, false);
		lexer_dollar(l, false);
		break;
	case '`':
		lexer_tick(l, false);
		break;
	case ';':
		semicolon(l);
		break;
	case '&':
		ampersand(l);
		break;
	case '|':
		bar(l);
		break;
	case '(':
		open_paren(l);
		break;
	case ')':
		close_paren(l);
		break;
	case '<':
	case '>':
		angle(l);
		break;
	default:
		step_word_char(l);
	}
}
