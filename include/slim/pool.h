/* Work shared out over threads. */
#ifndef SLIM_POOL_H
#define SLIM_POOL_H

#include <stddef.h>

#include "slim/error.h"

/*
 * Call WORK(context, i, &err) for each i below COUNT on up to JOBS threads. Returns when all have ended. The error of
 * the lowest failing i is reported, whatever the order in which they ran; after a failure no new i is begun.
 * Signals that would end the process wait meanwhile: WORK asks slim_signals_waiting now and then, and fails.
 */
int slim_parallel(unsigned jobs, size_t count, int (*work)(void *context, size_t i, struct slim_error **err),
		  void *context, struct slim_error **err) SLIM_MUST_CHECK;

unsigned slim_cores(void); /* those that this process may run on */

#endif
