/*
 * What slim reads in Python sources, for tests/python.py to compare with Python itself: python-facts FILE…
 * A line for each fact: the file's number, "import", level, name and item, or "text" and a plain literal; the parts are joined
 * by tabs, and texts with control bytes are left out.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../src/trace/python/python_source.h"

static bool is_plain(struct slim_blob text)
{
	for (size_t i = 0; i < text.len; i++)
		if (iscntrl((unsigned char)text.ptr[i]))
			return false;
	return true;
}

static void print(void *context, const struct python_fact *fact)
{
	const int *number = context;
	if (fact->kind == PYTHON_IMPORT)
		printf("%d\timport\t%u\t%.*s\t%.*s\n", *number, fact->level, (int)fact->name.len,
		       fact->name.ptr ? fact->name.ptr : "", (int)fact->item.len, fact->item.ptr ? fact->item.ptr : "");
	else if (fact->kind == PYTHON_STRING && !fact->open && is_plain(fact->name))
		printf("%d\ttext\t%.*s\n", *number, (int)fact->name.len, fact->name.ptr);
}

static int read_file(const char *path, int number)
{
	static char bytes[PYTHON_SOURCE_MAX];
	FILE *in = fopen(path, "rb");
	if (!in)
		return -1;
	size_t length = fread(bytes, 1, sizeof(bytes), in);
	fclose(in);
	python_read_source(slim_blob(bytes, length), print, &number);
	return 0;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (read_file(argv[i], i - 1) < 0) {
			fprintf(stderr, "python-facts: '%s' cannot be read\n", argv[i]);
			return 1;
		}
	return 0;
}
