#include "json_parts.h"

#include <inttypes.h>

#include "report.h"

void slim_put_value(const char *text, FILE *out)
{
	if (text)
		slim_json_quote(text, out);
	else
		fputs("null", out);
}

void slim_put_text(const char *name, const char *text, FILE *out)
{
	fprintf(out, "\"%s\": ", name);
	slim_put_value(text, out);
	fputs(", ", out);
}

void slim_put_number(const char *name, uint64_t number, FILE *out)
{
	fprintf(out, "\"%s\": %" PRIu64 ", ", name, number);
}

void slim_put_strings(const char *const *items, size_t count, FILE *out)
{
	fputc('[', out);
	for (size_t i = 0; i < count; i++) {
		if (i)
			fputs(", ", out);
		slim_json_quote(items[i], out);
	}
	fputc(']', out);
}

void slim_put_list(const char *const *items, FILE *out)
{
	size_t count = 0;
	while (items[count])
		count++;
	slim_put_strings(items, count, out);
}

void slim_put_next(size_t i, FILE *out)
{
	fputs(i ? ",\n" : "\n", out);
}
