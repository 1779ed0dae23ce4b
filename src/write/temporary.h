/*
 * A file beside OUT that has a name for a moment. SIGINT, SIGTERM and SIGHUP wait while one exists (and only then), so
 * that nothing is left behind: main needs no handler and no list of files. The write phase has joined its threads by
 * then, so holding the signals in this thread holds them in the process.
 */
#ifndef SLIM_WRITE_TEMPORARY_H
#define SLIM_WRITE_TEMPORARY_H

#include <signal.h>
#include <stdbool.h>

enum { SLIM_TEMPORARY_NAME = 32 };

/* A new file for reading and writing, 0666 but for the umask; its name goes to NAME. -1 and errno on failure. */
int slim_temporary_open(int folder, char name[SLIM_TEMPORARY_NAME]);
/* Give FD, from O_TMPFILE, a new name. */
int slim_temporary_link(int folder, int fd, char name[SLIM_TEMPORARY_NAME]);

void slim_signals_hold(sigset_t *old);
bool slim_signals_waiting(void);
void slim_signals_release(const sigset_t *old); /* a signal that waited acts now */

#endif
