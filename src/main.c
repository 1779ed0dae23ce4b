/* slim: command line in, exit status out. */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/options.h"

static int say(const struct slim_error *err)
{
	slim_put_line(stderr, "slim: ", slim_error_text(err));
	return slim_error_status(err);
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
	int result = cli->command->run(cli, log, err);
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
