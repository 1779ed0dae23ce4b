#include "member.h"

#include <string.h>

int slim_oci_bad(const struct slim_oci_node *at, const char *key, const char *message, struct slim_error **err)
{
	return slim_fail(err, SLIM_BAD_INPUT, "%s%s: %s", at->path, key, message);
}

int slim_oci_top(struct slim_arena *arena, const json_t *json, struct slim_oci_node *out, struct slim_error **err)
{
	*out = (struct slim_oci_node){ arena, json, "" };
	if (!json_is_object(json))
		return slim_fail(err, SLIM_BAD_INPUT, "must be an object");
	return 0;
}

static const json_t *member(const struct slim_oci_node *at, const char *key)
{
	const json_t *json = json_object_get(at->json, key);
	return json_is_null(json) ? NULL : json;
}

int slim_oci_object(const struct slim_oci_node *at, const char *key, struct slim_oci_node *out, struct slim_error **err)
{
	const json_t *json = member(at, key);
	if (json && !json_is_object(json))
		return slim_oci_bad(at, key, "must be an object", err);
	const char *path = json ? slim_arena_format(at->arena, "%s%s.", at->path, key) : "";
	*out = (struct slim_oci_node){ at->arena, json, path };
	return 0;
}

int slim_oci_array(const struct slim_oci_node *at, const char *key, struct slim_oci_node *out, struct slim_error **err)
{
	const json_t *json = member(at, key);
	if (json && !json_is_array(json))
		return slim_oci_bad(at, key, "must be an array", err);
	*out = (struct slim_oci_node){ at->arena, json, at->path };
	return 0;
}

int slim_oci_element(const struct slim_oci_node *array, const char *key, size_t i, struct slim_oci_node *out,
		struct slim_error **err)
{
	const char *path = slim_arena_format(array->arena, "%s%s[%zu].", array->path, key, i);
	*out = (struct slim_oci_node){ array->arena, json_array_get(array->json, i), path };
	if (!json_is_object(out->json))
		return slim_fail(err, SLIM_BAD_INPUT, "%s%s[%zu]: must be an object", array->path, key, i);
	return 0;
}

static const char *copy(const struct slim_oci_node *at, const json_t *string)
{
	return slim_arena_strndup(at->arena, json_string_value(string), json_string_length(string));
}

int slim_oci_string(const struct slim_oci_node *at, const char *key, const char **out, struct slim_error **err)
{
	const json_t *json = member(at, key);
	if (json && !json_is_string(json))
		return slim_oci_bad(at, key, "must be a string", err);
	*out = json ? copy(at, json) : NULL;
	return 0;
}

int slim_oci_size(const struct slim_oci_node *at, const char *key, uint64_t *out, bool *present,
		  struct slim_error **err)
{
	const json_t *json = member(at, key);
	*present = json != NULL;
	*out = 0;
	if (!json)
		return 0;
	if (!json_is_integer(json))
		return slim_oci_bad(at, key, "must be a whole number", err);
	json_int_t value = json_integer_value(json);
	if (value < 0)
		return slim_oci_bad(at, key, "must not be negative", err);
	*out = (uint64_t)value;
	return 0;
}

static struct slim_oci_strings new_list(struct slim_arena *arena, size_t count)
{
	const char **items = slim_arena_alloc(arena, (count + 1) * sizeof(*items));
	return (struct slim_oci_strings){ items, count };
}

int slim_oci_string_list(const struct slim_oci_node *at, const char *key, struct slim_oci_strings *out,
			 struct slim_error **err)
{
	struct slim_oci_node array;
	if (slim_oci_array(at, key, &array, err))
		return -1;
	*out = new_list(at->arena, json_array_size(array.json));
	for (size_t i = 0; i < out->count; i++) {
		const json_t *item = json_array_get(array.json, i);
		if (!json_is_string(item))
			return slim_fail(err, SLIM_BAD_INPUT, "%s%s[%zu]: must be a string", at->path, key, i);
		out->items[i] = copy(at, item);
	}
	return 0;
}

int slim_oci_key_list(const struct slim_oci_node *at, const char *key, struct slim_oci_strings *out,
		      struct slim_error **err)
{
	struct slim_oci_node object;
	if (slim_oci_object(at, key, &object, err))
		return -1;
	*out = new_list(at->arena, json_object_size(object.json));
	size_t i = 0;
	/* jansson iterates only objects that are not const, though it does not change them */
	for (void *it = json_object_iter((json_t *)object.json); it;
	     it = json_object_iter_next((json_t *)object.json, it)) {
		const char *name = json_object_iter_key(it);
		out->items[i++] = slim_arena_strndup(at->arena, name, strlen(name));
	}
	return 0;
}
