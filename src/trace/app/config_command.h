/* Commands in configuration files: what src/trace/app/config_tracer.c asks of src/trace/app/config_command.c. */
#ifndef SLIM_TRACE_CONFIG_COMMAND_H
#define SLIM_TRACE_CONFIG_COMMAND_H

#include "slim/trace.h"

/*
 * Keep the programs that LINE of the configuration FILE starts, if it is a setting whose name says that it does.
 * SOURCE: FILE is a source, in which values are literals.
 */
void slim_config_commands(struct slim_trace *t, const struct slim_node *file, struct slim_blob line, bool source);

#endif
