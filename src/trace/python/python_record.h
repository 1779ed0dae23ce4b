/* Lists of installed files: PyPA specification "Recording installed projects", setuptools' installed-files.txt. */
#ifndef SLIM_TRACE_PYTHON_RECORD_H
#define SLIM_TRACE_PYTHON_RECORD_H

#include "python.h"

typedef void python_record_sink(void *context, struct slim_node *node);

/* Each file that LIST names and the image has; paths are relative to BASE. A link is given itself. */
void python_record_read(struct slim_trace *t, const struct slim_node *list, const struct slim_node *base,
			python_record_sink *sink, void *context);
/* bin, sbin, games */
bool python_is_program_folder(const struct slim_node *dir);
/* The next folder called site-packages or dist-packages that is no junk; *ID: 0 at first. NULL: no more. */
struct slim_node *python_next_site(struct slim_trace *t, uint32_t *id);

#endif
