/* The worklist's inside, for src/trace/{trace,keep,lookup,facts}.c alone. Tracers use include/slim/trace.h. */
#ifndef SLIM_TRACE_ENGINE_H
#define SLIM_TRACE_ENGINE_H

#include <stdarg.h>

#include "slim/trace.h"

enum slim_mark {
	SLIM_MARK_KEPT = 1,    /* it, or something below it, was asked for */
	SLIM_MARK_QUEUED = 2,  /* it was itself asked for, and has been or will be shown to the tracers */
	SLIM_MARK_DROPPED = 4, /* --drop takes it out */
	SLIM_MARK_FOLLOWED = 8, /* a reason says that it is started or read */
	SLIM_MARK_FOLDER = 16, /* it is among the folders of PATH */
	SLIM_MARK_GLOBBED = 32, /* all below it stays, since patterns in it took too long */
	SLIM_MARK_SLOTTED = 64, /* its reasons are so many that they have slots */
};

struct slim_trace {
	struct slim_trace_input in;
	struct slim_arena *arena;
	struct slim_ldso *ldso;
	struct slim_packages *packages;
	struct slim_error *error; /* the first thing that went wrong while a tracer ran */

	size_t count;              /* nodes of the tree; the arrays below have one element for each */
	uint8_t *marks;
	uint8_t *kinds;            /* 0: not known yet */
	struct slim_reason **reasons;
	const struct slim_elf **elfs;
	bool *elf_known;

	uint32_t *queue;           /* node numbers */
	size_t queue_head, queue_tail, queue_capacity;

	struct slim_reason_slot {
		uint32_t node, rule, from; /* from: 0 for none, else its number + 1 */
		struct slim_reason *reason;
	} *slots;                  /* open addressing; finds a reason of a SLIM_MARK_SLOTTED node by what it says */
	size_t slot_count, slot_capacity;
	size_t reason_count;       /* of all nodes */
	const char **texts;        /* evidence as it was last seen, by its hash; src/trace/engine/evidence.c */
	uint32_t *folder_owners;   /* slim_folder_owners'; NULL: nobody has asked */
	bool *started;             /* slim_started's, by node; NULL: nobody has asked */
	size_t started_reasons;    /* how many reasons it has looked at */

	size_t glob_steps;         /* names that patterns were compared with */
	struct slim_doubt *doubts;
	struct slim_word *env;     /* the image's variables, src/trace/engine/lookup.c's as what follows */
	struct slim_node **folders; /* of PATH, then those that scripts added; each once */
	size_t folder_count, folder_capacity;
	struct slim_word *programs; /* in these folders */
	bool path_grew;            /* since scripts were shown */
	unsigned revisits;
	struct slim_node *working_dir; /* of the config; NULL: the root */
	void **states;             /* one for each tracer */
	uint8_t *junk;             /* enum slim_junk_mark of each node */
	void *hosts;               /* src/trace/engine/hosts.c's: one list of hosts for each node */
};

static inline bool slim_marked(const struct slim_trace *t, const struct slim_node *node, enum slim_mark mark)
{
	return t->marks[node->id] & mark;
}

/* Keep NODE for TEXT, which lives as long as the trace. */
void slim_keep_text(struct slim_trace *t, struct slim_node *node, enum slim_rule_id rule,
		    const struct slim_node *from, const char *text);
/* The links on the way of PATH; returns what it leads to: a link in last place that leads nowhere is the file. */
struct slim_node *slim_keep_links_text(struct slim_trace *t, const struct slim_node *start, struct slim_blob path,
				       enum slim_rule_id rule, const struct slim_node *from, const char *text);
/* slim_keep_path for TEXT, which lives as long as the trace. */
struct slim_node *slim_keep_path_text(struct slim_trace *t, const struct slim_node *start, struct slim_blob path,
				      enum slim_rule_id rule, const struct slim_node *from, const char *text);
const char *slim_evidence_text(struct slim_trace *t, const char *fmt, va_list args) SLIM_PRINTF(2, 0);
/*
 * --level: the user wants no files for reasons as weak as RULE's, nor what only such a file asks for: a tracer that
 * looks ahead may ask in the name of one that was not kept. When that is kept later, it is shown and asks itself.
 */
bool slim_is_ruled_out(const struct slim_trace *t, enum slim_rule_id rule, const struct slim_node *from);
/* Show all scripts and sources that were shown already once more: what PATH means has changed. */
void slim_trace_revisit_scripts(struct slim_trace *t);
/* Sort every node's reasons. */
void slim_reasons_sort(struct slim_trace *t);
/* Mark what --drop takes out, keep what --keep matches. src/trace/seed/allowlist.c */
void slim_allowlist_apply(struct slim_trace *t);
/* Variables and programs by their names. src/trace/engine/lookup.c */
void slim_lookup_init(struct slim_trace *t);
void slim_lookup_free(struct slim_trace *t);
/* Whether the scripts are shown anew, because PATH has grown. */
bool slim_lookup_settle(struct slim_trace *t);

#endif
