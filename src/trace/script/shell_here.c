#include "shell_lexer.h"

#include <stdlib.h>
#include <string.h>

void lexer_want_here(struct lexer *l, struct slim_blob encoded, bool quoted, bool tabs)
{
	char *delimiter = slim_strndup(encoded.ptr, encoded.len);
	size_t n = 0;
	for (size_t i = 0; i < encoded.len; i++) {
		if (encoded.ptr[i] == SHELL_VAR)
			delimiter[n++] = '$';
		else if (encoded.ptr[i] > SHELL_OR || encoded.ptr[i] < 0)
			delimiter[n++] = encoded.ptr[i];
	}
	delimiter[n] = '\0';
	*slim_push(&l->heres, &l->here_count, &l->here_capacity) =
		(struct here){ delimiter, quoted, tabs, top(l)->pipeline };
}

/* Where the body that starts at p ends, and where the source goes on behind its delimiter. */
static const char *body_end(const struct lexer *l, const struct here *h, const char **next)
{
	struct slim_blob rest = slim_blob(l->p, left(l)), line;
	while (slim_blob_line(&rest, &line)) {
		struct slim_blob text = line;
		while (h->tabs && text.len && text.ptr[0] == '\t')
			text = slim_blob(text.ptr + 1, text.len - 1);
		if (text.len && text.ptr[text.len - 1] == '\r')
			text.len--;
		if (slim_blob_is(text, h->delimiter)) {
			const char *behind = line.ptr + line.len;
			while (behind < l->end && *behind++ != '\n')
				;
			*next = behind;
			return line.ptr;
		}
	}
	*next = l->end;
	return l->end;
}

void lexer_next_here(struct lexer *l)
{
	while (l->here_next < l->here_count && l->p < l->end) {
		struct here h = l->heres[l->here_next];
		const char *next, *end = body_end(l, &h, &next);
		l->heres[l->here_next++].delimiter = NULL;
		free(h.delimiter);
		struct shell_event event = { .kind = SHELL_HERE, .pipeline = h.pipeline };
		lexer_emit_text(l, event, slim_blob(l->p, (size_t)(end - l->p)), h.quoted);
		if (h.quoted) {
			l->p = next;
			continue;
		}
		struct frame *f = lexer_push(l, FRAME_BODY);
		if (l->too_deep)
			return;
		f->end = l->end;
		f->next = next;
		f->here_next = l->here_next;
		f->here_count = l->here_count;
		l->end = end;
		l->here_next = l->here_count;
		return;
	}
}
