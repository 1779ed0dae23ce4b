/* What the files of this folder share. */
#ifndef SLIM_CACHE_CACHE_H
#define SLIM_CACHE_CACHE_H

#include <stdatomic.h>

#include "folder.h"

struct slim_cache {
	struct slim_cache_folder folder;
	char *path; /* for messages */
	struct slim_log *log;
	atomic_uint found, missed, damaged, kept;
	atomic_flag told; /* that something went wrong */
};

#endif
