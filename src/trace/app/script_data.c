/*
 * Databases of scripts that are used through a library of another language: what they open is in no script that can be
 * read as shell. tracing.md C7. Source: debconf-devel(7), debconf.conf(5).
 */
#include <string.h>

#include "../engine/owners.h"
#include "../system/system_data.h"

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* Once SCRIPT is started, PLACES are opened and PROGRAMS run. */
static const struct script_data {
	const char *script;
	const char *const *places, *const *programs;
} table[] = {
	{ "/usr/share/debconf/frontend", LIST("/etc/debconf.conf", "/var/cache/debconf/config.dat",
	  "/var/cache/debconf/passwords.dat", "/var/cache/debconf/templates.dat", "/usr/share/debconf/**"), LIST("stty") },
};

struct state {
	bool done[SLIM_COUNT(table)];
};

static void keep_data(struct slim_trace *t, const struct script_data *data, const struct slim_node *script)
{
	for (const char *const *place = data->places; *place; place++)
		slim_keep_place(t, *place, SLIM_RULE_SCRIPT_DATA, script, "opened by name");
	for (const char *const *name = data->programs; *name; name++)
		slim_keep_program(t, slim_blob_of(*name), SLIM_RULE_WORD, script, "run by name");
}

static void settle(struct slim_trace *t, void *state)
{
	struct state *s = state;
	for (size_t i = 0; i < SLIM_COUNT(table); i++) {
		const struct slim_node *script =
			s->done[i] ? NULL : slim_tree_find(slim_trace_tree(t), table[i].script);
		if (!script || !slim_trace_kept(t, script))
			continue;
		if (!slim_started(t)[script->id])
			continue;
		s->done[i] = true;
		keep_data(t, &table[i], script);
	}
}

const struct slim_tracer slim_script_data_tracer = {
	.name = "data of scripts", .state_size = sizeof(struct state), .settle = settle,
};
