/* The page around its data. */
#include "page.h"

#include <string.h>

#include "compare.h"

static const char *const page[] = {
#include "src/report/page_html.inc"
};

static const char *const style[] = {
#include "src/report/page_css.inc"
};

static const char *const script[] = {
#include "src/report/page_js.inc"
};

static void print(const char *const *lines, size_t count, FILE *out)
{
	for (size_t i = 0; i < count; i++) {
		fputs(lines[i], out);
		fputc('\n', out);
	}
}

void slim_page_print(void (*data)(const void *model, FILE *out), const void *model, FILE *out)
{
	for (size_t i = 0; i < SLIM_COUNT(page); i++) {
		if (!strcmp(page[i], "@style@"))
			print(style, SLIM_COUNT(style), out);
		else if (!strcmp(page[i], "@data@"))
			data(model, out);
		else if (!strcmp(page[i], "@script@"))
			print(script, SLIM_COUNT(script), out);
		else
			print(&page[i], 1, out);
	}
}

static void print_data(const void *model, FILE *out)
{
	slim_page_data(model, out);
}

void slim_report_html(const struct slim_report *report, FILE *out)
{
	slim_page_print(print_data, report, out);
}

static void print_comparison(const void *model, FILE *out)
{
	slim_comparison_json(model, out);
}

void slim_comparison_html(const struct slim_comparison *comparison, FILE *out)
{
	slim_page_print(print_comparison, comparison, out);
}
