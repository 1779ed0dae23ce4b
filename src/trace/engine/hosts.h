/*
 * Which programs load a library: whose RPATH and loader count when it opens something later (A17, A19). Of many
 * programs those matter that have an RPATH; one of the others stands for all of them.
 */
#ifndef SLIM_TRACE_HOSTS_H
#define SLIM_TRACE_HOSTS_H

#include "slim/trace.h"

struct slim_hosts {
	struct slim_node *items[SLIM_TRACE_HOSTS_MAX]; /* by number; the lowest ones count */
	size_t count;
};

/* PROGRAM loads LIBRARY. */
void slim_hosts_add(struct slim_trace *t, const struct slim_node *library, struct slim_node *program);
/* A program is its own host. None: no program is known that loads it. */
struct slim_hosts slim_hosts_of(const struct slim_trace *t, struct slim_node *node);
/* Of a library: the hosts of all that ask for it, by the reasons known now. */
struct slim_hosts slim_hosts_by_reasons(const struct slim_trace *t, struct slim_node *library);
void slim_hosts_free(struct slim_trace *t);

/* Pairs that were dealt with: a node, and a host or NULL. */
struct slim_pairs {
	uint64_t *slots; /* open addressing; 0: empty */
	size_t count, capacity;
};
/* False when the pair was there already. */
bool slim_pairs_add(struct slim_pairs *pairs, const struct slim_node *node, const struct slim_node *host);

#endif
