/* C1: the interpreter of a script. Sources: execve(2), Linux fs/binfmt_script.c, env(1). */
#include "shebang.h"

#include <string.h>

#include "shell_script.h"
#include "slim/path.h"

enum { WORDS_MAX = 32 };

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

bool shebang_parse(struct slim_blob head, struct shebang *out)
{
	*out = (struct shebang){ .path = SLIM_BLOB(""), .argument = SLIM_BLOB("") };
	if (!slim_blob_starts(head, "#!"))
		return false;
	size_t limit = head.len < SHEBANG_MAX ? head.len : SHEBANG_MAX, at = 2;
	const char *newline = memchr(head.ptr, '\n', limit), *nul = memchr(head.ptr, 0, limit);
	size_t end = newline ? (size_t)(newline - head.ptr) : limit;
	out->cut = !newline && head.len >= SHEBANG_MAX;
	if (nul && (size_t)(nul - head.ptr) < end)
		end = (size_t)(nul - head.ptr);
	while (end > at && is_blank(head.ptr[end - 1]))
		end--;
	out->carriage_return = end > at && head.ptr[end - 1] == '\r';
	end -= out->carriage_return; /* no such interpreter, most likely; but `sh script` would run it all the same */
	while (at < end && is_blank(head.ptr[at]))
		at++;
	size_t path = at;
	while (at < end && !is_blank(head.ptr[at]))
		at++;
	out->path = slim_blob(head.ptr + path, at - path);
	while (at < end && is_blank(head.ptr[at]))
		at++;
	out->argument = slim_blob(head.ptr + at, end - at);
	return true;
}

/* env -S: blanks separate, quotes group, \_ is a blank (in double quotes) or separates, ${NAME} is from Env. */
struct splitter {
	struct slim_trace *t;
	struct slim_blob *words;
	size_t count;
	char *text;
	size_t length, from, capacity;
	bool in_word;
};

static void split_put(struct splitter *s, const char *bytes, size_t length)
{
	s->in_word = true;
	for (size_t i = 0; i < length && s->length + 1 < s->capacity; i++)
		s->text[s->length++] = bytes[i];
}

static void split_end(struct splitter *s)
{
	if (s->in_word && s->count < WORDS_MAX)
		s->words[s->count++] = slim_blob(s->text + s->from, s->length - s->from);
	s->in_word = false;
	s->from = s->length;
}

static size_t split_variable(struct splitter *s, struct slim_blob rest)
{
	const char *close = memchr(rest.ptr, '}', rest.len);
	if (rest.len < 3 || rest.ptr[1] != '{' || !close)
		return 0;
	slim_autofree char *name = slim_strndup(rest.ptr + 2, (size_t)(close - rest.ptr) - 2);
	const char *value = slim_trace_env(s->t, name);
	if (value)
		split_put(s, value, strlen(value));
	return (size_t)(close - rest.ptr) + 1;
}

static size_t split_words(struct slim_trace *t, struct slim_blob text, struct slim_blob words[WORDS_MAX])
{
	struct splitter s = { .t = t, .words = words, .capacity = SLIM_PATH_MAX };
	s.text = slim_arena_alloc(slim_trace_arena(t), s.capacity);
	char quote = 0;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i], next = i + 1 < text.len ? text.ptr[i + 1] : 0;
		size_t variable =
			c == '$' && quote != '\'' ? split_variable(&s, slim_blob(text.ptr + i, text.len - i)) : 0;
		if (variable) {
			i += variable - 1;
		} else if (c == quote) {
			quote = 0;
		} else if (!quote && (c == '"' || c == '\'')) {
			quote = c;
			s.in_word = true;
		} else if (!quote && (is_blank(c) || (c == '\\' && next == '_'))) {
			split_end(&s);
			i += c == '\\';
		} else if (c == '\\' && next && quote != '\'') {
			if (next == 'c')
				break;
			split_put(&s, next == '_' ? " " : &text.ptr[i + 1], 1);
			i++;
		} else if (c == '#' && !quote && !s.in_word) {
			break;
		} else {
			split_put(&s, &c, 1);
		}
	}
	split_end(&s);
	return s.count;
}

/* The word behind env's options and NAME=VALUE words; ptr NULL: there is none. */
static struct slim_blob env_command(struct slim_trace *t, struct slim_blob argument)
{
	struct slim_blob words[WORDS_MAX], none = { NULL, 0 };
	size_t count = 1, at = 0;
	words[0] = argument;
	if (slim_blob_starts(argument, "-")) { /* without -S the whole rest is one word, which no option fits */
		const char *option = memchr(argument.ptr, 'S', argument.len);
		size_t letters = 1;
		while (letters < argument.len && strchr("iv0", argument.ptr[letters]) && argument.ptr[letters])
			letters++;
		bool longer = slim_blob_starts(argument, "--split-string=");
		if (!longer && (!option || (size_t)(option - argument.ptr) != letters))
			return none;
		size_t skip = longer ? strlen("--split-string=") : letters + 1;
		count = split_words(t, slim_blob(argument.ptr + skip, argument.len - skip), words);
	}
	for (; at < count; at++) {
		if (slim_blob_is(words[at], "-u") || slim_blob_is(words[at], "--unset") ||
		    slim_blob_is(words[at], "-C") || slim_blob_is(words[at], "--chdir"))
			at++;
		else if (!slim_blob_starts(words[at], "-") && (!memchr(words[at].ptr, '=', words[at].len)))
			return words[at];
	}
	return none;
}

static bool head_of(struct slim_trace *t, const struct slim_node *node, struct shebang *out)
{
	size_t length;
	slim_autofree char *head = slim_trace_read(t, node, SHEBANG_MAX, &length);
	struct slim_blob text = head ? slim_blob(slim_arena_strndup(slim_trace_arena(t), head, length), length) :
				       SLIM_BLOB("");
	return shebang_parse(text, out);
}

static bool is_env(struct slim_blob path) { return slim_blob_is(slim_path_base(path), "env"); }

/* busybox sh, with-contenv bash: the argument's first word is what runs. */
static bool is_carrier(struct slim_blob path)
{
	struct slim_blob base = slim_path_base(path);
	return slim_blob_is(base, "busybox") || slim_blob_is(base, "toybox") || slim_blob_is(base, "with-contenv");
}

static struct slim_blob first_word(struct slim_blob text)
{
	struct slim_blob word = SLIM_BLOB("");
	slim_blob_split_any(&text, " \t", &word);
	return word;
}

static struct slim_blob running(struct slim_trace *t, const struct shebang *line)
{
	if (is_env(line->path))
		return env_command(t, line->argument);
	if (is_carrier(line->path) && line->argument.len)
		return first_word(line->argument);
	return line->path;
}

struct slim_blob shebang_interpreter(struct slim_trace *t, const struct slim_node *node)
{
	struct shebang line;
	if (!head_of(t, node, &line))
		return SLIM_BLOB("sh");
	struct slim_blob name = running(t, &line);
	return name.ptr ? slim_path_base(name) : SLIM_BLOB("");
}

struct slim_node *shebang_program(struct slim_trace *t, const struct slim_node *node)
{
	struct shebang line;
	struct slim_blob name = SLIM_BLOB("/bin/sh");
	if (head_of(t, node, &line))
		name = running(t, &line);
	return name.ptr && name.len ? slim_find_program(t, name) : NULL;
}

/* --- the tracer --- */

/*
 * Text with an x bit but no #!: execvp(3) and shells hand it to /bin/sh. Page sources with stray x
 * bits do not count.
 */
static bool may_be_shell(const struct slim_node *node)
{
	static const char *const endings[] = { ".sh", ".bash", ".ash", ".ksh", ".run", ".envsh", ".command" };
	struct slim_blob name = slim_blob_of(node->name);
	if (!memchr(name.ptr, '.', name.len))
		return true;
	for (size_t i = 0; i < SLIM_COUNT(endings); i++)
		if (slim_blob_ends(name, endings[i]))
			return true;
	return false;
}

static void keep_behind(struct slim_trace *t, const struct slim_node *node, const struct shebang *line)
{
	struct slim_blob name = running(t, line);
	if (!name.ptr || !name.len) {
		slim_doubt(t, node, "'#!%.*s %.*s' names no program", (int)line->path.len, line->path.ptr,
			   (int)line->argument.len, line->argument.ptr);
	} else if (!slim_keep_program(t, name, SLIM_RULE_SHEBANG, node, "#!%.*s %.*s", (int)line->path.len,
				      line->path.ptr, (int)line->argument.len, line->argument.ptr)) {
		slim_doubt(t, node, "its interpreter '%.*s' is not on PATH", (int)name.len, name.ptr);
	}
}

static void visit(struct slim_trace *t, void *state, struct slim_node *node)
{
	struct shebang line;
	if (!slim_is_followed(t, node))
		return;
	if (!head_of(t, node, &line)) {
		if (may_be_shell(node))
			slim_keep_path(t, NULL, SLIM_BLOB("/bin/sh"), SLIM_RULE_SHEBANG, node, "text without #!");
		return;
	}
	if (line.carriage_return || line.cut)
		slim_doubt(t, node, line.cut ? "its first line is longer than the kernel reads" :
					       "its first line ends in CR LF, so the kernel looks for a name that ends in CR");
	if (!line.path.len)
		return;
	if (!slim_keep_path(t, NULL, line.path, SLIM_RULE_SHEBANG, node, "#!%.*s", (int)line.path.len, line.path.ptr))
		slim_doubt(t, node, "its interpreter '%.*s' is not in the image", (int)line.path.len, line.path.ptr);
	if (is_env(line.path) || (is_carrier(line.path) && line.argument.len))
		keep_behind(t, node, &line);
}

const struct slim_tracer slim_shebang_tracer = { .name = "shebang", .kinds = SLIM_KIND_SCRIPT, .visit = visit };
