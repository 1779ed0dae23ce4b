/* The inside of Python's tracer: what python_tracer.c, python_reach.c, python_follow.c and python_words.c share. */
#ifndef SLIM_TRACE_PYTHON_STATE_H
#define SLIM_TRACE_PYTHON_STATE_H

#include "../engine/waiting.h"
#include "python_dist.h"
#include "python_find.h"
#include "python_home.h"

enum python_node_mark {
	PYTHON_REACHED = 1, /* a module that is imported */
	PYTHON_READ = 2, /* its source has been read */
	PYTHON_OWN = 4, /* a source that counts as the application's */
	PYTHON_OPENED =
		8, /* a module that may be imported: of its imports those count that its distribution declares */
};

struct python_nodes {
	struct slim_node **items;
	size_t count, capacity;
};

/* An optional import that has not been followed. */
struct python_left {
	struct slim_node *source;
	struct python_dist *from, *target;
	bool counted; /* it has been, later */
};

struct python_lefts {
	struct python_left *items;
	size_t count, capacity;
};

struct python_state {
	struct slim_waiting programs, files; /* kept nodes that have not been looked at */
	struct python_runtimes runtimes;
	struct python_dists *dists;
	uint8_t *marks; /* by node: python_node_mark */
	bool *made; /* by node: a program that an installer made */
	struct python_nodes own; /* sources of the application, config files, scripts: read for each new runtime */
	struct python_nodes tests; /* its tests: they count when something runs them */
	struct python_nodes computing; /* of own: they import by names that are not known */
	struct python_nodes queue; /* modules that are to be read */
	struct python_lefts left;
	size_t read_own, read_queue; /* how many of those have been */
	bool named, words_read; /* named: a text named a module */
	bool tools_asked; /* pkg_resources is imported: it checks what is required of setuptools */
	bool whole; /* all packages have been kept */
	bool alone; /* a command line starts Python without a script */
};

/* Who asks for a module, and how. */
struct python_asker {
	struct slim_node *node; /* NULL: the config */
	enum slim_rule_id rule;
	const char *evidence; /* "import", "the text" */
	bool own; /* the application's, or a command line's */
	struct python_dist *only; /* what is found counts only if it is of this one or declared by it; NULL: all */
};

/* --- python_reach.c ---------------------------------------------------------------------------------------------- */

/*
 * Follow the dotted NAME from the folder FROM (NULL: the places of RUNTIME, behind those of ASKER's own). What is
 * found on the way counts as imported. Returns how many of its parts are modules.
 */
size_t python_reach(struct slim_trace *t, struct python_state *s, const struct python_runtime *runtime,
		    const struct python_asker *asker, struct slim_blob name, struct slim_node *from);
/* As above; then all modules below it whose names start with REST. */
void python_reach_below(struct slim_trace *t, struct python_state *s, const struct python_runtime *runtime,
			const struct python_asker *asker, struct slim_blob name, struct slim_node *from);
/* Whether NAME leads to modules outside the standard library; COUNT: at least so many parts of it. Keeps nothing. */
bool python_leads(struct slim_trace *t, const struct python_state *s, const struct python_runtime *runtime,
		  const struct slim_node *node, struct slim_blob name, size_t count);
/* Whether the sources of RUNTIME may import what is in NODE's place: a package is for the runtimes that see it. */
bool python_serves(const struct python_state *s, const struct python_runtime *runtime, const struct slim_node *node);
/* Keep DIST, because ASKER wants it as a whole; with its modules counted as imported. */
void python_keep_dist(struct slim_trace *t, struct python_state *s, struct python_dist *dist,
		      const struct python_asker *asker);
/* All modules of DIST may be imported, but for its tests: it loads them by names that are made while it runs. */
void python_open_dist(struct slim_trace *t, struct python_state *s, struct python_dist *dist);
/* The same for the one that the module NAME of RUNTIME belongs to. */
void python_open_named(struct slim_trace *t, struct python_state *s, const struct python_runtime *runtime,
		       const struct python_asker *asker, struct slim_blob name);
/* What kept distributions require. True: something new was kept. */
bool python_keep_required(struct slim_trace *t, struct python_state *s);
/* All packages of all runtimes. */
void python_keep_all(struct slim_trace *t, struct python_state *s, const struct python_asker *asker);

/*
 * The distribution of the last part of NAME that is a module, as python_reach() would find it; NULL: none, or a module
 * of no distribution. Keeps nothing.
 */
struct python_dist *python_target(struct slim_trace *t, const struct python_state *s,
				  const struct python_runtime *runtime, const struct python_asker *asker,
				  struct slim_blob name);
/* Whether the metadata of DIST, or its extras but for those of development, name TARGET. */
bool python_declares(struct slim_trace *t, struct python_dist *dist, const struct python_dist *target);

/* --- python_optional.c ------------------------------------------------------------------------------------------- */

/* ASKER imports or names DIST. */
void python_come_near(struct python_state *s, struct python_dist *dist, const struct python_asker *asker);
/* Whether SOURCE can do without TARGET, which it imports late or on trial. It is noted down. */
bool python_leave_out(struct slim_trace *t, struct python_state *s, struct slim_node *source,
		      struct python_dist *target);
/* What was left out counts after all, because of what is known by now: its sources are to be read again. True: any. */
bool python_count_left(struct slim_trace *t, struct python_state *s);
/* Say what is left out: once all is known. */
void python_doubt_left(struct slim_trace *t, struct python_state *s);

/* --- python_plugins.c -------------------------------------------------------------------------------------------- */

/* ASKER looks through all that is installed for what begins with PREFIX: modules and distributions. */
void python_keep_prefixed(struct slim_trace *t, struct python_state *s, const struct python_asker *asker,
			  const char *prefix);
/* What is there for code that is not in the image. True: there is more to read. */
bool python_keep_for_users(struct slim_trace *t, struct python_state *s);
/* What is in the folders outside its own that DIST has links to: a system's package has its data there. */
void python_keep_linked(struct slim_trace *t, struct python_dist *dist);
/* All that is installed, whatever asks for it, as if it were imported. */
void python_reach_everything(struct slim_trace *t, struct python_state *s, const struct python_asker *asker);

/* --- python_follow.c --------------------------------------------------------------------------------------------- */

/* What the source NODE imports, names and loads. */
/* ONLY: as of an asker. */
void python_follow(struct slim_trace *t, struct python_state *s, struct slim_node *node, bool own,
		   struct python_dist *only);
/* The same for source text of a command line. */
void python_follow_text(struct slim_trace *t, struct python_state *s, struct slim_blob source,
			const struct python_asker *asker);
/* The modules of DIST's entry points. */
void python_reach_points(struct slim_trace *t, struct python_state *s, const struct python_asker *asker,
			 struct python_dist *dist);
/* NAME, a text that ASKER holds: a module, an object in one ("a.b:c"), an entry point group. */
void python_name(struct slim_trace *t, struct python_state *s, const struct python_asker *asker, struct slim_blob name);

/* --- python_words.c ---------------------------------------------------------------------------------------------- */

/* The image's command lines and environment. */
void python_read_config(struct slim_trace *t, struct python_state *s);
/* Names in a settings file or a shell script. */
void python_read_words(struct slim_trace *t, struct python_state *s, struct slim_node *node);
/* Names in a file that holds no text: a compiled module, a pickled object. */
void python_read_binary(struct slim_trace *t, struct python_state *s, struct slim_node *node);
/* The same of a module of a distribution, of which there is no source. ONLY: as of an asker. */
void python_read_compiled(struct slim_trace *t, struct python_state *s, struct slim_node *node,
			  struct python_dist *only);
/* Packages for development alone: that a text holds their name says nothing. */
bool python_is_tool(struct slim_blob name);

#endif
