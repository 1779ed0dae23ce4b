/*
 * Programs that an application's sources start: docs/rules.md C9, D. The language is not parsed:
 * its string literals are read, and what is written around them. A missing program breaks the
 * application, so a literal that is handed to a function which starts programs is believed at any
 * price; what only looks like a command has to be cheap.
 */
#include "app_commands.h"

#include <ctype.h>
#include <string.h>

#include "app_sources.h"
#include "app_vendor.h"
#include "../engine/owners.h"
#include "../script/shell_script.h"
#include "slim/path.h"

enum { LINE_COST_MAX = 2 << 20, WORD_COST_MAX = 256 << 10, NAME_LENGTH_MAX = 40, LIST_MAX = 64 };

struct word_list {
	struct slim_blob items[LIST_MAX];
	size_t count;
};

/* One source file that is being read. */
struct reading {
	struct slim_trace *t;
	struct slim_node *node;
	struct slim_arena *arena;
	bool own;               /* the application's own, not a package's */
	bool module;            /* a package's module, of which most parts are never called */
	bool starts;            /* it holds one of the markers */
	struct word_list list;  /* literals with only commas between them */
	enum app_belief belief; /* in the first of them */
};

static bool is_program_name(struct slim_blob word)
{
	if (word.len < 2 || word.len > NAME_LENGTH_MAX || !isalnum((unsigned char)word.ptr[0]))
		return false;
	for (size_t i = 0; i < word.len; i++)
		if (!isalnum((unsigned char)word.ptr[i]) && !strchr("._+-", word.ptr[i]))
			return false;
	return true;
}

static struct slim_node *program_of(const struct reading *r, struct slim_blob word)
{
	bool path = word.len > 2 && word.ptr[0] == '/' && word.len < SLIM_PATH_MAX &&
		    !memchr(word.ptr, '\0', word.len);
	if (!path && !is_program_name(word))
		return NULL;
	struct slim_node *node = slim_find_program(r->t, word);
	return node && !slim_is_junk(r->t, node) ? node : NULL;
}

static bool is_cheap(const struct reading *r, struct slim_node *program, uint64_t limit)
{
	return slim_program_cost(r->t, program, limit) <= limit;
}

static bool next_word(struct slim_blob *rest, struct slim_blob *word)
{
	while (slim_blob_split_any(rest, " \t\r\n", word))
		if (word->len)
			return true;
	return false;
}

static bool is_joint(struct slim_blob word)
{
	return slim_blob_is(word, "|") || slim_blob_is(word, "||") || slim_blob_is(word, "&&") ||
	       slim_blob_is(word, ";");
}

/* -x, --long, /path, ./path, ~/path, +%Y */
static bool is_telling(struct slim_blob word)
{
	char first = word.ptr[0], second = word.len > 1 ? word.ptr[1] : '\0';
	if (first == '-')
		return isalpha((unsigned char)second) || (second == '-' && word.len > 2);
	if (first == '/' || first == '~')
		return second && (isalnum((unsigned char)second) || second == '/');
	return (first == '.' &&
		(second == '/' || (second == '.' && word.len > 3 && word.ptr[2] == '/'))) ||
	       (first == '+' && second == '%');
}

enum shape { SHAPE_NONE, SHAPE_NAME, SHAPE_LINE, SHAPE_PIPE };

/* Each word in command position names a program of a fair price, or is the shell's own. */
static bool is_command(const struct reading *r, struct slim_blob word)
{
	struct slim_node *program = program_of(r, word);
	return program ? is_cheap(r, program, LINE_COST_MAX) : shell_is_builtin(word);
}

static enum shape shape_of(const struct reading *r, struct slim_blob text)
{
	struct slim_blob rest = text, word;
	bool command_next = true, joint = false, pipe = false, telling = false, prose = false;
	size_t count = 0;
	for (; next_word(&rest, &word); count++) {
		bool ends = word.len > 1 && word.ptr[word.len - 1] == ';';
		if (command_next && !is_command(r, slim_blob(word.ptr, word.len - ends)))
			return SHAPE_NONE;
		if (!count)
			prose = shell_is_prose(word) || !program_of(r, word);
		/* behind an English word only the next one tells: "find the -x option" */
		telling |= count && is_telling(word) && (count == 1 || !prose);
		command_next = is_joint(word) || ends;
		joint |= command_next;
		pipe |= is_joint(word) && word.ptr[0] != ';';
	}
	if (joint && !command_next &&
	    (pipe || telling || !prose)) /* a semicolon joins sentences, too */
		return SHAPE_PIPE;
	return telling ? SHAPE_LINE : count == 1 && !prose ? SHAPE_NAME : SHAPE_NONE;
}

static void run_text(struct reading *r, struct slim_blob text, bool certain)
{
	enum slim_rule_id rule = !certain ? SLIM_RULE_WORD
				 : r->own ? SLIM_RULE_APP_COMMAND
					  : SLIM_RULE_COMMAND;
	slim_autofree char *evidence =
		slim_format("runs '%.*s'", text.len > 60 ? 60 : (int)text.len, text.ptr);
	for (char *c = evidence; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = ' ';
	slim_trace_shell_text(r->t, text, rule, r->node, evidence);
}

/* What builds the native parts of packages: no production run starts it. */
static bool is_build_tool(struct slim_blob word)
{
	static const char *const names[] = { "node-gyp", "node-pre-gyp", "pkg-config", "make", "cmake",
					     "gcc", "cc", "g++", "npm", "npx", "yarn", "pnpm" };
	for (size_t i = 0; i < SLIM_COUNT(names); i++)
		if (slim_blob_is(word, names[i]))
			return true;
	return false;
}

/* A package that looks whether another language is there runs the application's scripts in it: there are none. */
static bool is_idle_interpreter(const struct reading *r, struct slim_blob word)
{
	enum app_language language = app_language_run_by(slim_path_base(word));
	return language && language != APP_JAVASCRIPT && !app_has_sources(r->t, language, r->node);
}

static bool is_fair(const struct reading *r, struct slim_node *program, struct slim_blob word,
		    enum app_belief belief)
{
	if (r->module && (is_build_tool(word) || (belief != APP_BELIEF_SURE && is_idle_interpreter(r, word))))
		return false;
	return r->own || is_cheap(r, program, r->module ? WORD_COST_MAX : LINE_COST_MAX);
}

/* Of a module's line, all that it starts: a person learns of what is too large. */
static bool is_fair_line(const struct reading *r, struct slim_blob text, enum app_belief belief)
{
	struct slim_blob rest = text, word;
	bool command_next = true;
	while (next_word(&rest, &word)) {
		bool ends = word.len > 1 && word.ptr[word.len - 1] == ';', joint = is_joint(word);
		struct slim_blob name = slim_blob(word.ptr, word.len - ends);
		struct slim_node *program = command_next && !joint ? program_of(r, name) : NULL;
		command_next = joint || ends;
		if (!program || is_fair(r, program, name, belief))
			continue;
		if (!is_build_tool(name) && (belief == APP_BELIEF_SURE || is_idle_interpreter(r, name)))
			slim_doubt(r->t, r->node,
				   "starts '%.*s', which is large and stays only if something else asks for it",
				   (int)name.len, name.ptr);
		return false;
	}
	return true;
}

/* Whether a shell can make something of TEXT, which is likely handed to one. */
static bool is_shell_text(const struct reading *r, struct slim_blob text, enum app_belief belief)
{
	struct slim_blob rest = text, word = { NULL, 0 };
	size_t value;
	while (next_word(&rest, &word) && shell_assignment(word, &value))
		;
	if (!word.len)
		return false;
	struct slim_node *program = program_of(r, word);
	if (program && (belief == APP_BELIEF_SURE || !shell_is_prose(word)))
		return r->module || is_fair(r, program, word, belief);
	bool compound = memchr(text.ptr, '|', text.len) || memchr(text.ptr, ';', text.len) ||
			memchr(text.ptr, '`', text.len) || memchr(text.ptr, '\n', text.len) ||
			memmem(text.ptr, text.len, "&&", 2) || memmem(text.ptr, text.len, "$(", 2);
	return (belief == APP_BELIEF_SURE && compound && shell_is_builtin(word)) ||
	       word.ptr[0] == '(' || word.ptr[0] == '$';
}

static void keep_name(struct reading *r, struct slim_blob word)
{
	struct slim_node *program = program_of(r, word);
	if (!program)
		return;
	bool path = word.ptr[0] == '/';
	/* a started package names what it calls by default by its path: a bare name is a mere word there */
	if (r->own ? path || (r->starts && !shell_is_prose(word) && is_cheap(r, program, WORD_COST_MAX))
		   : path && is_cheap(r, program, LINE_COST_MAX))
		slim_keep_program(r->t, word, SLIM_RULE_WORD, r->node, "the text '%.*s'",
				  (int)word.len, word.ptr);
}

static void judge(struct reading *r, struct slim_blob text, enum app_belief belief)
{
	if (memchr(text.ptr, '\0', text.len))
		return;
	if (belief && is_shell_text(r, text, belief)) {
		if (!r->module || is_fair_line(r, text, belief))
			run_text(r, text, true);
		return;
	}
	if (r->module)
		return;
	switch (shape_of(r, text)) {
	case SHAPE_NONE:
		break;
	case SHAPE_NAME:
		keep_name(r, slim_blob_trim(text));
		break;
	case SHAPE_LINE:
	case SHAPE_PIPE:
		run_text(r, text, false);
		break;
	}
}

/* The list as shell source that means exactly these words. */
static void run_list(struct reading *r, size_t first, bool certain)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	if (!out)
		slim_out_of_memory();
	for (size_t i = first; i < r->list.count; i++) {
		fputc('\'', out);
		for (size_t j = 0; j < r->list.items[i].len; j++)
			if (r->list.items[i].ptr[j] == '\'')
				fputs("'\\''", out);
			else
				fputc(r->list.items[i].ptr[j], out);
		fputs("' ", out);
	}
	fclose(out);
	run_text(r, slim_blob(text, length), certain);
	free(text);
}

/* "git", "log", … is one command line; other lists are so many texts. */
static bool is_argument_list(const struct reading *r, size_t first)
{
	if (r->list.count < first + 2)
		return false;
	struct slim_node *program = program_of(r, r->list.items[first]);
	if (!program)
		return false;
	struct slim_blob next = r->list.items[first + 1];
	bool option = next.len > 1 && next.ptr[0] == '-' && isalpha((unsigned char)next.ptr[1]);
	if (r->belief)
		return is_fair(r, program, r->list.items[first], r->belief);
	return option && !r->module && is_cheap(r, program, LINE_COST_MAX);
}

static void finish_list(struct reading *r)
{
	size_t first =
		r->list.count && memchr(r->list.items[0].ptr, '|', 2) && r->list.items[0].len == 2;
	if (is_argument_list(r, first))
		run_list(r, first, r->belief);
	else
		for (size_t i = first; i < r->list.count; i++)
			judge(r, r->list.items[i], i == first ? r->belief : APP_BELIEF_NONE);
	r->list.count = 0;
}

static void see_literal(void *context, const struct app_literal *literal)
{
	struct reading *r = context;
	enum app_belief belief = app_belief_in(literal, r->starts);
	if (!literal->joined || belief || r->list.count == LIST_MAX)
		finish_list(r);
	if (!r->list.count)
		r->belief = belief;
	struct slim_blob text = slim_blob_trim(literal->text);
	if (text.len)
		r->list.items[r->list.count++] =
			slim_blob(slim_arena_strndup(r->arena, text.ptr, text.len), text.len);
}

static void scan_source(struct reading *r, struct slim_blob source, enum app_language language)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	r->arena = arena;
	r->starts = app_starts_programs(source);
	if (r->module && !r->starts)
		return;
	app_strings_scan(source, language, see_literal, r);
	finish_list(r);
}

static void read_source(struct slim_trace *t, struct slim_node *node, enum app_language language,
			bool own)
{
	size_t length;
	slim_autofree char *bytes = slim_trace_read(t, node, SCRIPT_MAX, &length);
	struct reading r = { .t = t, .node = node, .own = own };
	if (bytes)
		scan_source(&r, slim_blob(bytes, length), language);
}

void app_read_module(struct slim_trace *t, struct slim_node *node, struct slim_blob source,
		     enum app_language language, bool declared)
{
	struct reading r = { .t = t, .node = node, .own = declared, .module = true };
	scan_source(&r, source, language);
}

/* An application's own source is read wherever it is kept, a package's only when it is started. */
static void visit(struct slim_trace *t, void *state, struct slim_node *node)
{
	enum app_language language = app_language_of(t, node, slim_kind_of(t, node));
	if (!language || slim_is_managed(t, node) || slim_is_junk(t, node))
		return;
	bool followed = slim_is_followed(t, node),
	     packaged = slim_packages_owner(slim_trace_packages(t), node);
	if (!followed && !packaged && language == APP_PHP && app_vendor_add(t, state, node))
		return;
	if (followed || (!packaged && !slim_is_system_path(node)))
		read_source(t, node, language, !packaged);
}

/* A class that nobody names is a module whose parts are never called. */
static void see_class(void *context, struct slim_node *file, bool named)
{
	struct slim_trace *t = context;
	size_t length;
	slim_autofree char *bytes = named ? NULL : slim_trace_read(t, file, SCRIPT_MAX, &length);
	if (named)
		read_source(t, file, APP_PHP, true);
	else if (bytes)
		app_read_module(t, file, slim_blob(bytes, length), APP_PHP, false);
}

static void settle(struct slim_trace *t, void *state)
{
	app_vendor_named(t, state, see_class, t);
}

static void clear(void *state)
{
	app_vendor_clear(state);
}

const struct slim_tracer slim_app_commands_tracer = {
	.name = "commands of applications",
	.kinds = SLIM_KIND_SCRIPT | SLIM_KIND_TEXT,
	.state_size = sizeof(struct app_vendor),
	.visit = visit,
	.settle = settle,
	.clear = clear,
};
