/*
 * Why a path stays or leaves: the answer as data, for text and JSON alike (docs/answers.md has the JSON). Strings live
 * in the arena that the answers are made in, or in the tree.
 */
#ifndef SLIM_REPORT_WHY_H
#define SLIM_REPORT_WHY_H

#include <stdio.h>

#include "chain.h"
#include "history.h"
#include "report.h"

enum slim_answer_kind {
	SLIM_ANSWER_STAYS,
	SLIM_ANSWER_LEAVES,
	SLIM_ANSWER_MISSING, /* the merged image has no such path */
	SLIM_ANSWER_MANY,    /* what a glob matches */
};
const char *slim_answer_name(enum slim_answer_kind kind); /* "stays", "leaves", "missing", "many" */

struct slim_step {
	const struct slim_node *node;
	const struct slim_reason *reason; /* why it stays; its `from` is the step before */
};

struct slim_chain { /* from what the image or the user names to the path itself */
	struct slim_step *steps;
	size_t count;
};

struct slim_share { /* of a package, a folder or a glob: how much of it stays; folders do not count */
	uint64_t files, kept;
	uint64_t bytes, kept_bytes; /* of a file with several names: each name's part */
};

struct slim_rule_share { /* the kept paths whose chain ends with this rule */
	enum slim_rule_id rule;
	uint64_t files, bytes;
};

struct slim_near { /* a path that may have been meant */
	const struct slim_node *node;
	const char *how; /* "other case", "same name", "another version", "similar name" */
};

/* The options that would keep a path that leaves, or let it go: "--keep", and what to say behind it. */
struct slim_remedy {
	const char *option, *value;
};

enum { SLIM_NEAR_MAX = 5, SLIM_LARGEST_MAX = 10, SLIM_REMEDIES_MAX = 4, SLIM_KIN_MAX = 3 };

struct slim_answer {
	enum slim_answer_kind kind;
	const char *asked;
	const struct slim_node *node;     /* STAYS, LEAVES: where the path leads to */
	const struct slim_node **through; /* the links on the way there */
	size_t through_count;
	const struct slim_package *package; /* may be NULL */
	const struct slim_node *target;   /* of a link: what it leads to; NULL: nothing, or it is no link */
	bool target_kept;
	const struct slim_node **names;   /* of a file: its further names */
	size_t name_count;
	struct slim_past *past;           /* what layers did to it, lowest first */
	size_t past_count;

	/* STAYS; no steps: a folder that stays only because of what is below it */
	struct slim_chain chain;          /* the shortest; of a folder without reasons the one to its first kept file */
	struct slim_chain *others;        /* with `every`: of every reason, in their order */
	size_t other_count;

	/* LEAVES */
	const struct slim_wish *dropped_by; /* the user's --drop; or NULL */
	struct slim_chain cut;            /* the chain that --level ruled out */
	struct slim_share package_share, folder_share; /* what came closest: its package, its folder with all below */
	const struct slim_node *folder;   /* the nearest one of which anything stays */
	const struct slim_node *package_kin[SLIM_KIN_MAX], *folder_kin[SLIM_KIN_MAX]; /* some of what stays of them */
	struct slim_remedy remedies[SLIM_REMEDIES_MAX];
	size_t remedy_count;

	/* MISSING */
	const struct slim_node *deepest;  /* as far as the path leads: a folder, or what is in the way */
	struct slim_near near[SLIM_NEAR_MAX];
	size_t near_count;

	/* MANY, and folders: what is below, or matches */
	struct slim_share share;
	struct slim_rule_share *rules;    /* largest first */
	size_t rule_count;
	const struct slim_node *largest[SLIM_LARGEST_MAX], *largest_gone[SLIM_LARGEST_MAX]; /* kept, and not */
	size_t largest_count, largest_gone_count;
};

struct slim_why_source {
	const struct slim_tree *tree;
	const struct slim_trace *trace;
	const struct slim_chains *chains;
	const struct slim_wishes *wishes;
	const struct slim_chains *uncut;     /* with --level: the chains without it; else NULL */
	const struct slim_history *history;
	bool every;                          /* --all */
};

/* Of ASKED: a path, a name, or a glob. It fails only when that is no glob. */
int slim_why(const struct slim_why_source *source, const char *asked, struct slim_arena *arena,
	     struct slim_answer *out, struct slim_error **err) SLIM_MUST_CHECK;

/* The parts of it. */
void slim_why_leaves(const struct slim_why_source *source, struct slim_answer *answer, struct slim_arena *arena);
void slim_why_missing(const struct slim_why_source *source, struct slim_answer *answer);
/* SELECTED: by node number. */
void slim_why_many(const struct slim_why_source *source, const bool *selected, struct slim_answer *answer,
		   struct slim_arena *arena);
struct slim_chain slim_why_chain(const struct slim_chains *chains, const struct slim_node *node,
				 const struct slim_reason *last, struct slim_arena *arena);

void slim_answer_json(const struct slim_why_source *source, const struct slim_answer *answer, FILE *out);

#endif
