/*
 * Files in a folder of the host that have no name, or one for a moment: signals are held meanwhile (slim/signals.h).
 * All return -1 and set errno on failure.
 */
#ifndef SLIM_STREAM_TEMPORARY_H
#define SLIM_STREAM_TEMPORARY_H

#include <stdbool.h>
#include <sys/types.h>

enum { SLIM_TEMPORARY_NAME = 32 };

/* A new file for reading and writing, MODE but for the umask; its name goes to NAME. The caller holds the signals. */
int slim_temporary_open(int folder, mode_t mode, char name[SLIM_TEMPORARY_NAME]);
/*
 * One without a name. *linkable: slim_temporary_link can give it one; else the file system has no O_TMPFILE, and the
 * file had a name that it lost at once.
 */
int slim_temporary_unnamed(int folder, mode_t mode, bool *linkable);
/* Give FD, from O_TMPFILE, a new name. The caller holds the signals. */
int slim_temporary_link(int folder, int fd, char name[SLIM_TEMPORARY_NAME]);

#endif
