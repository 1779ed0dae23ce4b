/* Words that are no commands, but may name programs (C4) or files (C6). */
#include <string.h>


#include "../engine/hash.h"
#include "shebang.h"
#include "shell_script.h"
#include "slim/path.h"

enum { LARGE = 1 << 20, TOKEN_MAX = 64, WILDCARDS_MAX = 3 };

struct seen_word {
	UT_hash_handle hh;
	char text[];
};

/* Whether TEXT is new to this script; what was looked at once needs no second look. */
static bool first_time(struct script_run *r, struct slim_blob text)
{
	struct seen_word *seen = NULL;
	HASH_FIND(hh, r->seen, text.ptr, text.len, seen);
	if (seen)
		return false;
	seen = slim_calloc(1, sizeof(*seen) + text.len + 1);
	memcpy(seen->text, text.ptr, text.len);
	HASH_ADD(hh, r->seen, text[0], text.len, seen);
	return true;
}

/* --- C4: names of programs --- */

/* A program whose file, or whose interpreter's, is large: a mere word is not enough to keep it. */
static bool is_large(struct script_run *r, struct slim_node *program)
{
	if (program->inode->size > LARGE)
		return !shell_is_shell(slim_path_base(slim_blob_of(program->name)));
	if (slim_kind_of(r->t, program) != SLIM_KIND_SCRIPT)
		return false;
	const struct slim_node *interpreter = shebang_program(r->t, program);
	return interpreter && interpreter->inode->size > LARGE &&
	       !shell_is_shell(slim_path_base(slim_blob_of(interpreter->name)));
}

static void try_program(struct script_run *r, struct slim_blob token, bool certain)
{
	if (token.len < 2 || token.len > TOKEN_MAX || shell_is_builtin(token) ||
	    scope_has_function(r->context.scope, token))
		return;
	char key[TOKEN_MAX + 2];
	memcpy(key, token.ptr, token.len);
	key[token.len] = certain ? '!' : '?';
	if (!first_time(r, slim_blob(key, token.len + 1)))
		return;
	struct slim_node *program = slim_find_program(r->t, token);
	if (program && (certain || !is_large(r, program)))
		slim_keep_program(r->t, token, SLIM_RULE_WORD, r->from, "the word '%.*s'", (int)token.len, token.ptr);
}

static bool is_token(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("_.+-", c)) ||
	       (unsigned char)c >= 0x80;
}

/* The first word of a command line that is quoted as one: its second word is an option, a path or a variable. */
static bool starts_command_line(struct slim_blob text, size_t token_end)
{
	static const char marks[] = { '-', '/', '$', '.', SHELL_VAR, SHELL_UNKNOWN, '\0' };
	if (token_end + 1 >= text.len || text.ptr[token_end] != ' ')
		return false;
	const char *word = text.ptr + token_end + 1, *end = memchr(word, ' ', text.len - token_end - 1);
	size_t length = end ? (size_t)(end - word) : text.len - token_end - 1;
	if (length && strchr(marks, *word) && *word)
		return true;
	return length > 2 && (memchr(word, '/', length) || memchr(word, '=', length) || memchr(word, '.', length - 1));
}

bool shell_is_prose(struct slim_blob token)
{
	static const char list[] =
		" as at batch clear column comm compose compress cut date dig edit env expand factor file find fold free from groups "
		"head host id in install is join kill last less line link look make man more name nice no open page paste patch "
		"print rename reset run script see service size sort split strings sync tail talk tee test time top touch users "
		"view wall watch where which who write yes cat dialog dir free info login mail mount nano node perl ping play "
		"python ruby select set shutdown sleep start stop stat su tree update wait whatis w ";
	char word[16] = " ";
	if (token.len > 12)
		return false;
	memcpy(word + 1, token.ptr, token.len);
	word[token.len + 1] = ' ';
	return memmem(list, sizeof(list) - 1, word, token.len + 2) != NULL;
}

/* A quoted text of several words. */
static bool is_sentence(const struct shell_word *word)
{
	return word->quoted && memchr(word->text.ptr, ' ', word->text.len);
}

bool run_is_message(const struct shell_event *e)
{
	return e->kind == SHELL_COMMAND && e->count > 3 && slim_blob_is(e->words[0].text, "echo") &&
	       e->words[1].text.len && e->words[1].text.ptr[0] >= 'A' && e->words[1].text.ptr[0] <= 'Z';
}

static void scan_tokens(struct script_run *r, const struct shell_word *word, bool certain, bool sentence)
{
	struct slim_blob text = word->text;
	bool first = true, in_default = false;
	sentence |= is_sentence(word);
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (c == SHELL_VAR) { /* its name is no word; its default is, and a likely one */
			while (i + 1 < text.len && text.ptr[i + 1] != SHELL_END && text.ptr[i + 1] != SHELL_OR)
				i++;
		} else if (c == SHELL_OR) {
			in_default = true;
		} else if (is_token(c)) {
			size_t from = i;
			while (i < text.len && is_token(text.ptr[i]))
				i++;
			bool path = (from && text.ptr[from - 1] == '/') || (i < text.len && text.ptr[i] == '/');
			struct slim_blob token = slim_blob(text.ptr + from, i - from);
			bool likely = certain || in_default || (word->quoted && starts_command_line(text, i));
			bool prose = sentence && !in_default && shell_is_prose(token) && !starts_command_line(text, i);
			if (!path && c != '-' && !prose)
				try_program(r, token, first && likely);
			first = in_default = false;
			i--;
		}
	}
}

/* NAME was in command position: it needs no further reason. */
void run_know_word(struct script_run *r, struct slim_blob name)
{
	char key[TOKEN_MAX + 2];
	if (name.len > TOKEN_MAX)
		return;
	memcpy(key, name.ptr, name.len);
	if (memchr(name.ptr, '/', name.len)) {
		first_time(r, name);
		return;
	}
	for (const char *mark = "!?"; *mark; mark++) {
		key[name.len] = *mark;
		first_time(r, slim_blob(key, name.len + 1));
	}
}

/* --- C6: paths --- */

static bool is_generic_path(const char *path)
{
	static const char *const roots[] = {
		"/", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/var", "/opt", "/srv", "/home", "/root",
		"/tmp", "/run", "/mnt", "/media", "/boot", "/usr", "/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib32",
		"/usr/lib64", "/usr/libexec", "/usr/include", "/usr/share", "/usr/src", "/usr/local", "/usr/local/bin",
		"/usr/local/sbin", "/usr/local/lib", "/usr/local/share", "/usr/local/etc", "/usr/local/include", "/var/lib",
		"/var/cache", "/var/log", "/var/tmp", "/var/spool", "/var/opt", "/var/mail", "/var/backups", "/var/local",
		"/etc/init.d", "/etc/default", "/etc/alternatives", "/usr/share/doc", "/usr/share/man", "/usr/share/locale",
	};
	for (size_t i = 0; i < SLIM_COUNT(roots); i++)
		if (!strcmp(path, roots[i]))
			return true;
	static const char *const trees[] = { "/proc", "/sys", "/dev" };
	for (size_t i = 0; i < SLIM_COUNT(trees); i++) {
		size_t n = strlen(trees[i]);
		if (!strncmp(path, trees[i], n) && (!path[n] || path[n] == '/'))
			return true;
	}
	return strstr(path, "-linux-gnu") && !strncmp(path, "/usr/lib/", 9) && !strchr(path + 9, '/');
}

bool run_generic_folder(struct script_run *r, const struct slim_node *node)
{
	return is_generic_path(slim_node_path(r->set->arena, node));
}

struct slim_node *run_keep_path(struct script_run *r, struct slim_blob path, enum slim_rule_id rule)
{
	if (!path.len || path.len > SLIM_PATH_MAX || memchr(path.ptr, 0, path.len))
		return NULL;
	int n = (int)path.len;
	if (path.ptr[0] == '/')
		return path.len == 1 ? NULL : slim_keep_path(r->t, NULL, path, rule, r->from, "'%.*s'", n, path.ptr);
	struct slim_node *found = NULL;
	bool plain = !memchr(path.ptr, '/', path.len); /* from the working folder only */
	for (size_t i = plain && r->folder ? 1 : 0; i < r->base_count; i++) {
		struct slim_node *node = slim_tree_walk(slim_trace_tree(r->t), r->bases[i], path, true, NULL, NULL);
		if (!node || slim_node_is_dir(node))
			continue;
		slim_keep_path(r->t, r->bases[i], path, rule, r->from, "'%.*s'", n, path.ptr);
		found = found ? found : node;
	}
	return found;
}

/* Where the folder part before the first wildcard ends, how many components have wildcards, and the last component. */
struct shape {
	size_t folder;
	size_t wildcards;
	bool last_wild, last_bare; /* it has wildcards; it has nothing else */
};

static struct shape shape_of(struct slim_blob pattern)
{
	struct shape s = { 0 };
	struct slim_blob rest = pattern, part;
	while (slim_blob_split(&rest, '/', &part)) {
		bool wild = shell_pattern_active(part);
		if (wild && !s.wildcards)
			s.folder = (size_t)(part.ptr - pattern.ptr);
		s.wildcards += wild;
		s.last_wild = wild;
		s.last_bare = wild;
		for (size_t i = 0; i < part.len; i++)
			s.last_bare &= part.ptr[i] == '*' || part.ptr[i] == '?';
	}
	return s;
}

bool run_is_housekeeping(struct script_run *r, const struct slim_node *dir)
{
	return r->from && slim_is_junk(r->t, dir) && slim_packages_owner(slim_trace_packages(r->t), r->from);
}

size_t run_keep_pattern(struct script_run *r, const struct shell_text *pattern, enum slim_rule_id rule)
{
	struct slim_blob text = slim_blob(pattern->text, pattern->length);
	if (!text.len || text.ptr[0] != '/')
		return 0;
	struct shape s = shape_of(text);
	if (!s.wildcards || s.wildcards > WILDCARDS_MAX || s.folder < 2)
		return 0;
	slim_autofree char *folder = slim_strndup(text.ptr, s.folder - 1);
	struct slim_node *dir = slim_tree_find(slim_trace_tree(r->t), folder);
	bool generic = dir && run_generic_folder(r, dir);
	if (!dir || (generic && s.last_bare) || run_is_housekeeping(r, dir))
		return 0;
	bool below = s.last_wild && !pattern->unknown && !generic;
	return slim_keep_glob(r->t, text, below, rule, r->from, "'%.*s'", (int)text.len, text.ptr);
}

/* WORD with its last component's variable, of the environment, given as unknown. ptr NULL: there is none. */
static struct slim_blob with_open_end(struct script_run *r, struct slim_blob word)
{
	const char *slash = memrchr(word.ptr, '/', word.len), *end = word.ptr + word.len;
	const char *var = slash ? memchr(slash, SHELL_VAR, (size_t)(end - slash)) : NULL;
	const char *close = var ? memchr(var, SHELL_END, (size_t)(end - var)) : NULL;
	if (!close || slash == word.ptr || word.len > SLIM_PATH_MAX || memchr(var, SHELL_OR, (size_t)(close - var)))
		return (struct slim_blob){ 0 };
	slim_autofree char *name = slim_strndup(var + 1, (size_t)(close - var) - 1);
	if (!slim_trace_env(r->t, name))
		return (struct slim_blob){ 0 };
	size_t before = (size_t)(var - word.ptr), after = (size_t)(end - close) - 1;
	char *text = slim_arena_alloc(r->set->arena, before + after + 2);
	memcpy(text, word.ptr, before);
	text[before] = SHELL_UNKNOWN;
	memcpy(text + before + 1, close + 1, after);
	return slim_blob(text, before + 1 + after);
}

void run_other_values(struct script_run *r, const struct shell_word *word, enum slim_rule_id rule)
{
	struct slim_blob open = with_open_end(r, word->text);
	if (!open.ptr)
		return;
	struct shell_texts texts = shell_expand(&r->context, open);
	for (size_t i = 0; i < texts.count; i++)
		run_keep_pattern(r, &texts.items[i], rule);
	shell_texts_clear(&texts);
}

static void keep_text_path(struct script_run *r, struct shell_text *text)
{
	if (!text->length)
		return;
	if (shell_text_literal(text)) {
		struct slim_blob path = slim_blob(text->text, text->length);
		if (memchr(path.ptr, '/', path.len) || memchr(path.ptr, '.', path.len))
			run_keep_path(r, path, SLIM_RULE_SCRIPT_PATH);
	} else {
		run_keep_pattern(r, text, text->unknown ? SLIM_RULE_SCRIPT_PATH : SLIM_RULE_SCRIPT_DATA);
	}
}

static void keep_path_token(struct script_run *r, struct slim_blob token)
{
	if (token.len > SLIM_PATH_MAX || !first_time(r, token))
		return;
	struct shell_texts texts = shell_expand(&r->context, token);
	for (size_t i = 0; i < texts.count; i++)
		keep_text_path(r, &texts.items[i]);
	shell_texts_clear(&texts);
}

void run_scan_chain(struct script_run *r, const struct shell_word *word)
{
	struct slim_blob name = shell_literal(r->set->arena, word->text);
	if (name.len && name.len <= TOKEN_MAX && first_time(r, name))
		slim_keep_program(r->t, name, SLIM_RULE_WORD, r->from, "the word '%.*s'", (int)name.len, name.ptr);
}

/* Parts between blanks, quotes and operators; a marker with all that it holds is never cut. */
void run_scan_paths(struct script_run *r, const struct shell_word *word)
{
	static const char separators[] = " \t\r\n\"'=:;()<>|&";
	struct slim_blob text = word->text;
	size_t from = 0, depth = 0;
	bool slash = false;
	for (size_t i = 0; i <= text.len; i++) {
		char c = i < text.len ? text.ptr[i] : ' ';
		if (i < text.len) {
			depth += c == SHELL_VAR;
			depth -= c == SHELL_END && depth;
			slash |= c == '/' || c == '.' || c == '~' || c == SHELL_VAR;
			if (depth || !c || !strchr(separators, c))
				continue;
		}
		if (slash && i > from)
			keep_path_token(r, slim_blob(text.ptr + from, i - from));
		from = i + 1;
		slash = false;
	}
}

void run_scan_word(struct script_run *r, const struct shell_word *word, bool certain, bool sentence)
{
	scan_tokens(r, word, certain, sentence);
	run_scan_paths(r, word);
}

void run_forget_words(struct script_run *r)
{
	struct seen_word *s, *next;
	HASH_ITER(hh, r->seen, s, next) {
		HASH_DELETE(hh, r->seen, s);
		free(s);
	}
}
