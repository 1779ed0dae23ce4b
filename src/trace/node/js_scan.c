#include "js_scan.h"

#include "../lang/lexer.h"

/* Tokens that may be looked at ahead: an argument longer than that is as good as unknown. */
enum { WINDOW = 128, TEXT_MAX = 4096 };

struct scan {
	struct lang_lexer *lexer;
	js_sink *sink;
	void *context;
	struct lang_token window[WINDOW]; /* a ring; the token in hand is the first */
	size_t head, count;
	struct lang_token before, second; /* the token before that in hand, and the one before it */
	size_t taken; /* strings up to here are no mere strings */
	bool types; /* in an import of types alone */
	bool aliased; /* require() goes by other names, too */
	char text[TEXT_MAX];
	size_t length;
};

static inline const struct lang_token *peek(struct scan *s, size_t i)
{
	if (i >= WINDOW)
		i = WINDOW - 1;
	while (s->count <= i)
		s->window[(s->head + s->count++) % WINDOW] = lex_javascript(s->lexer);
	return &s->window[(s->head + i) % WINDOW];
}

static void advance(struct scan *s)
{
	s->second = s->before;
	s->before = *peek(s, 0);
	s->head = (s->head + 1) % WINDOW;
	s->count--;
}

static inline bool is_name(const struct lang_token *t, const char *name)
{
	return t->kind == LANG_NAME && slim_blob_is(t->text, name);
}

static inline bool is_mark(const struct lang_token *t, const char *mark)
{
	return t->kind == LANG_MARK && slim_blob_is(t->text, mark);
}

/* The token behind string I and what stands in its holes. */
static size_t behind_string(struct scan *s, size_t i)
{
	size_t end = peek(s, i)->to;
	for (i++; i < WINDOW - 1 && peek(s, i)->kind != LANG_END && peek(s, i)->from < end;)
		i++;
	return i;
}

static void give(struct scan *s, enum js_use_kind kind, struct slim_blob text)
{
	bool partial = text.len && memchr(text.ptr, '\0', text.len);
	if (text.len || kind == JS_COMPUTED)
		s->sink(s->context, &(struct js_use){ kind, text, partial });
}

/* --- the value of an argument --- */

static void add(struct scan *s, const char *bytes, size_t length)
{
	if (s->length + length <= TEXT_MAX && length)
		memcpy(s->text + s->length, bytes, length);
	s->length += length; /* too long shows in the end */
}

static void add_unknown(struct scan *s)
{
	if (!s->length || s->length > TEXT_MAX || s->text[s->length - 1])
		add(s, "", 1);
}

/* __dirname, import.meta.dirname: how many tokens; 0: it is none. */
static size_t own_folder(struct scan *s, size_t i)
{
	if (is_name(peek(s, i), "__dirname"))
		return 1;
	bool meta = is_name(peek(s, i), "import") && is_mark(peek(s, i + 1), ".") && is_name(peek(s, i + 2), "meta");
	return meta && is_mark(peek(s, i + 3), ".") && is_name(peek(s, i + 4), "dirname") ? 5 : 0;
}

static int bracket_step(const struct lang_token *t)
{
	if (t->kind != LANG_MARK || t->text.len != 1)
		return 0;
	return strchr("([{", t->text.ptr[0]) ? 1 : strchr(")]}", t->text.ptr[0]) ? -1 : 0;
}

/* Behind the bracket that closes the one at I. */
static size_t behind_bracket(struct scan *s, size_t i)
{
	for (int depth = 0; i < WINDOW - 1 && peek(s, i)->kind != LANG_END; i++) {
		depth += bracket_step(peek(s, i));
		if (depth <= 0)
			return i + 1;
	}
	return i;
}

/* path.join( and the like, of which the arguments are told: the token behind the bracket; 0: it is none. */
static size_t join_call(struct scan *s, size_t i)
{
	if (is_name(peek(s, i), "require"))
		return 0;
	while (peek(s, i)->kind == LANG_NAME && is_mark(peek(s, i + 1), ".") && i + 2 < WINDOW)
		i += 2;
	bool join = is_name(peek(s, i), "join") || is_name(peek(s, i), "resolve");
	return join && is_mark(peek(s, i + 1), "(") ? i + 2 : 0;
}

static bool ends_term(const struct lang_token *t)
{
	static const char *const ends[] = { "+", "?", ":", "||", "??", "&&", ",", ")", "]", "}", ";" };
	for (size_t i = 0; i < SLIM_COUNT(ends); i++)
		if (is_mark(t, ends[i]))
			return true;
	return t->kind == LANG_END;
}

struct value {
	bool folder; /* it starts in the module's own folder */
	bool asks; /* a call in it is looked at on its own */
};

/* One operand of a +, from token I. Returns the one behind it. */
static size_t add_term(struct scan *s, size_t i, struct value *value)
{
	size_t folder = own_folder(s, i);
	if (folder && ends_term(peek(s, i + folder))) {
		value->folder |= !s->length;
		return i + folder;
	}
	if (peek(s, i)->kind == LANG_STRING && ends_term(peek(s, behind_string(s, i)))) {
		add(s, peek(s, i)->text.ptr, peek(s, i)->text.len);
		return behind_string(s, i);
	}
	value->asks |= is_name(peek(s, i), "require");
	add_unknown(s);
	while (i < WINDOW - 1 && !ends_term(peek(s, i)))
		i = bracket_step(peek(s, i)) > 0 ? behind_bracket(s, i) : i + 1;
	return i;
}

/* Operands joined by +, or the arguments of path.join() with a / between them. */
static size_t add_terms(struct scan *s, size_t i, struct value *value)
{
	size_t inside = join_call(s, i);
	const char *joint = inside ? "," : "+";
	for (i = inside ? inside : i;; i++) {
		i = add_term(s, i, value);
		if (!is_mark(peek(s, i), joint) || i >= WINDOW - 1)
			break;
		if (inside)
			add(s, "/", 1);
	}
	return inside && is_mark(peek(s, i), ")") ? i + 1 : i;
}

static void give_value(struct scan *s, enum js_use_kind kind, const struct value *value)
{
	struct slim_blob text = slim_blob(s->text, s->length <= TEXT_MAX ? s->length : 0);
	if (value->folder) {
		give(s, JS_FILE, text);
		return;
	}
	if (text.len && text.ptr[0]) {
		give(s, kind, text);
		return;
	}
	if (text.len > 1 && text.ptr[1] == '/') /* below a folder that is not known: likely its own */
		give(s, JS_FILE, slim_blob(text.ptr + 1, text.len - 1));
	if (!value->asks && kind != JS_FILE)
		give(s, JS_COMPUTED, SLIM_BLOB(""));
}

/* All that the argument from token I can be: both sides of ?: and of ||. */
static void give_argument(struct scan *s, size_t i, enum js_use_kind kind)
{
	for (;;) {
		struct value value = { false, false };
		s->length = 0;
		size_t end = add_terms(s, i, &value);
		bool condition = is_mark(peek(s, end), "?") || is_mark(peek(s, end), "&&");
		if (end == i) /* require() */
			return;
		if (!condition)
			give_value(s, kind, &value);
		s->taken = peek(s, end)->from;
		bool more = condition || is_mark(peek(s, end), ":") || is_mark(peek(s, end), "||") ||
			    is_mark(peek(s, end), "??");
		if (!more || end >= WINDOW - 2)
			return;
		i = end + 1;
	}
}

/* --- the forms --- */

static bool holds(struct slim_blob name, const char *part)
{
	return memmem(name.ptr, name.len, part, strlen(part));
}

/* Names of functions that load what they are given: nodeRequire, tryRequire, importFrom, loadPackage, … */
static bool loads_by_name(const struct scan *s, struct slim_blob name)
{
	static const char *const parts[] = { "equire", "mport", "loadPackage", "oadModule", "resolve", "Resolve" };
	for (size_t i = 0; i < SLIM_COUNT(parts); i++)
		if (holds(name, parts[i]))
			return true;
	return s->aliased;
}

static void see_import(struct scan *s)
{
	bool meta = is_mark(peek(s, 1), ".") && is_name(peek(s, 2), "meta") && is_mark(peek(s, 3), ".");
	if (is_mark(peek(s, 1), "("))
		give_argument(s, 2, JS_IMPORT);
	else if (meta && is_name(peek(s, 4), "resolve") && is_mark(peek(s, 5), "("))
		give_argument(s, 6, JS_IMPORT);
	else if (peek(s, 1)->kind == LANG_STRING) {
		give(s, JS_IMPORT, peek(s, 1)->text);
		s->taken = peek(s, 1)->to;
	}
}

/* import type { A } from "x" and export type { A } from "x" leave nothing behind. */
static bool begins_types(struct scan *s)
{
	if (!is_name(peek(s, 1), "type") && !is_name(peek(s, 1), "typeof"))
		return false;
	const struct lang_token *next = peek(s, 2);
	return is_mark(next, "{") || is_mark(next, "*") ||
	       (next->kind == LANG_NAME && !slim_blob_is(next->text, "from"));
}

static void see_from(struct scan *s)
{
	bool clause = s->before.kind == LANG_NAME || s->before.kind == LANG_STRING || is_mark(&s->before, "}") ||
		      is_mark(&s->before, "*");
	if (!clause || peek(s, 1)->kind != LANG_STRING)
		return;
	if (!s->types)
		give(s, JS_IMPORT, peek(s, 1)->text);
	s->taken = peek(s, 1)->to;
	s->types = false;
}

static void see_require(struct scan *s)
{
	if (is_mark(peek(s, 1), "(")) {
		give_argument(s, 2, JS_REQUIRE);
		return;
	}
	if (is_mark(peek(s, 1), ".") && is_name(peek(s, 2), "resolve") && is_mark(peek(s, 3), "("))
		give_argument(s, 4, JS_REQUIRE);
	bool assigned = is_mark(&s->before, "=") || is_mark(&s->before, ":") || is_mark(&s->before, "?");
	s->aliased |= assigned && peek(s, 1)->kind != LANG_END && !is_mark(peek(s, 1), ".");
}

/* __dirname where no require() asks for it: fs.readFile(path.join(__dirname, "x")), __dirname + "/x". */
static void see_folder(struct scan *s, size_t length)
{
	struct value value = { true, false };
	bool list = is_mark(peek(s, length), ",");
	if (!list && !is_mark(peek(s, length), "+"))
		return;
	s->length = 0;
	size_t i = length;
	while (is_mark(peek(s, i), list ? "," : "+") && i < WINDOW - 2) {
		if (list)
			add(s, "/", 1);
		i = add_term(s, i + 1, &value);
	}
	s->taken = peek(s, i)->from;
	give(s, JS_FILE, slim_blob(s->text, s->length <= TEXT_MAX ? s->length : 0));
}

static bool takes_file(struct scan *s, struct slim_blob name)
{
	bool made = is_name(&s->before, "new");
	return slim_blob_is(name, "fork") || slim_blob_is(name, "register") || (made && holds(name, "Worker")) ||
	       (made && slim_blob_is(name, "URL"));
}

static void see_call(struct scan *s, struct slim_blob name)
{
	const struct lang_token *first = peek(s, 2);
	if (first->kind == LANG_STRING && takes_file(s, name)) {
		give_argument(s, 2, JS_FILE);
	} else if (slim_blob_is(name, "createRequire")) {
		s->aliased = true;
	} else if (first->kind == LANG_STRING && loads_by_name(s, name)) {
		for (size_t i = 2; peek(s, i)->kind == LANG_STRING && i < WINDOW - 2; i++) {
			give(s, JS_REQUIRE, peek(s, i)->text);
			s->taken = peek(s, i)->to;
			i = behind_string(s, i);
			if (!is_mark(peek(s, i), ","))
				break;
		}
	}
}

static void see_name(struct scan *s, const struct lang_token *token)
{
	bool member = is_mark(&s->before, ".");
	size_t folder = member ? 0 : own_folder(s, 0);
	if (folder && token->from >= s->taken)
		see_folder(s, folder);
	if (!member && (is_name(token, "import") || is_name(token, "export")))
		s->types = begins_types(s);
	if (!member && is_name(token, "import"))
		see_import(s);
	else if (!member && is_name(token, "from"))
		see_from(s);
	else if (is_name(token, "require") && (!member || is_name(&s->second, "module")))
		see_require(s);
	else if (is_mark(peek(s, 1), "(") && peek(s, 2)->from >= s->taken)
		see_call(s, token->text);
}

static bool is_comparison(const struct lang_token *t)
{
	return is_mark(t, "===") || is_mark(t, "==") || is_mark(t, "!==") || is_mark(t, "!=") || is_name(t, "case");
}

static void see_string(struct scan *s, const struct lang_token *token)
{
	size_t end = behind_string(s, 0);
	bool key = is_mark(peek(s, end), ":") && (is_mark(&s->before, "{") || is_mark(&s->before, ","));
	if (token->from < s->taken || key || is_comparison(&s->before) || is_comparison(peek(s, end)))
		return;
	/* `${__dirname}/x` */
	bool own = token->partial && token->text.len > 2 && !token->text.ptr[0] && token->text.ptr[1] == '/' &&
		   own_folder(s, 1);
	if (own)
		give(s, JS_FILE, slim_blob(token->text.ptr + 1, token->text.len - 1));
	else
		give(s, JS_STRING, token->text);
}

void js_scan(struct slim_blob source, js_sink *sink, void *context)
{
	slim_cleanup(lang_lexer_free_p) struct lang_lexer *lexer = lang_lexer_new(source);
	slim_autofree struct scan *s = slim_calloc(1, sizeof(*s));
	*s = (struct scan){ .lexer = lexer, .sink = sink, .context = context };
	for (; peek(s, 0)->kind != LANG_END; advance(s)) {
		struct lang_token token = *peek(s, 0);
		if (token.kind == LANG_NAME)
			see_name(s, &token);
		else if (token.kind == LANG_STRING)
			see_string(s, &token);
	}
}
