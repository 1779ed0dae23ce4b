/*
 * The command line. One table lists every option, which commands take it, and what --help says of it; the manual and
 * the completion are tested against what --help prints.
 */
#ifndef SLIM_CLI_OPTIONS_H
#define SLIM_CLI_OPTIONS_H

#include <stdio.h>

#include "slim/limits.h"
#include "slim/log.h"
#include "slim/oci.h"
#include "slim/options.h"

#include "command.h"

enum slim_sbom_form { SLIM_SBOM_BY_NAME, SLIM_SBOM_SPDX, SLIM_SBOM_CYCLONEDX };

struct slim_cli { /* a command line, read */
	const struct slim_command *command;
	char **operands;       /* of main's argv */
	size_t operand_count;
	struct slim_wishes wishes;
	struct slim_arena *arena; /* owns what is not of argv */
	const char *image;        /* NULL: not given; so below */
	const char *cache;        /* the folder of --cache */
	uint64_t cache_size;
	const char **reports;
	size_t report_count, report_capacity;
	const char **sboms;
	size_t sbom_count, sbom_capacity;
	enum slim_sbom_form sbom_form;
	bool any_platform;        /* --platform was not given */
	struct slim_platform platform;
	struct slim_write_options write;
	struct slim_limits limits;
	uint64_t fleet, link, gate_size; /* --fleet, --link, --max-size of compare; 0: not given */
	enum slim_level level;
	enum slim_progress progress;
	bool every, fail_if_larger, dry_run, json, timings, help, version;
};

/* Every failure is SLIM_BAD_USAGE, but for an allowlist that cannot be read. ARGV is reordered: options first. */
int slim_cli_parse(struct slim_cli *cli, int argc, char **argv, struct slim_error **err) SLIM_MUST_CHECK;
void slim_cli_clear(struct slim_cli *cli);

struct slim_option {
	const char *name;
	char letter;          /* 0: none */
	const char *argument; /* as --help shows it; NULL: takes none */
	unsigned commands;    /* enum slim_for */
	const char *text;
	int (*set)(struct slim_cli *cli, const char *value, struct slim_error **err);
};

extern const struct slim_option slim_option_table[]; /* ends with a NULL name */

/* Usage and options of COMMAND, at most 80 columns wide. */
void slim_cli_help(const struct slim_command *command, FILE *out);

/* The setters that read a value: src/cli/values.c. Messages quote the value and say what is taken. */
int slim_set_platform(struct slim_cli *cli, const char *value, struct slim_error **err);
int slim_set_compression(struct slim_cli *cli, const char *value, struct slim_error **err);
int slim_set_tag(struct slim_cli *cli, const char *value, struct slim_error **err);
int slim_set_sbom(struct slim_cli *cli, const char *value, struct slim_error **err);
int slim_set_sbom_format(struct slim_cli *cli, const char *value, struct slim_error **err);
int slim_set_report(struct slim_cli *cli, const char *value, struct slim_error **err);
int slim_set_level(struct slim_cli *cli, const char *value, struct slim_error **err);
int slim_set_jobs(struct slim_cli *cli, const char *value, struct slim_error **err);
int slim_set_progress(struct slim_cli *cli, const char *value, struct slim_error **err);
int slim_set_max_size(struct slim_cli *cli, const char *value, struct slim_error **err);
int slim_set_gate_size(struct slim_cli *cli, const char *value, struct slim_error **err);
int slim_set_fleet(struct slim_cli *cli, const char *value, struct slim_error **err);
int slim_set_link(struct slim_cli *cli, const char *value, struct slim_error **err);
int slim_set_max_files(struct slim_cli *cli, const char *value, struct slim_error **err);
int slim_set_cache(struct slim_cli *cli, const char *value, struct slim_error **err);
int slim_set_cache_size(struct slim_cli *cli, const char *value, struct slim_error **err);
int slim_set_max_memory(struct slim_cli *cli, const char *value, struct slim_error **err);
int slim_set_allow(struct slim_cli *cli, const char *value, struct slim_error **err);

#endif
