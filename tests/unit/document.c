#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../src/write/document.h"
#include "config.h"

static struct slim_image image_of(const char *config)
{
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	struct slim_image image = { .layer_count = 1 };
	assert_int_equal(slim_json_parse(slim_blob_of(config), "config", &image.config_json, &err), 0);
	return image;
}

static char *edited(const char *text)
{
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	struct slim_image image = image_of(text);
	slim_autojson json_t *out = NULL;
	struct slim_digest digest = { SLIM_SHA256, "sha256:new" };
	assert_int_equal(slim_config_edit(&image, &digest, false, &out, &err), 0);
	json_decref(image.config_json);
	return slim_json_text(out);
}

#define NEW_ENTRY "\"created_by\":\"" PACKAGE_STRING "\",\"comment\":\"one layer of the files that are kept\""

static void test_config_is_edited_not_made_anew(void **state)
{
	unsetenv("SOURCE_DATE_EPOCH");
	slim_autofree char *a = edited("{\"x\":9007199254740993,\"created\":\"T\",\"rootfs\":{\"type\":\"layers\",\"y\":null,"
				       "\"diff_ids\":[\"a\",\"b\"]},\"history\":[{\"created_by\":\"z\"},{\"empty_layer\":true}]}");
	assert_string_equal(a, "{\"x\":9007199254740993,\"created\":\"T\",\"rootfs\":{\"type\":\"layers\",\"y\":null,"
			       "\"diff_ids\":[\"sha256:new\"]},\"history\":[{\"created_by\":\"z\",\"empty_layer\":true},"
			       "{\"empty_layer\":true},{\"created\":\"T\"," NEW_ENTRY "}]}");
	slim_autofree char *b = edited("{\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}");
	assert_string_equal(
		b, "{\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:new\"]},\"history\":[{" NEW_ENTRY "}]}");
}

static void test_slimmed_images_get_no_new_entry(void **state)
{
	static const char slimmed[] = "{\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:new\"]},\"history\":[{" NEW_ENTRY "}]}";
	static const char changed[] = "{\"history\":[{" NEW_ENTRY "},{\"created_by\":\"RUN x\",\"empty_layer\":true}]}";
	slim_autofree char *text = edited(slimmed);
	assert_string_equal(text, slimmed);
	struct slim_image a = image_of(slimmed), b = image_of(changed), c = image_of("{}");
	assert_true(slim_image_is_slimmed(&a));
	a.layer_count = 2;
	assert_false(slim_image_is_slimmed(&a));
	assert_false(slim_image_is_slimmed(&b));
	assert_false(slim_image_is_slimmed(&c));
	json_decref(a.config_json);
	json_decref(b.config_json);
	json_decref(c.config_json);
}

static void test_source_date_epoch(void **state)
{
	setenv("SOURCE_DATE_EPOCH", "951782400", 1);
	slim_autofree char *text = edited("{\"created\":\"T\"}");
	assert_non_null(strstr(text, "{\"created\":\"2000-02-29T00:00:00Z\",\"created_by\""));
	static const char *const bad[] = { "x", "-1", "1x", "99999999999999999999", "253402300800" };
	for (size_t i = 0; i < SLIM_COUNT(bad); i++) {
		slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
		struct slim_image image = image_of("{}");
		struct slim_digest digest = { SLIM_SHA256, "sha256:new" };
		json_t *out = NULL;
		setenv("SOURCE_DATE_EPOCH", bad[i], 1);
		assert_int_equal(slim_config_edit(&image, &digest, false, &out, &err), -1);
		assert_int_equal(slim_error_status(err), SLIM_BAD_USAGE);
		json_decref(image.config_json);
	}
	unsetenv("SOURCE_DATE_EPOCH");
}

static void test_manifest_keeps_annotations(void **state)
{
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	struct slim_image image = { 0 };
	assert_int_equal(slim_json_parse(SLIM_BLOB("{\"schemaVersion\":2,\"annotations\":{\"a\":\"b\"},\"subject\":{},"
						   "\"layers\":[{\"annotations\":{\"c\":\"d\"},\"urls\":[]},{}]}"),
					 "manifest", &image.manifest_json, &err), 0);
	struct slim_blob_info config = { "c", { SLIM_SHA256, "sha256:c" }, 1 };
	struct slim_blob_info layer = { "l", { SLIM_SHA256, "sha256:l" }, UINT64_C(1) << 40 };
	slim_autojson json_t *manifest =
		slim_manifest_edit(&image, "application/vnd.oci.image.manifest.v1+json", &config, &layer);
	slim_autofree char *text = slim_json_text(manifest);
	assert_string_equal(text, "{\"schemaVersion\":2,\"annotations\":{\"a\":\"b\"},"
				  "\"layers\":[{\"mediaType\":\"l\",\"digest\":\"sha256:l\",\"size\":1099511627776}],"
				  "\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\","
				  "\"config\":{\"mediaType\":\"c\",\"digest\":\"sha256:c\",\"size\":1}}");
	json_decref(image.manifest_json);
}

static void test_references(void **state)
{
	static const struct { const char *name, *complete; bool valid; } cases[] = {
		{ "app", "app:latest", true }, { "app:1", "app:1", true }, { "a/b/c", "a/b/c:latest", true },
		{ "host:5000/app", "host:5000/app:latest", true }, { "host:5000/app:V1.x_y", "host:5000/app:V1.x_y", true },
		{ "Host.example/app", "Host.example/app:latest", true },
		{ "App", "App:latest", false }, { "a//b", "a//b:latest", false }, { "a/-b", "a/-b:latest", false },
		{ "a:", "a:", false }, { "a:.x", "a:.x", false }, { "a b", "a b:latest", false }, { "", ":latest", false },
		{ "a@sha256:0", "a@sha256:0", false }, { "a:x:y", "a:x:y", false },
	};
	for (size_t i = 0; i < SLIM_COUNT(cases); i++) {
		slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
		slim_autofree char *complete = slim_reference_complete(cases[i].name);
		assert_string_equal(complete, cases[i].complete);
		if (slim_reference_valid(complete) != cases[i].valid)
			fail_msg("'%s'", cases[i].name);
		assert_int_equal(slim_tag_check(cases[i].name, &err), cases[i].valid ? 0 : -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_config_is_edited_not_made_anew),
		cmocka_unit_test(test_slimmed_images_get_no_new_entry),
		cmocka_unit_test(test_source_date_epoch),
		cmocka_unit_test(test_manifest_keeps_annotations),
		cmocka_unit_test(test_references),
	};
	return cmocka_run_group_tests_name("document", tests, NULL, NULL);
}
