/* Seeds: what the image's config and the user name. */
#ifndef SLIM_TRACE_SEEDS_H
#define SLIM_TRACE_SEEDS_H

#include <stdbool.h>

#include "slim/options.h"

/* Whether the user named anything to start from: --keep, --entry, --package. */
bool slim_seeds_from_user(const struct slim_wishes *wishes);

#endif
