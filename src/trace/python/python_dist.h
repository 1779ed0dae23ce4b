/*
 * Distributions: what was installed as one. Their files are found by RECORD, by the system's package database, by
 * installed-files.txt or top_level.txt, else by the folder that they share. Sources: PyPA specifications "Recording
 * installed projects", "Entry points", "Core metadata"; setuptools' egg-info; Debian's Python policy.
 */
#ifndef SLIM_TRACE_PYTHON_DIST_H
#define SLIM_TRACE_PYTHON_DIST_H

#include "python_meta.h"

struct python_entry_point {
	const char *group;
	struct slim_blob module; /* of "name = module:object [extras]" */
	size_t reached;          /* for so many runtimes, whoever asked */
};

struct python_dist {
	const char *name; /* normalised */
	struct slim_node *site; /* the folder it is installed in */
	struct slim_node *metadata; /* the dist-info or egg-info; NULL: it has none */
	struct slim_node *stands; /* the file that stands for it in reasons */
	struct slim_node **files; /* no folders; those outside SITE as well */
	size_t file_count, file_capacity;
	struct slim_node **scripts; /* programs in folders of PATH */
	size_t script_count, script_capacity;
	const char **requires; /* lines of PEP 508 */
	size_t require_count, require_capacity;
	struct python_entry_point *points; /* by group */
	size_t point_count, point_capacity;
	const char **declared; /* names of what it may require, but for development */
	size_t declared_count, declared_capacity;
	const char **extras; /* that kept requirements ask for; ends with NULL once there is one */
	size_t extra_count, extra_capacity;
	bool kept;
	bool declares; /* it says at all what it may require */
	bool listed; /* declared has been filled */
	bool near; /* the application imports it, or a part of it does */
	bool part; /* the application starts or names it: it may be the application itself */
	bool open; /* all its modules may be imported */
	bool needed; /* a kept one requires it, whatever extras are asked for */
	bool linked; /* the folders elsewhere that it has links to have been kept */
	bool runs; /* it is a part, and runs text that it is handed */
	size_t required; /* how many extras its requirements were followed for, + 1 */
};

/* One of a group, and its entry points in that. */
struct python_provider {
	struct python_dist *dist;
	struct python_entry_point *points;
	size_t count;
};

struct python_group {
	const char *name;
	struct python_provider *providers;
	size_t count;
	/* who asked last, and for so many runtimes: a text may name a group as often as it likes */
	const struct slim_node *asker;
	size_t asked;
};

struct python_dists;

/* Of all folders in the tree that are named as Python's for packages. */
struct python_dists *python_dists_read(struct slim_trace *t);
void python_dists_free(struct python_dists *dists); /* NULL is fine */
SLIM_DEFINE_CLEANUP(struct python_dists, python_dists_free)

size_t python_dists_count(const struct python_dists *dists);
struct python_dist *python_dists_at(const struct python_dists *dists, size_t index);
/*
 * The distribution that NODE belongs to, which is below PLACE, a folder of modules: if it was not installed as one,
 * what lies with it in the same entry of PLACE. NULL: NODE is not below PLACE.
 */
struct python_dist *python_dist_of(struct slim_trace *t, struct python_dists *dists, struct slim_node *node,
				   const struct slim_node *place);
/* As above, but only one that was installed; NULL: none. */
struct python_dist *python_dist_known(const struct python_dists *dists, const struct slim_node *node);
/* The distributions called NAME (normalised): the first one and how many. */
struct python_dist **python_dists_named(const struct python_dists *dists, const char *name, size_t *count);
/* NULL: no distribution has entry points of the group NAME. Those of programs are none. */
struct python_group *python_dists_group(const struct python_dists *dists, struct slim_blob name);

/*
 * The programs that installers made for distributions outside the folders of packages of the system's own: to free().
 * One bool for each node of the tree. They are there for what they start, and nobody put them there by hand.
 */
bool *python_made_scripts(struct slim_trace *t);

#endif
