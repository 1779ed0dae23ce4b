/* A package's header in rpm's database, made to list fewer files. */
#ifndef SLIM_WRITE_RPM_HEADER_H
#define SLIM_WRITE_RPM_HEADER_H

#include "../trace/package/rpm_header.h"
#include "buffer.h"
#include "slim/error.h"

/*
 * HEADER with those of its files for which STAYS is true (by their place), appended to OUT. Its own digests are made
 * anew; the vendor's signature was of another list, and goes. Everything else stays byte for byte.
 */
int slim_rpm_header_reduce(const struct slim_rpm_header *header, const bool *stays, uint32_t count,
			   struct slim_buffer *out, struct slim_error **err) SLIM_MUST_CHECK;

#endif
