/*
 * The roots that the image's config names (OCI image-spec config.md; Docker's Healthcheck and
 * Shell). docs/rules.md 0.
 */
#include "seeds.h"

#include <string.h>

#include "../engine/engine.h"

enum { EVIDENCE_LENGTH = 400 };

/* No more words than evidence shows: there may be very many. */
static const char *join(struct slim_trace *t, const char *const *words)
{
	const char *text = "";
	for (; *words && strlen(text) < EVIDENCE_LENGTH; words++)
		text = slim_arena_format(t->arena, *text ? "%s %.200s" : "%s%.200s", text, *words);
	return text;
}

static size_t length_of(const char *const *words)
{
	size_t n = 0;
	while (words[n])
		n++;
	return n;
}

static void keep_command_line(struct slim_trace *t)
{
	const struct slim_config *c = t->in.config;
	size_t entry = length_of(c->entrypoint), cmd = length_of(c->cmd);
	slim_autofree const char **words = slim_calloc(entry + cmd + 1, sizeof(*words));
	memcpy(words, c->entrypoint, entry * sizeof(*words));
	memcpy(words + entry, c->cmd, cmd * sizeof(*words));
	if (!entry && !cmd)
		return;
	const char *evidence = slim_arena_format(t->arena, "command line: %.*s", EVIDENCE_LENGTH, join(t, words));
	if (!slim_trace_command(t, words, SLIM_RULE_ENTRYPOINT, NULL, evidence) && !t->error) {
		slim_autofree char *first = slim_format("%.200s", words[0]);
		if (t->in.slimmed || slim_seeds_from_user(t->in.wishes))
			slim_doubt(t, NULL, "the image's own program '%s' is not in it", first);
		else
			slim_fail(&t->error, SLIM_UNSAFE, "the image's program '%s' is not in it: nothing to trace",
				  first);
	}
	if (entry && cmd) /* what `docker run IMAGE` hands to an entrypoint that ends in exec "$@" */
		slim_trace_command(t, c->cmd, SLIM_RULE_ENTRYPOINT, NULL,
				   slim_arena_format(t->arena, "command: %.*s", EVIDENCE_LENGTH, join(t, c->cmd)));
}

static void keep_healthcheck(struct slim_trace *t)
{
	const char *const *test = t->in.config->healthcheck;
	if (!*test || !test[1])
		return;
	const char *evidence = slim_arena_format(t->arena, "health check: %.*s", EVIDENCE_LENGTH, join(t, test + 1));
	if (!strcmp(*test, "CMD"))
		slim_trace_command(t, test + 1, SLIM_RULE_HEALTHCHECK, NULL, evidence);
	if (strcmp(*test, "CMD-SHELL"))
		return;
	const char *const *shell = t->in.config->shell;
	slim_keep_program(t, slim_blob_of(*shell ? *shell : "/bin/sh"), SLIM_RULE_HEALTHCHECK, NULL, "%s", evidence);
	slim_trace_shell_text(t, slim_blob_of(test[1]), SLIM_RULE_HEALTHCHECK, NULL, evidence);
}

/* A value that is an existing path, or a list of them; a folder stays as a folder, its contents by other rules. */
static void keep_environment(struct slim_trace *t)
{
	for (const char **e = t->in.config->env; *e; e++) {
		const char *value = strchr(*e, '=');
		if (!value)
			continue;
		struct slim_blob rest = slim_blob_of(value + 1), part;
		while (slim_blob_split_any(&rest, ": ,;=", &part))
			if (part.len > 1 && part.ptr[0] == '/')
				slim_keep_path(t, NULL, part, SLIM_RULE_ENVIRONMENT, NULL, "Env: %.*s",
					       (int)(value - *e), *e);
	}
}

/* /etc/passwd's fields of NAME (or its number): passwd(5). */
static bool find_user(struct slim_trace *t, struct slim_blob user, char **text, struct slim_blob fields[7])
{
	struct slim_node *passwd = slim_tree_find(t->in.tree, "/etc/passwd");
	size_t length;
	*text = passwd && slim_node_is_file(passwd) ? slim_trace_read(t, passwd, 1 << 20, &length) : NULL;
	if (!*text)
		return false;
	struct slim_blob rest = slim_blob(*text, length), line;
	while (slim_blob_line(&rest, &line)) {
		size_t n = 0;
		struct slim_blob l = line, field;
		while (n < 7 && slim_blob_split(&l, ':', &field))
			fields[n++] = field;
		if (n == 7 && (slim_blob_equal(fields[0], user) || slim_blob_equal(fields[2], user)))
			return true;
	}
	return false;
}

/* Folders that many share: a home there does not make them the user's own. */
static bool is_shared_home(const struct slim_node *home)
{
	static const char *const shared[] = { "", "bin", "sbin", "dev", "proc", "sys", "usr", "lib", "etc", "var", "run", "tmp",
					      "opt", "srv", "home", "mnt", "media" };
	const char *name = home->name;
	if (home->parent && home->parent->parent)
		return !strcmp(home->parent->name, "usr") || !strcmp(name, "spool") || !strcmp(name, "cache") ||
		       !strcmp(name, "lib") || !strcmp(name, "run");
	for (size_t i = 0; i < SLIM_COUNT(shared); i++)
		if (!strcmp(name, shared[i]))
			return true;
	return false;
}

static void keep_user(struct slim_trace *t)
{
	struct slim_blob user = slim_blob_of(t->in.config->user), rest = user, name = SLIM_BLOB("");
	slim_blob_split(&rest, ':', &name);
	if (!name.len)
		name = SLIM_BLOB("root");
	slim_autofree char *text = NULL;
	struct slim_blob fields[7];
	if (!find_user(t, name, &text, fields))
		return;
	const char *evidence = slim_arena_format(t->arena, "user '%.*s' in /etc/passwd", (int)name.len, name.ptr);
	struct slim_node *home = slim_keep_path(t, NULL, fields[5], SLIM_RULE_USER_HOME, NULL, "%s", evidence);
	if (home && slim_node_is_dir(home) && !is_shared_home(home))
		slim_keep_below(t, home, SLIM_RULE_USER_HOME, NULL, "%s", evidence);
}

static void keep_folders(struct slim_trace *t)
{
	const struct slim_config *c = t->in.config;
	if (*c->working_dir)
		slim_keep_path(t, NULL, slim_blob_of(c->working_dir), SLIM_RULE_WORKING_DIR, NULL, "WorkingDir");
	for (const char **v = c->volumes; *v; v++) {
		struct slim_node *dir =
			slim_keep_path(t, NULL, slim_blob_of(*v), SLIM_RULE_VOLUME, NULL, "Volumes: %s", *v);
		if (dir && dir->parent && slim_node_is_dir(dir)) /* what is there fills a new volume */
			slim_keep_below(t, dir, SLIM_RULE_VOLUME, NULL, "Volumes: %s", *v);
	}
}

bool slim_seeds_from_user(const struct slim_wishes *wishes)
{
	for (size_t i = 0; i < wishes->count; i++)
		if (wishes->items[i].kind != SLIM_WISH_DROP)
			return true;
	return false;
}

/* Junk as well: what stayed in a slimmed image was asked for. */
static void keep_everything(struct slim_trace *t)
{
	size_t count = slim_tree_count(t->in.tree);
	for (uint32_t id = 0; id < count; id++)
		slim_keep(t, slim_tree_node(t->in.tree, id), SLIM_RULE_SLIMMED, NULL, "made by slim");
}

static void start(struct slim_trace *t, void *state)
{
	const struct slim_config *c = t->in.config;
	if (t->in.slimmed)
		keep_everything(t);
	else if (!*c->entrypoint && !*c->cmd && !slim_seeds_from_user(t->in.wishes)) {
		slim_fail(&t->error, SLIM_UNSAFE,
			  "the image has neither an entrypoint nor a command: nothing to trace (--entry names one)");
		return;
	}
	keep_command_line(t);
	keep_healthcheck(t);
	if (*c->shell)
		slim_keep_program(t, slim_blob_of(*c->shell), SLIM_RULE_SHELL, NULL, "Shell");
	keep_environment(t);
	keep_user(t);
	keep_folders(t);
}

const struct slim_tracer slim_seeds_tracer = { .name = "seeds", .start = start };
