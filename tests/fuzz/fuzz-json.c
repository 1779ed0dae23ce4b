/* The documents of an image: whatever they hold, each reader takes or refuses them, and what is written reads back. */
#include <stdint.h>
#include <stdlib.h>

#include "slim/oci.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

typedef int reader(struct slim_arena *arena, const json_t *json, struct slim_error **err);

static int read_index(struct slim_arena *arena, const json_t *json, struct slim_error **err)
{
	struct slim_descriptor *list;
	size_t count;
	return slim_index_parse(arena, json, &list, &count, err);
}

static int read_manifest(struct slim_arena *arena, const json_t *json, struct slim_error **err)
{
	struct slim_manifest manifest;
	return slim_manifest_parse(arena, json, &manifest, err);
}

static int read_docker(struct slim_arena *arena, const json_t *json, struct slim_error **err)
{
	struct slim_docker_entry *list;
	size_t count;
	return slim_docker_manifest_parse(arena, json, &list, &count, err);
}

static int read_config(struct slim_arena *arena, const json_t *json, struct slim_error **err)
{
	struct slim_config config;
	return slim_config_parse(arena, json, &config, err);
}

static void try(reader *read, const json_t *json)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	if ((read(arena, json, &err) != 0) != (err != NULL))
		abort();
}

static void write_and_read(const json_t *json)
{
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	slim_autofree char *text = slim_json_text(json);
	slim_autojson json_t *back = NULL;
	if (slim_json_parse(slim_blob_of(text), "text", &back, &err) || !json_equal(back, json))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	slim_autojson json_t *json = NULL;
	if (slim_json_parse(slim_blob((const char *)bytes, length), "input", &json, &err))
		return 0;
	reader *const readers[] = { read_index, read_manifest, read_docker, read_config };
	for (size_t i = 0; i < SLIM_COUNT(readers); i++)
		try(readers[i], json);
	write_and_read(json);
	return 0;
}
