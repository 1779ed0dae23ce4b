/* System data that kept ELF files open by names that are not theirs: the C library's, OpenSSL's, … docs/rules.md B. */
#ifndef SLIM_TRACE_SYSTEM_DATA_H
#define SLIM_TRACE_SYSTEM_DATA_H

#include "slim/trace.h"

/*
 * One rule: what sets it off, and what then stays. Lists end with NULL; NULL is an empty list.
 *   symbols   imported by a kept ELF file (of a static one: anywhere in its symbol table)
 *   sonames   shell patterns for the DT_SONAME or file name of a kept library
 *   programs  shell patterns for the name of a kept program
 *   strings   paths that a kept ELF file holds
 *   words     bare names that it holds, in slim_elf.words: what it may look up in a library
 *   places    patterns; "$LIB" is each folder of system libraries, a final "**" is all below
 *   unless    what a file is that does not set it off in spite of its imports
 *   when      what the image must have besides, asked again until it is true; NULL: nothing
 *   libraries names that are loaded by dlopen: searched as the loader does
 */
struct slim_feature {
	const char *name;
	enum slim_rule_id rule;
	const char *const *symbols, *const *sonames, *const *programs, *const *strings, *const *words;
	const char *const *except; /* patterns for names of files that do not set it off */
	bool go;                   /* programs built by Go set it off, too */
	const char *const *places, *const *libraries;
	bool (*when)(struct slim_trace *t);
	bool (*unless)(const struct slim_elf *elf); /* a file of which this is true does not set it off */
	void (*more)(struct slim_trace *t, struct slim_node *from); /* may be NULL */
};

extern const struct slim_feature slim_features[];
enum { SLIM_FEATURE_MAX = 128 }; /* more than there are */
size_t slim_feature_count(void);

/* What stays in any case: docs/rules.md 0.1. Patterns as in `places`; ends with NULL. */
extern const char *const slim_always[];

/* Whether a shell pattern of LIST matches NAME. */
bool slim_name_in(const char *const *list, const char *name);
/* Keep what PLACE (see above) matches. */
void slim_keep_place(struct slim_trace *t, const char *place, enum slim_rule_id rule, const struct slim_node *from,
		     const char *evidence);
/*
 * Whether a folder of system libraries holds modules that a rule chooses from (gconv, PAM, SASL, PHP), so that to name
 * the folder is not to ask for all of it.
 */
bool slim_is_chosen_from(struct slim_trace *t, const struct slim_node *dir);
/* Keep the library that dlopen(NAME) in FROM finds. */
void slim_keep_library(struct slim_trace *t, const char *name, enum slim_rule_id rule, struct slim_node *from,
		       const char *evidence);

/* name_service.c */
void slim_nss_keep(struct slim_trace *t, struct slim_node *from);
/* login_shell.c */
void slim_login_shells_keep(struct slim_trace *t, struct slim_node *from);
/* zoneinfo.c: all zones, for what takes their names from its data */
void slim_zoneinfo_keep(struct slim_trace *t, struct slim_node *from);
/* idn.c: whether a process that stays can look up host names that are not ASCII */
bool slim_idn_works(struct slim_trace *t);
/* locale.c: whether the image has a locale whose charset is not UTF-8 */
bool slim_has_other_charset(struct slim_trace *t);

#endif
