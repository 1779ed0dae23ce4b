/*
 * The cache's folder: whose it is, its secret, how much lies in it, and what goes when that is too much. Only files
 * whose names slim gives are ever touched; a link or anything else that is no regular file is left alone.
 */
#ifndef SLIM_CACHE_FOLDER_H
#define SLIM_CACHE_FOLDER_H

#include <pthread.h>
#include <time.h>

#include "code.h"
#include "slim/error.h"

enum { SLIM_NEW_FILE = 9 + 2 * SLIM_SALT + 1 }; /* "slim-new-", then a salt: a file that is not whole yet */

struct slim_cache_folder {
	int fd;
	unsigned char secret[SLIM_SECRET];
	pthread_mutex_t mutex; /* guards USED */
	uint64_t used, limit;  /* bytes; USED is what this run knows of */
	struct timespec start; /* what was used since then is not evicted by this run */
};

/* Open or make it; clear away what runs that were killed have left. An error is a reason to go on without. */
int slim_cache_folder_open(struct slim_cache_folder *folder, const char *path, uint64_t limit, struct slim_error **err)
	SLIM_MUST_CHECK;
void slim_cache_folder_close(struct slim_cache_folder *folder); /* once it was opened */

/* SIZE more bytes are to come: evict others if need be. false: there is no room. */
bool slim_cache_folder_reserve(struct slim_cache_folder *folder, uint64_t size);
void slim_cache_folder_release(struct slim_cache_folder *folder, uint64_t size); /* they did not come */

/* A new file that no other run clears away while it is open; -1 and errno. */
int slim_cache_folder_new(const struct slim_cache_folder *folder, const unsigned char salt[SLIM_SALT],
			  char name[SLIM_NEW_FILE]);

#endif
