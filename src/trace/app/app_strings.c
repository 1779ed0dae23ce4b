#include "app_strings.h"

#include <ctype.h>
#include <string.h>

#include "../perl/perl.h"
#include "app_tokens.h"
#include "slim/alloc.h"

enum { NAME_MAX_LENGTH = 80, GAP_MAX = 200 };

struct scan {
	struct slim_blob source;
	enum app_language language;
	app_literal_sink *sink;
	void *context;
	size_t at;
	size_t last_end; /* where the last literal ended; 0: there was none */
	char text[APP_LITERAL_MAX];
};

static char char_at(const struct scan *s, size_t i)
{
	return i < s->source.len ? s->source.ptr[i] : '\0';
}

static bool begins(const struct scan *s, size_t i, const char *text)
{
	size_t n = strlen(text);
	return i <= s->source.len && s->source.len - i >= n && !memcmp(s->source.ptr + i, text, n);
}

static bool is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.' || c == ':' || c == '>' ||
	       c == '$';
}

static size_t line_end(const struct scan *s, size_t i)
{
	const char *end =
		i < s->source.len ? memchr(s->source.ptr + i, '\n', s->source.len - i) : NULL;
	return end ? (size_t)(end - s->source.ptr) : s->source.len;
}

/* The name that ends before END. */
static struct slim_blob name_before(const struct scan *s, size_t end)
{
	size_t from = end;
	while (from && end - from < NAME_MAX_LENGTH && is_name_char(s->source.ptr[from - 1]))
		from--;
	return slim_blob(s->source.ptr + from, end - from);
}

/* Back over blanks and all of MARKS, no further than LIMIT. */
static size_t back_over(const struct scan *s, size_t i, size_t limit, const char *marks)
{
	while (i > limit && (isspace((unsigned char)s->source.ptr[i - 1]) ||
			     strchr(marks, s->source.ptr[i - 1])))
		i--;
	return i;
}

static void look_back(const struct scan *s, size_t start, struct app_literal *literal)
{
	size_t i = start, limit = i > GAP_MAX ? i - GAP_MAX : 0;
	if (s->last_end && s->last_end >= limit && s->last_end < i)
		literal->joined = back_over(s, i, s->last_end, ",()[]{}\\") == s->last_end;
	size_t name = back_over(s, i, limit, "([{");
	literal->called = true;
	if (name > limit && strchr("=:", s->source.ptr[name - 1]) && char_at(s, name - 2) != ':') {
		name = back_over(s, name - 1, limit, "?:\"'");
		literal->called = false;
	}
	literal->named = name_before(s, name);
}

/* Copies [from, to) into the buffer, quoted characters without their backslash. */
static struct slim_blob unquoted(struct scan *s, size_t from, size_t to)
{
	size_t n = 0;
	for (size_t i = from; i < to && n < sizeof(s->text); i++) {
		char c = s->source.ptr[i];
		if (c == '\\' && i + 1 < to) {
			char next = s->source.ptr[i + 1];
			if (strchr("\\'\"`$#@\n", next))
				c = s->source.ptr[++i];
			else if (next == 'n' || next == 't')
				c = s->source.ptr[++i] == 'n' ? '\n' : '\t';
		}
		s->text[n++] = c;
	}
	return slim_blob(s->text, n);
}

static void give(struct scan *s, size_t start, size_t from, size_t to, bool command)
{
	if (to <= from || to - from > APP_LITERAL_MAX)
		return;
	struct app_literal literal = { .text = unquoted(s, from, to), .command = command };
	look_back(s, start, &literal);
	s->sink(s->context, &literal);
}

/* From FROM to the first CLOSE that no backslash quotes; 0: there is none within the limits. */
static size_t find_close(const struct scan *s, size_t from, char open, char close, bool lines)
{
	size_t depth = 1;
	for (size_t i = from; i < s->source.len && i - from <= APP_LITERAL_MAX; i++) {
		char c = s->source.ptr[i];
		if (c == '\\')
			i++;
		else if (c == '\n' && !lines)
			return 0;
		else if (c == close && !--depth)
			return i;
		else if (c == open && open != close)
			depth++;
	}
	return 0;
}

static char closing(char open)
{
	static const char pairs[] = "()[]{}<>";
	const char *pair = strchr(pairs, open);
	return pair && *pair ? pair[1] : open;
}

/* A literal whose text begins at FROM; its marks begin at START. */
static void quoted(struct scan *s, size_t start, size_t from, char open, bool command)
{
	size_t to = find_close(s, from, open, closing(open), open != '"' && open != '\'');
	if (!to) {
		s->at = from;
		return;
	}
	give(s, start, from, to, command);
	s->at = s->last_end = to + 1;
}

/* """…""": one that begins a line is no value but a comment. */
static void long_string(struct scan *s)
{
	size_t start = s->at, from = start + 3;
	char mark[4] = { s->source.ptr[start], s->source.ptr[start], s->source.ptr[start], 0 };
	const char *end = memmem(s->source.ptr + from, s->source.len - from, mark, 3);
	if (!end) {
		s->at = s->source.len;
		return;
	}
	size_t to = (size_t)(end - s->source.ptr), before = start;
	while (before && (s->source.ptr[before - 1] == ' ' || s->source.ptr[before - 1] == '\t'))
		before--;
	if (before && s->source.ptr[before - 1] != '\n')
		give(s, start, from, to, false);
	s->at = s->last_end = to + 3;
}

/* %w[a b]: each word a literal. */
static void words(struct scan *s, size_t start, size_t from, size_t to)
{
	while (from < to) {
		while (from < to && isspace((unsigned char)s->source.ptr[from]))
			from++;
		size_t end = from;
		while (end < to && !isspace((unsigned char)s->source.ptr[end]))
			end++;
		give(s, start, from, end, false);
		s->last_end = start = end;
		from = end;
	}
}

static bool percent(struct scan *s)
{
	char kind = char_at(s, s->at + 1), open = char_at(s, s->at + 2);
	if (s->language != APP_RUBY || !kind || !strchr("xwWqQ", kind) || !open ||
	    !strchr("([{<|!/", open))
		return false;
	if (kind != 'w' && kind != 'W') {
		quoted(s, s->at, s->at + 3, open, kind == 'x');
		return true;
	}
	size_t to = find_close(s, s->at + 3, open, closing(open), true);
	if (!to)
		return false;
	words(s, s->at, s->at + 3, to);
	s->at = s->last_end = to + 1;
	return true;
}

/* =begin … =end */
static bool block_comment(struct scan *s)
{
	if (s->language != APP_RUBY || (s->at && s->source.ptr[s->at - 1] != '\n') ||
	    !isalpha((unsigned char)char_at(s, s->at + 1)))
		return false;
	const char *end = memmem(s->source.ptr + s->at, s->source.len - s->at, "\n=end", 5);
	s->at = end ? (size_t)(end - s->source.ptr) + 5 : s->source.len;
	return true;
}

static bool c_comment(struct scan *s)
{
	char next = char_at(s, s->at + 1);
	if (s->language != APP_PHP || (next != '/' && next != '*'))
		return false;
	if (next == '/' && s->at && s->source.ptr[s->at - 1] == ':') /* part of an address */
		return false;
	if (next == '/') {
		s->at = line_end(s, s->at);
		return true;
	}
	const char *end = memmem(s->source.ptr + s->at + 2, s->source.len - s->at - 2, "*/", 2);
	if (!end)
		return false;
	s->at = (size_t)(end - s->source.ptr) + 2;
	return true;
}

static bool line_comment(struct scan *s)
{
	char c = s->source.ptr[s->at];
	bool starts = !s->at || isspace((unsigned char)s->source.ptr[s->at - 1]) ||
		      strchr(";,(){}[]", s->source.ptr[s->at - 1]);
	bool hash = c == '#' && s->language != APP_LUA && starts;
	bool dashes = s->language == APP_LUA && begins(s, s->at, "--");
	if (hash || dashes)
		s->at = line_end(s, s->at);
	return hash || dashes;
}

static bool quote(struct scan *s, char c)
{
	if (c == '`') {
		if (s->language == APP_LUA)
			return false;
		quoted(s, s->at, s->at + 1, c, true);
		return true;
	}
	const char triple[4] = { c, c, c, 0 };
	if (s->language == APP_OTHER && begins(s, s->at, triple))
		long_string(s);
	else
		quoted(s, s->at, s->at + 1, c, false);
	return true;
}

static bool special(struct scan *s)
{
	char c = s->source.ptr[s->at];
	switch (c) {
	case '\'':
	case '"':
	case '`':
		return quote(s, c);
	case '#':
	case '-':
		return line_comment(s);
	case '/':
		return c_comment(s);
	case '%':
		return percent(s);
	case '=':
		return block_comment(s);
	default:
		return false;
	}
}

/* NULL: a language that is read by its quotes and comments alone. */
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
	case APP_RUBY:
	case APP_LUA:
	case APP_OTHER:
	case APP_NONE:
		return NULL;
	}
	return NULL;
}

void app_strings_scan(struct slim_blob source, enum app_language language, app_literal_sink *sink,
		      void *context)
{
	if (lexer_of(language)) {
		app_tokens_scan(source, lexer_of(language), sink, context);
		return;
	}
	struct scan *s = slim_alloc(sizeof(*s));
	*s = (struct scan){
		.source = source, .language = language, .sink = sink, .context = context
	};
	while (s->at < source.len) {
		if (!special(s))
			s->at++;
	}
	free(s);
}
