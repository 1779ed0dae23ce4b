/* An answer of `slim why` as text. */
#ifndef SLIM_CLI_WHY_H
#define SLIM_CLI_WHY_H

#include "../report/why.h"

void slim_answer_print(const struct slim_why_source *source, const struct slim_answer *answer, FILE *out);

#endif
