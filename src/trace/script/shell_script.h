/*
 * Shell sources as the shell tracer holds them. A script is lexed once into a list of events; texts that it hands to a
 * shell (eval, sh -c, trap, here-documents) are lexed into the same list. Scripts that read each other (`.`) share one
 * scope: their variables and functions. What a script runs is worked out when its scope is complete, so that the order
 * in which files were found does not matter.
 */
#ifndef SLIM_TRACE_SHELL_SCRIPT_H
#define SLIM_TRACE_SHELL_SCRIPT_H

#include <stdint.h>

#include "shell.h"
#include "slim/trace.h"

enum { SCRIPT_MAX = 4 << 20, NESTED_MAX = 8, VALUES_MAX = 32 };

struct shell_value {
	struct slim_blob text; /* encoded */
	const struct shell_value *next;
};

struct shell_name; /* a variable or function; shell_script.c */

struct shell_scope {
	struct shell_scope *parent;  /* merged into this one; NULL: it stands for itself */
	struct shell_name *names;    /* a hash table */
	size_t version;              /* grows with each change */
};

struct script {
	struct slim_node *node;      /* NULL: text of the config or of another file */
	struct shell_scope *scope;
	struct shell_event *events;  /* with words that live in the arena */
	size_t count, capacity;
	size_t source_length;
	size_t seen;                 /* the version of the scope that was evaluated; 0: none */
	size_t linked;               /* the version with which sources were looked for */
	bool settled;                /* no variable can change what it reads: it is linked for good */
	struct script *next;
};

/* Scripts of one run (the tracer's state), or of one text. */
struct script_set {
	struct slim_trace *t;
	struct slim_arena *arena;
	struct script *scripts;
	struct script_slot *by_node; /* a hash table */
	struct shell_scope *scopes;
};

/* Lexed at once. ANCHOR: the file that TEXT belongs to, or NULL. */
struct script *script_from_text(struct script_set *set, struct slim_blob text, struct slim_node *anchor);
/* The script in a regular file; the same for the same node. NULL: it cannot be read. */
struct script *script_from_node(struct script_set *set, struct slim_node *node);
void script_set_clear(struct script_set *set);

struct shell_scope *script_scope(const struct script *script);
/* Both see the same variables and functions from now on. */
void script_share_scope(struct script_set *set, struct script *a, struct script *b);
void scope_add_value(struct script_set *set, struct shell_scope *scope, struct slim_blob name, struct slim_blob value);
const struct shell_value *scope_values(const struct shell_scope *scope, struct slim_blob name);
bool scope_has_function(const struct shell_scope *scope, struct slim_blob name);

/* --- shell_expand.c: what an encoded word can be --- */

struct shell_text {
	char *text;    /* a pattern: * ? [..] are active unless behind a backslash */
	size_t length, capacity;
	bool unknown;  /* holds a part that is not known, given as * */
	bool argument; /* that part is a parameter of the script or function */
};

struct shell_texts {
	struct shell_text *items;
	size_t count, capacity;
};

struct shell_context {
	struct slim_trace *t;
	const struct shell_scope *scope;
	const char *file;    /* the script's path, or NULL */
	const char *folder;  /* the script's folder, or NULL */
	size_t budget;       /* steps that are left; then everything is unknown */
};

/* All that WORD can be, at most 32; free with shell_texts_clear. */
struct shell_texts shell_expand(struct shell_context *c, struct slim_blob word);
void shell_texts_clear(struct shell_texts *texts);
/* Nothing is unknown and no wildcard is active: take the backslashes out of it and return true. */
bool shell_text_literal(struct shell_text *text);
/* Whether a pattern has an active wildcard. */
bool shell_pattern_active(struct slim_blob pattern);
/* WORD as literal text, if it has no unknown part: the arena owns it. ptr NULL: it has one. */
struct slim_blob shell_literal(struct slim_arena *arena, struct slim_blob word);
/* WORD as shell source that gives the same: for texts that are handed to another shell. */
struct slim_blob shell_as_source(struct slim_arena *arena, struct slim_blob word);

/* --- shell_wrap.c: which words of a simple command are commands --- */

enum shell_role {
	SHELL_RUNS,     /* the word is looked up as a shell does: function, builtin, PATH */
	SHELL_EXECUTES, /* by PATH only */
	SHELL_TEXT,     /* the word is shell source */
	SHELL_JOINED,   /* this word and all that follow are shell source */
	SHELL_FILE,     /* a script for the shell named before it */
	SHELL_SOURCES,  /* read by `.` */
	SHELL_PROGRAM,  /* awk or perl source */
};

struct shell_part {
	size_t index;
	enum shell_role role;
};

enum { SHELL_PARTS_MAX = 16 };

/* The commands and sources among WORDS, outermost first. Returns how many. */
size_t shell_unwrap(struct slim_arena *arena, const struct shell_word *words, size_t count,
		    struct shell_part parts[SHELL_PARTS_MAX]);
bool shell_is_builtin(struct slim_blob name);
bool shell_is_shell(struct slim_blob name); /* the base name of a shell */
/* Programs whose names are English words: inside a sentence they mean no program. */
bool shell_is_prose(struct slim_blob name);
/* Names of interpreters of other languages. */
bool shell_is_interpreter(struct slim_blob name);

/* --- shell_eval.c, shell_words.c, shell_files.c: keep what a script needs --- */

struct script_run {
	struct script_set *set;
	struct slim_trace *t;
	struct script *script;
	struct shell_context context;
	const struct slim_node *from;
	const struct slim_node *folder;   /* of the script; NULL: not known */
	const struct slim_node **bases;   /* folders that relative paths may start from */
	size_t base_count, base_capacity;
	struct seen_word *seen;           /* words that were looked at, a hash table */
	enum slim_rule_id rule;           /* for what is in command position */
	const char *evidence;             /* NULL: made from the words */
	bool chain;                       /* an execline script */
};

void script_evaluate(struct script_set *set, struct script *script, const struct slim_node *from,
		     enum slim_rule_id rule, const char *evidence);
/* Scripts that SCRIPT reads by names that are known: load them and share the scope. True: there was a new one. */
bool script_link_sources(struct script_set *set, struct script *script);

/* C4, C6; SENTENCE: the word is one of a text for people, even if it is not quoted */
void run_scan_word(struct script_run *r, const struct shell_word *word, bool certain, bool sentence);
bool run_is_message(const struct shell_event *e); /* echo Several words that begin with a capital */
void run_scan_paths(struct script_run *r, const struct shell_word *word);                   /* C6 */
/* A word of a language whose programs start what the rest of their command line says: each may be a program. */
void run_scan_chain(struct script_run *r, const struct shell_word *word);
/* Env is but a default: what else a path can be that ends in a variable of it, "/app/modes/$MODE". */
void run_other_values(struct script_run *r, const struct shell_word *word, enum slim_rule_id rule);
/* A package's script that goes over all files of a cache or a log folder does so to clean it up. */
bool run_is_housekeeping(struct script_run *r, const struct slim_node *dir);
void run_know_word(struct script_run *r, struct slim_blob name);
void run_forget_words(struct script_run *r);
struct slim_node *run_keep_path(struct script_run *r, struct slim_blob path, enum slim_rule_id rule);
size_t run_keep_pattern(struct script_run *r, const struct shell_text *pattern, enum slim_rule_id rule);
void run_link_source(struct script_run *r, const struct shell_word *word, bool same_scope); /* C5: load what is known */
void run_source(struct script_run *r, const struct shell_word *word);                      /* C5: keep it */
void run_keep_operands(struct script_run *r, struct slim_blob name, const struct shell_word *words, size_t count);
bool run_generic_folder(struct script_run *r, const struct slim_node *node);

#endif
