/* How much room text takes on a terminal. No locale is asked: what slim prints is UTF-8 everywhere. */
#ifndef SLIM_CLI_WIDTH_H
#define SLIM_CLI_WIDTH_H

#include <stddef.h>
#include <stdio.h>

/* How wide OUT is: COLUMNS of the environment, else as the terminal says, else 80. */
unsigned slim_columns(FILE *out);

/*
 * Columns that TEXT takes: UTF-8, as slim_path_show() leaves it. Wide characters (Unicode, UAX 11) take two, those that
 * combine with the one before them and colours (slim_paint()) none.
 */
size_t slim_text_columns(const char *text);

/* TEXT behind as many of its characters as fit into COLUMNS. */
const char *slim_text_skip(const char *text, size_t columns);

#endif
