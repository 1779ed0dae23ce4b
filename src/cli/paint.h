/* Colours: only on a terminal that has them, and never with NO_COLOR (no-color.org). */
#ifndef SLIM_CLI_PAINT_H
#define SLIM_CLI_PAINT_H

#include <stdbool.h>
#include <stdio.h>

enum slim_paint { SLIM_PAINT_STRONG, SLIM_PAINT_STAYS, SLIM_PAINT_LEAVES, SLIM_PAINT_END };

bool slim_has_colours(FILE *out);
/* What to print before words, or behind them; "" where there are no colours. */
const char *slim_paint(FILE *out, enum slim_paint paint);

#endif
