/*
 * Why a node stays: the shortest chain of reasons back to the image's config or the user; of several the one whose
 * weakest step is the surest, then the one whose last step is.
 */
#ifndef SLIM_REPORT_CHAIN_H
#define SLIM_REPORT_CHAIN_H

#include "slim/trace.h"

struct slim_chains;

/* Every kept node's chain, found breadth first, in one pass over all reasons. */
struct slim_chains *slim_chains_new(const struct slim_trace *trace, const struct slim_tree *tree);
void slim_chains_free(struct slim_chains *chains); /* NULL is fine */
SLIM_DEFINE_CLEANUP(struct slim_chains, slim_chains_free)

/* The last step of NODE's chain; its `from` is the step before. NULL: there is none (kept as a parent, or not). */
const struct slim_reason *slim_chain_step(const struct slim_chains *chains, const struct slim_node *node);

#endif
