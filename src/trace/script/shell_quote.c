#include "shell_lexer.h"

#include <string.h>

enum { ASSIGN_MAX = 4096, SUB_MAX = 200 }; /* longer ones are not looked into */

void lexer_single_quote(struct lexer *l)
{
	const char *p = l->p + 1, *close = memchr(p, '\'', (size_t)(l->end - p));
	const char *stop = close ? close : l->end;
	for (; p < stop; p++)
		lexer_put_quoted(l, *p);
	l->p = close ? close + 1 : l->end;
}

void lexer_step_dquote(struct lexer *l)
{
	char c = *l->p, next = peek(l, 1);
	if (c == '"' || (c == '\\' && next == '"' && top(l)->escaped)) {
		l->p += c == '"' ? 1 : 2;
		lexer_pop(l);
	} else if (c == '\\' && next == '\n') {
		l->p += 2;
	} else if (c == '\\' && next && strchr("$`\"\\", next)) {
		lexer_put_quoted(l, next);
		l->p += 2;
	} else if (c == '$') {
		lexer_dollar(l, true);
	} else if (c == '`') {
		lexer_tick(l, false);
	} else {
		lexer_put_quoted(l, c);
		l->p++;
	}
}

void lexer_step_body(struct lexer *l)
{
	if (*l->p == '$')
		lexer_dollar(l, true);
	else if (*l->p == '`')
		lexer_tick(l, false);
	else
		l->p += *l->p == '\\' && left(l) > 1 ? 2 : 1;
}

void lexer_step_extglob(struct lexer *l)
{
	struct frame *f = top(l);
	char c = *l->p;
	if (c == '(')
		f->parens++;
	if (c == '\n' || (c == ')' && --f->parens == 0)) {
		lexer_pop(l);
		lexer_put(l, '*');
		if (c == '\n')
			return;
	}
	l->p += c == '\\' && left(l) > 1 ? 2 : 1;
}

/* --- substitutions --- */

static bool has(struct slim_blob text, const char *needle)
{
	return memmem(text.ptr, text.len, needle, strlen(needle)) != NULL;
}

/* $(dirname "$0"), $(cd "$(dirname "$0")/.." && pwd) and the like give the folder that the script is in. */
static bool names_script_folder(struct slim_blob text)
{
	if (text.len > SUB_MAX)
		return false;
	return has(text, "${0%/*}") || has(text, "${BASH_SOURCE%/*}") ||
	       (has(text, "dirname") && (has(text, "$0") || has(text, "${0}") || has(text, "BASH_SOURCE")));
}

void lexer_close_sub(struct lexer *l)
{
	struct slim_blob text = slim_blob(top(l)->from, (size_t)(l->p - top(l)->from));
	bool folder = names_script_folder(text);
	lexer_pop(l);
	if (!folder || !l->length || l->text[l->length - 1] != SHELL_UNKNOWN)
		return;
	l->length--;
	lexer_put_name(l, SHELL_VAR, SLIM_BLOB("/"));
	lexer_put(l, SHELL_END);
	for (size_t i = 0; i + 3 <= text.len; i++)
		if (!memcmp(text.ptr + i, "/..", 3))
			lexer_put_name(l, '/', SLIM_BLOB(".."));
}

static size_t open_tick(const struct lexer *l)
{
	for (size_t i = l->depth; i-- > 0 && l->frames[i].kind != FRAME_BODY;)
		if (l->frames[i].kind == FRAME_TICK && !l->frames[i].escaped)
			return i;
	return 0;
}

void lexer_tick(struct lexer *l, bool escaped)
{
	const struct frame *f = top(l);
	size_t open = escaped ? 0 : open_tick(l);
	if (open) {
		while (l->depth > open + 1)
			lexer_pop(l);
		lexer_close_sub(l);
		l->p++;
	} else if (escaped && f->kind == FRAME_TICK && f->escaped) {
		lexer_close_sub(l);
		l->p++;
	} else {
		bool in_quotes = f->kind == FRAME_DQUOTE;
		lexer_begin_word(l, false);
		lexer_put(l, SHELL_UNKNOWN);
		l->p++;
		struct frame *tick = lexer_push(l, FRAME_TICK);
		tick->escaped = escaped;
		tick->in_quotes = in_quotes;
	}
}

void lexer_step_arith(struct lexer *l)
{
	struct frame *f = top(l);
	char c = *l->p;
	if (c == '$') {
		lexer_dollar(l, true);
	} else if (c == '`') {
		lexer_tick(l, false);
	} else if (c != ')' || f->parens) {
		f->parens += c == '(';
		f->parens -= c == ')';
		l->p += c == '\\' && left(l) > 1 ? 2 : 1;
	} else if (peek(l, 1) == ')') {
		l->p += 2;
		lexer_pop(l);
	} else if ((size_t)(l->p - f->from) <= l->rewind_budget) {
		/* `(( a ) b )`: no arithmetic, but a group in a group. Each byte is read again at most once. */
		bool dollar = f->dollar;
		l->rewind_budget -= (size_t)(l->p - f->from);
		l->p = f->from;
		lexer_pop(l);
		lexer_push(l, dollar ? FRAME_SUB : FRAME_PAREN);
		top(l)->mode = MODE_ARGS;
		lexer_push(l, FRAME_PAREN);
	} else {
		l->p++;
	}
}

/* --- $ --- */

static int digit(char c, int base)
{
	int v = c >= '0' && c <= '9'   ? c - '0'
		: c >= 'a' && c <= 'f' ? c - 'a' + 10
		: c >= 'A' && c <= 'F' ? c - 'A' + 10
				       : 99;
	return v < base ? v : -1;
}

/* The escape behind a backslash in $'…': its byte, and how long it is. */
static char ansi_escape(const struct lexer *l, size_t *length)
{
	static const char from[] = "abefnrtvE", to[] = "\a\b\033\f\n\r\t\v\033";
	char c = peek(l, 1);
	const char *known = c ? strchr(from, c) : NULL;
	*length = 2;
	if (known)
		return to[known - from];
	int base = c == 'x' ? 16 : digit(c, 8) >= 0 ? 8 : 0;
	if (!base)
		return c;
	size_t n = base == 16 ? 2 : 1, most = n + (base == 16 ? 2 : 3);
	int value = 0;
	for (; n < most && digit(peek(l, n), base) >= 0; n++)
		value = (value * base + digit(peek(l, n), base)) & 0xff;
	*length = n;
	return (char)value;
}

static void ansi_quote(struct lexer *l)
{
	l->p += 2;
	while (l->p < l->end && *l->p != '\'') {
		size_t length = 1;
		char c = *l->p;
		if (c == '\\' && left(l) > 1)
			c = ansi_escape(l, &length);
		lexer_put_quoted(l, c);
		l->p += length;
	}
	l->p += l->p < l->end;
}

static bool is_special(char c) { return c && strchr("@*#?$!-0123456789", c); }

static void put_variable(struct lexer *l, struct slim_blob name)
{
	lexer_put_name(l, SHELL_VAR, name);
	lexer_put(l, SHELL_END);
}

/* The operator behind ${name at P; *default_at moves behind it. */
static enum param_op param_operator(const char *p, const char *end, const char **default_at)
{
	if (p < end && *p == '}')
		return PARAM_PLAIN;
	if (p < end && *p == ':')
		p++;
	if (p == end || !strchr("-=+", *p) || !*p)
		return PARAM_OTHER;
	*default_at = p + 1;
	return *p == '=' ? PARAM_ASSIGN : PARAM_DEFAULT;
}

static const char *skip_subscript(const char *p, const char *end)
{
	if (p == end || *p != '[')
		return p;
	for (const char *q = p; q < end && *q != '\n' && *q != '}'; q++)
		if (*q == ']')
			return q + 1;
	return p;
}

static void open_param(struct lexer *l, bool in_quotes)
{
	const char *p = l->p + 2;
	bool odd = false;
	if (p + 1 < l->end && (*p == '!' || *p == '#') && p[1] != '}' && !strchr(":-=+?%", p[1])) {
		odd = true; /* ${!name}, ${#name} */
		p++;
	}
	size_t length = shell_name_length(slim_blob(p, (size_t)(l->end - p)));
	if (!length && p < l->end && is_special(*p))
		length = 1;
	struct slim_blob name = slim_blob(p, length);
	const char *behind = skip_subscript(p + length, l->end), *default_at = behind;
	l->p = p;
	struct frame *f = lexer_push(l, FRAME_PARAM);
	f->in_quotes = in_quotes;
	f->op = odd || !length ? PARAM_OTHER : param_operator(behind, l->end, &default_at);
	if (f->op == PARAM_OTHER && (slim_blob_is(name, "0") || slim_blob_is(name, "BASH_SOURCE")) &&
	    l->end - behind >= 4 && !memcmp(behind, "%/*}", 4))
		f->op = PARAM_DIR;
	l->p = default_at;
	lexer_put_name(l, SHELL_VAR, name);
	if (f->op == PARAM_DEFAULT || f->op == PARAM_ASSIGN)
		lexer_put(l, SHELL_OR);
	f->mark = l->length;
}

/* Settle the text of the top frame, a parameter. */
void lexer_close_param(struct lexer *l)
{
	const struct frame *f = top(l);
	if (f->op == PARAM_OTHER || f->op == PARAM_DIR) {
		l->length = f->base;
		if (f->op == PARAM_OTHER)
			lexer_put(l, SHELL_UNKNOWN);
		else
			put_variable(l, SLIM_BLOB("/"));
		return;
	}
	if (f->op == PARAM_ASSIGN && l->length - f->mark <= ASSIGN_MAX) {
		struct shell_event event = { .kind = SHELL_ASSIGN, .pipeline = f->pipeline,
					     .name = slim_blob(l->text + f->base + 1, f->mark - f->base - 2) };
		lexer_emit_text(l, event, slim_blob(l->text + f->mark, l->length - f->mark), f->in_quotes);
	}
	lexer_put(l, SHELL_END);
}

void lexer_step_param(struct lexer *l)
{
	const struct frame *f = top(l);
	char c = *l->p;
	if (c == '}') {
		l->p++;
		lexer_pop(l);
	} else if (c == '\'' && !f->in_quotes) {
		lexer_single_quote(l);
	} else if (c == '"') {
		l->p++;
		lexer_push(l, FRAME_DQUOTE);
	} else if (c == '$') {
		lexer_dollar(l, f->in_quotes);
	} else if (c == '`') {
		lexer_tick(l, false);
	} else if (c == '\\' && left(l) > 1) {
		lexer_put_quoted(l, l->p[1]);
		l->p += 2;
	} else {
		if (f->in_quotes)
			lexer_put_quoted(l, c);
		else
			lexer_put_source(l, c);
		l->p++;
	}
}

void lexer_dollar(struct lexer *l, bool in_quotes)
{
	char next = peek(l, 1);
	size_t name = shell_name_length(slim_blob(l->p + 1, left(l) - 1));
	if (next == '(') {
		bool arithmetic = peek(l, 2) == '(';
		lexer_put(l, SHELL_UNKNOWN);
		l->p += arithmetic ? 3 : 2;
		lexer_push(l, arithmetic ? FRAME_ARITH : FRAME_SUB)->dollar = true;
	} else if (next == '{') {
		open_param(l, in_quotes);
	} else if (next == '\'' && !in_quotes) {
		lexer_begin_word(l, true);
		ansi_quote(l);
	} else if (next == '"' && !in_quotes) {
		l->p++; /* $"…": translated, a string like any other */
	} else if (name || is_special(next)) {
		put_variable(l, slim_blob(l->p + 1, name ? name : 1));
		l->p += 1 + (name ? name : 1);
	} else {
		lexer_put_quoted(l, '$');
		l->p++;
	}
}
