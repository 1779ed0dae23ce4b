#include "slim/oci.h"

#include <string.h>

const char *slim_platform_text(struct slim_arena *arena, struct slim_platform platform)
{
	const char *os = platform.os ? platform.os : "unknown";
	const char *architecture = platform.architecture ? platform.architecture : "unknown";
	if (!platform.variant)
		return slim_arena_format(arena, "%s/%s", os, architecture);
	return slim_arena_format(arena, "%s/%s/%s", os, architecture, platform.variant);
}

/* What people call an architecture, and Go's name for it. */
static const struct alias {
	const char *name, *architecture, *variant;
} aliases[] = {
	{ "x86_64", "amd64", NULL }, { "x86-64", "amd64", NULL }, { "aarch64", "arm64", NULL },
	{ "i386", "386", NULL },     { "armhf", "arm", "v7" },	  { "armel", "arm", "v6" },
};

static void use_go_names(struct slim_platform *platform)
{
	for (size_t i = 0; i < SLIM_COUNT(aliases); i++) {
		if (strcmp(platform->architecture, aliases[i].name) != 0)
			continue;
		platform->architecture = aliases[i].architecture;
		if (!platform->variant)
			platform->variant = aliases[i].variant;
	}
}

int slim_platform_parse(struct slim_arena *arena, const char *text, struct slim_platform *out,
			struct slim_error **err)
{
	struct slim_blob rest = slim_blob_of(text), part;
	const char *parts[3] = { NULL };
	size_t count = 0;
	while (slim_blob_split(&rest, '/', &part)) {
		if (!part.len || count == SLIM_COUNT(parts))
			return slim_fail(err, SLIM_BAD_USAGE, "'%s' is no platform: want OS/ARCH[/VARIANT]", text);
		parts[count++] = slim_arena_strndup(arena, part.ptr, part.len);
	}
	if (count < 2)
		return slim_fail(err, SLIM_BAD_USAGE, "'%s' is no platform: want OS/ARCH[/VARIANT]", text);
	*out = (struct slim_platform){ parts[0], parts[1], parts[2] };
	use_go_names(out);
	return 0;
}

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/* What an absent variant stands for (containerd platforms). */
static const char *variant_of(struct slim_platform platform)
{
	if (platform.variant)
		return platform.variant;
	if (same(platform.architecture, "arm64"))
		return "v8";
	if (same(platform.architecture, "arm"))
		return "v7";
	return same(platform.architecture, "amd64") ? "v1" : NULL;
}

static bool is_version(const char *s)
{
	return s[0] == 'v' && strspn(s + 1, "0123456789.") == strlen(s + 1) && s[1] >= '0' && s[1] <= '9';
}

bool slim_platform_fits(struct slim_platform have, struct slim_platform want)
{
	if (!same(have.os, want.os) || !same(have.architecture, want.architecture))
		return false;
	const char *mine = variant_of(have), *asked = variant_of(want);
	if (!asked || same(mine, asked))
		return true;
	/* a lower version of the instruction set runs on a higher one: v8 before v8.2, v9 before v10 */
	return mine && is_version(mine) && is_version(asked) && strverscmp(mine, asked) < 0;
}
