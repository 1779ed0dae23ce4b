/*
 * C12: supervisors, and what their settings start. Each counts only when the supervising program itself is kept.
 * Sources: s6-overlay's README, supervisord's configuration manual, runsvdir(8), crontab(5), systemd.service(5),
 * monit(1), logrotate(8), the Procfile format of foreman.
 */
#include <stdlib.h>
#include <string.h>

#include "init_systems.h"

#include "../engine/owners.h"
#include "slim/path.h"
#include "slim/trace.h"

enum { SETTINGS_MAX = 1 << 20 };

enum family { FAMILY_S6, FAMILY_SUPERVISOR, FAMILY_RUNIT, FAMILY_CRON, FAMILY_SYSTEMD, FAMILY_MONIT, FAMILY_PROCFILE,
	      FAMILY_CIRCUS, FAMILY_LOGROTATE, FAMILY_COUNT };

static const struct {
	const char *program;
	enum family family;
} programs[] = {
	{ "s6-svscan", FAMILY_S6 }, { "s6-overlay-suexec", FAMILY_S6 }, { "s6-linux-init", FAMILY_S6 },
	{ "s6-rc", FAMILY_S6 }, { "supervisord", FAMILY_SUPERVISOR }, { "runsvdir", FAMILY_RUNIT },
	{ "runsvdir-start", FAMILY_RUNIT }, { "runit", FAMILY_RUNIT }, { "runit-init", FAMILY_RUNIT },
	{ "cron", FAMILY_CRON }, { "crond", FAMILY_CRON }, { "anacron", FAMILY_CRON }, { "supercronic", FAMILY_CRON },
	{ "dcron", FAMILY_CRON }, { "systemd", FAMILY_SYSTEMD }, { "monit", FAMILY_MONIT }, { "honcho", FAMILY_PROCFILE },
	{ "foreman", FAMILY_PROCFILE }, { "goreman", FAMILY_PROCFILE }, { "forego", FAMILY_PROCFILE },
	{ "hivemind", FAMILY_PROCFILE }, { "overmind", FAMILY_PROCFILE }, { "circusd", FAMILY_CIRCUS },
	{ "logrotate", FAMILY_LOGROTATE },
};

struct supervisor {
	const struct slim_node *node;
	enum family family;
};

struct state {
	struct supervisor *supervisors;              /* kept ones */
	size_t count, capacity, settled;
	bool active[FAMILY_COUNT];
	struct slim_node **texts;                    /* kept ones that may be settings */
	size_t text_count, text_capacity;
	size_t parsed[FAMILY_COUNT];                 /* how many of the texts were looked at for each */
};

bool init_is_supervisor(const char *name)
{
	for (size_t i = 0; i < SLIM_COUNT(programs); i++)
		if (!strcmp(name, programs[i].program))
			return true;
	return false;
}

/* --- what is started --- */

static void run_text(struct slim_trace *t, struct slim_blob text, const struct slim_node *from)
{
	text = slim_blob_trim(text);
	if (text.len)
		slim_trace_shell_text(t, text, SLIM_RULE_SUPERVISED, from, "a supervised command");
}

static bool key_is(struct slim_blob line, const char *key, struct slim_blob *value)
{
	struct slim_blob rest = line, name;
	if (!slim_blob_split_any(&rest, "=", &name) || !rest.ptr || !slim_blob_is(slim_blob_trim(name), key))
		return false;
	*value = slim_blob_trim(rest);
	return true;
}

static void keep_globs(struct slim_trace *t, struct slim_blob patterns, const struct slim_node *from)
{
	struct slim_blob pattern;
	while (slim_blob_split_any(&patterns, " \t,", &pattern)) {
		if (!pattern.len)
			continue;
		slim_autofree char *dir = slim_format("%s/", slim_node_path(slim_trace_arena(t), from->parent));
		slim_autofree char *whole =
			slim_format("%s%.*s", pattern.ptr[0] == '/' ? "" : dir, (int)pattern.len, pattern.ptr);
		slim_keep_glob(t, slim_blob_of(whole), false, SLIM_RULE_SUPERVISED, from, "files = %.*s",
			       (int)pattern.len, pattern.ptr);
	}
}

/* PATH="/opt/x/bin:%(ENV_PATH)s",HOME=…: the folders of PATH. */
static void add_paths(struct slim_trace *t, struct slim_blob environment)
{
	const char *at = memmem(environment.ptr, environment.len, "PATH=", 5);
	if (!at)
		return;
	struct slim_blob rest = slim_blob(at + 5, environment.len - (size_t)(at + 5 - environment.ptr)), part;
	while (slim_blob_split_any(&rest, ":\"'", &part)) {
		if (memchr(part.ptr, ',', part.len))
			return;
		if (part.len && part.ptr[0] == '/')
			slim_trace_add_path(t, part);
	}
}

/* supervisord: [program:x] command=, [include] files=, events and groups need no more. Circus: cmd =. */
static void read_ini(struct slim_trace *t, struct slim_blob text, const struct slim_node *node)
{
	struct slim_blob line, value;
	while (slim_blob_line(&text, &line)) {
		line = slim_blob_trim(line);
		const char *remark = memmem(line.ptr, line.len, " ;", 2); /* supervisord's inline comments */
		if (remark)
			line.len = (size_t)(remark - line.ptr);
		if (key_is(line, "command", &value) || key_is(line, "cmd", &value))
			run_text(t, value, node);
		else if (key_is(line, "files", &value) || key_is(line, "include", &value))
			keep_globs(t, value, node);
		else if (key_is(line, "environment", &value))
			add_paths(t, value);
		else if (key_is(line, "directory", &value))
			slim_keep_path(t, NULL, value, SLIM_RULE_SUPERVISED, node, "directory=");
	}
}

static struct slim_blob skip_words(struct slim_blob line, size_t count)
{
	struct slim_blob word;
	while (count && slim_blob_split_any(&line, " \t", &word))
		count -= word.len > 0;
	return line.ptr ? line : SLIM_BLOB("");
}

/* crontab(5): five fields or @daily, in system files a user too, then a line for sh; NAME=value lines. */
static void read_crontab(struct slim_trace *t, struct slim_blob text, const struct slim_node *node, bool with_user)
{
	struct slim_blob line, value;
	while (slim_blob_line(&text, &line)) {
		line = slim_blob_trim(line);
		if (!line.len || line.ptr[0] == '#')
			continue;
		if (key_is(line, "PATH", &value)) {
			struct slim_blob folder;
			while (slim_blob_split_any(&value, ":\"'", &folder))
				if (folder.len && folder.ptr[0] == '/')
					slim_trace_add_path(t, folder);
		} else if (key_is(line, "SHELL", &value)) {
			slim_keep_path(t, NULL, value, SLIM_RULE_SUPERVISED, node, "SHELL=");
		} else if (line.ptr[0] == '@' || line.ptr[0] == '*' || (line.ptr[0] >= '0' && line.ptr[0] <= '9')) {
			run_text(t, skip_words(line, (line.ptr[0] == '@' ? 1 : 5) + with_user), node);
		}
	}
}

/* ExecStart=-/usr/bin/x --y, EnvironmentFile=-/etc/default/x: systemd.service(5). */
static void read_unit(struct slim_trace *t, struct slim_blob text, const struct slim_node *node)
{
	struct slim_blob line;
	while (slim_blob_line(&text, &line)) {
		struct slim_blob rest = slim_blob_trim(line), key;
		if (!slim_blob_split(&rest, '=', &key) || !rest.ptr)
			continue;
		struct slim_blob value = slim_blob_trim(rest);
		while (value.len && strchr("-@:+!", value.ptr[0]))
			value = slim_blob(value.ptr + 1, value.len - 1);
		if (slim_blob_starts(key, "Exec"))
			run_text(t, value, node);
		else if (slim_blob_is(key, "EnvironmentFile"))
			slim_keep_path(t, NULL, value, SLIM_RULE_SUPERVISED, node, "EnvironmentFile=");
	}
}

/* web: bundle exec puma */
static void read_procfile(struct slim_trace *t, struct slim_blob text, const struct slim_node *node)
{
	struct slim_blob line;
	while (slim_blob_line(&text, &line)) {
		struct slim_blob rest = line, name;
		if (line.len && line.ptr[0] != '#' && slim_blob_split(&rest, ':', &name) && rest.ptr)
			run_text(t, rest, node);
	}
}

/* start program = "/etc/init.d/x start": every quoted string behind program or exec; include FILES. */
static void read_monit(struct slim_trace *t, struct slim_blob text, const struct slim_node *node)
{
	struct slim_blob line;
	while (slim_blob_line(&text, &line)) {
		line = slim_blob_trim(line);
		if (line.len && line.ptr[0] == '#')
			continue;
		if (slim_blob_starts(line, "include "))
			keep_globs(t, slim_blob(line.ptr + 8, line.len - 8), node);
		const char *open = memchr(line.ptr, '"', line.len);
		const char *close = open ? memchr(open + 1, '"', (size_t)(line.ptr + line.len - open - 1)) : NULL;
		if (close && (memmem(line.ptr, line.len, "program", 7) || memmem(line.ptr, line.len, "exec", 4)))
			run_text(t, slim_blob(open + 1, (size_t)(close - open) - 1), node);
	}
}

/* postrotate … endscript: lines for sh, logrotate(8). */
static void read_logrotate(struct slim_trace *t, struct slim_blob text, const struct slim_node *node)
{
	static const char *const openings[] = { "prerotate", "postrotate", "firstaction", "lastaction", "preremove" };
	const char *from = NULL;
	struct slim_blob line;
	while (slim_blob_line(&text, &line)) {
		struct slim_blob word = slim_blob_trim(line);
		if (from && slim_blob_is(word, "endscript")) {
			run_text(t, slim_blob(from, (size_t)(line.ptr - from)), node);
			from = NULL;
		}
		for (size_t i = 0; i < SLIM_COUNT(openings); i++)
			if (slim_blob_is(word, openings[i]))
				from = text.ptr;
	}
}

/* --- which file is whose --- */

static bool fits(enum family family, const struct slim_node *node, const char *path, struct slim_blob text)
{
	struct slim_blob name = slim_blob(node->name, node->name_length);
	switch (family) {
	case FAMILY_SUPERVISOR:
		return memmem(text.ptr, text.len, "[program:", 9) || memmem(text.ptr, text.len, "[supervisord]", 13) ||
		       memmem(text.ptr, text.len, "[eventlistener:", 15) ||
		       memmem(text.ptr, text.len, "[fcgi-program:", 14);
	case FAMILY_CIRCUS:
		return memmem(text.ptr, text.len, "[watcher:", 9) != NULL;
	case FAMILY_CRON:
		return strstr(path, "cron") != NULL;
	case FAMILY_SYSTEMD:
		return slim_blob_ends(name, ".service") || slim_blob_ends(name, ".socket");
	case FAMILY_PROCFILE:
		return slim_blob_starts(name, "Procfile");
	case FAMILY_MONIT:
		return strstr(path, "monit") != NULL;
	case FAMILY_LOGROTATE:
		return strstr(path, "logrotate") != NULL;
	case FAMILY_S6:
	case FAMILY_RUNIT:
	case FAMILY_COUNT:
		break;
	}
	return false;
}

static void read_settings(struct slim_trace *t, enum family family, const struct slim_node *node)
{
	size_t length;
	slim_autofree char *bytes = slim_trace_read(t, node, SETTINGS_MAX, &length);
	const char *path = slim_node_path(slim_trace_arena(t), node);
	struct slim_blob text = slim_blob(bytes, length);
	if (!bytes || !fits(family, node, path, text) || slim_is_switched_off(t, node))
		return;
	switch (family) {
	case FAMILY_SUPERVISOR:
	case FAMILY_CIRCUS:
		read_ini(t, text, node);
		break;
	case FAMILY_CRON:
		read_crontab(t, text, node, !strncmp(path, "/etc/cron", 9) && strncmp(path, "/etc/crontabs/", 14) != 0);
		break;
	case FAMILY_SYSTEMD:
		read_unit(t, text, node);
		break;
	case FAMILY_PROCFILE:
		read_procfile(t, text, node);
		break;
	case FAMILY_MONIT:
		read_monit(t, text, node);
		break;
	case FAMILY_LOGROTATE:
		read_logrotate(t, text, node);
		break;
	case FAMILY_S6:
	case FAMILY_RUNIT:
	case FAMILY_COUNT:
		break;
	}
}

/* The settings that a supervisor reads without being told where they are. */
static void keep_settings(struct slim_trace *t, enum family family, const struct slim_node *supervisor)
{
	static const struct {
		enum family family;
		bool below;
		const char *pattern;
	} usual[] = {
		{ FAMILY_S6, true, "/package" }, { FAMILY_S6, true, "/command" }, { FAMILY_S6, true, "/etc/s6-overlay" },
		{ FAMILY_S6, true, "/etc/s6" }, { FAMILY_S6, true, "/etc/services.d" }, { FAMILY_S6, true, "/etc/cont-init.d" },
		{ FAMILY_S6, true, "/etc/cont-finish.d" }, { FAMILY_S6, true, "/etc/fix-attrs.d" },
		{ FAMILY_S6, true, "/etc/s6-linux-init" }, { FAMILY_S6, true, "/etc/s6-rc" },
		{ FAMILY_SUPERVISOR, false, "/etc/supervisord.conf" }, { FAMILY_SUPERVISOR, false, "/etc/supervisor/supervisord.conf" },
		{ FAMILY_SUPERVISOR, false, "/usr/etc/supervisord.conf" },
		{ FAMILY_RUNIT, true, "/etc/service" }, { FAMILY_RUNIT, true, "/etc/sv" }, { FAMILY_RUNIT, true, "/etc/runit" },
		{ FAMILY_RUNIT, true, "/service" },
		{ FAMILY_CRON, false, "/etc/crontab" }, { FAMILY_CRON, false, "/etc/anacrontab" }, { FAMILY_CRON, true, "/etc/cron.d" },
		{ FAMILY_CRON, true, "/etc/crontabs" }, { FAMILY_CRON, true, "/var/spool/cron" },
		{ FAMILY_SYSTEMD, true, "/etc/systemd" },
		{ FAMILY_MONIT, false, "/etc/monitrc" }, { FAMILY_MONIT, false, "/etc/monit/monitrc" },
		{ FAMILY_MONIT, true, "/etc/monit.d" }, { FAMILY_MONIT, true, "/etc/monit/conf.d" },
		{ FAMILY_MONIT, true, "/etc/monit/conf-enabled" },
		{ FAMILY_LOGROTATE, false, "/etc/logrotate.conf" }, { FAMILY_LOGROTATE, true, "/etc/logrotate.d" },
		{ FAMILY_CIRCUS, false, "/etc/circus.ini" }, { FAMILY_CIRCUS, true, "/etc/circus" },
	};
	for (size_t i = 0; i < SLIM_COUNT(usual); i++)
		if (usual[i].family == family)
			slim_keep_glob(t, slim_blob_of(usual[i].pattern), usual[i].below, SLIM_RULE_SUPERVISED,
				       supervisor, "'%s' reads it", supervisor->name);
	if (family != FAMILY_PROCFILE)
		return;
	const char *dir = slim_trace_config(t)->working_dir;
	slim_keep_path(t, *dir ? slim_tree_find(slim_trace_tree(t), dir) : NULL, SLIM_BLOB("Procfile"),
		       SLIM_RULE_SUPERVISED, supervisor, "'%s' reads it", supervisor->name);
}

static bool is_init_of_s6(const struct slim_node *node)
{
	return node->parent && !node->parent->parent && !strcmp(node->name, "init");
}

static void add_supervisor(struct state *state, const struct slim_node *node, enum family family)
{
	*slim_push(&state->supervisors, &state->count, &state->capacity) = (struct supervisor){ node, family };
	state->active[family] = true;
}

static void visit(struct slim_trace *t, void *data, struct slim_node *node)
{
	struct state *state = data;
	enum slim_kind kind = slim_kind_of(t, node);
	if (kind == SLIM_KIND_TEXT || kind == SLIM_KIND_SCRIPT)
		*slim_push(&state->texts, &state->text_count, &state->text_capacity) = node;
	if (kind == SLIM_KIND_TEXT)
		return;
	for (size_t i = 0; i < SLIM_COUNT(programs); i++)
		if (!strcmp(node->name, programs[i].program))
			add_supervisor(state, node, programs[i].family);
	if (is_init_of_s6(node) && slim_tree_find(slim_trace_tree(t), "/package"))
		add_supervisor(state, node, FAMILY_S6);
}

static void settle(struct slim_trace *t, void *data)
{
	struct state *state = data;
	for (; state->settled < state->count; state->settled++)
		keep_settings(t, state->supervisors[state->settled].family, state->supervisors[state->settled].node);
	for (enum family f = 0; f < FAMILY_COUNT; f++)
		for (; state->active[f] && state->parsed[f] < state->text_count; state->parsed[f]++)
			read_settings(t, f, state->texts[state->parsed[f]]);
}

static void clear(void *data)
{
	struct state *state = data;
	free(state->texts);
	free(state->supervisors);
}

const struct slim_tracer slim_init_tracer = {
	.name = "init",
	.kinds = SLIM_KIND_PROGRAM | SLIM_KIND_SCRIPT | SLIM_KIND_TEXT | SLIM_KIND_LINK,
	.state_size = sizeof(struct state),
	.visit = visit,
	.settle = settle,
	.clear = clear,
};
