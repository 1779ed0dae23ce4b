/*
 * Settings that hold a command by a program's bare name: delegates.xml's command="…", archive_command = '…',
 * ProxyCommand …, an alias to "|…". Paths are config_tracer.c's. docs/rules.md E9, B20.
 */
#include <ctype.h>
#include <string.h>

#include "config_command.h"
#include "slim/path.h"
#include "../script/shell_script.h"
#include "../system/system_data.h"

/* Bytes of a value that are looked at, so that a line of names alone does not cost its square. */
enum { VALUE_MAX = 4096 };

/* How the names of such settings end. */
static const char *const endings[] = { "command", "commands", "cmd", "program", "helper", "pager", "editor", "mailer",
				       "sendmail_path", "exec", "executable" };

/* Values of settings that only look like a command's name. */
static const char *const answers[] = { "yes", "no", "true", "false", "on", "off", NULL };

static bool is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.';
}

static bool names_a_command(struct slim_blob key)
{
	char last = key.ptr[key.len - 1] | 0x20; /* small, if it is a letter */
	for (size_t i = 0; i < SLIM_COUNT(endings); i++) {
		size_t n = strlen(endings[i]);
		if (key.len >= n && last == endings[i][n - 1] && !strncasecmp(key.ptr + key.len - n, endings[i], n))
			return true;
	}
	return false;
}

static struct slim_blob after(struct slim_blob text, size_t n)
{
	return slim_blob(text.ptr + n, text.len - n);
}

static struct slim_blob skip_blanks(struct slim_blob text)
{
	while (text.len && (*text.ptr == ' ' || *text.ptr == '\t'))
		text = after(text, 1);
	return text;
}

/* The text between quotes, between the brackets of a list, or to the end of the line. */
static struct slim_blob value_of(struct slim_blob text)
{
	text.len = text.len < VALUE_MAX ? text.len : VALUE_MAX;
	char close = text.len && *text.ptr == '[' ? ']' : text.len ? *text.ptr : 0;
	if (close != '"' && close != '\'' && close != ']')
		return text;
	const char *end = memchr(text.ptr + 1, close, text.len - 1);
	return end ? slim_blob(text.ptr + 1, (size_t)(end - text.ptr) - 1) : after(text, 1);
}

/* XML's entities; and a list's commas as blanks. */
static char *decoded(struct slim_blob value, bool list)
{
	static const struct {
		const char *name;
		char c;
	} entities[] = { { "&quot;", '"' }, { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&apos;", '\'' } };
	char *text = slim_calloc(value.len + 1, 1), *out = text;
	while (value.len) {
		size_t n = 1;
		char c = list && *value.ptr == ',' ? ' ' : *value.ptr;
		for (size_t i = 0; i < SLIM_COUNT(entities) && *value.ptr == '&'; i++)
			if (slim_blob_starts(value, entities[i].name)) {
				c = entities[i].c;
				n = strlen(entities[i].name);
			}
		*out++ = c;
		value = after(value, n);
	}
	return text;
}

/* Only what begins with a program of the image is a command; all of it then counts. */
static void run(struct slim_trace *t, const struct slim_node *file, struct slim_blob value, bool list)
{
	slim_autofree char *text = decoded(value, list);
	struct slim_blob command = slim_blob_trim(slim_blob_of(text)), word;
	while (command.len && strchr("|!@ \t", *command.ptr))
		command = after(command, 1);
	struct slim_blob rest = command;
	while (rest.len && strchr("\"' \t", *rest.ptr))
		rest = after(rest, 1);
	if (!slim_blob_split_any(&rest, " \t\"';", &word) || !word.len || word.len > SLIM_NAME_MAX)
		return;
	slim_autofree char *name = slim_strndup(word.ptr, word.len);
	if (slim_name_in(answers, name) || !slim_find_program(t, word))
		return;
	slim_autofree char *evidence = slim_format("'%.100s'", text);
	slim_keep_program(t, word, SLIM_RULE_CONFIG_COMMAND, file, "%s", evidence);
	slim_trace_shell_text(t, command, SLIM_RULE_CONFIG_COMMAND, file, evidence);
}

/* What only a shell can mean: "gauge -x | tee-tool y", "mover a >> /b". */
static bool has_operator(struct slim_blob text)
{
	static const char *const operators[] = { " | ", " && ", " || ", "2>&1", " >> ", " >/", " > /", "; ", " $(" };
	for (size_t i = 0; i < SLIM_COUNT(operators); i++)
		if (memmem(text.ptr, text.len, operators[i], strlen(operators[i])))
			return true;
	return false;
}

/* A command whatever its setting is called: KEY itself (gauge = gauge -w), a program with an option, a shell's line. */
static bool is_command_line(struct slim_trace *t, struct slim_blob key, struct slim_blob value)
{
	struct slim_blob rest = value, word;
	if (!slim_blob_split_any(&rest, " \t", &word) || !word.len || word.len > SLIM_NAME_MAX)
		return false;
	for (size_t i = 0; i < word.len; i++)
		if (!is_name_char(word.ptr[i]))
			return false;
	bool same = slim_blob_equal(key, word);
	rest = skip_blanks(rest);
	bool option = rest.len > 1 && *rest.ptr == '-' && (isalpha((unsigned char)rest.ptr[1]) || rest.ptr[1] == '-');
	if (!same && !has_operator(value) && (!option || shell_is_prose(word)))
		return false;
	return slim_find_program(t, word) != NULL;
}

/*
 * REST is what follows a name. A value follows behind = or :, or behind a blank when the name is the first or second
 * word of its line (it is word number WORDS). Whatever the name, a value that begins with a pipe is a command. In a
 * source only literals are values: its comments are prose, which has helpers and commands, too.
 */
static void read_value(struct slim_trace *t, const struct slim_node *file, struct slim_blob key, struct slim_blob rest,
		       size_t words, bool source)
{
	if (rest.len && (*rest.ptr == '"' || (source && *rest.ptr == '\'')) && words)
		rest = after(rest, 1); /* the end of a name in JSON, of a key in a source */
	struct slim_blob value = skip_blanks(rest);
	char mark = value.len ? *value.ptr : 0;
	bool sign = mark == '=' || mark == ':';
	if (!sign && (words > 2 || source))
		return;
	if (sign)
		value = skip_blanks(after(value, source && slim_blob_starts(value, "=>") ? 2 : 1));
	if (source && !(value.len && strchr("\"'[", *value.ptr)))
		return;
	bool list = value.len && *value.ptr == '[';
	value = value_of(value);
	bool piped = sign && value.len > 1 && *value.ptr == '|' && value.ptr[1] != '|';
	bool set = mark == '=' && words == 1 && !list && is_command_line(t, key, value);
	if (piped || set || (value.len && (sign || value.ptr != rest.ptr) && names_a_command(key)))
		run(t, file, value, list);
}

void slim_config_commands(struct slim_trace *t, const struct slim_node *file, struct slim_blob line, bool source)
{
	size_t words = 0;
	while (line.len) {
		size_t n = 0;
		while (n < line.len && is_name_char(line.ptr[n]))
			n++;
		if (n)
			read_value(t, file, slim_blob(line.ptr, n), after(line, n), ++words, source);
		line = after(line, n ? n : 1);
	}
}
