/* Tables on standard output, as wide as the terminal: libsmartcols behind a few words. */
#ifndef SLIM_CLI_TABLE_H
#define SLIM_CLI_TABLE_H

#include <stdio.h>

#include <libsmartcols.h>

/* LONG: of one column, whose cells lose their middle when there is no room; PROSE goes on on the next line */
enum slim_column_kind { SLIM_COLUMN_TEXT, SLIM_COLUMN_NUMBER, SLIM_COLUMN_LONG, SLIM_COLUMN_PROSE };

/* How wide OUT is: COLUMNS of the environment, else as the terminal says, else 80. */
unsigned slim_columns(FILE *out);

struct slim_column {
	const char *title;
	enum slim_column_kind kind;
};

/* COLUMNS end with a NULL title. Never NULL. */
struct libscols_table *slim_table_new(const struct slim_column *columns, FILE *out);
/* CELLS end with NULL and are copied. */
void slim_table_row(struct libscols_table *table, const char *const *cells);
/* Print and free. */
void slim_table_print(struct libscols_table *table);

#endif
