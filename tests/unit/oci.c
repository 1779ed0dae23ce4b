#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "slim/oci.h"

#define SHA "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ENTRY "\"digest\":\"" SHA "\",\"size\":7"

struct fixture {
	struct slim_arena *arena;
	struct slim_error *err;
	json_t *json;
};

static int set_up(void **state)
{
	struct fixture *f = slim_calloc(1, sizeof(*f));
	f->arena = slim_arena_new();
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	slim_arena_free(f->arena);
	slim_error_free(f->err);
	json_decref(f->json);
	free(f);
	return 0;
}

static const json_t *parse(struct fixture *f, const char *text)
{
	json_decref(f->json);
	f->json = NULL;
	assert_int_equal(slim_json_parse(slim_blob_of(text), "doc", &f->json, &f->err), 0);
	return f->json;
}

static void refuses_json(struct fixture *f, struct slim_blob text, const char *message)
{
	json_t *json = NULL;
	assert_int_equal(slim_json_parse(text, "doc", &json, &f->err), -1);
	assert_null(json);
	if (!strstr(slim_error_text(f->err), message))
		fail_msg("'%s' lacks '%s'", slim_error_text(f->err), message);
}

/* --- JSON ----------------------------------------------------------------------------------------------------- */

static void test_json_errors_say_where(void **state)
{
	struct fixture *f = *state;
	refuses_json(f, SLIM_BLOB("{\"a\":1,\n \"a\":2}"), "doc: 2:4: duplicate object key");
	refuses_json(f, SLIM_BLOB("{\"a\":}"), "doc: 1:6: ");
	refuses_json(f, SLIM_BLOB(""), "doc: 1:0: ");
	refuses_json(f, SLIM_BLOB("{} x"), "end of file expected");
	refuses_json(f, SLIM_BLOB("\"text\""), "doc: 1:6: ");
}

static void test_json_is_strict(void **state)
{
	struct fixture *f = *state;
	refuses_json(f, SLIM_BLOB("\xef\xbb\xbf{}"), "byte order mark");
	refuses_json(f, SLIM_BLOB("{\"a\":\"\\u0000\"}"), "\\u0000");
	refuses_json(f, SLIM_BLOB("{\"a\":\"\xff\"}"), "unable to decode");
	refuses_json(f, SLIM_BLOB("{\"a\":\"\\ud800\"}"), "invalid Unicode");
	refuses_json(f, SLIM_BLOB("{\"a\":01}"), "");
	refuses_json(f, slim_blob("{\"a\":1}\0", 8), "");
}

static void test_messages_hold_no_control_bytes(void **state)
{
	struct fixture *f = *state;
	refuses_json(f, SLIM_BLOB("{\"a\": \x1b[31m}"), "doc: 1:");
	assert_null(strchr(slim_error_text(f->err), '\x1b'));
}

static void test_json_has_limits(void **state)
{
	struct fixture *f = *state;
	const size_t deep = 100000;
	slim_autofree char *text = slim_alloc(deep);
	memset(text, '[', deep);
	refuses_json(f, slim_blob(text, deep), "maximum parsing depth");
	slim_autofree char *large = slim_calloc(1, (size_t)SLIM_JSON_MAX + 1);
	refuses_json(f, slim_blob(large, (size_t)SLIM_JSON_MAX + 1), "more than 20971520 bytes");
}

static void test_numbers_and_order_survive(void **state)
{
	struct fixture *f = *state;
	const char *text = "{\"z\":9007199254740993,\"a\":[0.1,1.5,-3],\"m\":{\"y\":null,\"b\":\"\xc3\xa9/\"},\"n\":0.30000000000000004}";
	slim_autofree char *back = slim_json_text(parse(f, text));
	assert_non_null(strstr(back, "{\"z\":9007199254740993,\"a\":["));
	assert_non_null(strstr(back, "0.30000000000000004"));
	assert_non_null(strstr(back, "\"m\":{\"y\":null,\"b\":\"\xc3\xa9/\"}"));
	slim_autofree char *small = slim_json_text(parse(f, "{\"a\":[0.1,1.5,-3]}"));
	assert_string_equal(small, "{\"a\":[0.1,1.5,-3]}");
}

/* To the digit, whatever jansson can hold; and a string that looks like the mark of such a number stays a string. */
static void test_json_numbers_and_marks_survive(void **state)
{
	static const char *const same[] = {
		"[1.10,1e5,1E+2,-0,-0.0,1e400,123456789012345678901234567890,9223372036854775807,9223372036854775808]",
		"[-9223372036854775808,0,-1,\"\\u00011.10\",\"\\u0001\",\"\\u0001\\u0001x\",\"a\\u00011.5\"]",
		"{\"\\u00011.5\":1.50,\"\\\"1.50\":\"1.50,\\\\\"}",
		"{\"a\":{\"b\":[[1.0],2.0]}}",
	};
	static const char *const wrong[] = { "[01.5]", "[1.]", "[.5]", "[1e]", "[+1.5]", "{1.5:2}", "{1e5 :2}", "[1.5.5]",
					     "[-]", "[\"\\u0001]", "[\"\\", "[1.5x]", "[x1.5]", "[1.5\"x\"]" };
	struct fixture *f = *state;
	for (size_t i = 0; i < SLIM_COUNT(same); i++) {
		slim_autofree char *back = slim_json_text(parse(f, same[i]));
		assert_string_equal(back, same[i]);
	}
	for (size_t i = 0; i < SLIM_COUNT(wrong); i++) {
		slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
		json_t *json = NULL;
		assert_int_equal(slim_json_parse(slim_blob_of(wrong[i]), "doc", &json, &err), -1);
	}
}

/* --- platforms ------------------------------------------------------------------------------------------------ */

static struct slim_platform platform(struct fixture *f, const char *text)
{
	struct slim_platform p;
	assert_int_equal(slim_platform_parse(f->arena, text, &p, &f->err), 0);
	return p;
}

static void test_platform_text(void **state)
{
	struct fixture *f = *state;
	const char *const same[] = { "linux/amd64", "linux/arm64/v8", "windows/386" };
	for (size_t i = 0; i < SLIM_COUNT(same); i++)
		assert_string_equal(slim_platform_text(f->arena, platform(f, same[i])), same[i]);
	assert_string_equal(slim_platform_text(f->arena, platform(f, "linux/aarch64")), "linux/arm64");
	assert_string_equal(slim_platform_text(f->arena, platform(f, "linux/armhf")), "linux/arm/v7");
	const char *const bad[] = { "", "linux", "/amd64", "linux/", "linux/arm/v7/x", "linux//v7" };
	for (size_t i = 0; i < SLIM_COUNT(bad); i++) {
		struct slim_platform p;
		assert_int_equal(slim_platform_parse(f->arena, bad[i], &p, &f->err), -1);
		assert_int_equal(slim_error_status(f->err), SLIM_BAD_USAGE);
	}
}

static void test_platform_fits(void **state)
{
	static const struct {
		const char *have, *want;
		bool fits;
	} cases[] = {
		{ "linux/amd64", "linux/amd64", true },	      { "linux/amd64", "linux/arm64", false },
		{ "linux/amd64", "windows/amd64", false },    { "linux/arm64", "linux/arm64/v8", true },
		{ "linux/arm64/v8", "linux/arm64", true },    { "linux/arm64/v9", "linux/arm64", false },
		{ "linux/arm64/v8", "linux/arm64/v9", true }, { "linux/amd64/v3", "linux/amd64", false },
		{ "linux/amd64", "linux/amd64/v3", true },    { "linux/arm/v6", "linux/arm/v7", true },
		{ "linux/arm/v7", "linux/arm/v6", false },    { "linux/arm/v10", "linux/arm/v9", false },
		{ "linux/riscv64", "linux/riscv64", true },   { "linux/mips/x", "linux/mips/y", false },
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < SLIM_COUNT(cases); i++)
		if (slim_platform_fits(platform(f, cases[i].have), platform(f, cases[i].want)) != cases[i].fits)
			fail_msg("%s for %s", cases[i].have, cases[i].want);
	assert_false(slim_platform_fits((struct slim_platform){ 0 }, platform(f, "linux/amd64")));
}

static void test_media_types(void **state)
{
	assert_int_equal(slim_media_of("application/vnd.oci.image.layer.v1.tar"), SLIM_MEDIA_LAYER);
	assert_int_equal(slim_media_of("application/vnd.oci.image.layer.v1.tar+zstd"), SLIM_MEDIA_LAYER);
	assert_int_equal(slim_media_of("application/vnd.docker.image.rootfs.diff.tar.gzip"), SLIM_MEDIA_LAYER);
	assert_int_equal(slim_media_of("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"),
			 SLIM_MEDIA_FOREIGN_LAYER);
	assert_int_equal(slim_media_of("application/vnd.oci.image.layer.v1.tar+gzip+encrypted"),
			 SLIM_MEDIA_ENCRYPTED_LAYER);
	assert_int_equal(slim_media_of("application/vnd.oci.image.layer.v1.tar+lzma"), SLIM_MEDIA_OTHER);
	assert_int_equal(slim_media_of("application/vnd.oci.image.layer.v1.tar.gzip"), SLIM_MEDIA_OTHER);
	assert_int_equal(slim_media_of("application/vnd.oci.image.layer.v1.tarball"), SLIM_MEDIA_OTHER);
	assert_int_equal(slim_media_of("application/vnd.docker.distribution.manifest.v1+prettyjws"), SLIM_MEDIA_SCHEMA1);
	assert_int_equal(slim_media_of(""), SLIM_MEDIA_OTHER);
}

/* --- documents ------------------------------------------------------------------------------------------------ */

static void test_index(void **state)
{
	struct fixture *f = *state;
	struct slim_descriptor *d;
	size_t count;
	const json_t *json = parse(f, "{\"schemaVersion\":2,\"manifests\":["
				      "{" ENTRY ",\"platform\":{\"os\":\"linux\",\"architecture\":\"arm\",\"variant\":\"\"},"
				      "\"annotations\":{\"org.opencontainers.image.ref.name\":\"1\","
				      "\"io.containerd.image.name\":\"a:1\"}},"
				      "{" ENTRY ",\"annotations\":{\"vnd.docker.reference.type\":\"attestation-manifest\"}},"
				      "{" ENTRY ",\"platform\":{\"os\":\"unknown\",\"architecture\":\"unknown\"}},"
				      "{" ENTRY ",\"artifactType\":\"x/y\",\"annotations\":null,\"unknown\":[]}]}");
	assert_int_equal(slim_index_parse(f->arena, json, &d, &count, &f->err), 0);
	assert_int_equal(count, 4);
	assert_string_equal(d[0].digest.text, SHA);
	assert_int_equal(d[0].size, 7);
	assert_string_equal(d[0].ref, "a:1");
	assert_string_equal(d[0].media_type, "");
	assert_string_equal(d[0].platform.architecture, "arm");
	assert_null(d[0].platform.variant);
	assert_false(d[0].attestation || d[0].artifact);
	assert_true(d[1].attestation && d[2].attestation && d[3].artifact);
	assert_null(d[3].ref);
}

static void refuses_index(struct fixture *f, const char *text, const char *message)
{
	struct slim_descriptor *d;
	size_t count;
	assert_int_equal(slim_index_parse(f->arena, parse(f, text), &d, &count, &f->err), -1);
	assert_string_equal(slim_error_text(f->err), message);
}

static void test_index_errors_name_the_member(void **state)
{
	struct fixture *f = *state;
	refuses_index(f, "[]", "must be an object");
	refuses_index(f, "{}", "manifests: is missing");
	refuses_index(f, "{\"manifests\":{}}", "manifests: must be an array");
	refuses_index(f, "{\"manifests\":[7]}", "manifests[0]: must be an object");
	refuses_index(f, "{\"manifests\":[{\"size\":1}]}", "manifests[0].digest: is missing");
	refuses_index(f, "{\"manifests\":[{\"digest\":\"" SHA "\"}]}", "manifests[0].size: is missing");
	refuses_index(f, "{\"manifests\":[{\"digest\":\"" SHA "\",\"size\":-1}]}",
		      "manifests[0].size: must not be negative");
	refuses_index(f, "{\"manifests\":[{" ENTRY ",\"platform\":{\"os\":1}}]}",
		      "manifests[0].platform.os: must be a string");
	refuses_index(f, "{\"schemaVersion\":3,\"manifests\":[]}", "schemaVersion: must be 2");
	refuses_index(f, "{\"manifests\":[],\"layers\":[]}", "layers: has no place in an index");
	refuses_index(f, "{\"manifests\":[],\"mediaType\":\"text/plain\"}",
		      "mediaType: 'text/plain' is not that of an index");
}

static void test_data_is_verified(void **state)
{
	struct fixture *f = *state;
	struct slim_descriptor *d;
	size_t count;
	/* sha256 of "abc": FIPS 180-2, appendix B.1 */
	const json_t *json = parse(f, "{\"manifests\":[{\"digest\":\"sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177"
				      "a9cb410ff61f20015ad\",\"size\":3,\"data\":\"YWJj\"}]}");
	assert_int_equal(slim_index_parse(f->arena, json, &d, &count, &f->err), 0);
	assert_true(slim_blob_is(d[0].data, "abc"));
	refuses_index(f, "{\"manifests\":[{\"digest\":\"" SHA "\",\"size\":3,\"data\":\"YWJj\"}]}",
		      "manifests[0].data: does not have the descriptor's digest");
	refuses_index(f, "{\"manifests\":[{\"digest\":\"" SHA "\",\"size\":3,\"data\":\" YWJ\"}]}",
		      "manifests[0].data: is no base64");
	refuses_index(f, "{\"manifests\":[{\"digest\":\"" SHA "\",\"size\":3,\"data\":\"YW=j\"}]}",
		      "manifests[0].data: is no base64");
}

static void test_manifest(void **state)
{
	struct fixture *f = *state;
	struct slim_manifest m;
	const json_t *json = parse(f, "{\"config\":{" ENTRY "},\"layers\":[{" ENTRY "},{" ENTRY "}]}");
	assert_int_equal(slim_manifest_parse(f->arena, json, &m, &f->err), 0);
	assert_int_equal(m.layer_count, 2);
	assert_false(m.config.artifact);
	json = parse(f, "{\"config\":{" ENTRY ",\"mediaType\":\"application/vnd.oci.empty.v1+json\"},\"layers\":[]}");
	assert_int_equal(slim_manifest_parse(f->arena, json, &m, &f->err), 0);
	assert_true(m.config.artifact);
	json = parse(f, "{\"config\":{" ENTRY "},\"layers\":[{" ENTRY "},{" ENTRY "},{\"digest\":\"" SHA "\",\"size\":-1}]}");
	assert_int_equal(slim_manifest_parse(f->arena, json, &m, &f->err), -1);
	assert_string_equal(slim_error_text(f->err), "layers[2].size: must not be negative");
	json = parse(f, "{\"schemaVersion\":1}");
	assert_int_equal(slim_manifest_parse(f->arena, json, &m, &f->err), -1);
	assert_non_null(strstr(slim_error_text(f->err), "old manifest"));
}

static void test_docker_manifest(void **state)
{
	struct fixture *f = *state;
	struct slim_docker_entry *e;
	size_t count;
	const json_t *json = parse(f, "[{\"Config\":\"c.json\",\"RepoTags\":null,\"Layers\":[\"a\",\"b\"],\"Parent\":\"x\"},"
				      "{\"Config\":\"d\",\"RepoTags\":[\"t:1\"]}]");
	assert_int_equal(slim_docker_manifest_parse(f->arena, json, &e, &count, &f->err), 0);
	assert_int_equal(count, 2);
	assert_string_equal(e[0].config, "c.json");
	assert_int_equal(e[0].layer_count, 2);
	assert_string_equal(e[0].layers[1], "b");
	assert_int_equal(e[0].tag_count, 0);
	assert_string_equal(e[1].tags[0], "t:1");
	json = parse(f, "[{\"Config\":\"c\",\"Layers\":[\"a\",1]}]");
	assert_int_equal(slim_docker_manifest_parse(f->arena, json, &e, &count, &f->err), -1);
	assert_string_equal(slim_error_text(f->err), "[0].Layers[1]: must be a string");
}

static void test_config(void **state)
{
	struct fixture *f = *state;
	struct slim_config c;
	const json_t *json = parse(
		f, "{\"os\":\"linux\",\"architecture\":\"arm64\",\"config\":{\"Entrypoint\":[\"/a\",\"b\"],\"Cmd\":null,"
		   "\"Env\":[\"A=1\"],\"User\":\"7\",\"WorkingDir\":\"/w\",\"Volumes\":{\"/v\":{},\"/u\":{}},"
		   "\"Healthcheck\":{\"Test\":[\"CMD\",\"x\"],\"Interval\":9007199254740993},\"Shell\":[\"/bin/sh\"],"
		   "\"Whatever\":7},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"" SHA "\"]},\"history\":[{},{}]}");
	assert_int_equal(slim_config_parse(f->arena, json, &c, &f->err), 0);
	assert_string_equal(c.entrypoint[1], "b");
	assert_null(c.entrypoint[2]);
	assert_null(c.cmd[0]);
	assert_string_equal(c.env[0], "A=1");
	assert_string_equal(c.user, "7");
	assert_string_equal(c.working_dir, "/w");
	assert_string_equal(c.volumes[0], "/v");
	assert_string_equal(c.volumes[1], "/u");
	assert_string_equal(c.healthcheck[1], "x");
	assert_string_equal(c.shell[0], "/bin/sh");
	assert_int_equal(c.diff_id_count, 1);
	assert_string_equal(c.diff_ids[0].text, SHA);
	assert_int_equal(c.history_count, 2);
	assert_string_equal(c.platform.architecture, "arm64");
}

static void test_config_may_be_bare(void **state)
{
	struct fixture *f = *state;
	struct slim_config c;
	const json_t *json = parse(f, "{\"config\":null,\"rootfs\":{\"type\":\"layers\",\"diff_ids\":null}}");
	assert_int_equal(slim_config_parse(f->arena, json, &c, &f->err), 0);
	assert_null(c.entrypoint[0]);
	assert_null(c.healthcheck[0]);
	assert_string_equal(c.user, "");
	assert_null(c.platform.os);
	json = parse(f, "{\"config\":{\"Cmd\":\"/bin/sh\"},\"rootfs\":{\"type\":\"layers\"}}");
	assert_int_equal(slim_config_parse(f->arena, json, &c, &f->err), 0);
	assert_string_equal(c.cmd[0], "/bin/sh");
	assert_null(c.cmd[1]);
}

static void refuses_config(struct fixture *f, const char *text, const char *message)
{
	struct slim_config c;
	assert_int_equal(slim_config_parse(f->arena, parse(f, text), &c, &f->err), -1);
	if (strncmp(slim_error_text(f->err), message, strlen(message)) != 0)
		fail_msg("'%s' is not '%s'", slim_error_text(f->err), message);
}

static void test_config_errors(void **state)
{
	struct fixture *f = *state;
	refuses_config(f, "{}", "rootfs: is missing");
	refuses_config(f, "{\"rootfs\":{\"type\":\"other\"}}", "rootfs.type: must be \"layers\"");
	refuses_config(f, "{\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:12\"]}}", "rootfs.diff_ids[0]: ");
	refuses_config(f, "{\"config\":{\"Env\":[1]}}", "config.Env[0]: must be a string");
	refuses_config(f, "{\"config\":{\"Volumes\":[]}}", "config.Volumes: must be an object");
	refuses_config(f, "{\"config\":{\"Healthcheck\":{\"Test\":7}}}", "config.Healthcheck.Test: must be an array");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_json_errors_say_where), TEST(test_json_is_strict), TEST(test_messages_hold_no_control_bytes),
		TEST(test_json_has_limits), TEST(test_numbers_and_order_survive),
		TEST(test_json_numbers_and_marks_survive), TEST(test_platform_text),
		TEST(test_platform_fits), TEST(test_media_types), TEST(test_index),
		TEST(test_index_errors_name_the_member), TEST(test_data_is_verified), TEST(test_manifest),
		TEST(test_docker_manifest), TEST(test_config), TEST(test_config_may_be_bare), TEST(test_config_errors),
	};
	return cmocka_run_group_tests_name("oci", tests, NULL, NULL);
}
