/* Tokens of PHP, one pass. Code within strings is read after its string (lex_parts.h). */
#include <ctype.h>

#include "php.h"
#include "../lang/lex_parts.h"

struct php_state {
	struct lex_reader reader;
	bool code; /* within <?php … ?> */
	char *scratch; /* for the value of one text, as long as the source */
};

static struct php_state *state_of(struct lang_lexer *lexer)
{
	if (!lexer->state) {
		struct php_state *s = slim_arena_alloc(lexer->arena, sizeof(*s));
		s->code = false;
		s->scratch = slim_arena_alloc(lexer->arena, lexer->source.len + 1);
		lex_reader_init(&s->reader, lexer);
		lexer->state = s;
	}
	return lexer->state;
}

static struct slim_blob rest_of(const struct php_state *s, const struct lang_lexer *lexer)
{
	return slim_blob(lexer->source.ptr + lexer->at, s->reader.end - lexer->at);
}

static bool begins(const struct php_state *s, const struct lang_lexer *lexer, const char *text)
{
	return slim_blob_starts(rest_of(s, lexer), text);
}

static struct lang_token token(const struct lang_lexer *lexer, enum lang_token_kind kind, size_t from)
{
	return (struct lang_token){ .kind = kind,
				    .text = slim_blob(lexer->source.ptr + from, lexer->at - from),
				    .from = from,
				    .to = lexer->at };
}

/* --- what is passed over ------------------------------------------------------------------------------------------ */

/* Where TEXT begins from the lexer's place on; the range's end: nowhere. */
static size_t find(const struct php_state *s, const struct lang_lexer *lexer, const char *text)
{
	struct slim_blob rest = rest_of(s, lexer);
	const char *found = rest.len ? memmem(rest.ptr, rest.len, text, strlen(text)) : NULL;
	return found ? (size_t)(found - lexer->source.ptr) : s->reader.end;
}

/* To the next <?php, <?= or <?; not <?xml. */
static void skip_markup(struct php_state *s, struct lang_lexer *lexer)
{
	while (lexer->at < s->reader.end && !s->code) {
		lexer->at = find(s, lexer, "<?");
		if (begins(s, lexer, "<?xml")) {
			lexer->at += 5;
			continue;
		}
		s->code = lexer->at < s->reader.end;
		size_t tag = begins(s, lexer, "<?php") || begins(s, lexer, "<?PHP") ? 5
			     : begins(s, lexer, "<?=")                              ? 3
										    : 2;
		lexer->at += s->code ? tag : 0;
	}
}

/* A comment of one line also ends where the code does. */
static void skip_line(struct php_state *s, struct lang_lexer *lexer)
{
	while (lexer->at < s->reader.end && lexer->source.ptr[lexer->at] != '\n' && !begins(s, lexer, "?>"))
		lexer->at++;
}

static void skip_comment(struct php_state *s, struct lang_lexer *lexer)
{
	lexer->at += 2;
	size_t end = find(s, lexer, "*/");
	lexer->at = end < s->reader.end ? end + 2 : end;
}

static void skip_blanks(struct php_state *s, struct lang_lexer *lexer)
{
	while (lexer->at < s->reader.end) {
		if (!s->code) {
			skip_markup(s, lexer);
		} else if (isspace((unsigned char)lexer->source.ptr[lexer->at])) {
			lexer->at++;
		} else if (begins(s, lexer, "//") || (begins(s, lexer, "#") && !begins(s, lexer, "#["))) {
			skip_line(s, lexer);
		} else if (begins(s, lexer, "/*")) {
			skip_comment(s, lexer);
		} else if (begins(s, lexer, "?>")) {
			s->code = false;
			lexer->at += 2;
		} else {
			break;
		}
	}
}

/* --- texts -------------------------------------------------------------------------------------------------------- */

/* A text that is being read, from AT to END; a quote of its own (CLOSE) ends it before. */
struct text {
	size_t at, end;
	char close; /* '\0': none */
	struct lex_value value;
	struct lex_parts parts;
};

static char at(const struct php_state *s, const struct lang_lexer *lexer, size_t i)
{
	return lex_char(&s->reader, lexer, i);
}

/* $name, $name[…], $name->name: where it ends. */
static size_t variable_end(const struct php_state *s, const struct lang_lexer *lexer, size_t i)
{
	while (lex_is_name_char(at(s, lexer, i)))
		i++;
	if (at(s, lexer, i) == '-' && at(s, lexer, i + 1) == '>' && lex_is_name_start(at(s, lexer, i + 2))) {
		i += 2;
		while (lex_is_name_char(at(s, lexer, i)))
			i++;
	} else if (at(s, lexer, i) == '[') {
		size_t most = s->reader.end - i < 128 ? s->reader.end : i + 128;
		const char *close = memchr(lexer->source.ptr + i, ']', most - i);
		i = close ? (size_t)(close - lexer->source.ptr) + 1 : i;
	}
	return i;
}

/* Whether what the run computes begins here; then it has been passed over. */
static bool read_part(struct php_state *s, const struct lang_lexer *lexer, struct text *text)
{
	char c = at(s, lexer, text->at), next = at(s, lexer, text->at + 1);
	size_t end = 0;
	if (c == '$' && lex_is_name_start(next)) {
		end = variable_end(s, lexer, text->at + 1);
	} else if ((c == '{' && next == '$') || (c == '$' && next == '{')) {
		size_t from = text->at + (c == '$' ? 2 : 1);
		size_t close = lex_find_close(&s->reader, lexer, (struct lex_range){ from, text->end, 0 }, '{', "'\"");
		lex_part(&text->parts, close ? from : 0, close);
		end = close ? close + 1 : 0;
	}
	if (!end || end > text->end)
		return false;
	lex_value_unknown(&text->value);
	text->at = end;
	return true;
}

static void read_escape(const struct php_state *s, const struct lang_lexer *lexer, struct text *text)
{
	char c = at(s, lexer, text->at + 1);
	const char *known = c ? strchr("ntrv\\$\"`", c) : NULL;
	if (known) {
		lex_value_add(&text->value, "\n\t\r\v\\$\"`"[known - "ntrv\\$\"`"]);
	} else {
		lex_value_add(&text->value, '\\');
		if (c)
			lex_value_add(&text->value, c);
	}
	text->at += c ? 2 : 1;
}

static void read_open_text(struct php_state *s, const struct lang_lexer *lexer, struct text *text)
{
	while (text->at < text->end) {
		char c = lexer->source.ptr[text->at];
		if (text->close && c == text->close)
			break;
		if (c == '\\') {
			read_escape(s, lexer, text);
		} else if (!read_part(s, lexer, text)) {
			lex_value_add(&text->value, c);
			text->at++;
		}
	}
}

static void read_closed_text(const struct php_state *s, const struct lang_lexer *lexer, struct text *text)
{
	for (; text->at < text->end; text->at++) {
		char c = lexer->source.ptr[text->at], next = at(s, lexer, text->at + 1);
		if (text->close && c == text->close)
			break;
		if (text->close && c == '\\' && (next == '\\' || next == text->close))
			c = lexer->source.ptr[++text->at];
		lex_value_add(&text->value, c);
	}
}

static struct lang_token give(struct php_state *s, struct lang_lexer *lexer, const struct text *text, size_t from,
			      enum lang_token_kind kind)
{
	struct lang_token result = { .kind = kind,
				     .text = slim_blob(text->value.text, text->value.length),
				     .partial = text->value.partial,
				     .from = from,
				     .to = lexer->at };
	lex_enter(&s->reader, lexer, &text->parts, lexer->at);
	return result;
}

/* A text's value is made in one place, which has room for the longest, and then copied. */
static void open_text(const struct php_state *s, struct text *text, size_t from, size_t end, char close)
{
	*text = (struct text){ .at = from, .end = end, .close = close, .value = { .text = s->scratch } };
}

static void close_text(struct lang_lexer *lexer, struct text *text)
{
	char *copy = slim_arena_alloc(lexer->arena, text->value.length + 1);
	memcpy(copy, text->value.text, text->value.length);
	text->value.text = copy;
}

static struct lang_token read_string(struct php_state *s, struct lang_lexer *lexer)
{
	size_t from = lexer->at;
	char quote = lexer->source.ptr[from];
	struct text text;
	open_text(s, &text, from + 1, s->reader.end, quote);
	if (quote == '\'')
		read_closed_text(s, lexer, &text);
	else
		read_open_text(s, lexer, &text);
	close_text(lexer, &text);
	lexer->at = text.at < text.end ? text.at + 1 : text.end;
	return give(s, lexer, &text, from, quote == '`' ? LANG_COMMAND : LANG_STRING);
}

/* Where the line with ID at its beginning, after blanks, begins; 0: there is none. *BEHIND: behind that ID. */
static size_t find_here_end(struct php_state *s, const struct lang_lexer *lexer, size_t from, struct slim_blob id,
			    size_t *behind)
{
	for (size_t line = from; line < s->reader.end; line = lex_line_end(&s->reader, lexer, line) + 1) {
		size_t i = line;
		while (at(s, lexer, i) == ' ' || at(s, lexer, i) == '\t')
			i++;
		*behind = i + id.len;
		if (*behind <= s->reader.end && !memcmp(lexer->source.ptr + i, id.ptr, id.len) &&
		    !lex_is_name_char(at(s, lexer, *behind)))
			return line;
	}
	if (!lex_spend(&s->reader, s->reader.end - from))
		s->reader.budget = 0;
	return 0;
}

/* <<<ID, <<<"ID", <<<'ID': false when it is none. */
static bool read_here(struct php_state *s, struct lang_lexer *lexer, struct lang_token *result)
{
	size_t from = lexer->at, i = from + 3, behind;
	while (at(s, lexer, i) == ' ' || at(s, lexer, i) == '\t')
		i++;
	char quote = at(s, lexer, i) == '\'' || at(s, lexer, i) == '"' ? at(s, lexer, i) : '\0';
	i += quote != '\0';
	size_t name = i;
	while (lex_is_name_char(at(s, lexer, i)))
		i++;
	struct slim_blob id = slim_blob(lexer->source.ptr + name, i - name);
	i += quote && at(s, lexer, i) == quote;
	i += at(s, lexer, i) == '\r';
	size_t body = i + 1;
	if (!id.len || at(s, lexer, i) != '\n' || !s->reader.budget)
		return false;
	size_t end = find_here_end(s, lexer, body, id, &behind);
	if (!end)
		return false;
	struct text text;
	open_text(s, &text, body, end > body ? end - 1 : body, '\0');
	if (quote == '\'')
		read_closed_text(s, lexer, &text);
	else
		read_open_text(s, lexer, &text);
	close_text(lexer, &text);
	lexer->at = behind;
	*result = give(s, lexer, &text, from, LANG_STRING);
	return true;
}

/* --- all others --------------------------------------------------------------------------------------------------- */

static struct lang_token read_name(const struct php_state *s, struct lang_lexer *lexer)
{
	size_t from = lexer->at++;
	while (lex_is_name_char(at(s, lexer, lexer->at)) ||
	       (at(s, lexer, lexer->at) == '\\' && lex_is_name_start(at(s, lexer, lexer->at + 1))))
		lexer->at++;
	return token(lexer, LANG_NAME, from);
}

static struct lang_token read_number(const struct php_state *s, struct lang_lexer *lexer)
{
	size_t from = lexer->at;
	while (lex_is_name_char(at(s, lexer, lexer->at)))
		lexer->at++;
	return token(lexer, LANG_NUMBER, from);
}

static struct lang_token read_mark(const struct php_state *s, struct lang_lexer *lexer)
{
	static const char *const marks[] = {
		"...", "===", "!==", "<=>", "**=", "?\?=", "<<=", ">>=", "?->", "=>", "->",
		"::",  "==",  "!=",  "<=",  ">=",  ".=",   "&&",  "||",  "??",  "++", "--", NULL
	};
	size_t from = lexer->at;
	lexer->at += lex_mark_length(slim_blob(lexer->source.ptr + from, s->reader.end - from), marks);
	return token(lexer, LANG_MARK, from);
}

struct lang_token php_next(struct lang_lexer *lexer)
{
	struct php_state *s = state_of(lexer);
	struct lang_token here;
	for (skip_blanks(s, lexer); lexer->at >= s->reader.end; skip_blanks(s, lexer)) {
		if (!lex_leave(&s->reader, lexer))
			return token(lexer, LANG_END, lexer->at);
		s->code = true;
	}
	char c = lexer->source.ptr[lexer->at], next = at(s, lexer, lexer->at + 1);
	if (c == '\'' || c == '"' || c == '`')
		return read_string(s, lexer);
	if (begins(s, lexer, "<<<") && read_here(s, lexer, &here))
		return here;
	if (lex_is_name_start(c) || ((c == '$' || c == '\\') && lex_is_name_start(next)))
		return read_name(s, lexer);
	return isdigit((unsigned char)c) ? read_number(s, lexer) : read_mark(s, lexer);
}
