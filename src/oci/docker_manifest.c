#include "member.h"
#include "slim/oci.h"

static int read_entry(const struct slim_oci_node *at, struct slim_docker_entry *out, struct slim_error **err)
{
	struct slim_oci_strings layers, tags;
	if (slim_oci_string(at, "Config", &out->config, err) || slim_oci_string_list(at, "Layers", &layers, err) ||
	    slim_oci_string_list(at, "RepoTags", &tags, err))
		return -1;
	if (!out->config)
		return slim_oci_bad(at, "Config", "is missing", err);
	out->layers = layers.items;
	out->layer_count = layers.count;
	out->tags = tags.items;
	out->tag_count = tags.count;
	return 0;
}

int slim_docker_manifest_parse(struct slim_arena *arena, const json_t *json, struct slim_docker_entry **out,
			       size_t *count, struct slim_error **err)
{
	if (!json_is_array(json))
		return slim_fail(err, SLIM_BAD_INPUT, "must be an array");
	struct slim_oci_node array = { arena, json, "" }, item;
	size_t n = json_array_size(json);
	struct slim_docker_entry *list = slim_arena_alloc(arena, (n + 1) * sizeof(*list));
	for (size_t i = 0; i < n; i++)
		if (slim_oci_element(&array, "", i, &item, err) || read_entry(&item, &list[i], err))
			return -1;
	*out = list;
	*count = n;
	return 0;
}
