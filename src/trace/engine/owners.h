/* Questions about packages, folders and reasons that several tracers ask. */
#ifndef SLIM_TRACE_OWNERS_H
#define SLIM_TRACE_OWNERS_H

#include "slim/trace.h"

/*
 * Which nodes something certain starts: the command line, a health check, a command of a script that is itself started,
 * … and not only a word that looks like a name, or a script that came along with a folder. One bool for each node, by
 * number; the trace owns them, and a later call only adds to them.
 */
const bool *slim_started(struct slim_trace *t);
bool slim_has_reason(const struct slim_trace *t, const struct slim_node *node, enum slim_rule_id rule);

/* Folders that many packages and programs share: to name one says nothing about what lies in it. */
bool slim_is_shared_folder(const struct slim_trace *t, const struct slim_node *dir);
/* Of the system's own folders: below /usr (not /usr/local), /bin, /etc, … */
bool slim_is_system_path(const struct slim_node *node);
/* A package laid it into conf-available, and nothing in conf-enabled is a link to it. */
bool slim_is_switched_off(const struct slim_trace *t, const struct slim_node *node);
/* Start-up scripts, timers, log rotation: for an init system or a host that the container has not. */
bool slim_is_integration(const struct slim_trace *t, const struct slim_node *node);

/*
 * Whether NODE's name is that of a language runtime's program (perl, java, …): it brings all of
 * that. src/trace/lang/runtime.c
 */
bool slim_is_runtime_program(const struct slim_node *node);
/* Whether NODE's name is that of a compiler: it brings headers, libraries and a linker. src/trace/lang/compiler.c */
bool slim_is_compiler(const struct slim_node *node);

/*
 * What PROGRAM would add: its file and its libraries, but for the C library; of a script the larger of its file and
 * what its interpreter would add, UINT64_MAX when that is not there. Counted no further than beyond LIMIT.
 * src/trace/elf/helpers.c
 */
uint64_t slim_program_cost(struct slim_trace *t, struct slim_node *program, uint64_t limit);

/*
 * Whose files lie below each folder, by node number: 0 nobody's, n + 1 packages of the source of package n alone,
 * SLIM_OWNED_BY_MANY. The trace owns the list.
 */
#define SLIM_OWNED_BY_MANY UINT32_MAX
const uint32_t *slim_folder_owners(struct slim_trace *t);

#endif
