/* A comparison as tables. */
#ifndef SLIM_CLI_COMPARE_H
#define SLIM_CLI_COMPARE_H

#include "../report/compare.h"

/* Whole lists when VERBOSE, else the largest of each. */
void slim_comparison_print(const struct slim_comparison *comparison, bool verbose, FILE *out);

#endif
