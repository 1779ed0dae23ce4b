/*
 * Members of JSON objects, read with type checks. A member that is null counts as absent, as Go's decoders (which
 * write most of these documents) have it. Messages start with the member's path: "layers[2].size: must not be …".
 */
#ifndef SLIM_OCI_MEMBER_H
#define SLIM_OCI_MEMBER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "slim/alloc.h"
#include "slim/error.h"

/* A JSON value and where it stands in its document. */
struct slim_oci_node {
	struct slim_arena *arena;
	const json_t *json;
	const char *path; /* "layers[2].", ready for a member's name behind it; "" at the top */
};

/* The value at the top; it must be an object. */
int slim_oci_top(struct slim_arena *arena, const json_t *json, struct slim_oci_node *out, struct slim_error **err)
	SLIM_MUST_CHECK;

/* Absent: *out->json is NULL (and readers of its members find nothing). */
int slim_oci_object(const struct slim_oci_node *at, const char *key, struct slim_oci_node *out, struct slim_error **err)
	SLIM_MUST_CHECK;
int slim_oci_array(const struct slim_oci_node *at, const char *key, struct slim_oci_node *out, struct slim_error **err)
	SLIM_MUST_CHECK;
/* Element I of an array of KEY; it must be an object. */
int slim_oci_element(const struct slim_oci_node *array, const char *key, size_t i, struct slim_oci_node *out,
		struct slim_error **err) SLIM_MUST_CHECK;

/* A copy in the arena; absent: NULL. */
int slim_oci_string(const struct slim_oci_node *at, const char *key, const char **out, struct slim_error **err)
	SLIM_MUST_CHECK;
/* Absent: *present is false. A negative number or none at all is an error. */
int slim_oci_size(const struct slim_oci_node *at, const char *key, uint64_t *out, bool *present,
		  struct slim_error **err) SLIM_MUST_CHECK;

struct slim_oci_strings {
	const char **items; /* ends with NULL */
	size_t count;
};
/* An array of strings; absent: an empty list. */
int slim_oci_string_list(const struct slim_oci_node *at, const char *key, struct slim_oci_strings *out,
			 struct slim_error **err) SLIM_MUST_CHECK;
/* The keys of an object; absent: an empty list. */
int slim_oci_key_list(const struct slim_oci_node *at, const char *key, struct slim_oci_strings *out,
		      struct slim_error **err) SLIM_MUST_CHECK;

/* "PATHkey: message", status SLIM_BAD_INPUT; -1. */
int slim_oci_bad(const struct slim_oci_node *at, const char *key, const char *message, struct slim_error **err);

#endif
