/*
 * Tokens of Tcl, one pass: bare words are names, words in quotes and braces are strings. What lies in braces and
 * brackets may be a script, and is read as one after its word. A program that exec or spawn starts is a command.
 * Source: the manual pages Tcl(n), exec(n), open(n), and expect(1) for spawn.
 */
#include <ctype.h>
#include <string.h>

#include "lex_parts.h"

struct tcl_state {
	struct lex_reader reader;
	bool begins; /* a command begins here */
	bool starts; /* behind exec or spawn: what is no option is a program */
	bool arguments; /* of that program: they are strings, too */
	bool opens; /* behind open */
	char *scratch; /* for the value of one word, as long as the source */
};

struct word {
	size_t from;
	struct lex_value value;
	struct lex_parts parts;
};

static struct tcl_state *state_of(struct lang_lexer *lexer)
{
	if (!lexer->state) {
		struct tcl_state *s = slim_arena_alloc(lexer->arena, sizeof(*s));
		*s = (struct tcl_state){ .begins = true,
					 .scratch = slim_arena_alloc(lexer->arena, lexer->source.len + 1) };
		lex_reader_init(&s->reader, lexer);
		lexer->state = s;
	}
	return lexer->state;
}

static char at(const struct lang_lexer *lexer, size_t i)
{
	return lex_char(&((const struct tcl_state *)lexer->state)->reader, lexer, i);
}

static void begin_command(struct tcl_state *s)
{
	s->begins = true;
	s->starts = s->arguments = s->opens = false;
}

/* A comment stands where a command could; a backslash takes the newline out. */
static void skip_comment(struct lang_lexer *lexer)
{
	while (at(lexer, lexer->at) && at(lexer, lexer->at) != '\n')
		lexer->at += at(lexer, lexer->at) == '\\' && at(lexer, lexer->at + 1) ? 2 : 1;
}

static void skip_blanks(struct tcl_state *s, struct lang_lexer *lexer)
{
	while (lexer->at < s->reader.end) {
		char c = lexer->source.ptr[lexer->at];
		if (c == '#' && s->begins)
			skip_comment(lexer);
		else if (c == '\\' && at(lexer, lexer->at + 1) == '\n')
			lexer->at += 2;
		else if (c != ';' && !isspace((unsigned char)c))
			break;
		else
			lexer->at++;
		if (c == ';' || c == '\n')
			begin_command(s);
	}
}

/* --- words -------------------------------------------------------------------------------------------------------- */

/* Behind a part that only the run knows, if one begins at I: $name, ${name}, [command]. */
static size_t read_part(struct tcl_state *s, const struct lang_lexer *lexer, size_t i, struct word *word)
{
	char c = at(lexer, i), next = at(lexer, i + 1);
	size_t end = 0;
	if (c == '[') {
		end = lex_find_close(&s->reader, lexer, (struct lex_range){ i + 1, s->reader.end, 0 }, '[', "");
		lex_part(&word->parts, end ? i + 1 : 0, end);
		end = end ? end + 1 : 0;
	} else if (c == '$' && next == '{') {
		end = lex_find_close(&s->reader, lexer, (struct lex_range){ i + 2, s->reader.end, 0 }, '{', "");
		end = end ? end + 1 : 0;
	} else if (c == '$' && (lex_is_name_char(next) || next == ':')) {
		for (end = i + 1; lex_is_name_char(at(lexer, end)) || at(lexer, end) == ':'; end++)
			;
	}
	if (end)
		lex_value_unknown(&word->value);
	return end;
}

static char escaped(char c)
{
	return c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c == '\n' ? ' ' : c;
}

static bool ends_bare(char c)
{
	return !c || isspace((unsigned char)c) || c == ';';
}

/* To the quote, or to the blank behind a bare word; the lexer goes there. */
static void read_open(struct tcl_state *s, struct lang_lexer *lexer, struct word *word, bool quoted)
{
	while (lexer->at < s->reader.end) {
		char c = lexer->source.ptr[lexer->at];
		if (quoted ? c == '"' : ends_bare(c))
			break;
		size_t end = read_part(s, lexer, lexer->at, word);
		bool hidden = !end && c == '\\' && lexer->at + 1 < s->reader.end;
		if (!end)
			lex_value_add(&word->value, hidden ? escaped(lexer->source.ptr[lexer->at + 1]) : c);
		lexer->at = end ? end : lexer->at + (hidden ? 2 : 1);
	}
}

static struct lang_token give(struct tcl_state *s, struct lang_lexer *lexer, struct word *word,
			      enum lang_token_kind kind, struct slim_blob text)
{
	struct lang_token found = {
		.kind = kind, .text = text, .partial = word->value.partial, .from = word->from, .to = lexer->at
	};
	lex_enter(&s->reader, lexer, &word->parts, lexer->at);
	if (word->parts.count)
		begin_command(s);
	return found;
}

/* What TEXT is by its place in the command, else KIND; the bar of `open |…` is taken off. */
static enum lang_token_kind kind_of(struct tcl_state *s, struct slim_blob *text, enum lang_token_kind kind)
{
	bool first = s->begins, option = slim_blob_starts(*text, "-");
	bool pipe = slim_blob_is(*text, "|") || slim_blob_is(*text, "|&");
	s->begins = false;
	if (first) {
		s->starts = slim_blob_is(*text, "exec") || slim_blob_is(*text, "spawn");
		s->opens = slim_blob_is(*text, "open");
		return LANG_NAME;
	}
	if (s->opens && slim_blob_starts(*text, "|")) {
		*text = slim_blob(text->ptr + 1, text->len - 1);
		kind = LANG_COMMAND;
	} else if (s->starts && !option) {
		kind = LANG_COMMAND;
		s->starts = false;
		s->arguments = true;
	} else if (s->arguments) {
		s->starts = pipe;
		kind = pipe ? LANG_MARK : LANG_STRING;
	}
	s->opens = false;
	return kind;
}

static struct lang_token read_braces(struct tcl_state *s, struct lang_lexer *lexer, size_t close)
{
	struct word word = { .from = lexer->at };
	struct slim_blob text = lang_lexer_cut(lexer, lexer->at + 1, close);
	lexer->at = close + 1;
	enum lang_token_kind kind = kind_of(s, &text, LANG_STRING);
	lex_part(&word.parts, word.from + 1, close);
	return give(s, lexer, &word, kind, text);
}

static struct lang_token read_word(struct tcl_state *s, struct lang_lexer *lexer)
{
	struct word word = { .from = lexer->at };
	bool quoted = at(lexer, lexer->at) == '"';
	lexer->at += quoted;
	word.value.text = s->scratch;
	read_open(s, lexer, &word, quoted);
	lexer->at += quoted && at(lexer, lexer->at) == '"';
	if (lexer->at == word.from)
		lexer->at++;
	char *copy = slim_arena_alloc(lexer->arena, word.value.length + 1);
	struct slim_blob text = slim_blob(memcpy(copy, s->scratch, word.value.length), word.value.length);
	enum lang_token_kind kind = kind_of(s, &text, quoted ? LANG_STRING : LANG_NAME);
	return give(s, lexer, &word, kind, text);
}

struct lang_token lex_tcl(struct lang_lexer *lexer)
{
	struct tcl_state *s = state_of(lexer);
	for (skip_blanks(s, lexer); lexer->at >= s->reader.end; skip_blanks(s, lexer)) {
		if (!lex_leave(&s->reader, lexer))
			return (struct lang_token){ .kind = LANG_END,
						    .from = lexer->source.len,
						    .to = lexer->source.len };
	}
	if (at(lexer, lexer->at) == '{') {
		size_t close = lex_find_close(&s->reader, lexer, (struct lex_range){ lexer->at + 1, s->reader.end, 0 },
					      '{', "");
		if (close)
			return read_braces(s, lexer, close);
	}
	return read_word(s, lexer);
}
