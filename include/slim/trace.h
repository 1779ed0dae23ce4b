/*
 * Which files of a merged image stay, and why: a worklist over the tree. Seeds come from the config and the user; then
 * each newly kept node is shown to every tracer that looks at its kind, and a tracer may only keep further nodes.
 * So the fixed point does not depend on the order. Nothing of the image is executed.
 */
#ifndef SLIM_TRACE_H
#define SLIM_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "slim/elf.h"
#include "slim/ldso.h"
#include "slim/log.h"
#include "slim/oci.h"
#include "slim/options.h"
#include "slim/packages.h"
#include "slim/tree.h"

enum slim_rule_id {
#define X(id, name, source, confidence, text) SLIM_RULE_##id,
#include "slim/rules.def"
#undef X
	SLIM_RULE_COUNT
};

struct slim_rule {
	const char *name, *source, *text;
	enum slim_confidence confidence;
};
const struct slim_rule *slim_rule(enum slim_rule_id id);
const char *slim_confidence_name(enum slim_confidence confidence);

struct slim_reason {
	enum slim_rule_id rule;
	const struct slim_node *from; /* the kept node that asked; NULL: the image's config or the user */
	const char *evidence;         /* the words that led here: "NEEDED libz.so.1, found in ld.so.cache" */
	const struct slim_reason *next;
};

struct slim_doubt {
	const struct slim_node *node; /* may be NULL */
	const char *text;
	const struct slim_doubt *next;
};

/* --- What the caller sees ------------------------------------------------------------------------------------- */

struct slim_trace;

struct slim_trace_input {
	const struct slim_tree *tree;
	const struct slim_config *config;
	const struct slim_wishes *wishes;
	bool slimmed;         /* slim made this image and nothing was added since */
	bool backwards;       /* tests only: the worklist as a stack, to show that the order does not matter */
	struct slim_log *log;
};

/* Run to the fixed point. What IN points to must outlive the trace. An input without anything to trace: SLIM_UNSAFE. */
int slim_trace_run(const struct slim_trace_input *in, struct slim_trace **out, struct slim_error **err)
	SLIM_MUST_CHECK;
void slim_trace_free(struct slim_trace *trace); /* NULL is fine */
SLIM_DEFINE_CLEANUP(struct slim_trace, slim_trace_free)

bool slim_trace_kept(const struct slim_trace *trace, const struct slim_node *node);
/* A node's reasons, sorted by rule, asker and evidence: the same on every run. NULL: kept only as a parent, or not. */
const struct slim_reason *slim_trace_reasons(const struct slim_trace *trace, const struct slim_node *node);
/*
 * Whether what a kept file says is followed: its interpreter, its commands, the paths in it. A file that stays only as
 * part of a folder of data (an application's, a runtime's) is not: nothing is known to start or read it.
 */
bool slim_is_followed(const struct slim_trace *trace, const struct slim_node *node);
const struct slim_doubt *slim_trace_doubts(const struct slim_trace *trace);
enum { SLIM_TRACE_HOSTS_MAX = 16 };
/* The programs that load LIBRARY, or whose files ask for it; of those without an RPATH one stands for all. */
size_t slim_trace_hosts(const struct slim_trace *trace, struct slim_node *library,
			struct slim_node *hosts[SLIM_TRACE_HOSTS_MAX]);
/* Whether another kept file loads LIBRARY by a tag, so that what it needs in turn belongs to that file's closure. */
bool slim_trace_is_loaded(const struct slim_trace *trace, const struct slim_node *library);
/* The next folder that programs are looked up in: of the image's PATH, then those that scripts add. NULL: no more. */
struct slim_node *slim_trace_next_folder(const struct slim_trace *trace, size_t *cursor);
const struct slim_packages *slim_trace_packages(const struct slim_trace *trace);

/* --- What tracers see ----------------------------------------------------------------------------------------- */

/* What a node is to a tracer: one bit each. */
enum slim_kind {
	SLIM_KIND_DIR = 1,
	SLIM_KIND_LINK = 2,
	SLIM_KIND_PROGRAM = 4,  /* an ELF file that the kernel can start */
	SLIM_KIND_LIBRARY = 8,  /* an ELF shared object that is none */
	SLIM_KIND_SCRIPT = 16,  /* starts with #!, or is text with an x bit */
	SLIM_KIND_TEXT = 32,    /* other text: no NUL in its first 4 KiB */
	SLIM_KIND_DATA = 64,    /* any other file */
	SLIM_KIND_SPECIAL = 128, /* device nodes, fifos, sockets */
};

/* A command line that something runs: `node -r x server.js` of a script, of the config, of an application's source. */
struct slim_command_line {
	const struct slim_blob *words; /* the program first; a word with ptr NULL is not known */
	size_t count;
	const struct slim_node *from;                /* what runs it; NULL: the config */
	const struct slim_node *const *folders; /* where it may be run: relative words may start from any of them */
	size_t folder_count;
};

struct slim_tracer {
	const char *name;
	unsigned kinds;    /* what visit() wants to see */
	size_t state_size; /* of the state that is passed to the functions below: zeroed before, freed after */
	/* each may be NULL */
	void (*start)(struct slim_trace *t, void *state); /* once, before anything */
	void (*visit)(struct slim_trace *t, void *state, struct slim_node *node); /* once for each kept node */
	/* whenever the worklist is empty; the run ends when no settle keeps anything new */
	void (*settle)(struct slim_trace *t, void *state);
	/* for each command line that is found, maybe more than once; what it points to lives during the call only */
	void (*command)(struct slim_trace *t, void *state, const struct slim_command_line *command);
	/* once, when nothing more will be kept: for doubts about what has left */
	void (*finish)(struct slim_trace *t, void *state);
	void (*clear)(void *state); /* frees what the state points to, if the arena does not own it */
};

extern const struct slim_tracer *const slim_tracers[]; /* ends with NULL; src/trace/engine/tracers.c */

const struct slim_tree *slim_trace_tree(const struct slim_trace *t);
const struct slim_config *slim_trace_config(const struct slim_trace *t);
const struct slim_wishes *slim_trace_wishes(const struct slim_trace *t);
struct slim_arena *slim_trace_arena(struct slim_trace *t); /* for what lives as long as the trace */
struct slim_log *slim_trace_log(const struct slim_trace *t);
struct slim_ldso *slim_trace_ldso(struct slim_trace *t);
bool slim_trace_slimmed(const struct slim_trace *t);

/* The value of NAME in the image's Env, or NULL. */
const char *slim_trace_env(const struct slim_trace *t, const char *name);

enum slim_kind slim_kind_of(struct slim_trace *t, struct slim_node *node); /* reads the head of a file once */
/* The facts of an ELF file, read once and cached; NULL when it is none or broken (then a doubt stands). */
const struct slim_elf *slim_trace_elf(struct slim_trace *t, struct slim_node *node);
/* The same for whoever comes after the trace: only what it has read; NULL also when it did not look. */
const struct slim_elf *slim_trace_known_elf(const struct slim_trace *t, const struct slim_node *node);
bool slim_trace_has_looked(const struct slim_trace *t, const struct slim_node *node);
/* The first MAX bytes of a file and a NUL; the caller's to free(). NULL on error, which then ends the run. */
char *slim_trace_read(struct slim_trace *t, const struct slim_node *node, size_t max, size_t *length);

/*
 * Keep NODE and its parents. FROM: the kept node that asked, or NULL. The same reason twice counts once. A path that
 * --drop takes out stays out, whatever asks, and a rule that --level rules out keeps nothing. Safe for NULL nodes
 * (nothing happens).
 */
void slim_keep(struct slim_trace *t, struct slim_node *node, enum slim_rule_id rule, const struct slim_node *from,
	       const char *evidence, ...) SLIM_PRINTF(5, 6);
/*
 * Look PATH up from the folder START (NULL: the root) as the kernel would, keep every link on the way (rule `link`)
 * and what is found. Returns it, or NULL when there is nothing; a link that dangles is kept itself. Of a rule that
 * --level rules out nothing is there.
 */
struct slim_node *slim_keep_path(struct slim_trace *t, const struct slim_node *start, struct slim_blob path,
				 enum slim_rule_id rule, const struct slim_node *from, const char *evidence, ...)
	SLIM_PRINTF(6, 7);
/* All that lies below DIR, DIR too; junk (slim_is_junk) is passed over unless DIR is itself within junk. */
void slim_keep_below(struct slim_trace *t, struct slim_node *dir, enum slim_rule_id rule,
		     const struct slim_node *from, const char *evidence, ...) SLIM_PRINTF(5, 6);
/*
 * Keep all that PATTERN (an absolute path whose components may have * ? [..]; {a,b} is expanded by the caller)
 * matches; with BELOW also what is below matching folders. Returns how many files matched. What would take too long to
 * match keeps the folder that the pattern starts with, with a doubt.
 */
size_t slim_keep_glob(struct slim_trace *t, struct slim_blob pattern, bool below, enum slim_rule_id rule,
		      const struct slim_node *from, const char *evidence, ...) SLIM_PRINTF(6, 7);
/* What a tracer could not decide, for the report and -v: "loads 'mod_%s.so' from a folder that is not known". */
void slim_doubt(struct slim_trace *t, const struct slim_node *node, const char *fmt, ...) SLIM_PRINTF(3, 4);

/*
 * Program lookup as execvp does: a WORD with a slash as a path (from the working folder), else the first regular file
 * with an x bit in the folders of the image's PATH (and of PATHs that scripts set: slim_trace_add_path).
 * slim_find_program only looks; slim_keep_program keeps it with every link on the way. NULL: not found.
 */
struct slim_node *slim_find_program(struct slim_trace *t, struct slim_blob word);
struct slim_node *slim_keep_program(struct slim_trace *t, struct slim_blob word, enum slim_rule_id rule,
				    const struct slim_node *from, const char *evidence, ...) SLIM_PRINTF(5, 6);
void slim_trace_add_path(struct slim_trace *t, struct slim_blob folder);

/* Named junk: package caches, docs, headers, static libraries, … src/trace/engine/junk.c has the list. */
bool slim_is_junk(struct slim_trace *t, const struct slim_node *node);
/* Trees that a language's package manager fills (site-packages, node_modules, gems, …): src/trace/engine/junk.c. */
bool slim_is_managed(struct slim_trace *t, const struct slim_node *node);

/* Trace TEXT as shell source, as if FROM (NULL: the config) ran it as a script: src/trace/script/shell_tracer.c. */
void slim_trace_shell_text(struct slim_trace *t, struct slim_blob text, enum slim_rule_id rule,
			   const struct slim_node *from, const char *evidence);
/* Tell all tracers of a command line: slim_tracer.command. */
void slim_trace_tell_command(struct slim_trace *t, const struct slim_command_line *command);
/* Trace WORDS (ends with NULL) as an exec-form command line. Returns the program, or NULL. src/trace/seed/command.c */
struct slim_node *slim_trace_command(struct slim_trace *t, const char *const *words, enum slim_rule_id rule,
				     const struct slim_node *from, const char *evidence);

#endif
