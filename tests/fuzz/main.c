/*
 * Runs a fuzz driver over files, so that a corpus is a regression test: fuzz-NAME [FILE…]. Without a FILE all of
 * tests/fuzz/corpus/NAME is run. TAP: a line a file; to come back at all is to pass. A fuzzer links the driver without
 * this file.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static int run_file(const char *path)
{
	FILE *in = fopen(path, "rb");
	uint8_t *bytes = NULL;
	size_t length = 0;
	if (!in || fseek(in, 0, SEEK_END) < 0)
		return -1;
	long size = ftell(in);
	rewind(in);
	bytes = malloc(size > 0 ? (size_t)size : 1); /* exactly as long, so that a read past the end is seen */
	if (bytes && size >= 0)
		length = fread(bytes, 1, (size_t)size, in);
	fclose(in);
	if (!bytes)
		return -1;
	LLVMFuzzerTestOneInput(bytes, length);
	free(bytes);
	return 0;
}

static int report(int number, const char *path)
{
	int failed = run_file(path) < 0;
	printf("%s %d - %s\n", failed ? "not ok" : "ok", number, path);
	fflush(stdout);
	return failed;
}

static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int run_corpus(const char *program)
{
	const char *base = strrchr(program, '/') ? strrchr(program, '/') + 1 : program;
	const char *name = strncmp(base, "fuzz-", 5) ? base : base + 5;
	const char *top = getenv("TOP_SRCDIR");
	char folder[4096], path[8192];
	snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s", top ? top : ".", name);
	struct dirent **entries;
	int count = scandir(folder, &entries, visible, alphasort), failed = 0;
	if (count <= 0) {
		printf("Bail out! no corpus in %s\n", folder);
		return 1;
	}
	printf("1..%d\n", count);
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		failed |= report(i + 1, path);
		free(entries[i]);
	}
	free(entries);
	return failed;
}

int main(int argc, char **argv)
{
	int failed = 0;
	if (argc < 2)
		return run_corpus(argv[0]);
	printf("1..%d\n", argc - 1);
	for (int i = 1; i < argc; i++)
		failed |= report(i, argv[i]);
	return failed;
}
