/*
 * Globs: `*` stops at `/`, `**` does not, `?`, `[a-z]`, `\` takes the next byte as it is; bytes, not characters. A
 * pattern without `/` (but for one at its end) matches at any depth, any other one from the root.
 */
#ifndef SLIM_MATCH_H
#define SLIM_MATCH_H

#include <stdbool.h>

#include "slim/blob.h"
#include "slim/error.h"

struct slim_glob;

int slim_glob_new(const char *pattern, struct slim_glob **out, struct slim_error **err) SLIM_MUST_CHECK;
bool slim_glob_matches(const struct slim_glob *glob, struct slim_blob path); /* a `/` at either end is ignored */
const char *slim_glob_text(const struct slim_glob *glob);
/*
 * For a pattern without wildcards the only path that it matches (no `/` at either end), or with *name the only last
 * part of paths; so that many such patterns can be looked up, not tried. Else false.
 */
bool slim_glob_literal(const struct slim_glob *glob, struct slim_blob *literal, bool *name);
void slim_glob_free(struct slim_glob *glob); /* NULL is fine */

/*
 * Whether a name (no slash) matches a shell pattern of *, ?, [..] and \x. No pattern is slow: the time is at most the
 * product of both lengths.
 */
bool slim_wildcard(struct slim_blob pattern, struct slim_blob name);
bool slim_is_wildcard(struct slim_blob word); /* has *, ? or [ */

#endif
