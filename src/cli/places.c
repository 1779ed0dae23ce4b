#include "places.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "slim/alloc.h"
#include "slim/path.h"

/* The one path of what PATH names or would name, to be freed; NULL: its folder is not there, or it is a stream. */
static char *canonical(const char *path)
{
	if (!strcmp(path, "-"))
		return NULL;
	char *real = realpath(path, NULL);
	if (real)
		return real;
	struct slim_blob whole = slim_blob_of(path), dir = slim_path_dir(whole), base = slim_path_base(whole);
	const char *top = base.len < whole.len ? "/" : ".";
	slim_autofree char *name = dir.len ? slim_strndup(dir.ptr, dir.len) : slim_strdup(top);
	slim_autofree char *folder = realpath(name, NULL);
	return folder ? slim_format("%s/%.*s", folder, (int)base.len, base.ptr) : NULL;
}

static bool is_same_file(const char *read, const char *write)
{
	struct stat in, out;
	if ((strcmp(read, "-") ? stat(read, &in) : fstat(STDIN_FILENO, &in)) ||
	    (strcmp(write, "-") ? stat(write, &out) : fstat(STDOUT_FILENO, &out)))
		return false;
	return S_ISREG(in.st_mode) && in.st_dev == out.st_dev && in.st_ino == out.st_ino;
}

/* OCI image-spec, image-layout.md: what a layout folder consists of. Any other name in it is nobody's. */
static bool belongs_to_layout(const char *read, const char *write)
{
	slim_autofree char *folder = canonical(read), *file = canonical(write);
	size_t n = folder ? strlen(folder) : 0;
	if (!file || !n || strncmp(file, folder, n) || file[n] != '/')
		return false;
	const char *name = file + n + 1;
	return !strcmp(name, "index.json") || !strcmp(name, "oci-layout") || !strncmp(name, "blobs/", strlen("blobs/"));
}

static bool is_same_place(const char *one, const char *other)
{
	slim_autofree char *a = canonical(one), *b = canonical(other);
	return a && b && !strcmp(a, b);
}

static int check_write(const struct slim_confinement *wanted, size_t number, struct slim_error **err)
{
	const char *write = wanted->writes[number], *shown = strcmp(write, "-") ? write : "standard output";
	for (size_t i = 0; i < wanted->read_count; i++) {
		if (is_same_file(wanted->reads[i], write))
			return slim_fail(err, SLIM_BAD_USAGE, "%s: is the input as well", shown);
		if (belongs_to_layout(wanted->reads[i], write))
			return slim_fail(err, SLIM_BAD_USAGE, "%s: is part of the input", shown);
	}
	for (size_t i = 0; i < number; i++)
		if (is_same_place(wanted->writes[i], write))
			return slim_fail(err, SLIM_BAD_USAGE, "%s: is to be written twice", shown);
	return 0;
}

int slim_places_check(const struct slim_confinement *wanted, struct slim_error **err)
{
	for (size_t i = 0; i < wanted->write_count; i++)
		if (check_write(wanted, i, err) < 0)
			return -1;
	return 0;
}
