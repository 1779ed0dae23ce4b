#include "options.h"

#include <getopt.h>
#include <string.h>

#include "slim/pool.h"

enum {
	TRACING = SLIM_FOR_SLIM | SLIM_FOR_WHY,
	READING = TRACING | SLIM_FOR_INSPECT,
	EVERY = READING | SLIM_FOR_COMPARE,
	SHOWING = SLIM_FOR_WHY | SLIM_FOR_INSPECT | SLIM_FOR_COMPARE,
	OPTIONS_MAX = 48,
	FIRST_ID = 256, /* getopt's codes for options: above every letter */
};

static int set_keep(struct slim_cli *cli, const char *value, struct slim_error **err)
{
	return slim_wishes_add(&cli->wishes, SLIM_WISH_KEEP, value, "--keep", err);
}

static int set_drop(struct slim_cli *cli, const char *value, struct slim_error **err)
{
	return slim_wishes_add(&cli->wishes, SLIM_WISH_DROP, value, "--drop", err);
}

static int set_entry(struct slim_cli *cli, const char *value, struct slim_error **err)
{
	return slim_wishes_add(&cli->wishes, SLIM_WISH_ENTRY, value, "--entry", err);
}

static int set_package(struct slim_cli *cli, const char *value, struct slim_error **err)
{
	return slim_wishes_add(&cli->wishes, SLIM_WISH_PACKAGE, value, "--package", err);
}

static int set_image(struct slim_cli *cli, const char *value, struct slim_error **err)
{
	cli->image = value;
	return *value ? 0 : slim_fail(err, SLIM_BAD_USAGE, "--image: nothing is named");
}

#define FLAG(name, assignment) \
	static int name(struct slim_cli *cli, const char *value, struct slim_error **err) \
	{ \
		cli->assignment; \
		return 0; \
	}
FLAG(set_keep_all, wishes.keep_all = cli->write.squash_only = true)
FLAG(set_dry_run, dry_run = true)
FLAG(set_strip, write.strip = true)
FLAG(set_quiet, level = SLIM_QUIET)
FLAG(set_verbose, level = SLIM_VERBOSE)
FLAG(set_json, json = true)
FLAG(set_all, every = true)
FLAG(set_fail_if_larger, fail_if_larger = true)
FLAG(set_timings, timings = true)
FLAG(set_help, help = true)
FLAG(set_version, version = true)

const struct slim_option slim_option_table[] = {
	{ "keep", 'k', "GLOB", TRACING, "keep what matches, with what it needs", set_keep },
	{ "drop", 'd', "GLOB", TRACING, "leave out what matches, even if a rule keeps it",
	  set_drop },
	{ "entry", 'e', "CMD", TRACING, "another command line that must work", set_entry },
	{ "package", 'p', "NAME", TRACING, "keep this package's files, with what they need",
	  set_package },
	{ "allow", 'a', "FILE", TRACING, "read such wishes from FILE, one a line", slim_set_allow },
	{ "keep-all", 0, NULL, TRACING, "only squash: every file stays", set_keep_all },
	{ "level", 0, "LEVEL", TRACING,
	  "keep for reasons this sure: certain, feature, heuristic or fallback (all)",
	  slim_set_level },
	{ "image", 0, "REF", EVERY, "which image of an archive that holds several", set_image },
	{ "platform", 0, "OS/ARCH[/VARIANT]", EVERY, "only this platform of several",
	  slim_set_platform },
	{ "compression", 'c', "KIND[:N]", SLIM_FOR_SLIM,
	  "of the new layer: zstd[:1-19] (the default), gzip[:1-9] or none", slim_set_compression },
	{ "strip", 0, NULL, SLIM_FOR_SLIM,
	  "take symbol tables and debug sections out of programs and libraries", set_strip },
	{ "tag", 't', "NAME", SLIM_FOR_SLIM, "name of the new image (default: as IN)",
	  slim_set_tag },
	{ "report", 0, "FILE", SLIM_FOR_SLIM, "write what stayed and why to FILE (.json or .html)",
	  slim_set_report },
	{ "report", 0, "FILE", SLIM_FOR_COMPARE, "write the comparison to FILE (.json or .html)", slim_set_report },
	{ "sbom", 0, "FILE", SLIM_FOR_SLIM, "write what is in the new image to FILE, for scanners", slim_set_sbom },
	{ "sbom-format", 0, "KIND", SLIM_FOR_SLIM, "of that: spdx or cyclonedx (default: cyclonedx for *.cdx.json)",
	  slim_set_sbom_format },
	{ "timings", 0, NULL, SLIM_FOR_SLIM, "tell in the reports how long it took", set_timings },
	{ "dry-run", 'n', NULL, SLIM_FOR_SLIM,
	  "trace and report, write no image; OUT may be left out", set_dry_run },
	{ "all", 0, NULL, SLIM_FOR_WHY, "every reason, not only the shortest chain", set_all },
	{ "json", 0, NULL, SHOWING, "print JSON", set_json },
	{ "fleet", 0, "N", SLIM_FOR_COMPARE, "tell what N deployments pull and store", slim_set_fleet },
	{ "link", 0, "MBIT", SLIM_FOR_COMPARE, "and how long that takes over MBIT megabits a second", slim_set_link },
	{ "fail-if-larger", 0, NULL, SLIM_FOR_COMPARE, "exit with 4 when the last image is larger than the first",
	  set_fail_if_larger },
	{ "max-size", 0, "SIZE", SLIM_FOR_COMPARE,
	  "exit with 4 when the last image's layers are over SIZE (K, M, G, T)", slim_set_gate_size },
	{ "max-size", 0, "SIZE", READING, "refuse layers of more bytes (K, M, G, T; default 256G)",
	  slim_set_max_size },
	{ "max-files", 0, "N", EVERY, "refuse layers of more entries (default 10000000)",
	  slim_set_max_files },
	{ "max-memory", 0, "SIZE", EVERY, "end rather than take more memory (default 4G)", slim_set_max_memory },
	{ "cache", 0, "DIR", EVERY, "keep in DIR what is learnt of layers, and use what is there", slim_set_cache },
	{ "cache-size", 0, "SIZE", EVERY, "most that DIR may hold (K, M, G, T; default 4G)", slim_set_cache_size },
	{ "jobs", 'j', "N", EVERY, "threads to use (default: one for each processor)",
	  slim_set_jobs },
	{ "quiet", 'q', NULL, EVERY, "say nothing but errors", set_quiet },
	{ "verbose", 'v', NULL, EVERY, "tell more", set_verbose },
	{ "progress", 0, "WHEN", EVERY, "draw a progress bar: auto, always or never",
	  slim_set_progress },
	{ "help", 0, NULL, EVERY, "print this and end", set_help },
	{ "version", 0, NULL, EVERY, "print the version and end", set_version },
	{ 0 },
};

#define DEFAULT_CACHE_SIZE (UINT64_C(4) << 30)

/* What getopt wants, for the options of one command. */
struct getopt_tables {
	struct option longs[OPTIONS_MAX];
	char letters[2 * OPTIONS_MAX];
};
_Static_assert(SLIM_COUNT(slim_option_table) < OPTIONS_MAX, "getopt_tables is too small");

static void fill(struct getopt_tables *g, enum slim_for command)
{
	struct option *l = g->longs;
	char *s = g->letters;
	*s++ = ':';
	for (const struct slim_option *o = slim_option_table; o->name; o++) {
		if (!(o->commands & command))
			continue;
		*l++ = (struct option){ o->name, o->argument ? required_argument : no_argument,
					NULL, (int)(FIRST_ID + (o - slim_option_table)) };
		if (o->letter)
			*s++ = o->letter;
		if (o->letter && o->argument)
			*s++ = ':';
	}
	*l = (struct option){ 0 };
	*s = 0;
}

/* The option that getopt means by CODE, or NULL. */
static const struct slim_option *option_of(int code)
{
	if (code >= FIRST_ID)
		return &slim_option_table[code - FIRST_ID];
	for (const struct slim_option *o = slim_option_table; o->name; o++)
		if (o->letter && o->letter == code)
			return o;
	return NULL;
}

static int usage(const struct slim_cli *cli, struct slim_error **err, const char *text,
		 const char *word)
{
	const char *name = cli->command->name;
	return slim_fail(err, SLIM_BAD_USAGE, "%s%s%s%s (slim %s%s--help tells more)", text,
			 word ? " '" : "", word ? word : "", word ? "'" : "", name,
			 *name ? " " : "");
}

/* getopt's ':' and '?', told to a person. */
static int refuse(const struct slim_cli *cli, int code, const char *word, struct slim_error **err)
{
	char letter[] = { '-', (char)optopt, 0 };
	if (code == ':')
		return usage(cli, err, "an argument is missing after",
			     optopt < FIRST_ID ? letter : word);
	if (optopt >= FIRST_ID)
		return usage(cli, err, "no argument is taken by", word);
	return usage(cli, err, "unknown option", optopt ? letter : word);
}

static int read_options(struct slim_cli *cli, int argc, char **argv, struct slim_error **err)
{
	struct getopt_tables tables;
	fill(&tables, cli->command->bit);
	opterr = 0;
	optind = 0; /* glibc and musl: start anew */
	for (;;) {
		int code = getopt_long(argc, argv, tables.letters, tables.longs, NULL);
		if (code == -1)
			break;
		if (code == '?' || code == ':')
			return refuse(cli, code, argv[optind - 1], err);
		const struct slim_option *o = option_of(code);
		if (o && o->set(cli, optarg, err) < 0)
			return -1;
	}
	cli->operands = argv + optind;
	cli->operand_count = (size_t)(argc - optind);
	return 0;
}

static int check_operands(const struct slim_cli *cli, struct slim_error **err)
{
	size_t least = cli->command->least - (cli->dry_run ? 1 : 0);
	if (cli->operand_count > cli->command->most)
		return usage(cli, err, "one argument too many:", cli->operands[cli->command->most]);
	if (cli->operand_count > 0 && !*cli->command->name && slim_command_find(cli->operands[0]))
		return slim_fail(err, SLIM_BAD_USAGE,
				 "'%s' is a command and comes first; a file of that name is ./%s",
				 cli->operands[0], cli->operands[0]);
	for (size_t i = 0; i < cli->operand_count; i++)
		if (!*cli->operands[i])
			return usage(cli, err, "an argument is empty", NULL);
	if (cli->operand_count >= least)
		return 0;
	return usage(cli, err, "too few arguments; wanted:", cli->command->operands);
}

int slim_cli_parse(struct slim_cli *cli, int argc, char **argv, struct slim_error **err)
{
	*cli = (struct slim_cli){ .command = slim_commands[0],
				  .arena = slim_arena_new(),
				  .any_platform = true,
				  .limits = SLIM_LIMITS_DEFAULT,
				  .level = SLIM_NORMAL,
				  .cache_size = DEFAULT_CACHE_SIZE,
				  .write.jobs = slim_cores() };
	const struct slim_command *named = argc > 1 ? slim_command_find(argv[1]) : NULL;
	if (named) {
		cli->command = named;
		argc--;
		argv++;
	}
	if (read_options(cli, argc, argv, err) < 0)
		return -1;
	if (cli->help || cli->version)
		return 0;
	return check_operands(cli, err);
}

void slim_cli_clear(struct slim_cli *cli)
{
	slim_wishes_clear(&cli->wishes);
	free(cli->reports);
	free(cli->sboms);
	slim_arena_free(cli->arena);
}
