/* Programs that the modules of packages start. */
#ifndef SLIM_TRACE_APP_COMMANDS_H
#define SLIM_TRACE_APP_COMMANDS_H

#include "app_strings.h"
#include "slim/trace.h"

/*
 * NODE, whose text is SOURCE, is a module of a package that is loaded. Of its literals only those count that it hands
 * to something which starts programs, and no tool that builds packages. DECLARED: the application asks for this package
 * itself, so what it starts stays at any price; of other packages a program that is not small is a doubt.
 */
void app_read_module(struct slim_trace *t, struct slim_node *node, struct slim_blob source,
		     enum app_language language, bool declared);

#endif
