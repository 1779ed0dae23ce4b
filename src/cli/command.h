/* The commands of slim: one file each. */
#ifndef SLIM_CLI_COMMAND_H
#define SLIM_CLI_COMMAND_H

#include <stddef.h>
#include <stdint.h>

#include "slim/error.h"
#include "slim/log.h"

struct slim_cli;

/* Which commands take an option: one bit each. */
enum slim_for { SLIM_FOR_SLIM = 1, SLIM_FOR_WHY = 2, SLIM_FOR_INSPECT = 4, SLIM_FOR_COMPARE = 8 };

struct slim_command {
	const char *name;     /* the word; "" for the command that has none */
	enum slim_for bit;
	const char *operands; /* as the usage line shows them */
	size_t least, most;   /* how many operands */
	size_t inputs;        /* of these the first so many are read: files or folders of the host */
	const char *about;    /* what --help says below the usage */
	int (*run)(struct slim_cli *cli, struct slim_log *log, struct slim_error **err);
};

extern const struct slim_command *const slim_commands[]; /* ends with NULL; the first is slim itself */

/* NULL: no such command. */
const struct slim_command *slim_command_find(const char *word);

/* Results go to standard output, the rest to LOG. */
int slim_command_slim(struct slim_cli *cli, struct slim_log *log, struct slim_error **err);
int slim_command_why(struct slim_cli *cli, struct slim_log *log, struct slim_error **err);
int slim_command_compare(struct slim_cli *cli, struct slim_log *log, struct slim_error **err);
int slim_command_inspect(struct slim_cli *cli, struct slim_log *log, struct slim_error **err);

#endif
