#include "wrap.h"

#include <stdarg.h>
#include <string.h>

#include "slim/alloc.h"

#include "width.h"

void slim_wrap_begin(struct slim_wrap *wrap, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	slim_autofree char *text = slim_vformat(fmt, args);
	va_end(args);
	wrap->width = slim_columns(wrap->out);
	wrap->column = (unsigned)slim_text_columns(text);
	fputs(text, wrap->out);
}

static void put(struct slim_wrap *wrap, const char *word)
{
	unsigned columns = (unsigned)slim_text_columns(word);
	if (wrap->starts) {
		wrap->starts = false;
	} else if (wrap->column > wrap->indent && wrap->column + 1 + columns > wrap->width) {
		fprintf(wrap->out, "\n%*s", (int)wrap->indent, "");
		wrap->column = wrap->indent;
	} else {
		fputc(' ', wrap->out);
		wrap->column++;
	}
	fputs(word, wrap->out);
	wrap->column += columns;
}

void slim_wrap_word(struct slim_wrap *wrap, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	slim_autofree char *word = slim_vformat(fmt, args);
	va_end(args);
	put(wrap, word);
}

void slim_wrap_words(struct slim_wrap *wrap, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, " ");
		slim_autofree char *word = slim_strndup(text, length);
		if (length)
			put(wrap, word);
		text += length + (text[length] != 0);
	}
}

void slim_wrap_end(struct slim_wrap *wrap)
{
	fputc('\n', wrap->out);
}

void slim_say(FILE *out, unsigned indent, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	slim_autofree char *text = slim_vformat(fmt, args);
	va_end(args);
	struct slim_wrap wrap = { .out = out, .indent = indent, .starts = true };
	slim_wrap_begin(&wrap, "%*s", (int)indent, "");
	slim_wrap_words(&wrap, text);
	slim_wrap_end(&wrap);
}
