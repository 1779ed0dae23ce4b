#include "shell_lexer.h"

#include <stdlib.h>
#include <string.h>

static bool is_name_start(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; }
static bool is_name(char c) { return is_name_start(c) || (c >= '0' && c <= '9'); }

size_t shell_name_length(struct slim_blob text)
{
	size_t n = 0;
	if (text.len && is_name_start(text.ptr[0]))
		while (n < text.len && is_name(text.ptr[n]))
			n++;
	return n;
}

size_t shell_assignment(struct slim_blob text, size_t *value)
{
	size_t name = shell_name_length(text), at = name;
	if (!name)
		return 0;
	if (at < text.len && text.ptr[at] == '[') {
		const char *close = memchr(text.ptr + at, ']', text.len - at);
		if (!close)
			return 0;
		at = (size_t)(close - text.ptr) + 1;
	}
	if (at < text.len && text.ptr[at] == '+')
		at++;
	if (at == text.len || text.ptr[at] != '=')
		return 0;
	*value = at + 1;
	return name;
}

/* --- the stacks --- */

struct frame *lexer_push(struct lexer *l, enum frame_kind kind)
{
	if (l->depth == SHELL_DEPTH) {
		l->too_deep = true;
		return top(l);
	}
	struct frame *f = &l->frames[l->depth++];
	*f = (struct frame){ .kind = kind, .base = l->length, .first = l->word_count, .from = l->p,
			     .pipeline = ++l->pipeline };
	if (kind == FRAME_PAREN)
		f->pipeline = f[-1].pipeline;
	return f;
}

void lexer_put(struct lexer *l, char c)
{
	*slim_push(&l->text, &l->length, &l->text_capacity) = c;
}

/* Bytes that are our markers, and NUL, mean nothing in a script. */
void lexer_put_source(struct lexer *l, char c)
{
	if ((unsigned char)c > SHELL_OR)
		lexer_put(l, c);
}

void lexer_put_quoted(struct lexer *l, char c)
{
	if (c && strchr("*?[{~\\", c))
		lexer_put(l, SHELL_ESC);
	lexer_put_source(l, c);
}

void lexer_put_name(struct lexer *l, char marker, struct slim_blob name)
{
	lexer_put(l, marker);
	for (size_t i = 0; i < name.len; i++)
		lexer_put_source(l, name.ptr[i]);
}

void lexer_begin_word(struct lexer *l, bool quoted)
{
	struct frame *f = top(l);
	if (!has_words(f))
		return;
	f->piped = false;
	if (!f->in_word) {
		f->in_word = true;
		f->quoted = false;
		f->array = false;
		f->word_at = l->length;
	}
	f->quoted |= quoted;
}

static struct slim_blob word_text(const struct lexer *l, const struct lexed_word *w)
{
	return slim_blob(l->text + w->at, w->len);
}

void lexer_emit(struct lexer *l, struct shell_event event, size_t first, size_t count)
{
	size_t n = 0;
	for (size_t i = 0; i < count; i++) {
		const struct lexed_word *w = &l->words[first + i];
		*slim_push(&l->out, &n, &l->out_capacity) = (struct shell_word){ word_text(l, w), w->quoted };
	}
	event.words = l->out;
	event.count = count;
	l->sink(l->context, &event);
}

void lexer_emit_text(struct lexer *l, struct shell_event event, struct slim_blob text, bool quoted)
{
	const struct shell_word word = { text, quoted };
	event.words = &word;
	event.count = 1;
	l->sink(l->context, &event);
}

static void drop_words(struct lexer *l, size_t count)
{
	while (count--)
		l->length = l->words[--l->word_count].at;
}

/* --- commands --- */

void lexer_end_command(struct lexer *l)
{
	struct frame *f = top(l);
	size_t count = l->word_count - f->first;
	struct shell_event event = { .kind = SHELL_COMMAND, .pipeline = f->pipeline };
	if (f->mode == MODE_ARGS && count) {
		lexer_emit(l, event, f->first, count);
	} else if ((f->mode == MODE_FOR_LIST || f->mode == MODE_FOR_IN) && count) {
		event.kind = SHELL_LOOP;
		event.name = word_text(l, &l->words[f->first]);
		lexer_emit(l, event, f->first + 1, count - 1);
	}
	drop_words(l, count);
	f->mode = MODE_START;
}

void lexer_emit_all(struct lexer *l, enum shell_event_kind kind)
{
	struct frame *f = top(l);
	if (l->word_count > f->first)
		lexer_emit(l, (struct shell_event){ .kind = kind, .pipeline = f->pipeline }, f->first,
			   l->word_count - f->first);
	drop_words(l, l->word_count - f->first);
}

void lexer_push_word(struct lexer *l, struct frame *f)
{
	if (!f->in_word)
		return;
	f->in_word = false;
	*slim_push(&l->words, &l->word_count, &l->word_capacity) =
		(struct lexed_word){ f->word_at, l->length - f->word_at, f->quoted };
}

static void close_array(struct lexer *l)
{
	const struct frame *f = top(l), *outer = f - 1;
	size_t value, name = shell_assignment(slim_blob(l->text + outer->word_at, f->base - outer->word_at), &value);
	struct shell_event event = { .kind = SHELL_ASSIGN, .array = true, .pipeline = f->pipeline,
				     .name = slim_blob(l->text + outer->word_at, name) };
	lexer_emit(l, event, f->first, l->word_count - f->first);
	drop_words(l, l->word_count - f->first);
}

/* Deliver what a frame still holds, as if it were closed here. */
static void finish(struct lexer *l)
{
	struct frame *f = top(l);
	if (f->kind == FRAME_PARAM)
		lexer_close_param(l);
	else if (f->kind == FRAME_ARRAY)
		close_array(l);
	else if (f->kind == FRAME_COND)
		lexer_emit_all(l, SHELL_TEST);
	else if (f->kind == FRAME_CASE && f->state != CASE_BODY)
		lexer_emit_all(l, SHELL_LABEL);
	else if (has_commands(f))
		lexer_end_command(l);
}

void lexer_pop(struct lexer *l)
{
	size_t depth = l->depth;
	lexer_end_word(l);
	while (l->depth > depth) /* the word was a keyword that opens something */
		lexer_pop(l);
	if (l->depth < depth) /* the word itself closed the frame */
		return;
	finish(l);
	const struct frame *f = top(l);
	if (f->kind != FRAME_DQUOTE && f->kind != FRAME_PARAM)
		l->length = f->base;
	if (f->kind == FRAME_BODY) {
		l->p = f->next;
		l->end = f->end;
		while (l->here_count > f->here_count) /* those that it started itself and did not hold */
			free(l->heres[--l->here_count].delimiter);
		l->here_next = f->here_next;
	}
	l->depth--;
}

/* --- words --- */

enum keyword { KEY_NONE, KEY_SKIP, KEY_TIME, KEY_FOR, KEY_CASE, KEY_FUNCTION, KEY_COND, KEY_ESAC };

static enum keyword keyword_of(struct slim_blob word)
{
	static const struct {
		const char *text;
		enum keyword key;
	} table[] = {
		{ "if", KEY_SKIP }, { "then", KEY_SKIP }, { "else", KEY_SKIP }, { "elif", KEY_SKIP },
		{ "fi", KEY_SKIP }, { "do", KEY_SKIP }, { "done", KEY_SKIP }, { "while", KEY_SKIP },
		{ "until", KEY_SKIP }, { "!", KEY_SKIP }, { "{", KEY_SKIP }, { "}", KEY_SKIP },
		{ "coproc", KEY_SKIP }, { "-p", KEY_SKIP }, { "time", KEY_TIME }, { "for", KEY_FOR },
		{ "select", KEY_FOR }, { "case", KEY_CASE }, { "function", KEY_FUNCTION }, { "[[", KEY_COND },
		{ "esac", KEY_ESAC },
	};
	for (size_t i = 0; i < SLIM_COUNT(table); i++)
		if (slim_blob_is(word, table[i].text))
			return table[i].key;
	return KEY_NONE;
}

static void take_keyword(struct lexer *l, enum keyword key)
{
	struct frame *f = top(l);
	if (key == KEY_TIME) /* a program to a shell that has no such keyword */
		lexer_emit_all(l, SHELL_WORDS);
	drop_words(l, l->word_count - f->first);
	if (key == KEY_FOR) {
		f->mode = MODE_FOR_NAME;
	} else if (key == KEY_FUNCTION) {
		f->mode = MODE_FUNCTION;
	} else if (key == KEY_CASE) {
		f->mode = MODE_ARGS;
		lexer_push(l, FRAME_CASE)->state = CASE_SUBJECT;
	} else if (key == KEY_COND) {
		f->mode = MODE_ARGS;
		lexer_push(l, FRAME_COND);
	} else if (key == KEY_ESAC && f->kind == FRAME_CASE) {
		lexer_pop(l);
	}
}

static void take_redirect(struct lexer *l, const struct lexed_word *w)
{
	struct frame *f = top(l);
	struct shell_event event = { .pipeline = f->pipeline };
	struct slim_blob text = word_text(l, w);
	switch (f->redirect) {
	case REDIRECT_READ:
		event.kind = SHELL_READ;
		break;
	case REDIRECT_WRITE:
		event.kind = SHELL_WRITE;
		break;
	case REDIRECT_STRING:
		event.kind = SHELL_STRING;
		break;
	case REDIRECT_HERE:
	case REDIRECT_HERE_TABS:
		lexer_want_here(l, text, w->quoted, f->redirect == REDIRECT_HERE_TABS);
		break;
	case REDIRECT_NONE:
	case REDIRECT_FD:
		break;
	}
	if (event.kind != SHELL_COMMAND)
		lexer_emit_text(l, event, text, w->quoted);
	f->redirect = REDIRECT_NONE;
	drop_words(l, 1);
}

/* The first word of a command, so far: an assignment, a keyword, or the command's name. */
static void take_first(struct lexer *l, const struct lexed_word *w)
{
	struct frame *f = top(l);
	struct slim_blob text = word_text(l, w);
	size_t value, name = shell_assignment(text, &value);
	enum keyword key = w->quoted ? KEY_NONE : keyword_of(text);
	if (name) {
		struct shell_event event = { .kind = SHELL_ASSIGN, .pipeline = f->pipeline,
					     .name = slim_blob(text.ptr, name) };
		lexer_emit_text(l, event, slim_blob(text.ptr + value, text.len - value), w->quoted);
		drop_words(l, 1);
	} else if (key != KEY_NONE) {
		take_keyword(l, key);
	} else {
		f->mode = MODE_ARGS;
	}
}

void lexer_define_function(struct lexer *l)
{
	struct frame *f = top(l);
	struct shell_event event = { .kind = SHELL_FUNCTION, .pipeline = f->pipeline,
				     .name = word_text(l, &l->words[f->first]) };
	lexer_emit(l, event, f->first, 0);
	drop_words(l, l->word_count - f->first);
	f->mode = MODE_START;
}

static void take_case_word(struct lexer *l, const struct lexed_word *w)
{
	struct frame *f = top(l);
	if (f->state == CASE_SUBJECT) {
		lexer_emit_all(l, SHELL_LABEL);
		f->state = CASE_IN;
	} else if (f->state == CASE_IN) {
		drop_words(l, 1);
		f->state = CASE_PATTERN;
	} else if (!w->quoted && l->word_count == f->first + 1 && slim_blob_is(word_text(l, w), "esac")) {
		drop_words(l, 1);
		lexer_pop(l);
	}
}

static void take_loop_word(struct lexer *l, const struct lexed_word *w)
{
	struct frame *f = top(l);
	if (f->mode == MODE_FOR_NAME) {
		f->mode = MODE_FOR_IN;
	} else if (f->mode == MODE_FOR_IN) {
		bool list = slim_blob_is(word_text(l, w), "in");
		drop_words(l, 1);
		if (list)
			f->mode = MODE_FOR_LIST;
		else
			lexer_end_command(l);
	}
}

/* A word ends here; this may close the top frame. */
void lexer_end_word(struct lexer *l)
{
	struct frame *f = top(l);
	if (!has_words(f) || !f->in_word)
		return;
	lexer_push_word(l, f);
	const struct lexed_word w = l->words[l->word_count - 1];
	if (f->array) {
		f->array = false;
		drop_words(l, 1);
	} else if (f->redirect) {
		take_redirect(l, &w);
	} else if (f->kind == FRAME_COND) {
		if (!w.quoted && slim_blob_is(word_text(l, &w), "]]")) {
			drop_words(l, 1);
			lexer_pop(l);
		}
	} else if (f->kind == FRAME_CASE && f->state != CASE_BODY) {
		take_case_word(l, &w);
	} else if (!has_commands(f) || f->mode == MODE_ARGS || f->mode == MODE_FOR_LIST) {
		return;
	} else if (f->mode == MODE_START) {
		take_first(l, &w);
	} else if (f->mode == MODE_FUNCTION) {
		lexer_define_function(l);
	} else {
		take_loop_word(l, &w);
	}
}

/* --- the loop --- */

/* The end of a here-document within the source. False: the end of the source itself. */
static bool leave_body(struct lexer *l)
{
	size_t body = l->depth;
	while (body && l->frames[body - 1].kind != FRAME_BODY)
		body--;
	if (!body)
		return false;
	while (l->depth >= body)
		lexer_pop(l);
	lexer_next_here(l);
	return true;
}

/* Nested too deep to be understood: what follows is words. */
static void rest_as_words(struct lexer *l)
{
	static const char separators[] = " \t\r\n;&|()<>{}$`'\"";
	const char *p = l->p, *end = l->end;
	while (l->depth > 1) {
		if (top(l)->kind == FRAME_BODY)
			end = top(l)->end;
		lexer_pop(l);
	}
	struct slim_blob rest = slim_blob(p, (size_t)(end - p)), word;
	while (slim_blob_split_any(&rest, separators, &word))
		if (word.len && !memchr(word.ptr, SHELL_VAR, word.len))
			lexer_emit_text(l, (struct shell_event){ .kind = SHELL_WORDS }, word, true);
	l->p = l->end = end;
}

static void step(struct lexer *l)
{
	switch (top(l)->kind) {
	case FRAME_LIST:
	case FRAME_PAREN:
	case FRAME_SUB:
	case FRAME_TICK:
	case FRAME_CASE:
	case FRAME_ARRAY:
	case FRAME_COND:
		lexer_step_command(l);
		break;
	case FRAME_DQUOTE:
		lexer_step_dquote(l);
		break;
	case FRAME_PARAM:
		lexer_step_param(l);
		break;
	case FRAME_ARITH:
		lexer_step_arith(l);
		break;
	case FRAME_EXTGLOB:
		lexer_step_extglob(l);
		break;
	case FRAME_BODY:
		lexer_step_body(l);
		break;
	}
}

void shell_lex(struct slim_blob source, shell_sink *sink, void *context)
{
	if (!source.len)
		return;
	slim_autofree struct lexer *l = slim_calloc(1, sizeof(*l));
	l->p = source.ptr;
	l->end = source.ptr + source.len;
	l->sink = sink;
	l->context = context;
	l->rewind_budget = source.len;
	*slim_push(&l->text, &l->length, &l->text_capacity) = '\0'; /* an empty word, too, lies in memory */
	l->length = 0;
	lexer_push(l, FRAME_LIST);
	while (l->p < l->end || leave_body(l)) {
		if (l->p < l->end)
			step(l);
		if (l->too_deep) {
			rest_as_words(l);
			break;
		}
	}
	while (l->depth)
		lexer_pop(l);
	for (size_t i = 0; i < l->here_count; i++)
		free(l->heres[i].delimiter);
	free(l->heres);
	free(l->text);
	free(l->words);
	free(l->out);
}
