/* String literals in the sources of languages that have a lexer. */
#ifndef SLIM_TRACE_APP_TOKENS_H
#define SLIM_TRACE_APP_TOKENS_H

#include "../lang/lexer.h"
#include "app_strings.h"

/* As app_strings_scan; NEXT: the language's lexer. */
void app_tokens_scan(struct slim_blob source, lang_syntax *next, app_literal_sink *sink, void *context);

#endif
