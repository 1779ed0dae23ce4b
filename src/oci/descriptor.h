/* Descriptors, as index.c and manifest.c share them. */
#ifndef SLIM_OCI_DESCRIPTOR_H
#define SLIM_OCI_DESCRIPTOR_H

#include "member.h"
#include "slim/oci.h"

int slim_oci_descriptor(const struct slim_oci_node *at, struct slim_descriptor *out, struct slim_error **err)
	SLIM_MUST_CHECK;
/* Each element of the array KEY; absent: an error. */
int slim_oci_descriptors(const struct slim_oci_node *at, const char *key, struct slim_descriptor **out, size_t *count,
			 struct slim_error **err) SLIM_MUST_CHECK;

/*
 * schemaVersion is 2, and `mediaType`, where the document says it, is of class WANT. A document that is both index and
 * manifest is refused: readers would not agree on what it is (CVE-2021-41190).
 */
int slim_oci_check_kind(const struct slim_oci_node *top, enum slim_media want, struct slim_error **err)
	SLIM_MUST_CHECK;

#endif
