/* Which selected names are names of one file. */
#ifndef SLIM_WRITE_LINKS_H
#define SLIM_WRITE_LINKS_H

#include "slim/alloc.h"
#include "slim/write.h"

/* For each selected node the place of the first one with the same inode: its own when it is that one. free() it. */
uint32_t *slim_first_names(const struct slim_selection *selection);

#endif
