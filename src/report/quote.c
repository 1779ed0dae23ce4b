#include "report.h"

#include "slim/utf8.h"

void slim_json_escape(const char *text, FILE *out)
{
	struct slim_blob rest = slim_blob_of(text);
	while (rest.len) {
		uint32_t code;
		size_t n = slim_utf8(rest, &code);
		if (!n)
			fprintf(out, "\\\\x%02x", (unsigned char)*rest.ptr);
		else if (code == '"' || code == '\\')
			fprintf(out, "\\%c", *rest.ptr);
		else if (code < 0x20 || code == 0x7f ||
			 code == '<') /* <: the page holds this text within a script element */
			fprintf(out, "\\u%04x", code);
		else
			fwrite(rest.ptr, 1, n, out);
		rest = slim_blob(rest.ptr + (n ? n : 1), rest.len - (n ? n : 1));
	}
}

void slim_json_quote(const char *text, FILE *out)
{
	fputc('"', out);
	slim_json_escape(text, out);
	fputc('"', out);
}
