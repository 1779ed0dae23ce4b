/* Tables, as wide as the terminal at most. */
#ifndef SLIM_CLI_TABLE_H
#define SLIM_CLI_TABLE_H

#include <stdio.h>

/*
 * LONG: cells lose their middle when there is no room; PROSE, of the last column only: goes on on the next line. A
 * table has at most one column of these two; the others take the room that they need.
 */
enum slim_column_kind { SLIM_COLUMN_TEXT, SLIM_COLUMN_NUMBER, SLIM_COLUMN_LONG, SLIM_COLUMN_PROSE };

struct slim_column {
	const char *title;
	enum slim_column_kind kind;
};

struct slim_table;

/* COLUMNS, which are copied, end with a NULL title. Never NULL. */
struct slim_table *slim_table_new(const struct slim_column *columns, FILE *out);
/* CELLS, a string for each column and then NULL, are copied as slim_path_show() shows them. */
void slim_table_row(struct slim_table *table, const char *const *cells);
/* Print and free. */
void slim_table_print(struct slim_table *table);

#endif
