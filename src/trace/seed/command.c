/* Command lines in exec form: the program, and every other word that names something. */
#include <string.h>

#include "slim/path.h"
#include "slim/trace.h"

/* WORDS as shell source that means exactly them: each in single quotes. */
static char *quoted(const char *const *words)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	if (!out)
		slim_out_of_memory();
	for (; *words; words++) {
		fputc('\'', out);
		for (const char *c = *words; *c; c++)
			if (*c == '\'')
				fputs("'\\''", out);
			else
				fputc(*c, out);
		fputs("' ", out);
	}
	fclose(out);
	return text;
}

/* A file or folder that WORD names, whole or behind `=`, `:` or `,` (as in --config=/etc/x.conf, -javaagent:/x.jar). */
static void keep_paths_of(struct slim_trace *t, const char *word, const struct slim_node *from, const char *evidence)
{
	const char *dir = slim_trace_config(t)->working_dir;
	const struct slim_node *cwd = *dir ? slim_tree_find(slim_trace_tree(t), dir) : NULL;
	if (*word != '-' && *word && strlen(word) < SLIM_PATH_MAX)
		slim_keep_path(t, cwd, slim_blob_of(word), SLIM_RULE_ARGUMENT, from, "%s: '%s'", evidence, word);
	struct slim_blob rest = slim_blob_of(word), part;
	while (slim_blob_split_any(&rest, "=:,", &part))
		if (part.len > 1 && part.ptr[0] == '/')
			slim_keep_path(t, NULL, part, SLIM_RULE_ARGUMENT, from, "%s: '%.*s'", evidence, (int)part.len,
				       part.ptr);
}

struct slim_node *slim_trace_command(struct slim_trace *t, const char *const *words, enum slim_rule_id rule,
				     const struct slim_node *from, const char *evidence)
{
	if (!*words)
		return NULL;
	struct slim_node *program = slim_keep_program(t, slim_blob_of(*words), rule, from, "%s", evidence);
	for (const char *const *w = words + 1; *w; w++)
		keep_paths_of(t, *w, from, evidence);
	slim_autofree char *text = quoted(words);
	slim_trace_shell_text(t, slim_blob_of(text), rule, from, evidence);
	return program;
}
