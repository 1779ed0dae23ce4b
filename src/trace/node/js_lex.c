/*
 * Tokens of JavaScript and of what is written like it: TypeScript, JSX, JSON with comments. Source: ECMA-262, chapter
 * 12 (lexical grammar). A `/` is a division behind a value, else it starts a regular expression: brackets are
 * remembered with what opened them, so that `if (x) /y/` and `(x) / y` differ.
 */
#include <ctype.h>

#include "../lang/lexer.h"

enum { DEPTH_MAX = 4096, TEMPLATES_MAX = 200, QUEUE_MAX = 1024, TEXT_MAX = 1 << 16 };

/* What an open bracket is. */
enum bracket { PLAIN, CONDITION, BLOCK, OBJECT, HOLE };

struct template
{
	char *text;
	size_t length, capacity;
	size_t slot; /* of its token in the queue; QUEUE_MAX: that has been handed out */
};

struct js {
	unsigned char brackets[DEPTH_MAX];
	size_t depth; /* may be more than are remembered */
	struct template templates[TEMPLATES_MAX];
	size_t template_count;
	struct lang_token queue[QUEUE_MAX]; /* what is known while a template is open */
	size_t queue_head, queue_tail;
	bool value; /* the last token ends a value: a `/` divides it */
	bool condition; /* the last token is a keyword before a condition */
	bool block; /* a `{` would open a block */
	bool member; /* the last token is a dot */
	enum bracket closed;
};

/* Bytes beyond ASCII are all taken for letters. */
enum { NAME_START = 1, NAME_PART = 2, BLANK = 4 };

static const unsigned char classes[256] = {
	['a' ... 'z'] = NAME_START | NAME_PART, ['A' ... 'Z'] = NAME_START | NAME_PART,
	['0' ... '9'] = NAME_PART,		['_'] = NAME_START | NAME_PART,
	['$'] = NAME_START | NAME_PART,		['#'] = NAME_START | NAME_PART,
	['@'] = NAME_START | NAME_PART,		[0x80 ... 0xff] = NAME_START | NAME_PART,
	['\t' ... '\r'] = BLANK,		[' '] = BLANK,
};

static bool is(char c, unsigned class)
{
	return classes[(unsigned char)c] & class;
}

static char char_at(const struct lang_lexer *l, size_t i)
{
	return i < l->source.len ? l->source.ptr[i] : '\0';
}

/* --- what a token says about the next one --- */

enum { BEFORE_CONDITION = 1, BEFORE_BLOCK = 2, OPERATOR = 4 };

/* What NAME is as a keyword; 0: it is none of those that matter. */
static unsigned keyword(struct slim_blob name)
{
	switch (name.len) {
	case 2:
		return slim_blob_is(name, "if") ? BEFORE_CONDITION : slim_blob_is(name, "do") ? BEFORE_BLOCK | OPERATOR :
		       slim_blob_is(name, "in") || slim_blob_is(name, "of") ? OPERATOR : 0;
	case 3:
		return slim_blob_is(name, "for") ? BEFORE_CONDITION : slim_blob_is(name, "try") ? BEFORE_BLOCK :
		       slim_blob_is(name, "new") ? OPERATOR : 0;
	case 4:
		return slim_blob_is(name, "with") ? BEFORE_CONDITION :
		       slim_blob_is(name, "else") ? BEFORE_BLOCK | OPERATOR :
		       slim_blob_is(name, "case") || slim_blob_is(name, "void") ? OPERATOR : 0;
	case 5:
		return slim_blob_is(name, "while") ? BEFORE_CONDITION :
		       slim_blob_is(name, "throw") || slim_blob_is(name, "yield") || slim_blob_is(name, "await") ?
						     OPERATOR : 0;
	case 6:
		return slim_blob_is(name, "return") || slim_blob_is(name, "typeof") || slim_blob_is(name, "delete") ||
		       slim_blob_is(name, "import") || slim_blob_is(name, "export") ? OPERATOR : 0;
	case 7:
		return slim_blob_is(name, "finally") ? BEFORE_BLOCK :
		       slim_blob_is(name, "default") || slim_blob_is(name, "extends") ? OPERATOR : 0;
	default:
		return slim_blob_is(name, "instanceof") ? OPERATOR : 0;
	}
}

static void after_name(struct js *js, struct slim_blob name)
{
	unsigned says = js->member ? 0 : keyword(name);
	js->condition = says & BEFORE_CONDITION;
	js->value = !(says & OPERATOR);
	js->block = js->value || says & BEFORE_BLOCK; /* class X {, get x() {, label: { */
}

static void open_bracket(struct js *js, enum bracket kind)
{
	if (js->depth < DEPTH_MAX)
		js->brackets[js->depth] = (unsigned char)kind;
	js->depth++;
}

static enum bracket close_bracket(struct js *js)
{
	if (js->depth)
		js->depth--;
	return js->depth < DEPTH_MAX ? (enum bracket)js->brackets[js->depth] : PLAIN;
}

static void after_mark(struct js *js, struct slim_blob mark)
{
	bool value = false, block = false;
	switch (mark.ptr[0]) {
	case '(':
		open_bracket(js, js->condition ? CONDITION : PLAIN);
		break;
	case '[':
		open_bracket(js, PLAIN);
		break;
	case '{':
		open_bracket(js, js->block ? BLOCK : OBJECT);
		block = js->block;
		break;
	case ')':
		js->closed = close_bracket(js);
		value = js->closed != CONDITION;
		block = true;
		break;
	case ']':
		close_bracket(js);
		value = true;
		break;
	case '}':
		value = close_bracket(js) == OBJECT;
		block = !value;
		break;
	case ';':
		block = true;
		break;
	case '=':
		block = mark.len == 2 && mark.ptr[1] == '>';
		break;
	case '+':
	case '-':
		value = mark.len == 2;
		break;
	default:
		break;
	}
	js->value = value;
	js->block = block;
	js->condition = false;
}

static void after(struct js *js, const struct lang_token *token)
{
	if (token->kind == LANG_NAME)
		after_name(js, token->text);
	else if (token->kind == LANG_MARK)
		after_mark(js, token->text);
	else
		js->value = true;
	if (token->kind != LANG_NAME && token->kind != LANG_MARK)
		js->condition = js->block = false;
	js->member = token->kind == LANG_MARK && (slim_blob_is(token->text, ".") || slim_blob_is(token->text, "?."));
}

/* --- strings and templates --- */

static void put(struct lang_lexer *l, struct template *t, const char *bytes, size_t length)
{
	if (!length || t->length + length > TEXT_MAX)
		return;
	if (t->length + length > t->capacity) {
		size_t capacity = (t->length + length) * 2 + 16;
		char *text = slim_arena_alloc(l->arena, capacity);
		if (t->length)
			memcpy(text, t->text, t->length);
		t->text = text;
		t->capacity = capacity;
	}
	memcpy(t->text + t->length, bytes, length);
	t->length += length;
}

static unsigned hex(char c)
{
	return isdigit((unsigned char)c) ? (unsigned)(c - '0') : (unsigned)(tolower((unsigned char)c) - 'a') + 10;
}

static void put_code(struct lang_lexer *l, struct template *t, unsigned code)
{
	char utf8[3] = { (char)code };
	size_t length = 1;
	if (code >= 0x800) {
		utf8[0] = (char)(0xe0 | code >> 12);
		utf8[1] = (char)(0x80 | (code >> 6 & 0x3f));
		utf8[2] = (char)(0x80 | (code & 0x3f));
		length = 3;
	} else if (code >= 0x80) {
		utf8[0] = (char)(0xc0 | code >> 6);
		utf8[1] = (char)(0x80 | (code & 0x3f));
		length = 2;
	}
	put(l, t, utf8, length);
}

/* \xNN, \uNNNN, \u{N}; AT is behind the backslash. Returns what it took. */
static size_t put_number(struct lang_lexer *l, struct template *t, size_t at)
{
	bool braces = char_at(l, at + 1) == '{';
	size_t i = at + 1 + braces, max = char_at(l, at) == 'x' ? 2 : braces ? 6 : 4, from = i;
	unsigned code = 0;
	for (; i - from < max && isxdigit((unsigned char)char_at(l, i)); i++)
		code = code << 4 | hex(char_at(l, i));
	if (i > from && code && code < 0x10000)
		put_code(l, t, code);
	return i - at + (braces && char_at(l, i) == '}');
}

/* AT is at the backslash. Returns what it took. */
static size_t put_escape(struct lang_lexer *l, struct template *t, size_t at)
{
	static const char from[] = "nrtbfv", to[] = "\n\r\t\b\f\v";
	char c = char_at(l, at + 1);
	if (c == 'x' || c == 'u')
		return 1 + put_number(l, t, at + 1);
	if (c == '\r' && char_at(l, at + 2) == '\n')
		return 3;
	if (c == '\n' || c == '\r' || c == '0' || at + 1 >= l->source.len)
		return 2;
	const char *special = strchr(from, c);
	put(l, t, special ? &to[special - from] : &c, 1);
	return 2;
}

/* 'x' and "x". One without an end stops at the end of its line: text in JSX has lone apostrophes. */
static struct lang_token quoted(struct lang_lexer *l)
{
	char mark = l->source.ptr[l->at];
	size_t from = l->at + 1, i = from, plain = from;
	struct template t = { NULL, 0, 0, 0 };
	for (; i < l->source.len && l->source.ptr[i] != mark && l->source.ptr[i] != '\n'; i++) {
		if (l->source.ptr[i] != '\\')
			continue;
		put(l, &t, l->source.ptr + plain, i - plain);
		i += put_escape(l, &t, i) - 1;
		plain = i + 1;
	}
	if (i > l->source.len)
		i = l->source.len;
	struct slim_blob text = slim_blob(l->source.ptr + from, i - from);
	if (plain != from) {
		if (plain < i)
			put(l, &t, l->source.ptr + plain, i - plain);
		text = slim_blob(t.text ? t.text : "", t.length);
	}
	size_t start = l->at;
	l->at = i + (char_at(l, i) == mark);
	return (struct lang_token){ .kind = LANG_STRING, .text = text, .from = start, .to = l->at };
}

static void enqueue(struct js *js, struct lang_token token)
{
	js->queue[js->queue_tail++] = token;
}

static struct template *open_template(const struct js *js)
{
	return js->template_count ? (struct template *)&js->templates[js->template_count - 1] : NULL;
}

static void begin_template(struct lang_lexer *l, struct js *js)
{
	size_t slot = js->queue_tail;
	enqueue(js, (struct lang_token){ .kind = LANG_STRING, .text = SLIM_BLOB(""), .from = l->at, .to = l->at + 1 });
	js->templates[js->template_count++] = (struct template){ NULL, 0, 0, slot };
	l->at++;
}

/* The value so far, in the template's token. */
static void settle_template(struct js *js, const struct template *t, size_t to)
{
	if (t->slot == QUEUE_MAX)
		return;
	struct lang_token *token = &js->queue[t->slot];
	token->text = slim_blob(t->text ? t->text : "", t->length);
	token->partial = t->text && memchr(t->text, '\0', t->length);
	token->to = to;
}

/* The text of the innermost template, up to its end or its next hole. */
static void read_template(struct lang_lexer *l, struct js *js)
{
	struct template *t = open_template(js);
	size_t plain = l->at, i = l->at;
	while (i < l->source.len && l->source.ptr[i] != '`' && !(l->source.ptr[i] == '$' && char_at(l, i + 1) == '{')) {
		if (l->source.ptr[i] == '\\') {
			put(l, t, l->source.ptr + plain, i - plain);
			i += put_escape(l, t, i);
			plain = i;
		} else {
			i++;
		}
	}
	if (i > l->source.len)
		i = l->source.len;
	if (plain < i)
		put(l, t, l->source.ptr + plain, i - plain);
	bool hole = char_at(l, i) == '$';
	if (hole)
		put(l, t, "", 1);
	l->at = i < l->source.len ? i + 1 + hole : i;
	settle_template(js, t, l->at);
	js->value = !hole;
	js->block = js->condition = js->member = false;
	if (hole)
		open_bracket(js, HOLE);
	else
		js->template_count--;
}

/* --- the rest --- */

static bool skip_comment(struct lang_lexer *l)
{
	char next = char_at(l, l->at + 1);
	bool line = next == '/' || (next == '!' && l->at == 0);
	const char *rest = l->source.ptr + l->at, *end;
	if (!line && next != '*')
		return false;
	size_t left = l->source.len - l->at;
	end = line ? memchr(rest, '\n', left) : left > 2 ? memmem(rest + 2, left - 2, "*/", 2) : NULL;
	l->at = end ? (size_t)(end - l->source.ptr) + (line ? 1 : 2) : l->source.len;
	return true;
}

static void skip_blanks(struct lang_lexer *l)
{
	while (l->at < l->source.len) {
		char c = l->source.ptr[l->at];
		bool comment = c == '/' || (c == '#' && l->at == 0);
		if (comment ? !skip_comment(l) : !is(c, BLANK))
			return;
		l->at += !comment;
	}
}

/* Behind the closing slash of a regular expression and its flags; 0: there is none on this line. */
static size_t pattern_end(const struct lang_lexer *l)
{
	bool class = false;
	for (size_t i = l->at + 1; i < l->source.len && l->source.ptr[i] != '\n'; i++) {
		char c = l->source.ptr[i];
		if (c == '\\') {
			i++;
		} else if (c == '/' && !class) {
			for (i++; i < l->source.len && isalpha((unsigned char)l->source.ptr[i]);)
				i++;
			return i;
		} else {
			class = c == '[' || (class && c != ']');
		}
	}
	return 0;
}

static size_t number_end(const struct lang_lexer *l)
{
	size_t i = l->at;
	bool other_base = char_at(l, i) == '0' && isalpha((unsigned char)char_at(l, i + 1));
	while (isalnum((unsigned char)char_at(l, i)) || char_at(l, i) == '_' || char_at(l, i) == '.') {
		bool exponent = !other_base && (char_at(l, i) == 'e' || char_at(l, i) == 'E');
		i += exponent && (char_at(l, i + 1) == '+' || char_at(l, i + 1) == '-') ? 2 : 1;
	}
	return i;
}

static size_t mark_end(const struct lang_lexer *l)
{
	char c = l->source.ptr[l->at], next = char_at(l, l->at + 1), third = char_at(l, l->at + 2);
	bool two = false, three = false;
	switch (c) {
	case '=':
		two = next == '=' || next == '>';
		three = next == '=' && third == '=';
		break;
	case '!':
		two = next == '=';
		three = two && third == '=';
		break;
	case '.':
		three = next == '.' && third == '.';
		break;
	case '?':
		two = next == '.' || next == '?';
		break;
	case '+':
	case '-':
	case '&':
	case '|':
		two = next == c;
		break;
	case '<':
	case '>':
		two = next == '=';
		break;
	default:
		break;
	}
	return l->at + (three ? 3 : two ? 2 : 1);
}

static struct lang_token take(struct lang_lexer *l, enum lang_token_kind kind, size_t to)
{
	size_t from = l->at;
	l->at = to;
	return (struct lang_token){
		.kind = kind, .text = slim_blob(l->source.ptr + from, to - from), .from = from, .to = to
	};
}

static size_t name_end(const struct lang_lexer *l)
{
	size_t i = l->at + 1;
	while (i < l->source.len && is(l->source.ptr[i], NAME_PART))
		i++;
	return i;
}

static struct lang_token plain_token(struct lang_lexer *l, const struct js *js)
{
	char c = l->source.ptr[l->at];
	if (c == '"' || c == '\'')
		return quoted(l);
	if (is(c, NAME_START))
		return take(l, LANG_NAME, name_end(l));
	if (isdigit((unsigned char)c))
		return take(l, LANG_NUMBER, number_end(l));
	size_t pattern = c == '/' && !js->value ? pattern_end(l) : 0;
	return pattern ? take(l, LANG_PATTERN, pattern) : take(l, LANG_MARK, mark_end(l));
}

static bool closes_hole(const struct lang_lexer *l, const struct js *js)
{
	return l->source.ptr[l->at] == '}' && js->template_count && js->depth && js->depth <= DEPTH_MAX &&
	       js->brackets[js->depth - 1] == HOLE;
}

/* One token; or one step of a template, whose own token waits in the queue: false. */
static bool step(struct lang_lexer *l, struct js *js, struct lang_token *token)
{
	if (closes_hole(l, js)) {
		l->at++;
		js->depth--;
		read_template(l, js);
	} else if (l->source.ptr[l->at] == '`' && js->template_count < TEMPLATES_MAX) {
		begin_template(l, js);
		read_template(l, js);
	} else {
		*token = plain_token(l, js);
		after(js, token);
		return true;
	}
	return false;
}

static bool at_end(struct lang_lexer *l)
{
	skip_blanks(l);
	return l->at >= l->source.len;
}

static struct lang_token dequeue(struct js *js)
{
	for (size_t i = 0; js->queue_tail == QUEUE_MAX && i < js->template_count; i++)
		js->templates[i].slot = QUEUE_MAX;
	return js->queue[js->queue_head++];
}

struct lang_token lex_javascript(struct lang_lexer *l)
{
	if (!l->state)
		l->state = slim_arena_alloc(l->arena, sizeof(struct js));
	struct js *js = l->state;
	if (js->queue_head < js->queue_tail)
		return dequeue(js);
	js->queue_head = js->queue_tail = 0;
	while (!at_end(l) && (!js->queue_tail || js->template_count) && js->queue_tail < QUEUE_MAX) {
		struct lang_token token;
		if (!step(l, js, &token))
			continue;
		if (!js->template_count)
			return token;
		enqueue(js, token);
	}
	if (js->queue_tail)
		return dequeue(js);
	return (struct lang_token){
		.kind = LANG_END, .text = SLIM_BLOB(""), .from = l->source.len, .to = l->source.len
	};
}
