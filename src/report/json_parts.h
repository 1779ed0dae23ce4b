/* Parts of the JSON that slim prints. Members come with ", " behind them; the last of an object is printed by hand. */
#ifndef SLIM_REPORT_JSON_PARTS_H
#define SLIM_REPORT_JSON_PARTS_H

#include <stdint.h>
#include <stdio.h>

/* NULL: null. */
void slim_put_value(const char *text, FILE *out);
/* `"name": "text", ` or `"name": null, ` */
void slim_put_text(const char *name, const char *text, FILE *out);
/* `"name": 12, ` */
void slim_put_number(const char *name, uint64_t number, FILE *out);
/* `["a", "b"]` */
void slim_put_strings(const char *const *items, size_t count, FILE *out);
/* The same of a list that ends with NULL. */
void slim_put_list(const char *const *items, FILE *out);
/* What stands before the element I of a list with one element a line. */
void slim_put_next(size_t i, FILE *out);

#endif
