/* Digests of the contents of files, one file after another. */
#ifndef SLIM_WRITE_SUMS_H
#define SLIM_WRITE_SUMS_H

#include "slim/attr.h"
#include "slim/write.h"

struct slim_summer;

struct slim_summer *slim_summer_new(void);
void slim_summer_add(struct slim_summer *summer, const void *bytes, size_t length);
void slim_summer_end(struct slim_summer *summer, struct slim_sums *out); /* the next file starts */
void slim_summer_free(struct slim_summer *summer);                       /* NULL is fine */
SLIM_DEFINE_CLEANUP(struct slim_summer, slim_summer_free)

#endif
