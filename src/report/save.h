/*
 * A report's file: whole or not at all, and refused at once when it cannot be written. In two steps, so that a full
 * disk is known before the image is put in place.
 */
#ifndef SLIM_REPORT_SAVE_H
#define SLIM_REPORT_SAVE_H

#include "compare.h"
#include "report.h"
#include "sbom.h"

struct slim_saving;

/* HOST_PATH ends with .json or .html. Nothing stands under that name before it is published. */
int slim_saving_new(const char *host_path, struct slim_saving **out, struct slim_error **err) SLIM_MUST_CHECK;
/* Write REPORT, still without a name. */
int slim_saving_fill(struct slim_saving *saving, const struct slim_report *report, struct slim_error **err)
	SLIM_MUST_CHECK;
int slim_saving_fill_comparison(struct slim_saving *saving, const struct slim_comparison *comparison,
				struct slim_error **err) SLIM_MUST_CHECK;
int slim_saving_fill_sbom(struct slim_saving *saving, const struct slim_sbom *sbom, bool cyclonedx,
			  struct slim_error **err) SLIM_MUST_CHECK;
/* Give it its name. */
int slim_saving_publish(struct slim_saving *saving, struct slim_error **err) SLIM_MUST_CHECK;
void slim_saving_free(struct slim_saving *saving); /* NULL is fine */
SLIM_DEFINE_CLEANUP(struct slim_saving, slim_saving_free)

#endif
