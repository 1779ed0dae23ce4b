#include "descriptor.h"

int slim_index_parse(struct slim_arena *arena, const json_t *json, struct slim_descriptor **out, size_t *count,
		     struct slim_error **err)
{
	struct slim_oci_node top;
	if (slim_oci_top(arena, json, &top, err) || slim_oci_check_kind(&top, SLIM_MEDIA_INDEX, err))
		return -1;
	return slim_oci_descriptors(&top, "manifests", out, count, err);
}
