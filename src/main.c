/* slim: command line in, exit status out. */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "slim/alloc.h"
#include "slim/cache.h"

#include "cli/confine.h"
#include "cli/options.h"
#include "cli/places.h"

static int say(const struct slim_error *err)
{
	slim_put_line(stderr, "slim: ", slim_error_text(err));
	return slim_error_status(err);
}

/* What is read and what is written is known now; nothing else will be touched. */
static int confine(const struct slim_cli *cli, struct slim_log *log, struct slim_error **err)
{
	size_t inputs = cli->command->inputs < cli->operand_count ? cli->command->inputs : cli->operand_count;
	slim_autofree const char **writes = slim_calloc(cli->report_count + cli->sbom_count + 1, sizeof(*writes));
	struct slim_confinement wanted = { .reads = (const char *const *)cli->operands, .writes = writes };
	wanted.read_count = inputs;
	for (size_t i = 0; i < cli->report_count; i++)
		writes[wanted.write_count++] = cli->reports[i];
	for (size_t i = 0; i < cli->sbom_count; i++)
		writes[wanted.write_count++] = cli->sboms[i];
	if (cli->command->bit == SLIM_FOR_SLIM && cli->operand_count > inputs && !cli->dry_run)
		writes[wanted.write_count++] = cli->operands[inputs];
	wanted.folder = cli->write.cache ? cli->cache : NULL;
	if (slim_places_check(&wanted, err) < 0)
		return -1;
	slim_confine_memory(cli->limits.memory);
	slim_confine(&wanted, log);
	return 0;
}

static int run(struct slim_cli *cli, struct slim_error **err)
{
	if (cli->help) {
		slim_cli_help(cli->command, stdout);
		return 0;
	}
	if (cli->version) {
		puts(PACKAGE_STRING);
		return 0;
	}
	struct slim_log *log = slim_log_new(stderr, cli->level, cli->progress);
	if (cli->cache)
		cli->write.cache = slim_cache_open(cli->cache, cli->cache_size, log);
	int result = confine(cli, log, err) < 0 ? -1 : cli->command->run(cli, log, err);
	slim_cache_close(cli->write.cache);
	slim_log_free(log);
	return result;
}

/* Results that did not reach standard output are a failure too. */
static int flush(struct slim_error **err)
{
	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	return slim_fail_errno(err, errno ? errno : EIO, "standard output");
}

int main(int argc, char **argv)
{
	slim_cleanup(slim_cli_clear) struct slim_cli cli = { 0 };
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	if (slim_cli_parse(&cli, argc, argv, &err) < 0 || run(&cli, &err) < 0 || flush(&err) < 0)
		return say(err);
	return SLIM_OK;
}
