#include "lang.h"

#include <string.h>

#include "../system/system_data.h"

struct slim_node *lang_prefix(const struct slim_node *program)
{
	struct slim_node *dir = program->parent;
	while (dir->parent && dir->parent->parent && strcmp(dir->name, "bin") && strcmp(dir->name, "sbin") &&
	       strcmp(dir->name, "lib") && strcmp(dir->name, "lib64"))
		dir = dir->parent;
	return dir->parent ? dir->parent : dir;
}

void lang_keep_places(struct slim_trace *t, const char *const *places, const struct slim_node *asker,
		      const char *language)
{
	const char *prefix = slim_node_path(slim_trace_arena(t), lang_prefix(asker));
	if (!strcmp(prefix, "/")) /* a merged or a bare /bin */
		prefix = "";
	for (; *places; places++) {
		bool relative = !strncmp(*places, "$PREFIX/", 8);
		slim_autofree char *path = relative ? slim_format("%s%s", prefix, *places + 7) : slim_strdup(*places);
		slim_keep_place(t, path, SLIM_RULE_RUNTIME, asker, language);
	}
}

void lang_keep_shell(struct slim_trace *t, const struct slim_node *asker, const char *language)
{
	slim_keep_path(t, NULL, SLIM_BLOB("/bin/sh"), SLIM_RULE_SYSTEM_SHELL, asker, "%s", language);
}
