#include "command.h"

#include <string.h>

static const struct slim_command slim_itself = {
	.name = "",
	.bit = SLIM_FOR_SLIM,
	.operands = "IN OUT",
	.least = 2,
	.most = 2,
	.inputs = 1,
	.about = "Write the container image IN to OUT with only the files that its entrypoint\n"
		 "can need, in one layer. IN is an image archive, an OCI layout folder, or - for\n"
		 "standard input; OUT is the archive to be, or - for standard output.",
	.run = slim_command_slim,
};

static const struct slim_command why = {
	.name = "why",
	.bit = SLIM_FOR_WHY,
	.operands = "IN PATH...",
	.least = 2,
	.most = SIZE_MAX,
	.inputs = 1,
	.about = "Say why each PATH of the image IN would stay, or that nothing asks for it.\n"
		 "The options that change what stays change the answer alike.",
	.run = slim_command_why,
};

static const struct slim_command inspect = {
	.name = "inspect",
	.bit = SLIM_FOR_INSPECT,
	.operands = "IMAGE",
	.least = 1,
	.most = 1,
	.inputs = 1,
	.about = "Show what is in an image archive: its images and platforms, the start command,\n"
		 "layers, packages, and where the bytes are.",
	.run = slim_command_inspect,
};

static const struct slim_command compare = {
	.name = "compare",
	.bit = SLIM_FOR_COMPARE,
	.operands = "IMAGE IMAGE...",
	.inputs = SIZE_MAX,
	.least = 2,
	.most = SIZE_MAX,
	.about = "Show images side by side (before, after, hand-written): sizes, files, packages,\n"
		 "what only one of them has, and whether one was made from another.",
	.run = slim_command_compare,
};

const struct slim_command *const slim_commands[] = { &slim_itself, &why, &compare, &inspect, NULL };

const struct slim_command *slim_command_find(const char *word)
{
	for (const struct slim_command *const *c = slim_commands; *c; c++)
		if (*(*c)->name && !strcmp((*c)->name, word))
			return *c;
	return NULL;
}
