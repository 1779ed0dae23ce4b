/* Tokens of Ruby. What only the parser can know (a slash, a percent sign) is guessed from the token before. */
#include <ctype.h>
#include <string.h>

#include "ruby.h"
#include "../lang/lex_parts.h"

enum before {
	BEFORE_OPERATOR, /* an operand follows */
	BEFORE_VALUE, /* an operator follows */
	BEFORE_WORD, /* a name that may be a call without brackets: either */
};

enum { OPEN_MAX = 16 };

struct ruby_state {
	struct lex_reader reader;
	enum before before;
	size_t words, words_end; /* what is left of a %w list */
	size_t here_line, here_end; /* bodies of here-documents: from this newline to there */
};

struct text {
	size_t start, from, to, end; /* of the whole, of what is between the marks, behind the whole */
	bool with_code;
};

static struct ruby_state *state_of(struct lang_lexer *lexer)
{
	if (!lexer->state) {
		struct ruby_state *s = slim_arena_alloc(lexer->arena, sizeof(*s));
		lex_reader_init(&s->reader, lexer);
		lexer->state = s;
	}
	return lexer->state;
}

static char at(struct lang_lexer *lexer, size_t i)
{
	return lex_char(&((struct ruby_state *)lexer->state)->reader, lexer, i);
}

static struct lang_token token(struct lang_lexer *lexer, enum lang_token_kind kind, size_t from, enum before before)
{
	((struct ruby_state *)lexer->state)->before = before;
	struct slim_blob text = lang_lexer_cut(lexer, from, lexer->at);
	return (struct lang_token){ .kind = kind, .text = text, .from = from, .to = lexer->at };
}

/* --- what is passed over ------------------------------------------------------------------------------------------ */

static bool line_begins(struct lang_lexer *lexer, const char *text)
{
	struct ruby_state *s = lexer->state;
	return (!lexer->at || lexer->source.ptr[lexer->at - 1] == '\n') &&
	       slim_blob_starts(lang_lexer_cut(lexer, lexer->at, s->reader.end), text);
}

static void skip_block_comment(struct lang_lexer *lexer)
{
	struct ruby_state *s = lexer->state;
	const char *end = memmem(lexer->source.ptr + lexer->at, s->reader.end - lexer->at, "\n=end", 5);
	lexer->at = end ? lex_line_end(&s->reader, lexer, (size_t)(end - lexer->source.ptr) + 1) : s->reader.end;
}

static void skip_blanks(struct lang_lexer *lexer)
{
	struct ruby_state *s = lexer->state;
	while (lexer->at < s->reader.end) {
		char c = lexer->source.ptr[lexer->at];
		if (c == '\n') {
			lexer->at = s->here_end > lexer->at && s->here_line == lexer->at ? s->here_end : lexer->at + 1;
			s->before = BEFORE_OPERATOR;
		} else if (c == '#') {
			lexer->at = lex_line_end(&s->reader, lexer, lexer->at);
		} else if (c == '=' && line_begins(lexer, "=begin")) {
			skip_block_comment(lexer);
		} else if (c == '\\' && at(lexer, lexer->at + 1) == '\n') {
			lexer->at += 2;
		} else if (isspace((unsigned char)c)) {
			lexer->at++;
		} else {
			break;
		}
	}
}

/* --- texts between marks ------------------------------------------------------------------------------------------ */

/* What is open around a byte: a text that ends with CLOSE, or (CODE) the braces of a part of one. */
struct open {
	char open, close;
	bool code;
	size_t depth;
};

/* One byte inside STACK; false: more is open than is followed. *I moves over bytes that are taken together. */
static bool step(struct lang_lexer *lexer, struct open *stack, size_t *count, size_t *i, bool with_code)
{
	struct open *top = &stack[*count - 1];
	char c = lexer->source.ptr[*i];
	if (c == '\\') {
		++*i;
	} else if (!top->code && with_code && c == '#' && at(lexer, *i + 1) == '{') {
		if (*count == OPEN_MAX)
			return false;
		stack[(*count)++] = (struct open){ '{', '}', true, 1 };
		++*i;
	} else if (c == top->close && !--top->depth) {
		--*count;
	} else if (c == top->open && top->open != top->close) {
		top->depth++;
	} else if (top->code && (c == '"' || c == '\'' || c == '`')) {
		if (*count == OPEN_MAX)
			return false;
		stack[(*count)++] = (struct open){ c, c, false, 1 };
	}
	return true;
}

/* The mark that ends what begins behind FROM - 1; 0: there is none. */
static size_t find_close(struct lang_lexer *lexer, size_t from, char open, bool with_code)
{
	struct ruby_state *s = lexer->state;
	struct open stack[OPEN_MAX] = { { open, lex_closing(open), false, 1 } };
	size_t count = 1, i = from;
	for (; i < s->reader.end; i++) {
		if (!step(lexer, stack, &count, &i, with_code))
			break;
		if (!count)
			return i;
	}
	if (!lex_spend(&s->reader, i - from))
		lexer->at = s->reader.end;
	return 0;
}

static bool find_text(struct lang_lexer *lexer, size_t start, size_t open, bool with_code, struct text *text)
{
	char mark = lexer->source.ptr[open];
	size_t close = find_close(lexer, open + 1, mark, with_code);
	if (!close && with_code && lexer->at < ((struct ruby_state *)lexer->state)->reader.end)
		close = find_close(lexer, open + 1, mark, false);
	*text = (struct text){ start, open + 1, close, close + 1, with_code };
	return close;
}

static size_t code_end(struct lang_lexer *lexer, const struct text *text, size_t i)
{
	struct open stack[OPEN_MAX] = { { '{', '}', true, 1 } };
	size_t count = 1;
	for (i += 2; i < text->to; i++)
		if (!step(lexer, stack, &count, &i, true) || !count)
			return i < text->to ? i : text->to;
	return text->to;
}

static char escaped(char c)
{
	return c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
}

static struct lang_token string(struct lang_lexer *lexer, enum lang_token_kind kind, const struct text *text)
{
	struct ruby_state *s = lexer->state;
	struct lex_value value;
	struct lex_parts parts = { .count = 0 };
	const char *source = lexer->source.ptr;
	lex_value_init(&value, lexer, text->to - text->from);
	for (size_t i = text->from; i < text->to; i++) {
		if (text->with_code && source[i] == '#' && i + 1 < text->to && source[i + 1] == '{') {
			size_t end = code_end(lexer, text, i);
			lex_value_unknown(&value);
			lex_part(&parts, i + 2, end);
			i = end;
		} else if (source[i] == '\\' && i + 1 < text->to) {
			i++;
			lex_value_add(&value, text->with_code ? escaped(source[i]) : source[i]);
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

static struct lang_token pattern(struct lang_lexer *lexer, const struct text *text)
{
	lexer->at = text->end;
	while (isalpha((unsigned char)at(lexer, lexer->at)))
		lexer->at++;
	struct lang_token found = token(lexer, LANG_PATTERN, text->start, BEFORE_VALUE);
	found.text = lang_lexer_cut(lexer, text->from, text->to);
	return found;
}

/* --- here-documents ----------------------------------------------------------------------------------------------- */

/* The body that LABEL ends, and what follows it; false: no such line. */
static bool find_body(struct lang_lexer *lexer, struct slim_blob label, bool indented, struct text *text)
{
	struct ruby_state *s = lexer->state;
	bool behind = s->here_end > lexer->at;
	size_t line = behind ? s->here_line : lex_line_end(&s->reader, lexer, lexer->at);
	size_t from = behind ? s->here_end : line + 1, end;
	for (size_t i = from; i < lexer->source.len; i = end + 1) {
		const char *newline = memchr(lexer->source.ptr + i, '\n', lexer->source.len - i);
		end = newline ? (size_t)(newline - lexer->source.ptr) : lexer->source.len;
		struct slim_blob whole = lang_lexer_cut(lexer, i, end);
		if (!slim_blob_equal(indented ? slim_blob_trim(whole) : whole, label))
			continue;
		text->from = from;
		text->to = i;
		s->here_line = line;
		s->here_end = newline ? end + 1 : end;
		return true;
	}
	if (!lex_spend(&s->reader, lexer->source.len - lexer->at))
		lexer->at = s->reader.end;
	return false;
}

/* <<~"END", <<-END, <<'END' */
static bool here_document(struct lang_lexer *lexer, struct lang_token *found)
{
	size_t start = lexer->at, i = start + 2;
	bool indented = at(lexer, i) == '~' || at(lexer, i) == '-';
	i += indented;
	char quote = at(lexer, i);
	bool quoted = quote == '"' || quote == '\'' || quote == '`';
	size_t from = i += quoted;
	while (quoted ? at(lexer, i) && at(lexer, i) != quote && at(lexer, i) != '\n' : lex_is_name_char(at(lexer, i)))
		i++;
	if (i == from || (quoted && at(lexer, i) != quote) ||
	    (!quoted && !isupper((unsigned char)lexer->source.ptr[from]) && !indented))
		return false;
	struct text text = { .start = start, .end = i + quoted, .with_code = quote != '\'' };
	if (!find_body(lexer, lang_lexer_cut(lexer, from, i), indented, &text))
		return false;
	*found = string(lexer, quote == '`' ? LANG_COMMAND : LANG_STRING, &text);
	return true;
}

/* --- percent literals --------------------------------------------------------------------------------------------- */

static bool more_words(struct lang_lexer *lexer)
{
	struct ruby_state *s = lexer->state;
	while (s->words < s->words_end && isspace((unsigned char)lexer->source.ptr[s->words]))
		s->words++;
	return s->words < s->words_end;
}

static struct lang_token next_word(struct lang_lexer *lexer)
{
	struct ruby_state *s = lexer->state;
	size_t from = s->words;
	while (s->words < s->words_end && !isspace((unsigned char)lexer->source.ptr[s->words]))
		s->words++;
	struct lang_token found = token(lexer, LANG_STRING, from, BEFORE_VALUE);
	found.text = lang_lexer_cut(lexer, from, s->words);
	found.from = from;
	found.to = s->words;
	return found;
}

static bool percent(struct lang_lexer *lexer, struct lang_token *found)
{
	struct ruby_state *s = lexer->state;
	size_t start = lexer->at, open = start + 1;
	char kind = isalpha((unsigned char)at(lexer, open)) ? at(lexer, open) : 'Q';
	open += isalpha((unsigned char)at(lexer, open)) != 0;
	char mark = at(lexer, open);
	struct text text;
	if (s->before == BEFORE_VALUE || !strchr("qQwWiIxrs", kind) || !mark || !ispunct((unsigned char)mark))
		return false;
	if (s->before == BEFORE_WORD &&
	    (mark == '=' || !isspace((unsigned char)lexer->source.ptr[start ? start - 1 : 0])))
		return false;
	if (!find_text(lexer, start, open, !strchr("qwis", kind), &text))
		return false;
	if (kind == 'r') {
		*found = pattern(lexer, &text);
	} else if (strchr("wWiI", kind)) {
		lexer->at = text.end;
		s->words = text.from;
		s->words_end = text.to;
		*found = more_words(lexer) ? next_word(lexer) : token(lexer, LANG_MARK, start, BEFORE_VALUE);
	} else {
		*found = string(lexer, kind == 'x' ? LANG_COMMAND : LANG_STRING, &text);
	}
	return true;
}

/* --- names, numbers, marks ---------------------------------------------------------------------------------------- */

static const char *const operators[] = { "and",    "begin", "case",   "do",    "else", "elsif", "ensure",
					 "if",     "in",    "not",    "or",    "puts", "raise", "rescue",
					 "return", "then",  "unless", "until", "when", "while", "yield" };

static struct lang_token name(struct lang_lexer *lexer)
{
	struct ruby_state *s = lexer->state;
	size_t start = lexer->at, i = start;
	while (strchr("@$:", at(lexer, i)) && at(lexer, i))
		i++;
	while (lex_is_name_char(at(lexer, i)))
		i++;
	if ((at(lexer, i) == '?' || at(lexer, i) == '!') && at(lexer, i + 1) != '=')
		i++;
	lexer->at = i;
	struct slim_blob word = lang_lexer_cut(lexer, start, i);
	char first = word.ptr[0];
	enum before before = strchr("@$:", first) ? BEFORE_VALUE : BEFORE_WORD;
	for (size_t k = 0; k < SLIM_COUNT(operators); k++)
		if (slim_blob_is(word, operators[k]))
			before = BEFORE_OPERATOR;
	if (slim_blob_is(word, "__END__") && (!start || lexer->source.ptr[start - 1] == '\n') &&
	    (at(lexer, i) == '\n' || !at(lexer, i))) {
		lexer->at = s->reader.end;
		s->reader.count = 0;
		return (struct lang_token){ .kind = LANG_END, .from = start, .to = start };
	}
	return token(lexer, LANG_NAME, start, before);
}

static struct lang_token number(struct lang_lexer *lexer)
{
	size_t start = lexer->at;
	while (lex_is_name_char(at(lexer, lexer->at)) ||
	       (at(lexer, lexer->at) == '.' && isdigit((unsigned char)at(lexer, lexer->at + 1))))
		lexer->at++;
	return token(lexer, LANG_NUMBER, start, BEFORE_VALUE);
}

static struct lang_token mark(struct lang_lexer *lexer)
{
	static const char *const marks[] = { "<=>", "===", "**=", "||=", "&&=", "...", "=>", "->",
					     "::",  "==",  "!=",  "=~",  "!~",  "<=",  ">=", "&&",
					     "||",  "..",  "**",  "<<",  ">>",  "+=",  "-=", "&.",
					     NULL };
	struct ruby_state *s = lexer->state;
	size_t start = lexer->at;
	size_t length = lex_mark_length(lang_lexer_cut(lexer, start, s->reader.end), marks);
	char c = lexer->source.ptr[start];
	lexer->at = start + length;
	return token(lexer, LANG_MARK, start, strchr(")]}", c) ? BEFORE_VALUE : BEFORE_OPERATOR);
}

static bool slash(struct lang_lexer *lexer, struct lang_token *found)
{
	struct ruby_state *s = lexer->state;
	size_t start = lexer->at;
	struct text text;
	bool tight = start && isspace((unsigned char)lexer->source.ptr[start - 1]) &&
		     !isspace((unsigned char)at(lexer, start + 1));
	if (s->before == BEFORE_VALUE || (s->before == BEFORE_WORD && !tight) ||
	    !find_text(lexer, start, start, true, &text))
		return false;
	*found = pattern(lexer, &text);
	return true;
}

static bool quoted(struct lang_lexer *lexer, char c, struct lang_token *found)
{
	struct text text;
	if (!find_text(lexer, lexer->at, lexer->at, c != '\'', &text))
		return false;
	*found = string(lexer, c == '`' ? LANG_COMMAND : LANG_STRING, &text);
	return true;
}

/* ?x is a text of one byte, and no operator. */
static bool character(struct lang_lexer *lexer, struct lang_token *found)
{
	struct ruby_state *s = lexer->state;
	size_t start = lexer->at;
	char c = at(lexer, start + 1);
	if (s->before == BEFORE_VALUE || !c || isspace((unsigned char)c) || lex_is_name_char(at(lexer, start + 2)))
		return false;
	if (s->before == BEFORE_WORD && (c == '"' || c == '\''))
		return false; /* a ?"x" : … */
	lexer->at = start + 2 + (c == '\\' && start + 2 < s->reader.end);
	*found = token(lexer, LANG_STRING, start, BEFORE_VALUE);
	found->text = lang_lexer_cut(lexer, start + 1, lexer->at);
	return true;
}

static bool special(struct lang_lexer *lexer, char c, struct lang_token *found)
{
	char next = at(lexer, lexer->at + 1);
	switch (c) {
	case '\'':
	case '"':
	case '`':
		return quoted(lexer, c, found);
	case '%':
		return percent(lexer, found);
	case '/':
		return slash(lexer, found);
	case '?':
		return character(lexer, found);
	case '<':
		return next == '<' && here_document(lexer, found);
	case '$':
		if (next && !lex_is_name_char(next) && !isspace((unsigned char)next)) { /* $! $" $' and the like */
			lexer->at += 2;
			*found = token(lexer, LANG_NAME, lexer->at - 2, BEFORE_VALUE);
			return true;
		}
		*found = name(lexer);
		return true;
	case '@':
		*found = name(lexer);
		return true;
	case ':':
		if (!lex_is_name_start(next))
			return false;
		*found = name(lexer);
		return true;
	default:
		return false;
	}
}

struct lang_token ruby_next(struct lang_lexer *lexer)
{
	struct ruby_state *s = state_of(lexer);
	struct lang_token end = { .kind = LANG_END, .from = lexer->source.len, .to = lexer->source.len };
	if (more_words(lexer))
		return next_word(lexer);
	do
		skip_blanks(lexer);
	while (lexer->at >= s->reader.end && lex_leave(&s->reader, lexer));
	if (lexer->at >= s->reader.end)
		return end;
	char c = lexer->source.ptr[lexer->at];
	struct lang_token found;
	if (lex_is_name_start(c))
		return name(lexer);
	if (isdigit((unsigned char)c))
		return number(lexer);
	if (special(lexer, c, &found))
		return found;
	return lexer->at < s->reader.end ? mark(lexer) : end;
}
