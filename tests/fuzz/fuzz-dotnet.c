/* Any bytes are a *.runtimeconfig.json, a version, and an assembly. */
#include <stddef.h>
#include <stdint.h>

#include "../../src/trace/dotnet/dotnet.h"

static void touch(void *context, struct slim_blob name)
{
	unsigned *sum = context;
	for (size_t i = 0; i < name.len; i++)
		*sum += (unsigned char)name.ptr[i];
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct slim_blob text = slim_blob((const char *)bytes, length);
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	struct dotnet_config config;
	struct dotnet_version versions[2] = { { { 8, 0, 1 }, false } };
	bool chosen[2] = { false };
	dotnet_config_read(text, arena, &config);
	if (dotnet_version_parse(text, &versions[1]))
		dotnet_choose(versions, 2, &versions[1], (enum dotnet_roll)(length % (DOTNET_ANY + 1)), chosen);
	unsigned sum = 0;
	dotnet_modules_read(text, touch, &sum);
	dotnet_texts_read(text, touch, &sum);
	return 0;
}
