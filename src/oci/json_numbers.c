/*
 * Numbers of a config must survive to the digit, but jansson keeps them as 64-bit integers and doubles: 1.10 would
 * become 1.1, 1e5 100000.0, and what is larger is refused. So numbers that it would change are read as strings that
 * start with a mark, U+0001, and are written without mark and quotes. Strings that start so themselves get another.
 */
#include "json_numbers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "slim/alloc.h"

#define MARK "\\u0001"

enum { MARK_LENGTH = sizeof(MARK) - 1 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t digits(struct slim_blob text, size_t at)
{
	size_t n = 0;
	while (at + n < text.len && is_digit(text.ptr[at + n]))
		n++;
	return n;
}

/* The length of the number that TEXT starts with (RFC 8259, section 6); 0: none. *whole: it is an integer. */
static size_t number_length(struct slim_blob text, bool *whole)
{
	size_t at = text.len && *text.ptr == '-' ? 1 : 0, n = digits(text, at);
	if (!n || (n > 1 && text.ptr[at] == '0'))
		return 0;
	at += n;
	*whole = true;
	if (at < text.len && text.ptr[at] == '.') {
		n = digits(text, at + 1);
		if (!n)
			return 0;
		at += n + 1;
		*whole = false;
	}
	if (at < text.len && (text.ptr[at] == 'e' || text.ptr[at] == 'E')) {
		size_t sign = at + 1 < text.len && (text.ptr[at + 1] == '+' || text.ptr[at + 1] == '-') ? 1 : 0;
		n = digits(text, at + 1 + sign);
		if (!n)
			return 0;
		at += n + 1 + sign;
		*whole = false;
	}
	return at;
}

/* What is no number is passed over as a whole, so that its digits are looked at once. */
static size_t passed_length(struct slim_blob text)
{
	size_t n = 0;
	while (n < text.len && (is_digit(text.ptr[n]) || (text.ptr[n] && strchr("+-.eE", text.ptr[n]))))
		n++;
	return n ? n : 1;
}

/* Written by jansson as it was read: what fits into 63 bits. */
static bool survives(struct slim_blob number, bool whole)
{
	static const char most[] = "9223372036854775807";
	enum { DIGITS = sizeof(most) - 1 };
	if (!whole || slim_blob_is(number, "-0"))
		return false;
	return number.len < DIGITS ||
	       (number.len == DIGITS && *number.ptr != '-' && memcmp(number.ptr, most, DIGITS) <= 0);
}

/* A number in the place of a member's name is no JSON, and must not become some. */
static bool is_key(struct slim_blob rest)
{
	size_t at = 0;
	while (at < rest.len && strchr(" \t\r\n", rest.ptr[at]) && rest.ptr[at])
		at++;
	return at < rest.len && rest.ptr[at] == ':';
}

/* The length of the string literal that TEXT starts with, its quotes included, or what is left of it. */
static size_t string_length(struct slim_blob text)
{
	size_t at = 1;
	while (at < text.len && text.ptr[at] != '"')
		at += text.ptr[at] == '\\' ? 2 : 1;
	return at < text.len ? at + 1 : text.len;
}

static void put(FILE *out, const char *bytes, size_t length)
{
	if (fwrite(bytes, 1, length, out) != length)
		slim_out_of_memory();
}

static void protect_string(FILE *out, struct slim_blob text)
{
	put(out, text.ptr, 1);
	if (slim_blob_starts(slim_blob(text.ptr + 1, text.len - 1), MARK))
		put(out, MARK, MARK_LENGTH);
	put(out, text.ptr + 1, text.len - 1);
}

static void protect_number(FILE *out, struct slim_blob number, bool same)
{
	if (!same)
		put(out, "\"" MARK, MARK_LENGTH + 1);
	put(out, number.ptr, number.len);
	if (!same)
		put(out, "\"", 1);
}

static void release_string(FILE *out, struct slim_blob text)
{
	struct slim_blob inside = slim_blob(text.ptr + 1, text.len - 2);
	if (!slim_blob_starts(inside, MARK)) {
		put(out, text.ptr, text.len);
		return;
	}
	inside = slim_blob(inside.ptr + MARK_LENGTH, inside.len - MARK_LENGTH);
	bool own = slim_blob_starts(inside, MARK);
	put(out, "\"", own ? 1 : 0);
	put(out, inside.ptr, inside.len);
	put(out, "\"", own ? 1 : 0);
}

static FILE *open_text(char **text, size_t *length)
{
	FILE *out = open_memstream(text, length);
	if (!out)
		slim_out_of_memory();
	return out;
}

char *slim_json_protect(struct slim_blob text, size_t *length)
{
	char *result = NULL;
	FILE *out = open_text(&result, length);
	while (text.len) {
		bool whole = false;
		size_t n = *text.ptr == '"' ? string_length(text) : number_length(text, &whole);
		struct slim_blob token = slim_blob(text.ptr, n ? n : passed_length(text));
		if (*text.ptr == '"')
			protect_string(out, token);
		else if (n)
			protect_number(out, token, survives(token, whole) ||
						   is_key(slim_blob(text.ptr + n, text.len - n)));
		else
			put(out, token.ptr, token.len);
		text = slim_blob(text.ptr + token.len, text.len - token.len);
	}
	if (fclose(out))
		slim_out_of_memory();
	return result;
}

char *slim_json_release(struct slim_blob text)
{
	char *result = NULL;
	size_t length;
	FILE *out = open_text(&result, &length);
	while (text.len) {
		const char *quote = memchr(text.ptr, '"', text.len);
		size_t before = quote ? (size_t)(quote - text.ptr) : text.len;
		put(out, text.ptr, before);
		text = slim_blob(text.ptr + before, text.len - before);
		if (!text.len)
			break;
		size_t n = string_length(text);
		release_string(out, slim_blob(text.ptr, n));
		text = slim_blob(text.ptr + n, text.len - n);
	}
	if (fclose(out))
		slim_out_of_memory();
	return result;
}
