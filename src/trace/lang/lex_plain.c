/*
 * Tokens of R, Julia and Elixir: languages with # comments and quoted strings, which differ in a few points. One pass.
 * Sources: R's ?Quotes, Julia's manual ("Strings", "Running External Programs"), Elixir's syntax reference and "Sigils".
 */
#include <ctype.h>
#include <string.h>

#include "lex_parts.h"

struct dialect {
	const char *strings; /* quotes of strings */
	const char *code; /* how code within them begins: "#{", "$" for names and $(…); NULL: there is none */
	char command; /* the quote of commands; '\0': none */
	char name; /* the quote of names */
	char character; /* of a single character, where no value stands before it */
	bool triple; /* """ and the like */
	bool raw; /* r"(…)" */
	bool sigils; /* ~s(…), ?c */
	bool blocks; /* #= … =#, nested */
};

struct plain_state {
	struct lex_reader reader;
	bool value; /* an operand stands before: a quote may be an operator */
	bool document; /* behind @doc: the next string is for people */
	size_t words, words_end; /* what is left of a ~w list */
};

/* A literal: its marks, what lies between them. */
struct text {
	size_t start, from, to, end;
	bool with_code, escapes;
};

static struct plain_state *state_of(struct lang_lexer *lexer)
{
	if (!lexer->state) {
		struct plain_state *s = slim_arena_alloc(lexer->arena, sizeof(*s));
		*s = (struct plain_state){ .value = false };
		lex_reader_init(&s->reader, lexer);
		lexer->state = s;
	}
	return lexer->state;
}

static char at(const struct lang_lexer *lexer, size_t i)
{
	return lex_char(&((const struct plain_state *)lexer->state)->reader, lexer, i);
}

static bool begins(const struct lang_lexer *lexer, size_t i, struct slim_blob text)
{
	const struct plain_state *s = lexer->state;
	return i <= s->reader.end && s->reader.end - i >= text.len &&
	       !memcmp(lexer->source.ptr + i, text.ptr, text.len);
}

static struct lang_token token(struct lang_lexer *lexer, enum lang_token_kind kind, size_t from, bool value)
{
	struct plain_state *s = lexer->state;
	s->value = value;
	return (struct lang_token){
		.kind = kind, .text = lang_lexer_cut(lexer, from, lexer->at), .from = from, .to = lexer->at
	};
}

/* --- what is passed over ------------------------------------------------------------------------------------------ */

static void skip_block(struct lang_lexer *lexer)
{
	struct plain_state *s = lexer->state;
	size_t depth = 0;
	while (lexer->at < s->reader.end) {
		bool opens = begins(lexer, lexer->at, SLIM_BLOB("#=")),
		     closes = begins(lexer, lexer->at, SLIM_BLOB("=#"));
		depth += opens;
		depth -= closes;
		lexer->at += opens || closes ? 2 : 1;
		if (!depth)
			return;
	}
}

static void skip_blanks(struct lang_lexer *lexer, const struct dialect *d)
{
	struct plain_state *s = lexer->state;
	while (lexer->at < s->reader.end) {
		char c = lexer->source.ptr[lexer->at];
		if (d->blocks && begins(lexer, lexer->at, SLIM_BLOB("#=")))
			skip_block(lexer);
		else if (c == '#')
			lexer->at = lex_line_end(&s->reader, lexer, lexer->at);
		else if (isspace((unsigned char)c))
			lexer->at++;
		else
			break;
		s->value &= c != '\n';
	}
}

/* --- literals ----------------------------------------------------------------------------------------------------- */

/* Where code that begins at I ends; 0: none begins there. *FROM and *TO: the code alone. */
static size_t find_code(struct lang_lexer *lexer, const struct dialect *d, size_t i, size_t *from, size_t *to)
{
	struct plain_state *s = lexer->state;
	if (!d->code || !begins(lexer, i, slim_blob_of(d->code)))
		return 0;
	size_t length = strlen(d->code);
	char open = d->code[length - 1];
	if (open == '$' && lex_is_name_start(at(lexer, i + 1))) {
		for (*to = i + 1; lex_is_name_char(at(lexer, *to)); ++*to)
			;
		return *from = *to;
	}
	if (open == '$') {
		open = at(lexer, i + 1);
		length++;
	}
	*from = i + length;
	*to = open == '(' || open == '{'
		      ? lex_find_close(&s->reader, lexer, (struct lex_range){ *from, s->reader.end, 0 }, open, "\"")
		      : 0;
	return *to ? *to + 1 : 0;
}

/* Find where the literal with the mark CLOSE ends; one that nothing closes takes the rest. */
static void find_end(struct lang_lexer *lexer, const struct dialect *d, struct text *text, struct slim_blob close)
{
	const struct plain_state *s = lexer->state;
	size_t i = text->from, from, to;
	while (i < s->reader.end && !begins(lexer, i, close)) {
		size_t end = text->with_code ? find_code(lexer, d, i, &from, &to) : 0;
		i = end ? end : i + (text->escapes && lexer->source.ptr[i] == '\\' ? 2 : 1);
	}
	text->to = i < s->reader.end ? i : s->reader.end;
	text->end = text->to + close.len < s->reader.end ? text->to + close.len : s->reader.end;
}

static char escaped(char c)
{
	return c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
}

static struct lang_token give(struct lang_lexer *lexer, const struct dialect *d, enum lang_token_kind kind,
			      const struct text *text)
{
	struct plain_state *s = lexer->state;
	struct lex_value value;
	struct lex_parts parts = { .count = 0 };
	lex_value_init(&value, lexer, text->to - text->from);
	for (size_t i = text->from, from, to; i < text->to;) {
		size_t end = text->with_code ? find_code(lexer, d, i, &from, &to) : 0;
		if (end && end <= text->to) {
			lex_value_unknown(&value);
			lex_part(&parts, from, to);
			i = end;
			continue;
		}
		bool quoted = text->escapes && lexer->source.ptr[i] == '\\' && i + 1 < text->to;
		lex_value_add(&value, quoted ? escaped(lexer->source.ptr[i + 1]) : lexer->source.ptr[i]);
		i += quoted ? 2 : 1;
	}
	lexer->at = text->end;
	struct lang_token found = token(lexer, kind, text->start, true);
	found.text = slim_blob(value.text, value.length);
	found.partial = value.partial;
	lex_enter(&s->reader, lexer, &parts, text->end);
	return found;
}

/* The quote at FROM, three of it where the language has that. */
static struct lang_token read_quoted(struct lang_lexer *lexer, const struct dialect *d, size_t start, size_t from,
				     bool escapes)
{
	char c = lexer->source.ptr[from], three[] = { c, c, c };
	bool triple = d->triple && begins(lexer, from, slim_blob(three, 3));
	struct text text = {
		.start = start, .from = from + (triple ? 3 : 1), .with_code = escapes, .escapes = escapes
	};
	find_end(lexer, d, &text, slim_blob(three, triple ? 3 : 1));
	return give(lexer, d, c == d->command ? LANG_COMMAND : LANG_STRING, &text);
}

/* r"---(…)---" */
static bool read_raw(struct lang_lexer *lexer, const struct dialect *d, struct lang_token *found)
{
	size_t start = lexer->at, i = start + 2, dashes = 0;
	char quote = at(lexer, start + 1), close[64];
	if (!d->raw || !strchr("rR", at(lexer, start)) || (quote != '"' && quote != '\''))
		return false;
	while (at(lexer, i + dashes) == '-')
		dashes++;
	char open = at(lexer, i + dashes);
	if (!open || !strchr("([{", open) || dashes > sizeof(close) - 2)
		return false;
	close[0] = lex_closing(open);
	memset(close + 1, '-', dashes);
	close[dashes + 1] = quote;
	struct text text = { .start = start, .from = i + dashes + 1 };
	find_end(lexer, d, &text, slim_blob(close, dashes + 2));
	*found = give(lexer, d, LANG_STRING, &text);
	return true;
}

static bool more_words(struct lang_lexer *lexer)
{
	struct plain_state *s = lexer->state;
	while (s->words < s->words_end && isspace((unsigned char)lexer->source.ptr[s->words]))
		s->words++;
	return s->words < s->words_end;
}

static struct lang_token next_word(struct lang_lexer *lexer)
{
	struct plain_state *s = lexer->state;
	size_t from = s->words;
	while (s->words < s->words_end && !isspace((unsigned char)lexer->source.ptr[s->words]))
		s->words++;
	struct slim_blob word = lang_lexer_cut(lexer, from, s->words);
	s->value = true;
	return (struct lang_token){ .kind = LANG_STRING, .text = word, .from = from, .to = s->words };
}

/* ~s(…), ~S"…", ~w[a b], ~r/…/i: a large letter has neither escapes nor code. */
static bool read_sigil(struct lang_lexer *lexer, const struct dialect *d, struct lang_token *found)
{
	struct plain_state *s = lexer->state;
	size_t start = lexer->at;
	char kind = at(lexer, start + 1), open = at(lexer, start + 2);
	if (!d->sigils || at(lexer, start) != '~' || !isalpha((unsigned char)kind) || !open ||
	    !strchr("([{<|/\"'", open))
		return false;
	char close[] = { lex_closing(open), open, open };
	bool triple =
		(open == '"' || open == '\'') && begins(lexer, start + 2, slim_blob((char[]){ open, open, open }, 3));
	struct text text = { .start = start, .from = start + (triple ? 5 : 3) };
	text.with_code = text.escapes = islower((unsigned char)kind);
	find_end(lexer, d, &text, slim_blob(close, triple ? 3 : 1));
	while (isalpha((unsigned char)at(lexer, text.end)))
		text.end++;
	if (strchr("wW", kind)) {
		lexer->at = text.end;
		s->words = text.from;
		s->words_end = text.to;
		*found = more_words(lexer) ? next_word(lexer) : token(lexer, LANG_MARK, start, true);
	} else {
		*found = give(lexer, d, strchr("rR", kind) ? LANG_PATTERN : LANG_STRING, &text);
	}
	return true;
}

/* 'c' where no value stands before; elsewhere the quote is an operator. ?c of Elixir. */
static bool read_character(struct lang_lexer *lexer, const struct dialect *d, struct lang_token *found)
{
	struct plain_state *s = lexer->state;
	size_t start = lexer->at, end = start + 2;
	if (d->sigils && at(lexer, start) == '?' && !s->value && at(lexer, start + 1)) {
		lexer->at = start + (at(lexer, start + 1) == '\\' && at(lexer, end) ? 3 : 2);
		*found = token(lexer, LANG_NUMBER, start, true);
		return true;
	}
	if (!d->character || at(lexer, start) != d->character)
		return false;
	if (!s->value)
		while (end < start + 14 && at(lexer, end) && at(lexer, end) != d->character && at(lexer, end) != '\n')
			end++;
	bool closed = !s->value && at(lexer, end) == d->character;
	lexer->at = closed ? end + 1 : start + 1;
	*found = token(lexer, closed ? LANG_NUMBER : LANG_MARK, start, true);
	return true;
}

/* --- all others --------------------------------------------------------------------------------------------------- */

static struct lang_token read_name(struct lang_lexer *lexer)
{
	struct plain_state *s = lexer->state;
	size_t from = lexer->at++;
	while (lex_is_name_char(at(lexer, lexer->at)) ||
	       ((at(lexer, lexer->at) == '!' || at(lexer, lexer->at) == '?') && at(lexer, lexer->at + 1) == '('))
		lexer->at++;
	struct lang_token found = token(lexer, LANG_NAME, from, true);
	s->document = slim_blob_is(found.text, "@doc") || slim_blob_is(found.text, "@moduledoc") ||
		      slim_blob_is(found.text, "@typedoc") || slim_blob_is(found.text, "@shortdoc");
	return found;
}

static struct lang_token read_number(struct lang_lexer *lexer)
{
	size_t from = lexer->at;
	while (lex_is_name_char(at(lexer, lexer->at)))
		lexer->at++;
	return token(lexer, LANG_NUMBER, from, true);
}

static struct lang_token read_mark(struct lang_lexer *lexer)
{
	static const char *const marks[] = { "...", "<<-", "->>", ":::", "::", "<-", "->", "=>", "|>", "<>",
					     "==",  "!=",  "<=",  ">=",  "&&", "||", "..", "++", "--" };
	size_t from = lexer->at++;
	for (size_t i = 0; i < SLIM_COUNT(marks); i++)
		if (begins(lexer, from, slim_blob_of(marks[i]))) {
			lexer->at = from + strlen(marks[i]);
			break;
		}
	return token(lexer, LANG_MARK, from, strchr(")]}", lexer->source.ptr[from]));
}

static bool is_name_start(const struct lang_lexer *lexer, size_t i)
{
	char c = at(lexer, i);
	return lex_is_name_start(c) ||
	       ((c == '@' || c == ':') && lex_is_name_start(at(lexer, i + 1)) && at(lexer, i - 1) != ':');
}

static struct lang_token next_token(struct lang_lexer *lexer, const struct dialect *d)
{
	char c = lexer->source.ptr[lexer->at];
	size_t from = lexer->at;
	struct lang_token found;
	if (read_raw(lexer, d, &found) || read_sigil(lexer, d, &found) || read_character(lexer, d, &found))
		return found;
	if (c && (strchr(d->strings, c) || c == d->command))
		return read_quoted(lexer, d, from, from, true);
	if (c && c == d->name) {
		found = read_quoted(lexer, d, from, from, true);
		found.kind = LANG_NAME;
		return found;
	}
	if (is_name_start(lexer, from))
		return read_name(lexer);
	return isdigit((unsigned char)c) ? read_number(lexer) : read_mark(lexer);
}

/* A long string at the beginning of a line is a comment on what follows it. */
static bool is_document(const struct lang_lexer *lexer, const struct dialect *d, const struct lang_token *found,
			bool due)
{
	size_t i = found->from;
	if (found->kind != LANG_STRING || due)
		return found->kind == LANG_STRING;
	if (!d->blocks || lexer->source.len - i < 3 || memcmp(lexer->source.ptr + i, "\"\"\"", 3))
		return false;
	while (i && (lexer->source.ptr[i - 1] == ' ' || lexer->source.ptr[i - 1] == '\t'))
		i--;
	return !i || lexer->source.ptr[i - 1] == '\n';
}

static struct lang_token next(struct lang_lexer *lexer, const struct dialect *d)
{
	struct plain_state *s = state_of(lexer);
	for (;;) {
		if (more_words(lexer))
			return next_word(lexer);
		do
			skip_blanks(lexer, d);
		while (lexer->at >= s->reader.end && lex_leave(&s->reader, lexer));
		if (lexer->at >= s->reader.end)
			return (struct lang_token){ .kind = LANG_END,
						    .from = lexer->source.len,
						    .to = lexer->source.len };
		bool due = s->document;
		s->document = false;
		struct lang_token found = next_token(lexer, d);
		if (!is_document(lexer, d, &found, due))
			return found;
	}
}

struct lang_token lex_r(struct lang_lexer *lexer)
{
	static const struct dialect r = { .strings = "\"'", .name = '`', .raw = true };
	return next(lexer, &r);
}

struct lang_token lex_julia(struct lang_lexer *lexer)
{
	static const struct dialect julia = {
		.strings = "\"", .code = "$", .command = '`', .character = '\'', .triple = true, .blocks = true
	};
	return next(lexer, &julia);
}

struct lang_token lex_elixir(struct lang_lexer *lexer)
{
	static const struct dialect elixir = { .strings = "\"'", .code = "#{", .triple = true, .sigils = true };
	return next(lexer, &elixir);
}
