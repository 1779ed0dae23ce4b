#include "table.h"

#include <stdlib.h>
#include <string.h>

#include "slim/alloc.h"
#include "slim/path.h"

#include "paint.h"
#include "width.h"
#include "wrap.h"

enum { CELL_LEAST = 12 };
#define ELLIPSIS "..."

struct slim_table {
	FILE *out;
	struct slim_arena *arena;
	struct slim_column *columns;
	size_t *widths;
	size_t column_count;
	const char **cells; /* row by row */
	size_t cell_count, capacity;
};

static void widen(struct slim_table *table, size_t column, const char *text)
{
	size_t width = slim_text_columns(text);
	if (table->widths[column] < width)
		table->widths[column] = width;
}

struct slim_table *slim_table_new(const struct slim_column *columns, FILE *out)
{
	struct slim_table *table = slim_calloc(1, sizeof(*table));
	table->out = out;
	table->arena = slim_arena_new();
	while (columns[table->column_count].title)
		table->column_count++;
	table->columns = slim_arena_alloc(table->arena, table->column_count * sizeof(*columns));
	table->widths = slim_arena_alloc(table->arena, table->column_count * sizeof(*table->widths));
	for (size_t i = 0; i < table->column_count; i++) {
		table->columns[i].title = slim_path_show(table->arena, slim_blob_of(columns[i].title));
		table->columns[i].kind = columns[i].kind;
		widen(table, i, table->columns[i].title);
	}
	return table;
}

void slim_table_row(struct slim_table *table, const char *const *cells)
{
	for (size_t i = 0; i < table->column_count; i++) {
		const char *cell = slim_path_show(table->arena, slim_blob_of(cells[i]));
		widen(table, i, cell);
		*slim_push(&table->cells, &table->cell_count, &table->capacity) = cell;
	}
}

/* TEXT in at most WIDTH columns: of a path the end says most, so that two thirds of what is left are its end. */
static const char *cut(struct slim_arena *arena, const char *text, size_t width)
{
	size_t columns = slim_text_columns(text);
	if (columns <= width)
		return text;
	size_t room = width - strlen(ELLIPSIS), head = room / 3;
	const char *behind = slim_text_skip(text, head), *tail = slim_text_skip(text, columns - (room - head));
	while (slim_text_columns(tail) > room - head) /* half of a wide character is no character */
		tail = slim_text_skip(tail, 2);
	return slim_arena_format(arena, "%.*s" ELLIPSIS "%s", (int)(behind - text), text, tail);
}

/* The column that may be long gets what the others leave. */
static void fit(struct slim_table *table)
{
	size_t taken = table->column_count - 1, lengthy = table->column_count, width = slim_columns(table->out);
	for (size_t i = 0; i < table->column_count; i++) {
		if (table->columns[i].kind == SLIM_COLUMN_LONG || table->columns[i].kind == SLIM_COLUMN_PROSE)
			lengthy = i;
		else
			taken += table->widths[i];
	}
	size_t room = taken + CELL_LEAST < width ? width - taken : CELL_LEAST;
	if (lengthy < table->column_count && table->widths[lengthy] > room)
		table->widths[lengthy] = room;
}

static void print_cell(const struct slim_table *table, size_t column, const char *text)
{
	bool last = column + 1 == table->column_count;
	if (last && !*text)
		return;
	if (column)
		fputc(' ', table->out);
	size_t width = table->widths[column], columns = slim_text_columns(text);
	int pad = columns < width ? (int)(width - columns) : 0;
	if (table->columns[column].kind == SLIM_COLUMN_NUMBER)
		fprintf(table->out, "%*s%s", pad, "", text);
	else
		fprintf(table->out, "%s%*s", text, last ? 0 : pad, "");
}

static void print_prose(const struct slim_table *table, const char *text)
{
	struct slim_wrap wrap = { .out = table->out, .starts = true };
	slim_wrap_begin(&wrap, "%s", "");
	for (size_t i = 0; i + 1 < table->column_count; i++)
		wrap.indent += (unsigned)table->widths[i] + 1;
	wrap.column = wrap.indent;
	fputc(' ', table->out);
	slim_wrap_words(&wrap, text);
}

static void print_titles(const struct slim_table *table)
{
	for (size_t i = 0; i < table->column_count; i++) {
		fputs(slim_paint(table->out, SLIM_PAINT_STRONG), table->out);
		print_cell(table, i, table->columns[i].title);
		fputs(slim_paint(table->out, SLIM_PAINT_END), table->out);
	}
	fputc('\n', table->out);
}

static void print_row(const struct slim_table *table, const char *const *cells)
{
	for (size_t i = 0; i < table->column_count; i++)
		switch (table->columns[i].kind) {
		case SLIM_COLUMN_PROSE:
			print_prose(table, cells[i]);
			break;
		case SLIM_COLUMN_LONG:
			print_cell(table, i, cut(table->arena, cells[i], table->widths[i]));
			break;
		case SLIM_COLUMN_TEXT:
		case SLIM_COLUMN_NUMBER:
			print_cell(table, i, cells[i]);
			break;
		}
	fputc('\n', table->out);
}

void slim_table_print(struct slim_table *table)
{
	fit(table);
	print_titles(table);
	for (size_t i = 0; i < table->cell_count; i += table->column_count)
		print_row(table, table->cells + i);
	free(table->cells);
	slim_arena_free(table->arena);
	free(table);
}
