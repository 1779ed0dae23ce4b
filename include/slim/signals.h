/*
 * SIGINT, SIGTERM and SIGHUP wait while a file exists that would be left behind, so that main needs no handler and no
 * list of files. A signal goes to any thread that lets it in: the threads of slim_pool never do, the caller does not
 * during its rounds, and who reads layers there stops when one waits.
 */
#ifndef SLIM_SIGNALS_H
#define SLIM_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

void slim_signals_hold(sigset_t *old); /* in this thread, and in those that it starts */
bool slim_signals_waiting(void);
void slim_signals_release(const sigset_t *old); /* a signal that waited acts now */

#endif
