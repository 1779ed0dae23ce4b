#include <jansson.h>
#include <string.h>
#include <strings.h>

#include "dotnet.h"

enum dotnet_roll dotnet_roll_of(struct slim_blob name)
{
	static const struct {
		const char *name;
		enum dotnet_roll roll;
	} names[] = { { "Disable", DOTNET_DISABLE }, { "LatestPatch", DOTNET_LATEST_PATCH }, { "Minor", DOTNET_MINOR },
		      { "Major", DOTNET_MAJOR }, { "LatestMinor", DOTNET_LATEST_MINOR }, { "LatestMajor", DOTNET_LATEST_MAJOR } };
	for (size_t i = 0; i < SLIM_COUNT(names); i++)
		if (name.len == strlen(names[i].name) && !strncasecmp(names[i].name, name.ptr, name.len))
			return names[i].roll;
	return DOTNET_ANY;
}

static enum dotnet_roll roll_in(const json_t *object, enum dotnet_roll otherwise)
{
	const char *name = json_string_value(json_object_get(object, "rollForward"));
	if (name)
		return dotnet_roll_of(slim_blob_of(name));
	/* the settings before .NET Core 3.0 */
	if (json_object_get(object, "rollForwardOnNoCandidateFx") || json_object_get(object, "applyPatches"))
		return DOTNET_ANY;
	return otherwise;
}

static void add(struct dotnet_config *out, struct slim_arena *arena, const json_t *framework, enum dotnet_roll roll)
{
	const char *name = json_string_value(json_object_get(framework, "name"));
	const char *version = json_string_value(json_object_get(framework, "version"));
	if (!name || !*name || strchr(name, '/') || out->count == DOTNET_FRAMEWORKS_MAX)
		return;
	out->frameworks[out->count++] = (struct dotnet_framework){
		.name = slim_arena_strndup(arena, name, strlen(name)),
		.version = version ? slim_arena_strndup(arena, version, strlen(version)) : "",
		.roll = roll_in(framework, roll),
	};
}

static bool is_true(const json_t *value)
{
	const char *text = json_string_value(value);
	return json_is_true(value) || (text && (!strcasecmp(text, "true") || !strcmp(text, "1")));
}

/* Comments are allowed there, and are not worth a reader of their own: what is no plain JSON is not understood. */
bool dotnet_config_read(struct slim_blob text, struct slim_arena *arena, struct dotnet_config *out)
{
	static const char bom[] = "\xef\xbb\xbf";
	*out = (struct dotnet_config){ 0 };
	if (slim_blob_starts(text, bom))
		text = slim_blob(text.ptr + 3, text.len - 3);
	json_t *document = json_loadb(text.ptr, text.len, JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, NULL);
	const json_t *options = json_object_get(document, "runtimeOptions");
	enum dotnet_roll roll = roll_in(options, DOTNET_MINOR);
	if (json_object_get(options, "framework"))
		add(out, arena, json_object_get(options, "framework"), roll);
	const json_t *list = json_object_get(options, "frameworks");
	for (size_t i = 0; i < json_array_size(list); i++)
		add(out, arena, json_array_get(list, i), roll);
	out->own = json_object_get(options, "includedFrameworks");
	out->invariant = is_true(json_object_get(json_object_get(options, "configProperties"),
						 "System.Globalization.Invariant"));
	bool found = json_is_object(options);
	json_decref(document);
	return found;
}
