#include "app_strings.h"

#include <string.h>

#include "../lang/lexer.h"
#include "../perl/perl.h"
#include "../php/php.h"
#include "../ruby/ruby.h"
#include "slim/alloc.h"

/* What stood before a literal. */
struct place {
	size_t from, to;      /* the last dotted name; equal: there is none */
	struct slim_blob named; /* what the next literal is called by */
	bool dot;             /* the name goes on */
	bool name_last;       /* nothing stands behind the name */
	bool called, joined;
};

struct scan {
	struct slim_blob source;
	app_literal_sink *sink;
	void *context;
	struct place place, outer; /* outer: around the literal whose open parts are being read */
	size_t open_until;         /* where that literal ends; 0: none is open */
	char text[APP_LITERAL_MAX];
};

enum { DOT = 1, OPENING = 2, JOINT = 4, VALUE = 8 };

static unsigned mark_class(struct slim_blob mark)
{
	if (mark.len == 2)
		return slim_blob_is(mark, "?.") || slim_blob_is(mark, "::") || slim_blob_is(mark, "->") ? DOT
		       : slim_blob_is(mark, "=>") || slim_blob_is(mark, "<-")                           ? VALUE
													: 0;
	if (mark.len != 1)
		return 0;
	switch (mark.ptr[0]) {
	case '.':
		return DOT;
	case '(':
	case '[':
	case '{':
		return OPENING | JOINT;
	case ')':
	case ']':
	case '}':
	case ',':
		return JOINT;
	case '=':
	case ':':
		return VALUE;
	default:
		return 0;
	}
}

static struct slim_blob name_of(const struct scan *s)
{
	return slim_blob(s->source.ptr + s->place.from, s->place.to - s->place.from);
}

static void see_name(struct scan *s, const struct lang_token *token)
{
	struct place *p = &s->place;
	if (!p->dot)
		p->from = token->from;
	p->to = token->to;
	p->dot = p->joined = false;
	p->name_last = true;
}

static void see_mark(struct scan *s, struct slim_blob mark)
{
	struct place *p = &s->place;
	unsigned class = mark_class(mark);
	p->joined &= (class & JOINT) != 0;
	p->dot = class & DOT;
	if (p->dot)
		return;
	bool value = class & VALUE, new_name = value || p->name_last || !p->named.len;
	if (!(class & OPENING)) { /* x = …, f(…, … */
		p->named = value ? name_of(s) : SLIM_BLOB("");
		p->called = !value;
	} else if (new_name) { /* f(…; in x = [… the bracket says nothing new */
		p->named = name_of(s);
		p->called = true;
	}
	p->name_last = false;
	if (!value)
		p->from = p->to = 0;
}

/* A part that is only known when the program runs becomes a variable of the shell, which is none either. */
static bool copy_text(struct scan *s, struct slim_blob text, size_t *length)
{
	static const char unknown[] = "${_}";
	*length = 0;
	for (size_t i = 0; i < text.len; i++) {
		struct slim_blob part = text.ptr[i] ? slim_blob(text.ptr + i, 1) : slim_blob_of(unknown);
		if (*length + part.len > sizeof(s->text))
			return false;
		memcpy(s->text + *length, part.ptr, part.len);
		*length += part.len;
	}
	return *length > 0;
}

static void see_literal(struct scan *s, const struct lang_token *token)
{
	struct place *p = &s->place;
	struct app_literal literal = {
		.named = p->name_last ? name_of(s) : p->named,
		.called = p->called || p->name_last,
		.joined = p->joined,
		.command = token->kind == LANG_COMMAND,
	};
	size_t length;
	if (copy_text(s, token->text, &length)) {
		literal.text = slim_blob(s->text, length);
		s->sink(s->context, &literal);
	}
	/* "cmd": "ls": a literal may be the name of the next one */
	bool quoted = token->to - token->from > 2;
	*p = (struct place){ .from = quoted ? token->from + 1 : 0, .to = quoted ? token->to - 1 : 0, .named = SLIM_BLOB(""),
			     .called = true, .joined = true };
	if (token->partial && !s->open_until) {
		s->open_until = token->to;
		s->outer = *p;
		*p = (struct place){ .named = SLIM_BLOB(""), .called = true };
	}
}

static void see(struct scan *s, const struct lang_token *token)
{
	if (s->open_until && token->from >= s->open_until) {
		s->open_until = 0;
		s->place = s->outer;
	}
	switch (token->kind) {
	case LANG_NAME:
		see_name(s, token);
		break;
	case LANG_MARK:
		see_mark(s, token->text);
		break;
	case LANG_STRING:
	case LANG_COMMAND:
		see_literal(s, token);
		break;
	case LANG_LINE:
		s->place.name_last = false;
		break;
	case LANG_NUMBER:
	case LANG_PATTERN:
		s->place = (struct place){ .named = SLIM_BLOB(""), .called = true };
		break;
	case LANG_END:
		break;
	}
}

static lang_syntax *lexer_of(enum app_language language)
{
	switch (language) {
	case APP_PYTHON:
		return lex_python;
	case APP_JAVASCRIPT:
		return lex_javascript;
	case APP_PERL:
		return perl_next;
	case APP_PHP:
		return php_next;
	case APP_RUBY:
		return ruby_next;
	case APP_LUA:
		return lex_lua;
	case APP_TCL:
		return lex_tcl;
	case APP_R:
		return lex_r;
	case APP_JULIA:
		return lex_julia;
	case APP_ELIXIR:
		return lex_elixir;
	case APP_NONE:
		return NULL;
	}
	return NULL;
}

void app_strings_scan(struct slim_blob source, enum app_language language, app_literal_sink *sink, void *context)
{
	lang_syntax *next = lexer_of(language);
	if (!next)
		return;
	slim_cleanup(lang_lexer_free_p) struct lang_lexer *lexer = lang_lexer_new(source);
	slim_autofree struct scan *s = slim_alloc(sizeof(*s));
	*s = (struct scan){ .source = source, .sink = sink, .context = context,
			    .place = { .named = SLIM_BLOB(""), .called = true } };
	for (struct lang_token token = next(lexer); token.kind != LANG_END; token = next(lexer))
		see(s, &token);
}
