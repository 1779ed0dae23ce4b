#include "slim/oci.h"

#include <string.h>

#include "member.h"

static int read_string(const struct slim_oci_node *at, const char *key, const char **out, struct slim_error **err)
{
	if (slim_oci_string(at, key, out, err))
		return -1;
	if (!*out)
		*out = "";
	return 0;
}

static int read_list(const struct slim_oci_node *at, const char *key, const char ***out, struct slim_error **err)
{
	struct slim_oci_strings list;
	if (slim_oci_string_list(at, key, &list, err))
		return -1;
	*out = list.items;
	return 0;
}

/* A command line: Docker's decoder also takes a single string for an array of one (its strslice package). */
static int read_command(const struct slim_oci_node *at, const char *key, const char ***out, struct slim_error **err)
{
	const json_t *json = json_object_get(at->json, key);
	if (!json_is_string(json))
		return read_list(at, key, out, err);
	*out = slim_arena_alloc(at->arena, 2 * sizeof(**out));
	return slim_oci_string(at, key, &(*out)[0], err);
}

static int read_health_check(const struct slim_oci_node *at, struct slim_config *out, struct slim_error **err)
{
	struct slim_oci_node check;
	if (slim_oci_object(at, "Healthcheck", &check, err))
		return -1;
	return read_list(&check, "Test", &out->healthcheck, err);
}

static int read_run(const struct slim_oci_node *top, struct slim_config *out, struct slim_error **err)
{
	struct slim_oci_node run;
	struct slim_oci_strings volumes;
	if (slim_oci_object(top, "config", &run, err) || read_command(&run, "Entrypoint", &out->entrypoint, err) ||
	    read_command(&run, "Cmd", &out->cmd, err) || read_list(&run, "Env", &out->env, err) ||
	    read_command(&run, "Shell", &out->shell, err) || slim_oci_key_list(&run, "Volumes", &volumes, err) ||
	    read_string(&run, "User", &out->user, err) || read_string(&run, "WorkingDir", &out->working_dir, err))
		return -1;
	out->volumes = volumes.items;
	out->exposes_ports = json_object_size(json_object_get(run.json, "ExposedPorts")) > 0;
	return read_health_check(&run, out, err);
}

static const char *or_null(const char *s)
{
	return s && *s ? s : NULL;
}

static int read_platform(const struct slim_oci_node *top, struct slim_platform *out, struct slim_error **err)
{
	const char *os, *architecture, *variant;
	if (slim_oci_string(top, "os", &os, err) || slim_oci_string(top, "architecture", &architecture, err) ||
	    slim_oci_string(top, "variant", &variant, err))
		return -1;
	*out = (struct slim_platform){ or_null(os), or_null(architecture), or_null(variant) };
	return 0;
}

static int read_diff_ids(const struct slim_oci_node *rootfs, struct slim_config *out, struct slim_error **err)
{
	struct slim_oci_strings texts;
	if (slim_oci_string_list(rootfs, "diff_ids", &texts, err))
		return -1;
	out->diff_ids = slim_arena_alloc(rootfs->arena, (texts.count + 1) * sizeof(*out->diff_ids));
	out->diff_id_count = texts.count;
	for (size_t i = 0; i < texts.count; i++)
		if (slim_digest_parse(texts.items[i], &out->diff_ids[i], err))
			return slim_wrap(err, "rootfs.diff_ids[%zu]", i);
	return 0;
}

static int read_rootfs(const struct slim_oci_node *top, struct slim_config *out, struct slim_error **err)
{
	struct slim_oci_node rootfs;
	const char *type;
	if (slim_oci_object(top, "rootfs", &rootfs, err))
		return -1;
	if (!rootfs.json)
		return slim_oci_bad(top, "rootfs", "is missing", err);
	if (slim_oci_string(&rootfs, "type", &type, err))
		return -1;
	/* image-spec config.md: any other value MUST be an error */
	if (!type || strcmp(type, "layers") != 0)
		return slim_oci_bad(&rootfs, "type", "must be \"layers\"", err);
	return read_diff_ids(&rootfs, out, err);
}

int slim_config_parse(struct slim_arena *arena, const json_t *json, struct slim_config *out, struct slim_error **err)
{
	struct slim_oci_node top, history;
	*out = (struct slim_config){ 0 };
	if (slim_oci_top(arena, json, &top, err) || read_platform(&top, &out->platform, err) ||
	    read_run(&top, out, err) || read_rootfs(&top, out, err) || slim_oci_array(&top, "history", &history, err))
		return -1;
	out->history_count = json_array_size(history.json);
	return 0;
}
