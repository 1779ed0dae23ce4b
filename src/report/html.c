/* The report as a page: the JSON within a page that draws it. Quoting escapes every `<`, so it
 * cannot end the script. */
#include "report.h"

static const char *const head[] = {
#include "src/report/page_head.inc"
};

static const char *const tail[] = {
#include "src/report/page_tail.inc"
};

static void print(const char *const *lines, size_t count, FILE *out)
{
	for (size_t i = 0; i < count; i++) {
		fputs(lines[i], out);
		fputc('\n', out);
	}
}

void slim_report_html(const struct slim_report *report, FILE *out)
{
	print(head, SLIM_COUNT(head), out);
	slim_report_json(report, out);
	print(tail, SLIM_COUNT(tail), out);
}
