/* Metadata of distributions: PEP 508 requirements and markers, PEP 503 names. */
#ifndef SLIM_TRACE_PYTHON_META_H
#define SLIM_TRACE_PYTHON_META_H

#include "python.h"

/* What markers are evaluated against. */
struct python_target {
	const char *version; /* "3.11"; NULL: not known */
	const char *machine; /* "x86_64"; NULL: not known */
	bool pypy;
};

struct python_requirement {
	struct slim_blob name, extras, marker; /* extras: "a, b"; empty when there are none */
};

/* False: LINE is none ("-e .", a URL alone, a comment). */
bool python_requirement_parse(struct slim_blob line, struct python_requirement *out);
/*
 * Whether MARKER holds for TARGET with EXTRAS (ends with NULL; normalised) asked for. What is not known, and what
 * cannot be read, holds.
 */
bool python_marker_holds(struct slim_blob marker, const struct python_target *target, const char *const *extras);
/* Lower case, runs of - _ . as one -. The arena owns it. */
const char *python_normal_name(struct slim_arena *arena, struct slim_blob name);

#endif
