/* Numbers that jansson would change, on their way through it: see json_numbers.c. */
#ifndef SLIM_OCI_JSON_NUMBERS_H
#define SLIM_OCI_JSON_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>

#include "slim/blob.h"

/* JSON for jansson: numbers that it would change as marked strings. free() it. */
char *slim_json_protect(struct slim_blob text, size_t *length);
/* What jansson wrote (compact, ASCII control bytes escaped), with these numbers as they were. free() it. */
char *slim_json_release(struct slim_blob text);

#endif
