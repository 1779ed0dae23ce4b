#include "width.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

enum { WIDTH_OTHERWISE = 80, WIDTH_LEAST = 40, WIDTH_MOST = 1000 };

struct range {
	uint32_t first, last;
};

unsigned slim_columns(FILE *out)
{
	struct winsize size;
	const char *columns = getenv("COLUMNS");
	unsigned long width = columns ? strtoul(columns, NULL, 10) : 0;
	if (!width && ioctl(fileno(out), TIOCGWINSZ, &size) == 0)
		width = size.ws_col;
	if (!width)
		width = WIDTH_OTHERWISE;
	return width < WIDTH_LEAST ? WIDTH_LEAST : width > WIDTH_MOST ? WIDTH_MOST : (unsigned)width;
}

static bool within(uint32_t code, const struct range *ranges)
{
	while (ranges->last && ranges->last < code)
		ranges++;
	return ranges->last && ranges->first <= code;
}

static size_t columns_of(uint32_t code)
{
	/* the blocks of which (nearly) all characters combine, or are wide; those between them are narrow */
	static const struct range none[] = { { 0x300, 0x36f },   { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff },
					     { 0x200b, 0x200d }, { 0x20d0, 0x20ff }, { 0xfe00, 0xfe0f },
					     { 0xfe20, 0xfe2f }, { 0xe0100, 0xe01ef }, { 0 } };
	static const struct range wide[] = { { 0x1100, 0x115f }, { 0x2e80, 0x303e }, { 0x3041, 0xa4cf },
					     { 0xac00, 0xd7a3 }, { 0xf900, 0xfaff }, { 0xfe30, 0xfe6f },
					     { 0xff01, 0xff60 }, { 0xffe0, 0xffe6 }, { 0x1f300, 0x1f64f },
					     { 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd }, { 0 } };
	return code < 0x300 ? 1 : within(code, none) ? 0 : within(code, wide) ? 2 : 1;
}

/* The character at TEXT, which is not its end, and *COLUMNS of it; returns what is behind it. */
static const char *character(const char *text, size_t *columns)
{
	const unsigned char *s = (const unsigned char *)text;
	if (*s == '\033') {
		text += strcspn(text, "m");
		*columns = 0;
		return text + (*text == 'm');
	}
	size_t length = *s < 0xc0 ? 1 : *s < 0xe0 ? 2 : *s < 0xf0 ? 3 : 4, i = 1;
	uint32_t code = length == 1 ? *s : *s & (0x7fU >> length);
	for (; i < length && (s[i] & 0xc0) == 0x80; i++)
		code = code << 6 | (s[i] & 0x3fU);
	*columns = columns_of(code);
	return text + i;
}

size_t slim_text_columns(const char *text)
{
	size_t sum = 0, columns;
	while (*text) {
		text = character(text, &columns);
		sum += columns;
	}
	return sum;
}

const char *slim_text_skip(const char *text, size_t columns)
{
	for (size_t sum = 0, one; *text; sum += one) {
		const char *next = character(text, &one);
		if (sum + one > columns)
			break;
		text = next;
	}
	return text;
}
