/* A12: whether the libraries that were found define the versions of symbols that are asked of them. */
#include <string.h>

#include "loads.h"

static bool defines(const struct slim_elf *elf, const char *version)
{
	for (const struct slim_elf_version *v = elf->versions; v && v->version; v++)
		if (!strcmp(v->version, version))
			return true;
	return false;
}

/* glibc elf/dl-version.c: a library without any version is only warned about, and musl does not look. */
void slim_check_versions(struct slim_trace *t, const struct slim_loaded *loaded, const struct slim_node *from)
{
	struct slim_node *asker = loaded->by;
	const struct slim_elf *has = loaded->node ? slim_trace_elf(t, loaded->node) : NULL;
	const struct slim_elf *wants = asker ? slim_trace_known_elf(t, asker) : slim_trace_known_elf(t, from);
	if (!has || !has->versions || !wants || loaded->variant)
		return;
	for (const struct slim_elf_version *v = wants->wanted_versions; v && v->version; v++)
		if (v->file && !strcmp(v->file, loaded->name) && !defines(has, v->version))
			slim_doubt(t, asker ? asker : from, "needs version '%s' of '%s', which '%s' does not define",
				   v->version, v->file, loaded->path);
}
