/* Tokens of Perl. What only the parser can know (a slash, a brace) is guessed as toke.c does, from the token before. */
#include <ctype.h>
#include <string.h>

#include "perl.h"
#include "../lang/lex_parts.h"

enum before {
	BEFORE_OPERATOR, /* an operand follows */
	BEFORE_VALUE, /* an operator follows */
	BEFORE_WORD, /* a bare word: either */
};

struct perl_state {
	struct lex_reader reader;
	enum before before;
	bool arrow; /* the last token is -> */
	bool started; /* at the start of a statement */
	size_t words, words_end; /* what is left of a qw list */
	size_t here_line, here_end; /* bodies of here-documents: from this newline to there */
	size_t code, code_end; /* the replacement of s///e, to be read next */
};

/* In a text, how far the end of a variable is searched; beyond it the variable has none. */
enum { VARIABLE_MAX = 256, PATTERN_MAX = 1024 };

struct text {
	size_t start, from, to, end; /* of the whole, of what is between the marks, behind the whole */
	char open;
};

static struct perl_state *state_of(struct lang_lexer *lexer)
{
	if (!lexer->state) {
		struct perl_state *s = slim_arena_alloc(lexer->arena, sizeof(*s));
		lex_reader_init(&s->reader, lexer);
		s->started = true;
		lexer->state = s;
	}
	return lexer->state;
}

static char at(struct lang_lexer *lexer, size_t i)
{
	return lex_char(&((struct perl_state *)lexer->state)->reader, lexer, i);
}

static struct lang_token token(struct lang_lexer *lexer, enum lang_token_kind kind, size_t from, enum before before)
{
	struct perl_state *s = lexer->state;
	s->before = before;
	s->arrow = false;
	s->started = false;
	struct slim_blob text = lang_lexer_cut(lexer, from, lexer->at);
	return (struct lang_token){ .kind = kind, .text = text, .from = from, .to = lexer->at };
}

/* --- what is passed over ------------------------------------------------------------------------------------------ */

static bool at_line_start(struct lang_lexer *lexer)
{
	return !lexer->at || lexer->source.ptr[lexer->at - 1] == '\n';
}

/* =word … =cut */
static void skip_pod(struct lang_lexer *lexer)
{
	struct perl_state *s = lexer->state;
	const char *cut_at = memmem(lexer->source.ptr + lexer->at, s->reader.end - lexer->at, "\n=cut", 5);
	lexer->at = cut_at ? lex_line_end(&s->reader, lexer, (size_t)(cut_at - lexer->source.ptr) + 1) : s->reader.end;
}

static void skip_newline(struct lang_lexer *lexer)
{
	struct perl_state *s = lexer->state;
	lexer->at = s->here_end > lexer->at && s->here_line == lexer->at ? s->here_end : lexer->at + 1;
}

static void skip_blanks(struct lang_lexer *lexer)
{
	struct perl_state *s = lexer->state;
	for (char c; lexer->at < s->reader.end;) {
		c = lexer->source.ptr[lexer->at];
		if (c == '\n')
			skip_newline(lexer);
		else if (c == '#')
			lexer->at = lex_line_end(&s->reader, lexer, lexer->at);
		else if (c == '=' && at_line_start(lexer) && isalpha((unsigned char)at(lexer, lexer->at + 1)))
			skip_pod(lexer);
		else if (isspace((unsigned char)c))
			lexer->at++;
		else
			break;
	}
}

/* "format NAME =", text, a line with one dot */
static void skip_format(struct lang_lexer *lexer)
{
	struct perl_state *s = lexer->state;
	size_t i = lexer->at;
	while (lex_is_name_char(at(lexer, i)) || (at(lexer, i) && strchr(" \t:", at(lexer, i))))
		i++;
	if (at(lexer, i++) != '=')
		return;
	while (at(lexer, i) && strchr(" \t\r", at(lexer, i)))
		i++;
	if (at(lexer, i) != '\n')
		return;
	const char *end = memmem(lexer->source.ptr + i, s->reader.end - i, "\n.\n", 3);
	if (end)
		lexer->at = (size_t)(end - lexer->source.ptr) + 3;
	else if (!lex_spend(&s->reader, s->reader.end - i))
		lexer->at = s->reader.end;
}

/* --- texts between marks ------------------------------------------------------------------------------------------ */

/* The mark that ends what begins behind FROM - 1; 0: there is none. */
static size_t find_close(struct lang_lexer *lexer, size_t from, char open)
{
	struct perl_state *s = lexer->state;
	char close = lex_closing(open);
	size_t depth = 1, i = from;
	for (; i < s->reader.end; i++) {
		char c = lexer->source.ptr[i];
		if (c == '\\')
			i++;
		else if (c == close && !--depth)
			return i;
		else if (c == open && open != close)
			depth++;
		else if (c == '\n' && i == s->here_line && s->here_end > i)
			i = s->here_end - 1;
	}
	if (!lex_spend(&s->reader, i - from))
		lexer->at = s->reader.end;
	return 0;
}

static bool find_text(struct lang_lexer *lexer, size_t start, size_t open, struct text *text)
{
	size_t close = find_close(lexer, open + 1, lexer->source.ptr[open]);
	*text = (struct text){ start, open + 1, close, close + 1, lexer->source.ptr[open] };
	return close;
}

/* Subscripts behind a variable in a string: [..] {..} ->[..] ->{..} */
static size_t subscripts_end(const struct text *text, const char *source, size_t i)
{
	while (i < text->to) {
		size_t open = source[i] == '-' && i + 2 < text->to && source[i + 1] == '>' ? i + 2 : i;
		if (source[open] != '[' && source[open] != '{')
			return i;
		char close = lex_closing(source[open]);
		size_t depth = 0, j = open;
		size_t limit = text->to - open > VARIABLE_MAX ? open + VARIABLE_MAX : text->to;
		for (; j < limit; j++) {
			depth += source[j] == source[open];
			if (source[j] == close && !--depth)
				break;
		}
		if (j >= limit)
			return i;
		i = j + 1;
	}
	return i;
}

/* The end of the variable or block that begins with the sigil at I; I + 1: there is none. */
static size_t part_end(const struct text *text, const char *source, size_t i)
{
	size_t j = i + 1;
	while (j < text->to && source[j] == '$')
		j++;
	if (j < text->to && source[j] == '{') {
		const char *close = memchr(source + j, '}', text->to - j > VARIABLE_MAX ? VARIABLE_MAX : text->to - j);
		return close ? subscripts_end(text, source, j) : i + 1;
	}
	size_t from = j;
	while (j < text->to &&
	       (lex_is_name_char(source[j]) || (source[j] == ':' && j + 2 < text->to && source[j + 1] == ':' &&
						lex_is_name_start(source[j + 2]) && ++j)))
		j++;
	if (j > from)
		return subscripts_end(text, source, j);
	bool special = source[i] == '$' && from < text->to && strchr("&@!0,;./\\", source[from]) && source[from];
	return special ? from + 1 : i + 1;
}

static char escaped(char c)
{
	return c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
}

/* The value of TEXT; WITH_CODE: variables are parts. A here-document and q() differ only in what is a part. */
static struct lang_token string(struct lang_lexer *lexer, enum lang_token_kind kind, const struct text *text,
				bool with_code)
{
	struct perl_state *s = lexer->state;
	struct lex_value value;
	struct lex_parts parts = { .count = 0 };
	const char *source = lexer->source.ptr;
	lex_value_init(&value, lexer, text->to - text->from);
	for (size_t i = text->from; i < text->to; i++) {
		size_t end = with_code && (source[i] == '$' || source[i] == '@') ? part_end(text, source, i) : i + 1;
		if (end > i + 1) {
			lex_value_unknown(&value);
			lex_part(&parts, i, end);
			i = end - 1;
		} else if (source[i] == '\\' && i + 1 < text->to) {
			i++;
			if (!with_code && source[i] != '\\' && source[i] != text->open &&
			    source[i] != lex_closing(text->open))
				lex_value_add(&value, '\\');
			lex_value_add(&value, with_code ? escaped(source[i]) : source[i]);
		} else {
			lex_value_add(&value, source[i]);
		}
	}
	lexer->at = text->end;
	struct lang_token found = token(lexer, kind, text->start, BEFORE_VALUE);
	found.text = slim_blob(value.text, value.length);
	found.partial = value.partial;
	lex_enter(&s->reader, lexer, &parts, text->end);
	return found;
}

/* The body of a here-document that LABEL ends, and what follows it; false: no such line. */
static bool find_body(struct lang_lexer *lexer, struct slim_blob label, bool indented, struct text *text)
{
	struct perl_state *s = lexer->state;
	size_t source_end = lexer->source.len;
	size_t line = s->here_end > lexer->at ? s->here_line : lex_line_end(&s->reader, lexer, lexer->at);
	size_t from = s->here_end > lexer->at ? s->here_end : line + 1;
	for (size_t i = from; i < source_end;) {
		const char *newline = memchr(lexer->source.ptr + i, '\n', source_end - i);
		size_t end = newline ? (size_t)(newline - lexer->source.ptr) : source_end;
		size_t begin = i;
		while (indented && begin < end && strchr(" \t", lexer->source.ptr[begin]))
			begin++;
		size_t last = end > begin && lexer->source.ptr[end - 1] == '\r' ? end - 1 : end;
		if (slim_blob_equal(lang_lexer_cut(lexer, begin, last), label)) {
			text->from = from;
			text->to = i;
			s->here_line = line;
			s->here_end = newline ? end + 1 : end;
			return true;
		}
		i = end + 1;
	}
	if (!lex_spend(&s->reader, source_end - lexer->at))
		lexer->at = s->reader.end;
	return false;
}

/* <<"END", <<~END, <<'END', <<`END` */
static bool here_document(struct lang_lexer *lexer, struct lang_token *found)
{
	size_t start = lexer->at, i = start + 2;
	bool indented = at(lexer, i) == '~';
	i += indented;
	char quote = at(lexer, i);
	struct text text = { .start = start, .open = '\n' };
	struct slim_blob label;
	if (quote == '"' || quote == '\'' || quote == '`') {
		const char *end = memchr(lexer->source.ptr + i + 1, quote, lexer->source.len - i - 1);
		if (!end || memchr(lexer->source.ptr + i, '\n', (size_t)(end - lexer->source.ptr) - i))
			return false;
		label = lang_lexer_cut(lexer, i + 1, (size_t)(end - lexer->source.ptr));
		text.end = (size_t)(end - lexer->source.ptr) + 1;
	} else {
		size_t from = i;
		while (lex_is_name_char(at(lexer, i)))
			i++;
		if (i == from || isdigit((unsigned char)lexer->source.ptr[from]))
			return false;
		label = lang_lexer_cut(lexer, from, i);
		text.end = i;
	}
	if (!find_body(lexer, label, indented, &text))
		return false;
	*found = string(lexer, quote == '`' ? LANG_COMMAND : LANG_STRING, &text, quote != '\'');
	return true;
}

/* --- quote-like operators ----------------------------------------------------------------------------------------- */

static bool flags_have(struct lang_lexer *lexer, char flag)
{
	bool found = false;
	for (; isalpha((unsigned char)at(lexer, lexer->at)); lexer->at++)
		found |= lexer->source.ptr[lexer->at] == flag;
	return found;
}

/* s and y: the second half; the marks of brackets come twice. */
static bool find_second(struct lang_lexer *lexer, struct text *text, struct text *second)
{
	size_t open = text->end - 1;
	if (lex_closing(text->open) != text->open) {
		for (open = text->end; isspace((unsigned char)at(lexer, open)); open++)
			;
		if (open >= ((struct perl_state *)lexer->state)->reader.end)
			return false;
		return find_text(lexer, text->start, open, second);
	}
	size_t close = find_close(lexer, text->end, text->open);
	*second = (struct text){ text->start, text->end, close, close + 1, text->open };
	return close;
}

static bool substitution(struct lang_lexer *lexer, struct text *text, bool letters, struct lang_token *found)
{
	struct perl_state *s = lexer->state;
	struct text second;
	if (!find_second(lexer, text, &second))
		return false;
	lexer->at = second.end;
	bool code = flags_have(lexer, 'e') && !letters;
	*found = token(lexer, LANG_PATTERN, text->start, BEFORE_VALUE);
	found->text = lang_lexer_cut(lexer, text->from, text->to);
	struct lex_parts parts = { .count = 0 };
	if (code)
		lex_part(&parts, second.from, second.to);
	lex_enter(&s->reader, lexer, &parts, lexer->at);
	return true;
}

static struct lang_token pattern(struct lang_lexer *lexer, const struct text *text)
{
	lexer->at = text->end;
	flags_have(lexer, '\0');
	struct lang_token found = token(lexer, LANG_PATTERN, text->start, BEFORE_VALUE);
	found.text = lang_lexer_cut(lexer, text->from, text->to);
	return found;
}

static struct lang_token next_word(struct lang_lexer *lexer)
{
	struct perl_state *s = lexer->state;
	size_t from = s->words;
	while (s->words < s->words_end && !isspace((unsigned char)lexer->source.ptr[s->words]))
		s->words++;
	struct lang_token found = token(lexer, LANG_STRING, from, BEFORE_VALUE);
	found.text = lang_lexer_cut(lexer, from, s->words);
	return found;
}

static bool more_words(struct lang_lexer *lexer)
{
	struct perl_state *s = lexer->state;
	while (s->words < s->words_end && isspace((unsigned char)lexer->source.ptr[s->words]))
		s->words++;
	return s->words < s->words_end;
}

/* Where the mark behind a quote-like WORD stands; 0: it is a plain word here. */
static size_t quote_mark(struct lang_lexer *lexer, size_t start, size_t end)
{
	struct perl_state *s = lexer->state;
	char previous = start ? lexer->source.ptr[start - 1] : '\0';
	if (s->arrow || (previous == '-' && s->before != BEFORE_VALUE))
		return 0;
	size_t open = end;
	while (isspace((unsigned char)at(lexer, open)))
		open++;
	char c = at(lexer, open), next = at(lexer, open + 1);
	if (!c || lex_is_name_char(c) || (c == '#' && open > end) || strchr(",;)", c) ||
	    (c == '=' && (next == '>' || open > end)))
		return 0;
	if (previous == '{' && c == '}')
		return 0;
	return open;
}

/* q qq qw qr qx m s y tr */
static bool quote_like(struct lang_lexer *lexer, size_t start, size_t end, struct lang_token *found)
{
	static const char *const words[] = { "q", "qq", "qw", "qr", "qx", "m", "s", "y", "tr", NULL };
	struct slim_blob word = lang_lexer_cut(lexer, start, end);
	struct text text;
	size_t open = slim_blob_in(word, words) ? quote_mark(lexer, start, end) : 0;
	if (!open || !find_text(lexer, start, open, &text))
		return false;
	struct perl_state *s = lexer->state;
	if (slim_blob_is(word, "s") || slim_blob_is(word, "y") || slim_blob_is(word, "tr"))
		return substitution(lexer, &text, word.ptr[0] != 's', found);
	if (slim_blob_is(word, "m") || slim_blob_is(word, "qr")) {
		*found = pattern(lexer, &text);
	} else if (slim_blob_is(word, "qw")) {
		lexer->at = text.end;
		s->words = text.from;
		s->words_end = text.to;
		*found = more_words(lexer) ? next_word(lexer) : token(lexer, LANG_MARK, start, BEFORE_VALUE);
	} else {
		bool command = slim_blob_is(word, "qx");
		*found = string(lexer, command ? LANG_COMMAND : LANG_STRING, &text, word.len == 2 && text.open != '\'');
	}
	return true;
}

/* --- names, numbers, marks ---------------------------------------------------------------------------------------- */

static const char *const operators[] = { "and", "cmp", "elsif", "eq", "ge", "grep", "gt", "if", "join", "le", "lt", "map",
					 "ne", "not", "or", "push", "return", "split", "unless", "until", "unshift",
					 "when", "while", "x", "xor", NULL };

static size_t name_end(struct lang_lexer *lexer, size_t i)
{
	for (;;) {
		if (lex_is_name_char(at(lexer, i)))
			i++;
		else if (at(lexer, i) == ':' && at(lexer, i + 1) == ':' && at(lexer, i + 2) != ':')
			i += 2;
		else
			return i;
	}
}

static struct lang_token name(struct lang_lexer *lexer)
{
	struct perl_state *s = lexer->state;
	size_t start = lexer->at, end = name_end(lexer, start);
	struct slim_blob word = lang_lexer_cut(lexer, start, end);
	struct lang_token found;
	bool started = s->started;
	if (quote_like(lexer, start, end, &found))
		return found;
	if (lexer->at == s->reader.end && end != s->reader.end) /* given up */
		return token(lexer, LANG_END, lexer->at, BEFORE_VALUE);
	if (slim_blob_is(word, "__END__") || slim_blob_is(word, "__DATA__")) {
		lexer->at = s->reader.end;
		s->reader.count = 0;
		return (struct lang_token){ .kind = LANG_END, .from = start, .to = start };
	}
	bool operator_word = !s->arrow && slim_blob_in(word, operators);
	lexer->at = end;
	found = token(lexer, LANG_NAME, start, operator_word ? BEFORE_OPERATOR : BEFORE_WORD);
	if (started && slim_blob_is(word, "format"))
		skip_format(lexer);
	return found;
}

/* $x @x %x &x $#x ${x} $::x, and the variables whose name is a mark */
static bool variable(struct lang_lexer *lexer, struct lang_token *found)
{
	struct perl_state *s = lexer->state;
	size_t start = lexer->at, i = start + 1;
	char sigil = lexer->source.ptr[start];
	if ((sigil == '%' || sigil == '&') && s->before == BEFORE_VALUE)
		return false;
	if (sigil == '$' && at(lexer, i) == '#' &&
	    (at(lexer, i + 1) == '{' || at(lexer, i + 1) == '$' || lex_is_name_start(at(lexer, i + 1))))
		i++;
	while (at(lexer, i) == '$' && (lex_is_name_start(at(lexer, i + 1)) || strchr("${", at(lexer, i + 1))) &&
	       at(lexer, i + 1))
		i++;
	size_t end = name_end(lexer, i);
	if (end == i && at(lexer, i) == '^' && isupper((unsigned char)at(lexer, i + 1)))
		end = i + 2;
	if (end == i && sigil == '$' && at(lexer, i) && !isspace((unsigned char)at(lexer, i)) && at(lexer, i) != '{')
		end = i + 1;
	if (end == i && sigil == '@' && at(lexer, i) && strchr("_-+", at(lexer, i)))
		end = i + 1;
	if (end == i && sigil == '%' && at(lexer, i) && strchr("+-!", at(lexer, i)) && s->before == BEFORE_OPERATOR)
		end = i + 1;
	lexer->at = end;
	*found = token(lexer, end == i ? LANG_MARK : LANG_NAME, start, end == i ? BEFORE_OPERATOR : BEFORE_VALUE);
	return true;
}

static struct lang_token number(struct lang_lexer *lexer)
{
	size_t start = lexer->at;
	while (lex_is_name_char(at(lexer, lexer->at)) ||
	       (at(lexer, lexer->at) == '.' && isdigit((unsigned char)at(lexer, lexer->at + 1))))
		lexer->at++;
	return token(lexer, LANG_NUMBER, start, BEFORE_VALUE);
}

/* Longest first. */
static const char *const marks[] = { "<=>", "**=", "||=", "&&=", "//=", "...", "=>", "->", "::", "==", "!=",
				     "=~",  "!~",  "<=",  ">=",  "&&",  "||",  "//", "..", "**", "++", "--",
				     "+=",  "-=",  "*=",  ".=",  "/=",  "<<",  ">>", "|=", "&=", "x=", NULL };

static struct lang_token mark(struct lang_lexer *lexer)
{
	struct perl_state *s = lexer->state;
	size_t start = lexer->at;
	char c = lexer->source.ptr[start];
	lexer->at = start + lex_mark_length(lang_lexer_cut(lexer, start, s->reader.end), marks);
	struct lang_token found =
		token(lexer, LANG_MARK, start, c == ')' || c == ']' || c == '}' ? BEFORE_VALUE : BEFORE_OPERATOR);
	s->arrow = slim_blob_is(found.text, "->");
	s->started = c == ';' || c == '{' || c == '}';
	return found;
}

/* A slash that begins a pattern: an operand is due, or a word stands before it and it closes in the same line. */
static bool slash(struct lang_lexer *lexer, struct lang_token *found)
{
	struct perl_state *s = lexer->state;
	size_t start = lexer->at;
	struct text text;
	if (s->before == BEFORE_VALUE)
		return false;
	if (s->before == BEFORE_WORD) {
		bool tight = start && isspace((unsigned char)lexer->source.ptr[start - 1]) &&
			     !isspace((unsigned char)at(lexer, start + 1)) && at(lexer, start + 1) != '/';
		size_t i = start + 1, limit = start + PATTERN_MAX;
		while (i < limit && at(lexer, i) && at(lexer, i) != '/' && at(lexer, i) != '\n')
			i++;
		if (!tight || at(lexer, i) != '/')
			return false;
	}
	if (!find_text(lexer, start, start, &text))
		return false;
	*found = pattern(lexer, &text);
	return true;
}

static bool quoted(struct lang_lexer *lexer, struct lang_token *found)
{
	char c = lexer->source.ptr[lexer->at];
	struct text text;
	if (!find_text(lexer, lexer->at, lexer->at, &text))
		return false;
	*found = string(lexer, c == '`' ? LANG_COMMAND : LANG_STRING, &text, c != '\'');
	return true;
}

/* What begins with a mark and is more than that. */
static bool special(struct lang_lexer *lexer, char c, struct lang_token *found)
{
	switch (c) {
	case '\'':
	case '"':
	case '`':
		return quoted(lexer, found);
	case '$':
	case '@':
	case '%':
	case '&':
		return variable(lexer, found);
	case '<':
		return at(lexer, lexer->at + 1) == '<' && here_document(lexer, found);
	case '/':
		return slash(lexer, found);
	default:
		return false;
	}
}

struct lang_token perl_next(struct lang_lexer *lexer)
{
	struct perl_state *s = state_of(lexer);
	if (more_words(lexer))
		return next_word(lexer);
	do
		skip_blanks(lexer);
	while (lexer->at >= s->reader.end && lex_leave(&s->reader, lexer));
	if (lexer->at >= s->reader.end)
		return (struct lang_token){ .kind = LANG_END, .from = lexer->at, .to = lexer->at };
	char c = lexer->source.ptr[lexer->at];
	struct lang_token found;
	if (lex_is_name_start(c))
		return name(lexer);
	if (isdigit((unsigned char)c))
		return number(lexer);
	if (special(lexer, c, &found))
		return found;
	if (lexer->at >= s->reader.end)
		return (struct lang_token){ .kind = LANG_END, .from = lexer->at, .to = lexer->at };
	return mark(lexer);
}
