/* Which image slim made from which. */
#include "slim/write.h"

#include "document.h"

/* The history of an image that slim made is its original's, every entry of which lost its layer, and one more. */
static bool is_history_continued(const json_t *history, const json_t *original)
{
	size_t count = json_array_size(original);
	if (json_array_size(history) != count + 1)
		return false;
	for (size_t i = 0; i < count; i++) {
		slim_autojson json_t *was = json_deep_copy(json_array_get(original, i));
		slim_autojson json_t *is = json_deep_copy(json_array_get(history, i));
		json_object_del(was, "empty_layer");
		json_object_del(is, "empty_layer");
		if (!json_equal(was, is))
			return false;
	}
	return true;
}

static json_t *rest_of(const struct slim_image *image)
{
	json_t *config = json_copy(image->config_json);
	json_object_del(config, "history");
	json_object_del(config, "rootfs");
	return config;
}

bool slim_image_is_made_from(const struct slim_image *image, const struct slim_image *original)
{
	if (!slim_image_is_slims(image))
		return false;
	slim_autojson json_t *is = rest_of(image), *was = rest_of(original);
	return json_equal(is, was) && is_history_continued(json_object_get(image->config_json, "history"),
							   json_object_get(original->config_json, "history"));
}
