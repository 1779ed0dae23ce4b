/* The worklist's inside, for src/trace/{trace,keep,lookup,facts}.c alone. Tracers use include/slim/trace.h. */
#ifndef SLIM_TRACE_ENGINE_H
#define SLIM_TRACE_ENGINE_H

#include "slim/trace.h"

enum slim_mark {
	SLIM_MARK_KEPT = 1,    /* it, or something below it, was asked for */
	SLIM_MARK_QUEUED = 2,  /* it was itself asked for, and has been or will be shown to the tracers */
	SLIM_MARK_DROPPED = 4, /* --drop takes it out */
	SLIM_MARK_FOLLOWED = 8, /* a reason says that it is started or read */
};

/* A folder in which programs are looked up by name. */
struct slim_word_folder {
	const char *path;
	struct slim_node *dir; /* NULL: the image has none there */
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
	} *slots;                  /* open addressing; finds a reason by what it says */
	size_t slot_count, slot_capacity;
	uint32_t *folder_owners;   /* slim_folder_owners'; NULL: nobody has asked */
	bool *started;             /* slim_started's, by node; NULL: nobody has asked */
	size_t started_reasons;    /* how many reasons it has looked at */

	struct slim_doubt *doubts;
	struct slim_word_folder *folders; /* of PATH, then those that scripts added */
	size_t folder_count, folder_capacity;
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
/* Show all scripts and sources that were shown already once more: what PATH means has changed. */
void slim_trace_revisit_scripts(struct slim_trace *t);
/* Sort every node's reasons. */
void slim_reasons_sort(struct slim_trace *t);
/* Mark what --drop takes out, keep what --keep matches. src/trace/seed/allowlist.c */
void slim_allowlist_apply(struct slim_trace *t);
/* The words of the image's PATH, else the runtime's default. src/trace/engine/lookup.c */
void slim_folders_init(struct slim_trace *t);

#endif
