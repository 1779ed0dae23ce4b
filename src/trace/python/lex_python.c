/*
 * Python's tokens. Sources: The Python Language Reference, 2 "Lexical analysis"; PEP 263 (encodings: all that matter
 * here are supersets of ASCII), PEP 498 and 701 (f-strings; what 3.12 allows in them is a superset of before).
 */
#include <ctype.h>

#include "python.h"

enum { FRAMES_MAX = 8, LEVELS_MAX = 16 };

struct span {
	size_t from, to;
};

/* An f-string whose replacement fields are being read; what comes after it waits. */
struct frame {
	struct span *holes;
	size_t count, next;
	size_t resume, limit; /* of the text around it */
	unsigned depth;
};

struct state {
	size_t limit;
	unsigned depth; /* of brackets: lines do not end in them */
	bool in_line; /* a token has come since the last LANG_LINE */
	struct frame frames[FRAMES_MAX];
	size_t frame_count;
};

struct literal {
	char quote;
	bool triple, raw, format;
	size_t from, to; /* of its contents */
	size_t end; /* behind the closing quotes */
};

static struct state *state_of(struct lang_lexer *l)
{
	if (!l->state) {
		struct state *s = slim_arena_alloc(l->arena, sizeof(*s));
		s->limit = l->source.len;
		l->state = s;
		if (slim_blob_starts(l->source, "\xef\xbb\xbf"))
			l->at = 3;
	}
	return l->state;
}

static unsigned char byte_at(const struct lang_lexer *l, size_t at)
{
	const struct state *s = l->state;
	return at < s->limit ? (unsigned char)l->source.ptr[at] : 0;
}

/* Bytes beyond ASCII are all taken for letters. TELLS: what may end a literal or mean something in it. */
enum { NAME_START = 1, NAME_PART = 2, BLANK = 4, TELLS = 8 };

static const unsigned char classes[256] = {
	['a' ... 'z'] = NAME_START | NAME_PART, ['A' ... 'Z'] = NAME_START | NAME_PART,
	['0' ... '9'] = NAME_PART,		['_'] = NAME_START | NAME_PART,
	[0x80 ... 0xff] = NAME_START | NAME_PART,
	['\0'] = BLANK,	 [' '] = BLANK,	    ['\t'] = BLANK,  ['\f'] = BLANK,  ['\v'] = BLANK,
	['\n'] = TELLS,	 ['\r'] = TELLS,    ['\''] = TELLS, ['"'] = TELLS,   ['\\'] = TELLS,
};

static bool is(unsigned char c, unsigned class)
{
	return classes[c] & class;
}

/* Behind the bytes of CLASS from AT on. */
static size_t behind(const struct lang_lexer *l, size_t at, unsigned class)
{
	size_t limit = ((const struct state *)l->state)->limit;
	while (at < limit && is((unsigned char)l->source.ptr[at], class))
		at++;
	return at;
}

static size_t newline_at(const struct lang_lexer *l, size_t at)
{
	unsigned char c = byte_at(l, at);
	return c == '\r' && byte_at(l, at + 1) == '\n' ? 2 : c == '\n' || c == '\r';
}

/* Whether the quotes at AT close LITERAL. */
static bool closes(const struct lang_lexer *l, const struct literal *literal, size_t at)
{
	unsigned char quote = (unsigned char)literal->quote;
	return byte_at(l, at) == quote &&
	       (!literal->triple || (byte_at(l, at + 1) == quote && byte_at(l, at + 2) == quote));
}

/* The literal whose opening quote is at AT, behind PREFIX; its contents are not looked at yet. */
static struct literal open_literal(const struct lang_lexer *l, struct slim_blob prefix, size_t at)
{
	char quote = l->source.ptr[at];
	bool triple = byte_at(l, at + 1) == (unsigned char)quote && byte_at(l, at + 2) == (unsigned char)quote;
	struct literal literal = { .quote = quote, .triple = triple, .from = at + (triple ? 3 : 1) };
	for (size_t i = 0; i < prefix.len; i++) {
		literal.raw |= tolower((unsigned char)prefix.ptr[i]) == 'r';
		literal.format |= strchr("fFtT", prefix.ptr[i]) != NULL;
	}
	return literal;
}

static void close_literal(const struct lang_lexer *l, struct literal *literal, size_t at)
{
	literal->to = at;
	literal->end = closes(l, literal, at) ? at + (literal->triple ? 3 : 1) : at;
}

static void skip_plain(const struct lang_lexer *l, struct literal *literal)
{
	size_t at = literal->from, limit = ((const struct state *)l->state)->limit;
	while (at < limit && !closes(l, literal, at) && (literal->triple || !newline_at(l, at))) {
		at += byte_at(l, at) == '\\';
		at += newline_at(l, at) == 2 ? 2 : 1;
		while (at < limit && !is((unsigned char)l->source.ptr[at], TELLS))
			at++;
	}
	close_literal(l, literal, at < limit ? at : limit);
}

/* r, b, u, f, t and their pairs, in any case. */
static bool is_prefix(struct slim_blob name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!strchr("rRbBuUfFtT", name.ptr[i]))
			return false;
	return name.len > 0 && name.len < 3;
}

static struct slim_blob prefix_before(const struct lang_lexer *l, size_t quote, size_t first)
{
	size_t from = quote;
	while (from > first && quote - from < 3 && is(byte_at(l, from - 1), NAME_PART))
		from--;
	struct slim_blob prefix = slim_blob(l->source.ptr + from, quote - from);
	return is_prefix(prefix) ? prefix : SLIM_BLOB("");
}

/* What is open at a place in an f-string: the text of one, or a replacement field. */
struct level {
	struct literal text;
	bool field, spec; /* spec: behind the colon of a field, where text is plain again */
	unsigned brackets;
};

struct scan {
	struct lang_lexer *l;
	struct level levels[LEVELS_MAX];
	size_t count, texts, at;
	struct span *holes;
	size_t hole_count, hole_capacity;
	bool hole_open;
};

static void end_hole(struct scan *s)
{
	if (s->hole_open)
		s->holes[s->hole_count - 1].to = s->at;
	s->hole_open = false;
}

static void open_field(struct scan *s)
{
	s->at++;
	if (s->count == LEVELS_MAX)
		return;
	s->levels[s->count++] = (struct level){ .field = true };
	if (s->texts == 1) {
		*slim_push(&s->holes, &s->hole_count, &s->hole_capacity) = (struct span){ s->at, s->at };
		s->hole_open = true;
	}
}

static bool doubled(const struct scan *s)
{
	return byte_at(s->l, s->at) == byte_at(s->l, s->at + 1);
}

/* One step in the text of an f-string. */
static void step_text(struct scan *s, struct level *top)
{
	unsigned char c = byte_at(s->l, s->at);
	if (closes(s->l, &top->text, s->at) || (!top->text.triple && newline_at(s->l, s->at))) {
		close_literal(s->l, &top->text, s->at);
		s->at = top->text.end;
		s->count--;
		s->texts--;
	} else if (c == '\\' && byte_at(s->l, s->at + 1) == 'N' && byte_at(s->l, s->at + 2) == '{' && !top->text.raw) {
		s->at += 3;
	} else if (c == '\\' && byte_at(s->l, s->at + 1) != '{') {
		s->at += 2;
	} else if (c == '{' && !doubled(s)) {
		open_field(s);
	} else {
		s->at += (c == '{' || c == '}') && doubled(s) ? 2 : 1;
	}
}

static void step_string_in_field(struct scan *s)
{
	struct slim_blob prefix = prefix_before(s->l, s->at, s->levels[0].text.from);
	struct literal inner = open_literal(s->l, prefix, s->at);
	if (inner.format && s->count < LEVELS_MAX) {
		s->levels[s->count++] = (struct level){ .text = inner };
		s->texts++;
		s->at = inner.from;
	} else {
		skip_plain(s->l, &inner);
		s->at = inner.end;
	}
}

/* One step in a replacement field. */
static void step_field(struct scan *s, struct level *top)
{
	unsigned char c = byte_at(s->l, s->at);
	if (c == '}' && !top->brackets) {
		if (s->texts == 1 && !top->spec)
			end_hole(s);
		s->count--;
	} else if (top->spec && c == '{') {
		open_field(s);
		return;
	} else if (top->spec) {
		/* plain text */
	} else if (c == '"' || c == '\'') {
		step_string_in_field(s);
		return;
	} else if (c == '#') {
		while (byte_at(s->l, s->at + 1) && !newline_at(s->l, s->at + 1))
			s->at++;
	} else if (c == '(' || c == '[' || c == '{') {
		top->brackets++;
	} else if (c == ')' || c == ']' || c == '}') {
		top->brackets -= top->brackets > 0;
	} else if (c == ':' && !top->brackets) {
		if (s->texts == 1)
			end_hole(s);
		top->spec = true;
	}
	s->at++;
}

/* Find the end of LITERAL, an f-string, and its replacement fields. */
static void scan_format(struct lang_lexer *l, struct literal *literal, struct scan *s)
{
	size_t limit = state_of(l)->limit;
	*s = (struct scan){ .l = l, .at = literal->from, .count = 1, .texts = 1 };
	s->levels[0].text = *literal;
	while (s->count && s->at < limit) {
		struct level *top = &s->levels[s->count - 1];
		if (top->field)
			step_field(s, top);
		else
			step_text(s, top);
	}
	if (s->at > limit)
		s->at = limit;
	end_hole(s);
	if (s->count)
		close_literal(l, &s->levels[0].text, s->at);
	*literal = s->levels[0].text;
}

struct text {
	char *bytes;
	size_t length;
};

static void put_code_point(struct text *out, unsigned long c)
{
	if (c < 0x80) {
		out->bytes[out->length++] = (char)c;
	} else if (c < 0x800) {
		out->bytes[out->length++] = (char)(0xc0 | c >> 6);
		out->bytes[out->length++] = (char)(0x80 | (c & 0x3f));
	} else { /* beyond the basic plane nothing is a name here: its low part will do */
		out->bytes[out->length++] = (char)(0xe0 | (c >> 12 & 0xf));
		out->bytes[out->length++] = (char)(0x80 | (c >> 6 & 0x3f));
		out->bytes[out->length++] = (char)(0x80 | (c & 0x3f));
	}
}

static unsigned long digits_at(const char *p, size_t count, unsigned base, size_t *used)
{
	unsigned long value = 0;
	for (*used = 0; *used < count && isxdigit((unsigned char)p[*used]); ++*used) {
		unsigned digit =
			(unsigned)(isdigit((unsigned char)p[*used]) ? p[*used] - '0'
								    : tolower((unsigned char)p[*used]) - 'a' + 10);
		if (digit >= base)
			break;
		value = value * base + digit;
	}
	return value;
}

/* The escape behind a backslash at P, of which LEFT bytes are there. Returns how many it took. */
static size_t put_escape(struct text *out, const char *p, size_t left)
{
	static const char letters[] = "abfnrtv", values[] = "\a\b\f\n\r\t\v";
	const char *letter = memchr(letters, *p, sizeof(letters) - 1);
	size_t used = 0;
	if (letter) {
		out->bytes[out->length++] = values[letter - letters];
	} else if (*p >= '0' && *p <= '7') {
		put_code_point(out, digits_at(p, left < 3 ? left : 3, 8, &used));
		return used;
	} else if (*p == 'x' || *p == 'u' || *p == 'U') {
		size_t width = *p == 'x' ? 2 : *p == 'u' ? 4 : 8;
		put_code_point(out, digits_at(p + 1, left - 1 < width ? left - 1 : width, 16, &used));
		return used + 1;
	} else if (*p == '\r' && left > 1 && p[1] == '\n') {
		return 2;
	} else if (*p != '\n' && *p != '\r') {
		if (*p != '\\' && *p != '\'' && *p != '"')
			out->bytes[out->length++] = '\\';
		out->bytes[out->length++] = *p;
	}
	return 1;
}

/* The value of the part FROM … TO of LITERAL. No escape is shorter than its value but \u: that is cut to fit. */
static void put_part(const struct lang_lexer *l, const struct literal *literal, struct span part, struct text *out)
{
	const char *p = l->source.ptr + part.from, *end = l->source.ptr + part.to;
	while (p < end) {
		if (*p == '\\' && !literal->raw && p + 1 < end) {
			p++;
			p += put_escape(out, p, (size_t)(end - p));
		} else {
			bool twice = literal->format && (*p == '{' || *p == '}') && p + 1 < end && p[1] == *p;
			out->bytes[out->length++] = *p;
			p += twice ? 2 : 1;
		}
	}
}

static struct slim_blob plain_value(struct lang_lexer *l, const struct literal *literal)
{
	struct slim_blob raw = slim_blob(l->source.ptr + literal->from, literal->to - literal->from);
	if (literal->raw || !raw.len || !memchr(raw.ptr, '\\', raw.len))
		return raw;
	struct text out = { slim_arena_alloc(l->arena, raw.len + 4), 0 };
	put_part(l, literal, (struct span){ literal->from, literal->to }, &out);
	return slim_blob(out.bytes, out.length);
}

/* The value with a NUL for each field; a field in a field's format says nothing new. */
static struct slim_blob format_value(struct lang_lexer *l, const struct literal *literal, const struct scan *s)
{
	struct text out = { slim_arena_alloc(l->arena, literal->to - literal->from + s->hole_count + 4), 0 };
	size_t at = literal->from;
	for (size_t i = 0; i < s->hole_count; i++) {
		if (s->holes[i].from <= at)
			continue;
		put_part(l, literal, (struct span){ at, s->holes[i].from - 1 }, &out);
		out.bytes[out.length++] = '\0';
		at = s->holes[i].to;
		for (unsigned depth = 0; at < literal->to && (depth || l->source.ptr[at] != '}'); at++) {
			depth += l->source.ptr[at] == '{';
			depth -= depth && l->source.ptr[at] == '}';
		}
		at += at < literal->to;
	}
	if (at < literal->to)
		put_part(l, literal, (struct span){ at, literal->to }, &out);
	return slim_blob(out.bytes, out.length);
}

static void enter_holes(struct lang_lexer *l, const struct scan *s)
{
	struct state *state = l->state;
	if (!s->hole_count || state->frame_count == FRAMES_MAX)
		return;
	struct span *holes = slim_arena_alloc(l->arena, s->hole_count * sizeof(*holes));
	memcpy(holes, s->holes, s->hole_count * sizeof(*holes));
	state->frames[state->frame_count++] =
		(struct frame){ holes, s->hole_count, 0, l->at, state->limit, state->depth };
	state->limit = l->at = holes[0].from; /* used up: the next token leads into the first field */
}

static void read_format(struct lang_lexer *l, struct literal *literal, struct lang_token *token)
{
	struct scan scan;
	scan_format(l, literal, &scan);
	token->text = format_value(l, literal, &scan);
	token->partial = scan.hole_count > 0;
	l->at = literal->end;
	enter_holes(l, &scan);
	free(scan.holes);
}

static struct lang_token string_token(struct lang_lexer *l, struct slim_blob prefix, size_t quote)
{
	struct literal literal = open_literal(l, prefix, quote);
	struct lang_token token = { .kind = LANG_STRING, .from = quote - prefix.len };
	if (literal.format) {
		read_format(l, &literal, &token);
	} else {
		skip_plain(l, &literal);
		token.text = plain_value(l, &literal);
		l->at = literal.end;
	}
	token.to = literal.end;
	return token;
}

static struct lang_token token_here(struct lang_lexer *l, enum lang_token_kind kind, size_t length)
{
	struct lang_token token = { kind, slim_blob(l->source.ptr + l->at, length), false, l->at, l->at + length };
	l->at += length;
	return token;
}

static struct lang_token name_token(struct lang_lexer *l)
{
	size_t length = behind(l, l->at, NAME_PART) - l->at;
	unsigned char next = byte_at(l, l->at + length);
	struct slim_blob name = slim_blob(l->source.ptr + l->at, length);
	if ((next == '"' || next == '\'') && is_prefix(name))
		return string_token(l, name, l->at + length);
	return token_here(l, LANG_NAME, length);
}

static struct lang_token number_token(struct lang_lexer *l)
{
	size_t length = 1;
	bool hex = tolower(byte_at(l, l->at + 1)) == 'x';
	for (unsigned char c; (c = byte_at(l, l->at + length)); length++) {
		unsigned char before = (unsigned char)tolower(byte_at(l, l->at + length - 1));
		if (!isalnum(c) && c != '_' && c != '.' && !((c == '+' || c == '-') && before == 'e' && !hex))
			break;
	}
	return token_here(l, LANG_NUMBER, length);
}

/* Operators of Python that are longer than one byte: 2.5 "Operators", 2.6 "Delimiters". */
static size_t mark_length(unsigned char c, unsigned char next, unsigned char third)
{
	switch (c) {
	case '*':
	case '/':
	case '<':
	case '>':
		return next == c ? 2 + (third == '=') : 1 + (next == '=');
	case '.':
		return next == '.' && third == '.' ? 3 : 1;
	case '-':
		return 1 + (next == '=' || next == '>');
	case '!':
	case ':':
	case '=':
	case '+':
	case '%':
	case '&':
	case '|':
	case '^':
	case '@':
		return 1 + (next == '=');
	default:
		return 1;
	}
}

static struct lang_token mark_token(struct lang_lexer *l)
{
	struct state *s = l->state;
	unsigned char c = byte_at(l, l->at);
	if (c == '(' || c == '[' || c == '{')
		s->depth++;
	else if (c == ')' || c == ']' || c == '}')
		s->depth -= s->depth > 0;
	return token_here(l, LANG_MARK, mark_length(c, byte_at(l, l->at + 1), byte_at(l, l->at + 2)));
}

/* At the end of a replacement field: to the next one, or behind the f-string. False: at the end of the source. */
static bool leave_field(struct lang_lexer *l)
{
	struct state *s = l->state;
	if (!s->frame_count)
		return false;
	struct frame *f = &s->frames[s->frame_count - 1];
	s->depth = f->depth;
	if (f->next < f->count) {
		l->at = f->holes[f->next].from;
		s->limit = f->holes[f->next++].to;
	} else {
		l->at = f->resume;
		s->limit = f->limit;
		s->frame_count--;
	}
	return true;
}

/* Blanks, comments and joined lines. True: a line that holds something has ended here. */
static bool skip_blanks(struct lang_lexer *l)
{
	struct state *s = l->state;
	for (;;) {
		l->at = behind(l, l->at, BLANK);
		size_t newline = newline_at(l, l->at);
		unsigned char c = byte_at(l, l->at);
		if (l->at >= s->limit) {
			if (!leave_field(l))
				return s->in_line;
		} else if (newline && !s->depth && !s->frame_count && s->in_line) {
			return true;
		} else if (newline) {
			l->at += newline;
		} else if (c == '\\' && newline_at(l, l->at + 1)) {
			l->at += 1 + newline_at(l, l->at + 1);
		} else if (c == '#') {
			while (l->at < s->limit && !newline_at(l, l->at))
				l->at++;
		} else {
			return false;
		}
	}
}

struct lang_token lex_python(struct lang_lexer *l)
{
	struct state *s = state_of(l);
	if (skip_blanks(l)) {
		s->in_line = false;
		return token_here(l, LANG_LINE, l->at < s->limit ? newline_at(l, l->at) : 0);
	}
	if (l->at >= s->limit)
		return (struct lang_token){ LANG_END, SLIM_BLOB(""), false, l->at, l->at };
	s->in_line = true;
	unsigned char c = byte_at(l, l->at);
	if (is(c, NAME_START))
		return name_token(l);
	if (c == '"' || c == '\'')
		return string_token(l, SLIM_BLOB(""), l->at);
	if (isdigit(c) || (c == '.' && isdigit(byte_at(l, l->at + 1))))
		return number_token(l);
	return mark_token(l);
}
