/* What the tracers of all languages do alike: docs/rules.md D. */
#ifndef SLIM_TRACE_LANG_H
#define SLIM_TRACE_LANG_H

#include "slim/trace.h"

/* The folder above bin, sbin or lib: /usr/bin/x → /usr, /usr/lib/x86_64-linux-gnu/libx.so → /usr */
struct slim_node *lang_prefix(const struct slim_node *program);
/* Keep PLACES (ends with NULL; slim_keep_place), where "$PREFIX" stands for lang_prefix(ASKER). */
void lang_keep_places(struct slim_trace *t, const char *const *places, const struct slim_node *asker,
		      const char *language);
/* A language with a call that hands text to the shell: A21. */
void lang_keep_shell(struct slim_trace *t, const struct slim_node *asker, const char *language);
/* A language whose programs name locales in their code: B4. The image has few, made on purpose. */
void lang_keep_locales(struct slim_trace *t, const struct slim_node *asker, const char *language);

#endif
