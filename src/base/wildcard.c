#include "slim/match.h"

#include <stdint.h>

/* Named classes, as in the C locale (POSIX.1-2017, XBD 9.3.5). */
static bool in_class(struct slim_blob class, unsigned char c)
{
	bool lower = c >= 'a' && c <= 'z', upper = c >= 'A' && c <= 'Z', digit = c >= '0' && c <= '9';
	bool graph = c > 0x20 && c < 0x7f;
	if (slim_blob_is(class, "alpha"))
		return lower || upper;
	if (slim_blob_is(class, "alnum"))
		return lower || upper || digit;
	if (slim_blob_is(class, "digit"))
		return digit;
	if (slim_blob_is(class, "lower"))
		return lower;
	if (slim_blob_is(class, "upper"))
		return upper;
	if (slim_blob_is(class, "xdigit"))
		return digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
	if (slim_blob_is(class, "space"))
		return c == ' ' || (c >= '\t' && c <= '\r');
	if (slim_blob_is(class, "blank"))
		return c == ' ' || c == '\t';
	if (slim_blob_is(class, "punct"))
		return graph && !lower && !upper && !digit;
	if (slim_blob_is(class, "graph"))
		return graph;
	if (slim_blob_is(class, "print"))
		return graph || c == ' ';
	if (slim_blob_is(class, "cntrl"))
		return c < 0x20 || c == 0x7f;
	return false;
}

/* `[:name:]` at AT: the length of it all, and its name; else 0. */
static size_t class_at(struct slim_blob p, size_t at, struct slim_blob *name)
{
	if (at + 1 >= p.len || p.ptr[at] != '[' || p.ptr[at + 1] != ':')
		return 0;
	for (size_t i = at + 2; i + 1 < p.len && p.ptr[i] >= 'a' && p.ptr[i] <= 'z'; i++)
		if (p.ptr[i + 1] == ':' && i + 2 < p.len && p.ptr[i + 2] == ']') {
			*name = slim_blob(p.ptr + at + 2, i - at - 1);
			return i + 3 - at;
		}
	return 0;
}

/* The byte at *AT, an escaped one as itself; *at moves behind it. */
static unsigned char byte_at(struct slim_blob p, size_t *at)
{
	if (p.ptr[*at] == '\\' && *at + 1 < p.len)
		++*at;
	return (unsigned char)p.ptr[(*at)++];
}

/*
 * The bracket expression at AT: its length, and whether C is in it. 0 when it is never closed: then `[` is itself, as
 * in a shell.
 */
static size_t bracket(struct slim_blob p, size_t at, unsigned char c, bool *in)
{
	size_t i = at + 1;
	bool negated = i < p.len && (p.ptr[i] == '!' || p.ptr[i] == '^');
	i += negated;
	*in = false;
	for (size_t first = i; i < p.len && (p.ptr[i] != ']' || i == first);) {
		struct slim_blob class;
		size_t skip = class_at(p, i, &class);
		if (skip) {
			*in |= in_class(class, c);
			i += skip;
			continue;
		}
		unsigned char low = byte_at(p, &i), high = low;
		if (i + 1 < p.len && p.ptr[i] == '-' && p.ptr[i + 1] != ']') {
			i++;
			high = byte_at(p, &i);
		}
		*in |= low <= c && c <= high;
	}
	if (i >= p.len)
		return 0;
	*in ^= negated;
	return i + 1 - at;
}

/* How many bytes of the pattern at AT match the byte C; 0: it does not match. */
static size_t step(struct slim_blob p, size_t at, unsigned char c)
{
	bool in;
	size_t length;
	switch (p.ptr[at]) {
	case '?':
		return 1;
	case '[':
		length = bracket(p, at, c, &in);
		if (length)
			return in ? length : 0;
		return c == '[';
	case '\\':
		if (at + 1 < p.len)
			return (unsigned char)p.ptr[at + 1] == c ? 2 : 0;
		return c == '\\';
	default:
		return (unsigned char)p.ptr[at] == c;
	}
}

/* Most names fail at the end of the pattern: *.conf, /etc/x. A byte that is nothing special must be the last one. */
static bool ends_otherwise(struct slim_blob pattern, struct slim_blob name)
{
	char last = pattern.len ? pattern.ptr[pattern.len - 1] : '*';
	return last != '*' && last != '?' && last != ']' && last != '\\' &&
	       (!name.len || name.ptr[name.len - 1] != last);
}

bool slim_wildcard(struct slim_blob pattern, struct slim_blob name)
{
	if (ends_otherwise(pattern, name))
		return false;
	size_t p = 0, n = 0, star = SIZE_MAX, resume = 0;
	while (n < name.len) {
		if (p < pattern.len && pattern.ptr[p] == '*') {
			star = ++p;
			resume = n;
			continue;
		}
		size_t length = p < pattern.len ? step(pattern, p, (unsigned char)name.ptr[n]) : 0;
		if (length) {
			p += length;
			n++;
		} else if (star != SIZE_MAX) { /* only the last star is ever tried again */
			p = star;
			n = ++resume;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.ptr[p] == '*')
		p++;
	return p == pattern.len;
}

bool slim_is_wildcard(struct slim_blob word)
{
	for (size_t i = 0; i < word.len; i++)
		if (word.ptr[i] == '*' || word.ptr[i] == '?' || word.ptr[i] == '[')
			return true;
	return false;
}
