#include <string.h>

#include "options.h"

enum { WIDTH = 80, TEXT_COLUMN = 28 };

/* "  -k, --keep GLOB"; returns its width. */
static int print_names(const struct slim_option *o, FILE *out)
{
	char letter[] = { '-', o->letter, ',', 0 };
	return fprintf(out, "  %-4s--%s%s%s", o->letter ? letter : "", o->name,
		       o->argument ? " " : "", o->argument ? o->argument : "");
}

/* TEXT from COLUMN on, broken between words, further lines under TEXT_COLUMN. */
static void print_text(const char *text, int column, FILE *out)
{
	if (column >= TEXT_COLUMN) {
		fputc('\n', out);
		column = 0;
	}
	fprintf(out, "%*s", TEXT_COLUMN - column, "");
	column = TEXT_COLUMN;
	for (const char *word = text; *word;) {
		int length = (int)strcspn(word, " ");
		if (column > TEXT_COLUMN && column + 1 + length > WIDTH - 1) {
			fprintf(out, "\n%*s", TEXT_COLUMN, "");
			column = TEXT_COLUMN;
		}
		column += fprintf(out, "%s%.*s", column > TEXT_COLUMN ? " " : "", length, word);
		word += length;
		word += strspn(word, " ");
	}
	fputc('\n', out);
}

static void print_usage(const struct slim_command *command, FILE *out)
{
	const char *lead = "Usage:";
	for (const struct slim_command *const *c = slim_commands; *c; c++) {
		if (command != slim_commands[0] && command != *c)
			continue;
		fprintf(out, "%s slim %s%s[options] %s\n", lead, (*c)->name, *(*c)->name ? " " : "",
			(*c)->operands);
		lead = "      ";
	}
	fprintf(out, "\n%s\n\nOptions:\n", command->about);
}

void slim_cli_help(const struct slim_command *command, FILE *out)
{
	print_usage(command, out);
	for (const struct slim_option *o = slim_option_table; o->name; o++)
		if (o->commands & command->bit)
			print_text(o->text, print_names(o, out), out);
	if (command == slim_commands[0])
		fputs("\nGlobs: * stops at /, ** does not.\n"
		      "Exit status: 0 done; 1 the input or the machine is at fault; 2 wrong "
		      "usage;\n"
		      "3 the image cannot be slimmed safely. Unless it is 0, nothing was "
		      "written.\n",
		      out);
}
