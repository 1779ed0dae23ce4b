#include "lex_parts.h"

#include <ctype.h>
#include <string.h>

enum { BUDGET_BASE = 1 << 16, BUDGET_FACTOR = 8 };

void lex_reader_init(struct lex_reader *reader, const struct lang_lexer *lexer)
{
	*reader = (struct lex_reader){ .end = lexer->source.len };
	reader->budget = lexer->source.len * BUDGET_FACTOR + BUDGET_BASE;
}

void lex_part(struct lex_parts *parts, size_t from, size_t to)
{
	if (from < to && parts->count < LEX_PARTS)
		parts->items[parts->count++] = (struct lex_range){ .at = from, .end = to };
}

static void wait_for(struct lex_reader *reader, struct lex_range range)
{
	reader->waiting[reader->count++] = range;
}

void lex_enter(struct lex_reader *reader, struct lang_lexer *lexer, const struct lex_parts *parts, size_t at)
{
	lexer->at = at;
	if (!parts->count || reader->nesting >= LEX_NESTING || reader->count + parts->count >= LEX_WAITING)
		return;
	wait_for(reader, (struct lex_range){ at, reader->end, reader->nesting });
	for (size_t i = parts->count; i-- > 0;)
		wait_for(reader, (struct lex_range){ parts->items[i].at, parts->items[i].end, reader->nesting + 1 });
	lex_leave(reader, lexer);
}

bool lex_leave(struct lex_reader *reader, struct lang_lexer *lexer)
{
	if (!reader->count)
		return false;
	struct lex_range next = reader->waiting[--reader->count];
	lexer->at = next.at;
	reader->end = next.end;
	reader->nesting = next.nesting;
	return true;
}

bool lex_spend(struct lex_reader *reader, size_t count)
{
	bool enough = count < reader->budget;
	reader->budget -= enough ? count : reader->budget;
	return enough;
}

size_t lex_line_end(const struct lex_reader *reader, const struct lang_lexer *lexer, size_t i)
{
	const char *end = i < reader->end ? memchr(lexer->source.ptr + i, '\n', reader->end - i) : NULL;
	return end ? (size_t)(end - lexer->source.ptr) : reader->end;
}

size_t lex_mark_length(struct slim_blob rest, const char *const *marks)
{
	for (; *marks; marks++)
		if (**marks == *rest.ptr && slim_blob_starts(rest, *marks))
			return strlen(*marks);
	return 1;
}

char lex_closing(char open)
{
	switch (open) {
	case '(':
		return ')';
	case '[':
		return ']';
	case '{':
		return '}';
	case '<':
		return '>';
	default:
		return open;
	}
}

size_t lex_find_close(struct lex_reader *reader, const struct lang_lexer *lexer, struct lex_range range, char open,
		      const char *quotes)
{
	size_t depth = 1;
	char close = lex_closing(open), quote = '\0';
	for (size_t i = range.at; i < range.end && reader->budget; i++) {
		char c = lexer->source.ptr[i];
		if (c == '\\')
			i++;
		else if (quote)
			quote = c == quote ? '\0' : quote;
		else if (c && strchr(quotes, c))
			quote = c;
		else if (c == open)
			depth++;
		else if (c == close && !--depth)
			return i;
	}
	lex_spend(reader, range.end - range.at);
	return 0;
}

void lex_value_init(struct lex_value *value, struct lang_lexer *lexer, size_t room)
{
	*value = (struct lex_value){ .text = slim_arena_alloc(lexer->arena, room + 1) };
}

void lex_value_unknown(struct lex_value *value)
{
	value->partial = true;
	if (!value->length || value->text[value->length - 1])
		value->text[value->length++] = '\0';
}
