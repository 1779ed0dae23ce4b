/*
 * What the lexers of languages with code in strings share: that code is read after its string, without recursion; and
 * searches that fail are paid from a budget, so that no source takes more than linear time.
 */
#ifndef SLIM_TRACE_LEX_PARTS_H
#define SLIM_TRACE_LEX_PARTS_H

#include "lexer.h"

enum { LEX_NESTING = 6, LEX_WAITING = 96, LEX_PARTS = 24 };

struct lex_range {
	size_t at, end;
	unsigned nesting;
};

/* The lexer's at lies in [.., end); when it comes there the range on top of `waiting` is next. */
struct lex_reader {
	size_t end;
	unsigned nesting;
	struct lex_range waiting[LEX_WAITING];
	size_t count;
	size_t budget; /* bytes that may still be searched in vain */
};

/* Parts of a string that are code, in their order; more than LEX_PARTS are left out. */
struct lex_parts {
	struct lex_range items[LEX_PARTS];
	size_t count;
};

void lex_reader_init(struct lex_reader *reader, const struct lang_lexer *lexer);
void lex_part(struct lex_parts *parts, size_t from, size_t to);
/* Read PARTS next, then go on at AT. Beyond LEX_NESTING they are passed over. */
void lex_enter(struct lex_reader *reader, struct lang_lexer *lexer, const struct lex_parts *parts, size_t at);
/* At the end of a range: go on with the next. False: the source is at its end. */
bool lex_leave(struct lex_reader *reader, struct lang_lexer *lexer);
/* A search of COUNT bytes failed. False: the budget is used up, and the source is to be given up. */
bool lex_spend(struct lex_reader *reader, size_t count);

/* The byte at I of the range that is read, '\0' behind it. */
static inline char lex_char(const struct lex_reader *reader, const struct lang_lexer *lexer, size_t i)
{
	return i < reader->end ? lexer->source.ptr[i] : '\0';
}
/* Where the line that I stands in ends: at its newline, or the end of the range. */
size_t lex_line_end(const struct lex_reader *reader, const struct lang_lexer *lexer, size_t i);
/* Letters, _ and bytes beyond ASCII. */
static inline bool lex_is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static inline bool lex_is_name_char(char c)
{
	return lex_is_name_start(c) || (c >= '0' && c <= '9');
}

/* The length of the first of MARKS (longest first, ends with NULL) that REST begins with; 1: of none. */
size_t lex_mark_length(struct slim_blob rest, const char *const *marks);
char lex_closing(char open); /* ( → ), others are their own */
/*
 * The bracket in RANGE that closes OPEN, which stands before it: backslashes hide a byte, QUOTES hide all to
 * the next of the same kind. 0: there is none, and the search has been paid.
 */
size_t lex_find_close(struct lex_reader *reader, const struct lang_lexer *lexer, struct lex_range range, char open,
		      const char *quotes);

/* A string's value while it is made: room for as many bytes as the source has for it. */
struct lex_value {
	char *text;
	size_t length;
	bool partial;
};
void lex_value_init(struct lex_value *value, struct lang_lexer *lexer, size_t room);
static inline void lex_value_add(struct lex_value *value, char c)
{
	value->text[value->length++] = c;
}
/* A part that only the run knows: one NUL, also for several in a row. */
void lex_value_unknown(struct lex_value *value);

#endif
