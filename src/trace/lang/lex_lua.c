/* Tokens of Lua, one pass. Source: the Lua 5.4 Reference Manual, 3.1 "Lexical Conventions". */
#include <ctype.h>
#include <string.h>

#include "lex_parts.h"

static char at(const struct lang_lexer *lexer, size_t i)
{
	return i < lexer->source.len ? lexer->source.ptr[i] : '\0';
}

static struct lang_token token(const struct lang_lexer *lexer, enum lang_token_kind kind, size_t from)
{
	return (struct lang_token){
		.kind = kind, .text = lang_lexer_cut(lexer, from, lexer->at), .from = from, .to = lexer->at
	};
}

static void skip_line(struct lang_lexer *lexer)
{
	const char *end = memchr(lexer->source.ptr + lexer->at, '\n', lexer->source.len - lexer->at);
	lexer->at = end ? (size_t)(end - lexer->source.ptr) : lexer->source.len;
}

/*
 * [[…]], [=[…]=] at the lexer's place: the lexer goes behind it, *TEXT is what lies between. One that nothing closes
 * takes the rest of the source, as the compiler does before it gives up.
 */
static bool read_long(struct lang_lexer *lexer, struct slim_blob *text)
{
	size_t level = 0;
	while (at(lexer, lexer->at + 1 + level) == '=')
		level++;
	if (at(lexer, lexer->at) != '[' || at(lexer, lexer->at + 1 + level) != '[')
		return false;
	size_t from = lexer->at + level + 2, equals = 0;
	from += at(lexer, from) == '\n';
	bool closing = false; /* behind a ] and EQUALS times = */
	for (size_t i = from; i < lexer->source.len; i++) {
		char c = lexer->source.ptr[i];
		if (c == ']' && closing && equals == level) {
			*text = lang_lexer_cut(lexer, from, i - level - 1);
			lexer->at = i + 1;
			return true;
		}
		equals = c == '=' && closing ? equals + 1 : 0;
		closing = c == ']' || (c == '=' && closing);
	}
	*text = lang_lexer_cut(lexer, from > lexer->source.len ? lexer->source.len : from, lexer->source.len);
	lexer->at = lexer->source.len;
	return true;
}

static void skip_blanks(struct lang_lexer *lexer)
{
	struct slim_blob comment;
	if (!lexer->at && at(lexer, 0) == '#')
		skip_line(lexer);
	while (lexer->at < lexer->source.len) {
		if (isspace((unsigned char)lexer->source.ptr[lexer->at])) {
			lexer->at++;
		} else if (at(lexer, lexer->at) == '-' && at(lexer, lexer->at + 1) == '-') {
			lexer->at += 2;
			if (!read_long(lexer, &comment))
				skip_line(lexer);
		} else {
			break;
		}
	}
}

/* Behind \z, which leaves out the blanks that follow. */
static size_t skip_gap(const struct lang_lexer *lexer, size_t i)
{
	while (isspace((unsigned char)at(lexer, i)))
		i++;
	return i;
}

/* Behind the backslash at I; *VALUE gets the byte. */
static size_t read_escape(const struct lang_lexer *lexer, size_t i, struct lex_value *value)
{
	static const char letters[] = "abfnrtv", bytes[] = "\a\b\f\n\r\t\v";
	char c = at(lexer, i);
	const char *known = c ? strchr(letters, c) : NULL;
	if (c == 'z')
		return skip_gap(lexer, i + 1);
	if (isdigit((unsigned char)c)) {
		unsigned number = 0;
		for (size_t n = 0; n < 3 && isdigit((unsigned char)at(lexer, i)); n++)
			number = number * 10 + (unsigned)(at(lexer, i++) - '0');
		lex_value_add(value, (char)number);
		return i;
	}
	if (c)
		lex_value_add(value, known ? bytes[known - letters] : c);
	return c ? i + 1 : i;
}

/* At the quote, or the newline, that ends what begins at I. */
static size_t string_end(const struct lang_lexer *lexer, size_t i, char quote)
{
	while (i < lexer->source.len && lexer->source.ptr[i] != quote && lexer->source.ptr[i] != '\n')
		if (lexer->source.ptr[i] == '\\')
			i = at(lexer, i + 1) == 'z' ? skip_gap(lexer, i + 2) : i + 2;
		else
			i++;
	return i < lexer->source.len ? i : lexer->source.len;
}

static struct lang_token read_string(struct lang_lexer *lexer)
{
	size_t from = lexer->at, i = from + 1;
	char quote = lexer->source.ptr[from];
	size_t end = string_end(lexer, i, quote);
	struct lex_value value;
	lex_value_init(&value, lexer, end - from);
	while (i < end)
		if (lexer->source.ptr[i] == '\\')
			i = read_escape(lexer, i + 1, &value);
		else
			lex_value_add(&value, lexer->source.ptr[i++]);
	lexer->at = at(lexer, end) == quote ? end + 1 : end;
	struct lang_token found = token(lexer, LANG_STRING, from);
	found.text = slim_blob(value.text, value.length);
	return found;
}

static struct lang_token read_mark(struct lang_lexer *lexer)
{
	static const char *const marks[] = { "...", "..", "==", "~=", "<=", ">=", "::", "//", "<<", ">>" };
	size_t from = lexer->at++;
	for (size_t i = 0; i < SLIM_COUNT(marks); i++)
		if (slim_blob_starts(lang_lexer_cut(lexer, from, lexer->source.len), marks[i])) {
			lexer->at = from + strlen(marks[i]);
			break;
		}
	return token(lexer, LANG_MARK, from);
}

struct lang_token lex_lua(struct lang_lexer *lexer)
{
	skip_blanks(lexer);
	size_t from = lexer->at;
	char c = at(lexer, from);
	struct slim_blob text;
	if (from >= lexer->source.len)
		return token(lexer, LANG_END, from);
	if (c == '"' || c == '\'')
		return read_string(lexer);
	if (c == '[' && read_long(lexer, &text)) {
		struct lang_token found = token(lexer, LANG_STRING, from);
		found.text = text;
		return found;
	}
	if (!lex_is_name_char(c))
		return read_mark(lexer);
	while (lex_is_name_char(at(lexer, lexer->at)) ||
	       (isdigit((unsigned char)c) && at(lexer, lexer->at) == '.' && at(lexer, lexer->at + 1) != '.'))
		lexer->at++;
	return token(lexer, isdigit((unsigned char)c) ? LANG_NUMBER : LANG_NAME, from);
}
