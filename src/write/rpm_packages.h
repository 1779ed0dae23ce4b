/* rpm's database, made to list what is selected. */
#ifndef SLIM_WRITE_RPM_PACKAGES_H
#define SLIM_WRITE_RPM_PACKAGES_H

#include <stdbool.h>

#include "buffer.h"
#include "slim/packages.h"

struct slim_rpm_survivors {
	const struct slim_packages *packages;
	const bool *survives; /* by the package's place in the list */
	bool (*has)(const void *selection, struct slim_blob path);
	const void *selection;
};

/* BYTES: rpmdb.sqlite. The new one is appended to OUT. */
int slim_rpm_packages_tell(const struct slim_rpm_survivors *survivors, struct slim_blob bytes, struct slim_buffer *out,
			   struct slim_error **err) SLIM_MUST_CHECK;

#endif
