/* The log's inside, shared by log.c (lines) and progress.c (the line that is drawn over and over). */
#ifndef SLIM_BASE_LOG_H
#define SLIM_BASE_LOG_H

#include "slim/log.h"

#include <pthread.h>
#include <time.h>

struct slim_log {
	pthread_mutex_t mutex; /* guards all below and the order of lines */
	char **warnings; /* in the order in which they came */
	size_t warning_count, warning_capacity;
	FILE *out;
	enum slim_level level;
	bool draws; /* progress is shown */

	char *phase; /* NULL: none runs */
	uint64_t done, total;
	size_t parts, parts_done; /* 0 parts: it has none */
	struct timespec drawn; /* when last */
	int width;             /* columns of the line that stands; 0: none */
};

/* Both are called with the mutex held. */
void slim_progress_wipe(struct slim_log *log);
void slim_progress_draw(struct slim_log *log);

#endif
