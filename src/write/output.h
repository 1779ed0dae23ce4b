/* The file OUT while it has no name yet, and what has been put into it. */
#ifndef SLIM_WRITE_OUTPUT_H
#define SLIM_WRITE_OUTPUT_H

#include "slim/write.h"

struct slim_output {
	char *name;              /* OUT as given, for messages */
	int fd;                  /* the unnamed file */
	uint64_t size;           /* bytes in it */
	struct slim_file *spool; /* what owns fd when OUT is a stream, which is copied to at the end; else NULL */
	int stream;              /* that stream; -1: OUT is a file */
	int folder;              /* of OUT; -1: OUT is a stream */
	char *base;              /* OUT's name in it */
	bool finished;           /* all documents are in it */
	bool linkable;           /* fd can be given a name (O_TMPFILE); else it is copied to a named file in the end */

	struct slim_digest *blobs; /* already written */
	size_t blob_count, blob_capacity;
	json_t *manifests;         /* descriptors for the index, a list */
	json_t *docker;            /* elements of manifest.json, a list */
	json_t *names;             /* of the first image: complete references, a list */
};

int slim_output_append(struct slim_output *output, struct slim_blob bytes, struct slim_error **err) SLIM_MUST_CHECK;
int slim_output_patch(struct slim_output *output, uint64_t offset, struct slim_blob bytes, struct slim_error **err)
	SLIM_MUST_CHECK;
int slim_output_truncate(struct slim_output *output, uint64_t size, struct slim_error **err) SLIM_MUST_CHECK;

/* Sync, and put the file in OUT's place, or copy it to the stream. */
int slim_output_publish(struct slim_output *output, struct slim_error **err) SLIM_MUST_CHECK;

#endif
