/* Parts of the JSON report that the page holds too: members without the braces around them, no comma at either end. */
#ifndef SLIM_REPORT_JSON_H
#define SLIM_REPORT_JSON_H

#include "report.h"

/* "schema" to "warnings", and "timings" when they were asked for. */
void slim_json_head(const struct slim_report *report, FILE *out);
/* "name" to "dropped_programs" */
void slim_json_image_head(const struct slim_report_image *image, FILE *out);
void slim_json_packages(const struct slim_report_image *image, FILE *out);
void slim_json_doubts(const struct slim_report_image *image, FILE *out);

#endif
