/* Keeping what the loader loads: shared by the tracers of ELF files. */
#ifndef SLIM_TRACE_LOADS_H
#define SLIM_TRACE_LOADS_H

#include "../engine/hosts.h"

/* One file, with every link on the way, for RULE; asked for by the file whose tag named it, else by FROM. */
void slim_keep_load(struct slim_trace *t, const struct slim_loaded *loaded, enum slim_rule_id rule,
		    const struct slim_node *from);
/* All of them, each for the rule by which it is loaded. What was not found is a doubt. */
void slim_keep_loads(struct slim_trace *t, const struct slim_loads *loads, const struct slim_node *from);

/* A doubt for each version of symbols that who asked for LOADED wants of it, and that it does not define. */
void slim_check_versions(struct slim_trace *t, const struct slim_loaded *loaded, const struct slim_node *from);

/* HOST, a program, loads LIBRARY (may be NULL) and LOADS. */
void slim_host_loads(struct slim_trace *t, const struct slim_loads *loads, const struct slim_node *library,
		     struct slim_node *host);

#endif
