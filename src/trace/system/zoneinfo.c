/*
 * Time zones (docs/rules.md B5). Databases, runtimes and Go programs take the names of zones from their data, and to
 * what serves or starts others a zone is given when its container starts (TZ): there the whole tree stays, about 4 MB.
 * A lone program that does neither, and knows no zone's name, only prints times, in the zone that the image has:
 * /etc/localtime, which always stays, and what Env TZ names. That is a guess about its callers, and said as a doubt.
 * The doubles right/ and posix/ stay only if TZ names them.
 */
#include <string.h>

#include "system_data.h"

/* glibc, musl, Go */
static const char *const trees[] = { "/usr/share/zoneinfo", "/share/zoneinfo", "/etc/zoneinfo", "/usr/share/lib/zoneinfo" };

struct state {
	struct slim_node *asker;   /* the first that knows local time */
	struct slim_node *program; /* the first program */
	bool names;                /* zones are called by names from data */
	bool serves, done;         /* serves: or starts others, loads others, is watched */
};

static bool imports_any(const struct slim_elf *elf, const char *const *symbols)
{
	for (; *symbols; symbols++)
		if (slim_elf_imports(elf, *symbols))
			return true;
	return false;
}

static bool holds_tree(const struct slim_elf *elf)
{
	for (const char **path = elf->paths; *path; path++)
		for (size_t i = 0; i < SLIM_COUNT(trees); i++)
			if (!strncmp(*path, trees[i], strlen(trees[i])))
				return true;
	return false;
}

/* The C library holds the tree's name for its callers. It and the loader can be started, and are no programs. */
static bool is_libc(const struct slim_elf *elf)
{
	return elf->soname && (!strncmp(elf->soname, "libc.", 5) || !strncmp(elf->soname, "ld-", 3) ||
			       !strncmp(elf->soname, "ld64", 4));
}

/* The zone of a time that it reads, or changes, comes from its data or its options. */
static bool reads_zones(const struct slim_elf *elf)
{
	static const char *const readers[] = { "strptime", "getdate", "getdate_r", NULL };
	static const char *const setters[] = { "setenv", "putenv", NULL };
	if (elf->names_zones)
		return true;
	return elf->program && (imports_any(elf, readers) || (slim_elf_imports(elf, "tzset") && imports_any(elf, setters)));
}

/* Libraries for clients that listen, too: for FTP's active mode, for the tools of their own source. */
static bool is_client_library(const struct slim_elf *elf)
{
	static const char *const names[] = { "libcurl*.so.*", "libcrypto.so.*", NULL };
	return elf->soname && slim_name_in(names, elf->soname);
}

static void visit(struct slim_trace *t, void *state, struct slim_node *node)
{
	static const char *const clock[] = { "localtime", "localtime_r", "mktime", "tzset", "strftime", "strftime_l",
					     "timelocal", NULL };
	static const char *const service[] = { "listen", "accept", "accept4", "daemon", "fork", "vfork", "posix_spawn",
					       "posix_spawnp", "execve", "execv", "execl", "execlp", "execvp", "system",
					       "popen", "dlopen", "recvfrom", "recvmsg", NULL };
	static const char *const listening[] = { "listen", NULL };
	struct state *s = state;
	const struct slim_elf *elf = slim_trace_elf(t, node);
	if (!elf || is_libc(elf))
		return;
	bool names = elf->go || holds_tree(elf) || reads_zones(elf);
	s->names |= names;
	if ((names || imports_any(elf, clock)) && (!s->asker || node->id < s->asker->id))
		s->asker = node;
	s->serves |= !elf->program && !is_client_library(elf) && imports_any(elf, listening);
	if (!elf->program)
		return;
	s->serves |= (s->program && s->program != node) || imports_any(elf, service);
	s->program = node;
}

static void start(struct slim_trace *t, void *state)
{
	const struct slim_config *config = slim_trace_config(t);
	struct state *s = state;
	s->serves = config->healthcheck[0] || config->volumes[0] || config->exposes_ports;
}

static void keep_tree(struct slim_trace *t, struct slim_node *dir, const struct slim_node *from)
{
	const char *zone = slim_trace_env(t, "TZ");
	for (struct slim_node *c = dir ? dir->first : NULL; c; c = c->next) {
		size_t length = c->name_length;
		bool twice = !strcmp(c->name, "right") || !strcmp(c->name, "posix");
		if (!twice || (zone && !strncmp(zone, c->name, length) && zone[length] == '/'))
			slim_keep_below(t, c, SLIM_RULE_ZONEINFO, from, "local time");
	}
}

void slim_zoneinfo_keep(struct slim_trace *t, struct slim_node *from)
{
	for (size_t i = 0; i < SLIM_COUNT(trees); i++)
		keep_tree(t, slim_keep_path(t, NULL, slim_blob_of(trees[i]), SLIM_RULE_ZONEINFO, from, "local time"), from);
}

/* tzset(3): ":NAME" or "NAME"; a rule such as "CET-1CEST" names no file. */
static void keep_named(struct slim_trace *t, const char *tree, const struct slim_node *from)
{
	const char *zone = slim_trace_env(t, "TZ");
	if (!zone || !*zone)
		return;
	slim_autofree char *path = slim_format("%s/%s", tree, zone + (*zone == ':'));
	slim_keep_path(t, NULL, slim_blob_of(path), SLIM_RULE_ZONEINFO, from, "Env: TZ");
}

static void settle(struct slim_trace *t, void *state)
{
	struct state *s = state;
	if (!s->asker || s->done)
		return;
	s->done = s->names || s->serves;
	if (s->done)
		slim_zoneinfo_keep(t, s->asker);
	for (size_t i = 0; !s->done && i < SLIM_COUNT(trees); i++)
		keep_named(t, trees[i], s->asker);
}

static void finish(struct slim_trace *t, void *state)
{
	const struct state *s = state;
	bool left = false;
	for (size_t i = 0; i < SLIM_COUNT(trees); i++)
		left |= slim_tree_find(slim_trace_tree(t), trees[i]) != NULL;
	if (s->asker && !s->done && left)
		slim_doubt(t, s->asker, "a lone program that asks for no time zone by name: "
			   "of %s only the image's own zone and TZ's stay", trees[0]);
}

const struct slim_tracer slim_zoneinfo_tracer = {
	.name = "time zones", .kinds = SLIM_KIND_PROGRAM | SLIM_KIND_LIBRARY,
	.state_size = sizeof(struct state), .start = start, .visit = visit, .settle = settle,
	.finish = finish,
};
