/*
 * The page: src/report/page/ holds its parts, which the build turns into arrays of lines. Its data is JSON within a
 * script element, so `<` must be escaped in it (slim_json_quote does).
 */
#ifndef SLIM_REPORT_PAGE_H
#define SLIM_REPORT_PAGE_H

#include "report.h"

/* The whole page around what DATA prints of MODEL. */
void slim_page_print(void (*data)(const void *model, FILE *out), const void *model, FILE *out);

/*
 * A report as the page holds it: docs/report.md has the form. The same members as the JSON report, but the paths of an
 * image are one tree in columns, so that 50,000 files fit in a few megabytes.
 */
void slim_page_data(const struct slim_report *report, FILE *out);

#endif
