/* What is known of languages: which file is written in which, and what in them starts programs. */
#ifndef SLIM_TRACE_APP_SOURCES_H
#define SLIM_TRACE_APP_SOURCES_H

#include "app_strings.h"
#include "slim/trace.h"

/* By the name's ending, else by the interpreter of a script. */
enum app_language app_language_of(struct slim_trace *t, struct slim_node *node,
				  enum slim_kind kind);

/* The language of what the program NAME runs; APP_NONE: it is no such program. */
enum app_language app_language_run_by(struct slim_blob name);
/* Whether a file has the name of a source in LANGUAGE, outside of packages or in NODE's own. */
bool app_has_sources(struct slim_trace *t, enum app_language language, const struct slim_node *node);

/* Whether SOURCE uses one of the modules and functions by which programs are started. */
bool app_starts_programs(struct slim_blob source);

/* Whether a literal is handed to something that starts programs. */
enum app_belief { APP_BELIEF_NONE, APP_BELIEF_MAYBE, APP_BELIEF_SURE };

/* STARTS: app_starts_programs of the file. */
enum app_belief app_belief_in(const struct app_literal *literal, bool starts);

#endif
