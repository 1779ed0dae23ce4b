/* Work shared out over threads: rounds that the caller waits for, and background work beside whatever else it does. */
#ifndef SLIM_POOL_H
#define SLIM_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "slim/attr.h"
#include "slim/error.h"

struct slim_pool;

/* JOBS threads in all, the caller's included: with one job nothing runs but in the calls below. */
struct slim_pool *slim_pool_new(unsigned jobs);
/* Ends the threads; background work is left as it stands after the pieces at hand. NULL is fine. */
void slim_pool_free(struct slim_pool *pool);
SLIM_DEFINE_CLEANUP(struct slim_pool, slim_pool_free)

struct slim_round {
	size_t count;
	const size_t *order; /* in which the numbers below COUNT are begun; NULL: upwards */
	int (*work)(void *context, size_t i, struct slim_error **err);
	void *context;
};
/*
 * Call work(context, i, &err) for each i below COUNT on all threads. Returns when all have ended. The error of the
 * lowest failing i is reported, whatever the order in which they ran: after a failure of i none above i is begun.
 * One round at a time. Signals that would end the process wait meanwhile: WORK asks slim_signals_waiting now and then,
 * and fails.
 */
int slim_pool_run(struct slim_pool *pool, const struct slim_round *round, struct slim_error **err) SLIM_MUST_CHECK;

/*
 * What threads do that no round needs: STEP(context) does a piece, of some milliseconds, and returns false when there
 * is none at the moment. Several threads call it at once. Set it once, before the first round.
 */
void slim_pool_background(struct slim_pool *pool, bool (*step)(void *context), void *context);
void slim_pool_wake(struct slim_pool *pool);  /* there may be a piece again; from any thread */
void slim_pool_drain(struct slim_pool *pool); /* help until there is none and none is being done */

unsigned slim_cores(void); /* those that this process may run on */

#endif
