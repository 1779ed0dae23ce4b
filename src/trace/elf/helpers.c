/* Programs that kept programs start, and what lies beside them: docs/rules.md A21 to A25. */
#include <ctype.h>
#include <string.h>

#include "../engine/owners.h"
#include "../script/shebang.h"
#include "../script/shell_script.h"
#include "../system/system_data.h"

/* Bytes of a program and what it alone needs, up to which a mere name is worth it: A22 (c). */
enum { WORD_COST_MAX = 256 << 10, WORDS_MAX = 6 };

/* Multi-call programs and shells hold the names of all commands. */
static const char *const no_words_of[] = { "busybox*", "toybox*", "*sh", "perl*", "python*", "ruby*", "git", "vim*", "find", "env",
					    "xargs", "sudo", "systemd*", "ld*.so*", "libc.so.6", NULL };

static bool starts_with_a_shell(const struct slim_elf *elf)
{
	return slim_elf_imports(elf, "system") || slim_elf_imports(elf, "popen") || slim_elf_imports(elf, "wordexp");
}

static bool starts_by_name(const struct slim_elf *elf)
{
	return slim_elf_imports(elf, "execvp") || slim_elf_imports(elf, "execlp") || slim_elf_imports(elf, "execvpe") ||
	       slim_elf_imports(elf, "posix_spawnp");
}

static bool starts_by_path(const struct slim_elf *elf)
{
	return slim_elf_imports(elf, "execv") || slim_elf_imports(elf, "execve") || slim_elf_imports(elf, "execl") ||
	       slim_elf_imports(elf, "execle") || slim_elf_imports(elf, "posix_spawn") ||
	       slim_elf_imports(elf, "fexecve");
}

/* A22 (a): a whole string that is the path of a program. A compiler's is a record of how something was built. */
static void keep_path_strings(struct slim_trace *t, struct slim_node *node, const struct slim_elf *elf)
{
	bool library = slim_kind_of(t, node) == SLIM_KIND_LIBRARY;
	for (const char **path = elf->paths; *path; path++) {
		struct slim_node *found = slim_tree_find(slim_trace_tree(t), *path);
		if (found && library && slim_is_integration(t, found))
			continue; /* an init system's libraries are others' too: only its programs start its programs */
		if (found && slim_node_is_executable(found) && !slim_is_junk(t, found) && !slim_is_managed(t, found) &&
		    !slim_is_compiler(found))
			slim_keep_path(t, NULL, slim_blob_of(*path), SLIM_RULE_COMMAND_STRING, node, "'%s'", *path);
	}
}

static bool joins_commands(struct slim_blob word)
{
	return slim_blob_is(word, "|") || slim_blob_is(word, "||") || slim_blob_is(word, "&&") ||
	       slim_blob_is(word, ";");
}

/* "a | b" is also how messages name a choice: the first word has to be a program, and no English one. */
static bool is_likely_command(struct slim_trace *t, struct slim_blob text)
{
	struct slim_blob word, rest = text;
	if (!memmem(text.ptr, text.len, " | ", 3) || !slim_blob_split_any(&rest, " \t", &word) ||
	    memchr(word.ptr, '=', word.len))
		return true;
	return shell_is_builtin(word) ||
	       (slim_find_program(t, word) && (!shell_is_prose(word) || (rest.len && *rest.ptr == '-')));
}

/* What may stand before the name of a program. */
static bool comes_before(struct slim_blob word)
{
	return slim_blob_is(word, "exec") || (word.len && memchr(word.ptr, '=', word.len));
}

/* "rm -rf cache": words that are neither options nor open, and no pipe. */
static bool has_plain_words(struct slim_blob text)
{
	struct slim_blob word;
	bool first = true, plain = false;
	while (slim_blob_split_any(&text, " \t\n", &word)) {
		if (joins_commands(word))
			return false;
		plain |= !first && word.len && isalnum((unsigned char)*word.ptr);
		first &= !word.len || comes_before(word);
	}
	return plain;
}

/* Such a line may also tell how to call the program: only what is for a shell, and small, is taken at its word. */
static bool is_worth_it(struct slim_trace *t, const struct slim_elf *elf, struct slim_blob text, struct slim_blob word)
{
	if (*text.ptr == '/' || !has_plain_words(text))
		return true;
	struct slim_node *program = slim_find_program(t, word);
	return starts_with_a_shell(elf) && program && slim_program_cost(t, program, WORD_COST_MAX) <= WORD_COST_MAX;
}

/* A22 (b): a string that can only be a command line: its first word, and each behind a pipe or the like. */
static void keep_command_strings(struct slim_trace *t, struct slim_node *node, const struct slim_elf *elf)
{
	for (const char **text = elf->commands; *text; text++) {
		struct slim_blob rest = slim_blob_of(*text), word;
		bool starts = true;
		if (!is_likely_command(t, rest))
			continue;
		while (slim_blob_split_any(&rest, " \t\n", &word)) {
			bool before = starts && comes_before(word);
			if (starts && word.len && !before && is_worth_it(t, elf, slim_blob_of(*text), word))
				slim_keep_program(t, word, SLIM_RULE_COMMAND_STRING, node, "'%.100s'", *text);
			starts = !word.len || before ? starts : joins_commands(word);
		}
	}
}

static uint64_t binary_cost(struct slim_trace *t, struct slim_node *program, uint64_t limit)
{
	uint64_t bytes = program->inode->size;
	const struct slim_loads *loads = slim_ldso_program(slim_trace_ldso(t), program);
	for (size_t i = 0; i < loads->count && bytes <= limit; i++)
		if (loads->items[i].node && strncmp(loads->items[i].name, "libc.", 5) &&
		    strncmp(loads->items[i].name, "ld-", 3))
			bytes += loads->items[i].node->inode->size;
	return bytes;
}

uint64_t slim_program_cost(struct slim_trace *t, struct slim_node *program, uint64_t limit)
{
	if (slim_kind_of(t, program) != SLIM_KIND_SCRIPT)
		return binary_cost(t, program, limit);
	struct slim_node *interpreter = shebang_program(t, program);
	uint64_t bytes = interpreter ? binary_cost(t, interpreter, limit) : UINT64_MAX;
	return bytes > program->inode->size ? bytes : program->inode->size;
}

/* Names of programs that are also what options, values and messages are made of. */
static const char *const common_words[] = {
	"arch", "clear", "column", "comm", "cut", "date", "dir", "echo", "expand", "expr", "factor", "false", "file", "fold",
	"free", "groups", "head", "host", "hostname", "id", "install", "join", "kill", "last", "less", "link", "login", "look",
	"mesg", "more", "mount", "nice", "nl", "open", "paste", "pr", "print", "printf", "ps", "reset", "rev", "script",
	"select", "seq", "size", "sleep", "sort", "split", "stat", "strings", "sum", "sync", "tail", "test", "time", "timeout",
	"top", "touch", "tr", "true", "tset", "tty", "umount", "uniq", "unlink", "users", "w", "wall", "watch", "which", "who",
	"write", "yes", NULL,
};

/* What Go's own packages hold: names of system calls, and of encodings. */
static const char *const go_words[] = { "chmod", "chown", "dirname", "gzip", "mkdir", "mkfifo", "mknod", "readlink", "rmdir",
					 "truncate", "zstd", NULL };

/* What Go programs start by name: tracing.md D8. Not ssh, which net's table of ports holds. */
static const char *const go_programs[] = { "docker", "git", "iptables", "ip6tables", "kubectl", "modprobe", "nft", "openssl",
					    "rsync", "sh", "tar", "unpigz", NULL };

static bool is_word_for(struct slim_trace *t, const struct slim_node *node, const struct slim_elf *elf,
			const char *word)
{
	if (slim_name_in(common_words, word) || (elf->go && slim_name_in(go_words, word)))
		return false;
	struct slim_node *program = slim_find_program(t, slim_blob_of(word));
	return program && program != node && slim_kind_of(t, program) == SLIM_KIND_PROGRAM &&
	       slim_program_cost(t, program, WORD_COST_MAX) <= WORD_COST_MAX;
}

/*
 * A22 (c): a bare name, noise more often than not: only when it is cheap. A file that holds the names of many programs
 * knows them for another reason (a language's functions, a table of commands) and starts none of them so.
 */
static void keep_words(struct slim_trace *t, struct slim_node *node, const struct slim_elf *elf)
{
	const char *found[WORDS_MAX];
	size_t count = 0;
	for (const char **word = elf->words; *word; word++) {
		if (elf->go && slim_name_in(go_programs, *word)) {
			slim_keep_program(t, slim_blob_of(*word), SLIM_RULE_COMMAND_STRING, node, "'%s'", *word);
			continue;
		}
		if (!is_word_for(t, node, elf, *word))
			continue;
		if (count == WORDS_MAX)
			return;
		found[count++] = *word;
	}
	for (size_t i = 0; i < count; i++)
		slim_keep_program(t, slim_blob_of(found[i]), SLIM_RULE_COMMAND_STRING, node, "'%s'", found[i]);
}

static bool starts_something(const struct slim_elf *elf)
{
	return elf->go_exec || starts_with_a_shell(elf) || starts_by_name(elf) || starts_by_path(elf) ||
	       slim_elf_imports(elf, "execveat");
}

/*
 * Whether a process of PROGRAM can start another: by itself, by a library, or by what it loads later. Of libselinux
 * only rpm_execcon(3) does.
 */
static bool may_start(struct slim_trace *t, struct slim_node *program, const struct slim_elf *elf)
{
	static const char *const starts_none[] = { "libc.so.6", "libc.musl-*", "ld-*", "libselinux.so.*", NULL };
	const struct slim_loads *loads = slim_ldso_program(slim_trace_ldso(t), program);
	if (!elf->dynamic || starts_something(elf) || slim_elf_imports(elf, "dlopen") || slim_elf_imports(elf, "rpm_execcon"))
		return true;
	for (size_t i = 0; i < loads->count; i++) {
		struct slim_node *node = loads->items[i].node;
		const struct slim_elf *library = node ? slim_trace_elf(t, node) : NULL;
		if (!library || (!slim_name_in(starts_none, loads->items[i].name) &&
				 (starts_something(library) || slim_elf_imports(library, "dlopen"))))
			return true;
	}
	return false;
}

/*
 * The bare name of a program of the same package: found beside this one, in a folder that a setting names, or by a
 * library that starts it. Its own imports say nothing here; that nothing in the process starts programs does.
 */
static void keep_own_words(struct slim_trace *t, struct slim_node *node, const struct slim_elf *elf)
{
	const struct slim_packages *packages = slim_trace_packages(t);
	const struct slim_package *mine = slim_packages_owner(packages, node), *other;
	if (!mine || !may_start(t, node, elf))
		return;
	for (const char **word = elf->words; *word; word++) {
		struct slim_node *program = slim_find_program(t, slim_blob_of(*word));
		bool another = program && program != node && slim_kind_of(t, program) == SLIM_KIND_PROGRAM;
		other = another ? slim_packages_owner(packages, program) : NULL;
		if (other && !strcmp(other->source, mine->source) && !slim_name_in(common_words, *word))
			slim_keep_program(t, slim_blob_of(*word), SLIM_RULE_COMMAND_STRING, node, "'%s'", *word);
	}
}

/* NODE hands what it starts to a library of its own: execline's, GLib's, APR's. */
static bool starts_through_library(struct slim_trace *t, struct slim_node *node)
{
	const struct slim_loads *loads = slim_ldso_program(slim_trace_ldso(t), node);
	for (size_t i = 0; i < loads->count; i++) {
		const struct slim_elf *elf = loads->items[i].node ? slim_trace_elf(t, loads->items[i].node) : NULL;
		if (elf && !elf->program && strncmp(loads->items[i].name, "libc.", 5) &&
		    (starts_by_path(elf) || starts_by_name(elf)))
			return true;
	}
	return false;
}

/*
 * What manuals say that a program starts by a name that its strings do not show whole (linkers merge "gzip" into
 * "ungzip"). tar(1): an archive's first bytes tell which one, without an option. rsync(1), git(1): what the network asks for.
 */
static void keep_partners(struct slim_trace *t, const struct slim_node *node)
{
	static const struct {
		const char *program;
		const char *const partners[9];
	} list[] = {
		{ "tar", { "gzip", "bzip2", "xz", "lzip", "lzma", "lzop", "zstd", "compress" } },
		{ "rsync", { "ssh" } },
		{ "git", { "ssh" } },
	};
	for (size_t i = 0; i < SLIM_COUNT(list); i++)
		for (const char *const *p = list[i].partners; !strcmp(node->name, list[i].program) && *p; p++)
			slim_keep_program(t, slim_blob_of(*p), SLIM_RULE_COMMAND_STRING, node, "%s starts %s", node->name, *p);
}

static void keep_started(struct slim_trace *t, struct slim_node *node, const struct slim_elf *elf)
{
	bool shell = starts_with_a_shell(elf), by_name = starts_by_name(elf) || elf->go_exec;
	if (shell)
		slim_keep_path(t, NULL, SLIM_BLOB("/bin/sh"), SLIM_RULE_SYSTEM_SHELL, node,
			       "imports system, popen or wordexp");
	if (!shell && !by_name && !starts_by_path(elf)) {
		if (elf->program && slim_is_followed(t, node) && starts_through_library(t, node))
			keep_path_strings(t, node, elf);
		return;
	}
	if (slim_name_in(no_words_of, node->name))
		return;
	for (const char **name = elf->started; *name; name++)
		slim_keep_program(t, slim_blob_of(*name), SLIM_RULE_COMMAND_STRING, node, "starts '%s'", *name);
	keep_path_strings(t, node, elf);
	keep_command_strings(t, node, elf);
	if (by_name && elf->program)
		keep_words(t, node, elf);
}

/* Folders where programs of all kinds lie side by side. */
static bool is_common_folder(const struct slim_node *dir)
{
	static const char *const names[] = { "bin", "sbin", "games", NULL };
	const struct slim_node *above = dir->parent;
	if (!above || !slim_name_in(names, dir->name))
		return false;
	return !above->parent || (!strcmp(above->name, "usr") && !above->parent->parent) ||
	       (!strcmp(above->name, "local") && !strcmp(above->parent->name, "usr"));
}

/* A23: programs built together find each other by their folder. */
static void keep_siblings(struct slim_trace *t, const struct slim_node *node)
{
	const struct slim_node *dir = node->parent;
	if (!dir->parent || is_common_folder(dir) || slim_is_shared_folder(t, dir) || slim_is_managed(t, dir))
		return;
	for (struct slim_node *n = dir->first; n; n = n->next)
		if (n != node && !slim_is_junk(t, n) &&
		    (slim_node_is_executable(n) || (slim_node_is_link(n) && n->inode->target.len)))
			slim_keep(t, n, SLIM_RULE_SIBLING, node, "beside %s", node->name);
}

/* A25: /opt/NAME is one installation; of a language's own tools, that is for the language's tracer to say. */
static void keep_prefix(struct slim_trace *t, const struct slim_node *node)
{
	struct slim_node *opt = slim_tree_find(slim_trace_tree(t), "/opt");
	if (!opt || !slim_node_within(node, opt) || slim_is_managed(t, node))
		return;
	struct slim_node *top = node->parent;
	while (top && top->parent != opt)
		top = top->parent;
	if (top && slim_node_is_dir(top))
		slim_keep_below(t, top, SLIM_RULE_PREFIX, node, "the prefix of %s", node->name);
}

static void visit(struct slim_trace *t, void *state, struct slim_node *node)
{
	const struct slim_elf *elf = slim_trace_elf(t, node);
	if (!elf)
		return;
	keep_started(t, node, elf);
	if (!elf->program || !slim_is_followed(t, node))
		return;
	if (!slim_name_in(no_words_of, node->name))
		keep_own_words(t, node, elf);
	keep_partners(t, node);
	keep_prefix(t, node);
	keep_siblings(t, node);
}

const struct slim_tracer slim_helpers_tracer = {
	.name = "helpers", .kinds = SLIM_KIND_PROGRAM | SLIM_KIND_LIBRARY, .visit = visit,
};
