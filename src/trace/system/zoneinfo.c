/*
 * Time zones (docs/rules.md B5). The whole tree stays for every program that knows local time: the zone may be given
 * when the container starts (TZ), and databases and runtimes take names from their data; it is about 4 MB. Its doubles
 * right/ and posix/ stay only if TZ names them.
 */
#include <string.h>

#include "system_data.h"

/* glibc, musl, Go */
static const char *const trees[] = { "/usr/share/zoneinfo", "/share/zoneinfo", "/etc/zoneinfo", "/usr/share/lib/zoneinfo" };

static bool is_double(const char *name)
{
	return !strcmp(name, "right") || !strcmp(name, "posix");
}

void slim_zoneinfo_keep(struct slim_trace *t, struct slim_node *from)
{
	const char *zone = slim_trace_env(t, "TZ");
	for (size_t i = 0; i < SLIM_COUNT(trees); i++) {
		struct slim_node *dir =
			slim_keep_path(t, NULL, slim_blob_of(trees[i]), SLIM_RULE_ZONEINFO, from, "local time");
		for (struct slim_node *c = dir ? dir->first : NULL; c; c = c->next) {
			size_t length = c->name_length;
			if (is_double(c->name) && !(zone && !strncmp(zone, c->name, length) && zone[length] == '/'))
				continue;
			slim_keep_below(t, c, SLIM_RULE_ZONEINFO, from, "local time");
		}
	}
}
