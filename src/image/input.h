/* The file or pipe that the command line names, as a file that holds a plain tar. */
#ifndef SLIM_IMAGE_INPUT_H
#define SLIM_IMAGE_INPUT_H

#include "slim/file.h"
#include "slim/limits.h"

/*
 * HOST_PATH: a file, or "-". A plain file is used in place; what is compressed or comes from a pipe goes through a
 * spool, which may hold LIMITS->size bytes. SIZE: the bytes of the input itself.
 */
int slim_input_open(const char *host_path, const struct slim_limits *limits, struct slim_file **out, uint64_t *size,
		    struct slim_error **err) SLIM_MUST_CHECK;

#endif
