/*
 * Packages.db, rpm's own form of its database: slots of 16 bytes in pages of 4 KiB, and headers in blocks of 16 bytes,
 * little-endian. Source: rpm's lib/backend/ndb/rpmpkg.c.
 */
#ifndef SLIM_TRACE_PACKAGE_RPM_NDB_H
#define SLIM_TRACE_PACKAGE_RPM_NDB_H

#include "rpm_sqlite.h"

/* As slim_rpm_sqlite_each, in the order of the slots. */
int slim_rpm_ndb_each(struct slim_blob bytes, slim_rpm_visit *visit, void *arg, struct slim_error **err)
	SLIM_MUST_CHECK;

#endif
