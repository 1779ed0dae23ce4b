/*
 * Licences as SPDX expressions (SPDX 2.3, annex D). What is no identifier of the SPDX list becomes a LicenseRef of its
 * own, with the words that were found.
 */
#ifndef SLIM_REPORT_LICENCE_H
#define SLIM_REPORT_LICENCE_H

#include "slim/alloc.h"
#include "slim/blob.h"

struct slim_licence_ref {
	const char *id;   /* "LicenseRef-public-domain" */
	const char *text; /* as it was found */
};

struct slim_licences { /* what one document needs */
	struct slim_arena *arena;
	struct slim_licence_ref *refs; /* in the order found, with repeats until slim_licences_settle */
	size_t count, capacity;
};

/*
 * TEXT, one package's licence in the words of its package manager: "GPL-2+ or Artistic", "MIT AND (ISC OR Zlib)".
 * NULL when it says nothing.
 */
const char *slim_licence_expression(struct slim_licences *licences, struct slim_blob text);
/*
 * A Debian package's copyright file: what the paragraphs of the machine-readable form (DEP-5) name, else the common
 * licences that the text points to. NULL: it names none.
 */
const char *slim_licence_of_copyright(struct slim_licences *licences, struct slim_blob text);
/* All of PARTS together; NULLs among them do not count. */
const char *slim_licence_join(struct slim_licences *licences, const char *const *parts, size_t count, const char *word);

/* Sort the references, each once. */
void slim_licences_settle(struct slim_licences *licences);
void slim_licences_clear(struct slim_licences *licences); /* not the arena */

#endif
