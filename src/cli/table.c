#include "table.h"

#include <sys/ioctl.h>

#include "slim/alloc.h"

enum { WIDTH_OTHERWISE = 80 };

struct libscols_table *slim_table_new(const struct slim_column *columns, FILE *out)
{
	struct libscols_table *table = scols_new_table();
	if (!table)
		slim_out_of_memory();
	for (const struct slim_column *c = columns; c->title; c++) {
		int flags = c->kind == SLIM_COLUMN_NUMBER ? SCOLS_FL_RIGHT
			    : c->kind == SLIM_COLUMN_LONG ? SCOLS_FL_TRUNC
							  : 0;
		if (!scols_table_new_column(table, c->title, 0, flags))
			slim_out_of_memory();
	}
	struct winsize size;
	int width = ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col
									      : WIDTH_OTHERWISE;
	scols_table_set_stream(table, out);
	scols_table_set_termforce(table, SCOLS_TERMFORCE_ALWAYS);
	scols_table_set_termwidth(table, (size_t)width);
	return table;
}

void slim_table_row(struct libscols_table *table, const char *const *cells)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	if (!line)
		slim_out_of_memory();
	for (size_t i = 0; cells[i]; i++)
		if (scols_line_set_data(line, i, cells[i]) < 0)
			slim_out_of_memory();
}

void slim_table_print(struct libscols_table *table)
{
	if (scols_print_table(table) < 0)
		slim_out_of_memory();
	scols_unref_table(table);
}
