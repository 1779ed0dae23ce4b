#include "lexer.h"

struct lang_lexer *lang_lexer_new(struct slim_blob source)
{
	struct lang_lexer *lexer = slim_alloc(sizeof(*lexer));
	*lexer = (struct lang_lexer){ .source = source, .arena = slim_arena_new() };
	return lexer;
}

void lang_lexer_free(struct lang_lexer *lexer)
{
	if (!lexer)
		return;
	slim_arena_free(lexer->arena);
	free(lexer);
}
