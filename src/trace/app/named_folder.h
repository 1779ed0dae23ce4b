/* Folders that a text or a program names: whose they are. */
#ifndef SLIM_TRACE_APP_NAMED_FOLDER_H
#define SLIM_TRACE_APP_NAMED_FOLDER_H

#include "slim/trace.h"

/*
 * Whether nobody's files lie below DIR, or only those of packages of one source: that of FROM's package, or, with
 * ANY_SINGLE_OWNER, any. OWNERS: slim_folder_owners.
 */
bool app_is_own_folder(struct slim_trace *t, const uint32_t *owners, const struct slim_node *dir,
		       const struct slim_node *from, bool any_single_owner);

/* Below a folder that the runtime of containers mounts or that is empty at the start: /proc, /dev, /run, … */
bool app_is_given(const struct slim_node *node);

#endif
