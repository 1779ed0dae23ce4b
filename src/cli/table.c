#include "table.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "slim/alloc.h"

#include "paint.h"

enum { WIDTH_OTHERWISE = 80, WIDTH_LEAST = 40, WIDTH_MOST = 1000, CELL_LEAST = 12 };
#define ELLIPSIS "..."

unsigned slim_columns(FILE *out)
{
	struct winsize size;
	const char *columns = getenv("COLUMNS");
	unsigned long width = columns ? strtoul(columns, NULL, 10) : 0;
	if (!width && ioctl(fileno(out), TIOCGWINSZ, &size) == 0)
		width = size.ws_col;
	if (!width)
		width = WIDTH_OTHERWISE;
	return width < WIDTH_LEAST ? WIDTH_LEAST : width > WIDTH_MOST ? WIDTH_MOST : (unsigned)width;
}

struct libscols_table *slim_table_new(const struct slim_column *columns, FILE *out)
{
	struct libscols_table *table = scols_new_table();
	if (!table)
		slim_out_of_memory();
	for (const struct slim_column *c = columns; c->title; c++) {
		static const int flags[] = { [SLIM_COLUMN_NUMBER] = SCOLS_FL_RIGHT, [SLIM_COLUMN_LONG] = SCOLS_FL_TRUNC,
					     [SLIM_COLUMN_PROSE] = SCOLS_FL_WRAP };
		struct libscols_column *column = scols_table_new_column(table, c->title, 0, flags[c->kind]);
		if (!column || scols_cell_set_color(scols_column_get_header(column), "\033[1m"))
			slim_out_of_memory();
	}
	scols_table_enable_colors(table, slim_has_colours(out));
	scols_table_set_stream(table, out);
	scols_table_set_termforce(table, SCOLS_TERMFORCE_ALWAYS);
	scols_table_set_termwidth(table, slim_columns(out));
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

static const char *cell(struct libscols_table *table, size_t row, size_t column)
{
	struct libscols_line *line = scols_table_get_line(table, row);
	const char *data = scols_line_get_column_data(line, scols_table_get_column(table, column));
	return data ? data : "";
}

/* The widest cell of COLUMN, its title included. */
static size_t width_of(struct libscols_table *table, size_t column)
{
	size_t widest = strlen(scols_cell_get_data(scols_column_get_header(scols_table_get_column(table, column))));
	for (size_t row = 0; row < scols_table_get_nlines(table); row++) {
		size_t width = strlen(cell(table, row, column));
		widest = width > widest ? width : widest;
	}
	return widest;
}

/* TEXT in at most WIDTH bytes: of a path the end says most, so that two thirds of what is left are its end. */
static char *cut(const char *text, size_t width)
{
	size_t length = strlen(text), room = width - strlen(ELLIPSIS), head = room / 3, tail = length - (room - head);
	while (head && (text[head] & 0xc0) == 0x80)
		head--;
	while ((text[tail] & 0xc0) == 0x80)
		tail++;
	return slim_format("%.*s" ELLIPSIS "%s", (int)head, text, text + tail);
}

static void fit_column(struct libscols_table *table, size_t column, size_t width)
{
	for (size_t row = 0; row < scols_table_get_nlines(table); row++) {
		const char *data = cell(table, row, column);
		slim_autofree char *shorter = strlen(data) > width ? cut(data, width) : NULL;
		if (shorter && scols_line_set_data(scols_table_get_line(table, row), column, shorter) < 0)
			slim_out_of_memory();
	}
}

/* Long cells lose their middle, as far as the other columns take the room. */
static void fit(struct libscols_table *table)
{
	size_t columns = scols_table_get_ncols(table), taken = columns - 1, lengthy = columns;
	for (size_t i = 0; i < columns; i++) {
		if (scols_column_is_trunc(scols_table_get_column(table, i)))
			lengthy = i;
		else
			taken += width_of(table, i);
	}
	size_t width = scols_table_get_termwidth(table);
	if (lengthy < columns)
		fit_column(table, lengthy, taken + CELL_LEAST < width ? width - taken : CELL_LEAST);
}

void slim_table_print(struct libscols_table *table)
{
	fit(table);
	if (scols_print_table(table) < 0)
		slim_out_of_memory();
	scols_unref_table(table);
}
