/* A report's file: whole or not at all, and refused at once when it cannot be written. */
#ifndef SLIM_REPORT_SAVE_H
#define SLIM_REPORT_SAVE_H

#include "report.h"

struct slim_saving;

/* HOST_PATH ends with .json or .html. Nothing stands under that name before the commit. */
int slim_saving_new(const char *host_path, struct slim_saving **out, struct slim_error **err) SLIM_MUST_CHECK;
int slim_saving_commit(struct slim_saving *saving, const struct slim_report *report, struct slim_error **err)
	SLIM_MUST_CHECK;
void slim_saving_free(struct slim_saving *saving); /* NULL is fine */
SLIM_DEFINE_CLEANUP(struct slim_saving, slim_saving_free)

#endif
