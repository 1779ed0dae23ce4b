/* An archive: its members, and the images that its documents lead to. */
#include "image.h"

#include <stdio.h>

#include "slim/alloc.h"
#include "slim/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void read_images(struct slim_archive *archive)
{
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	slim_autofree const struct slim_image **chosen = NULL;
	size_t count = 0;
	if (slim_archive_select(archive, NULL, NULL, &chosen, &count, &err) == 0 && !count)
		abort();
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < chosen[i]->layer_count; k++)
			if (!chosen[i]->layers[k].blob.file)
				abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	slim_cleanup(slim_file_unref_p) struct slim_file *file = file_of(bytes, length);
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	slim_cleanup(slim_archive_free_p) struct slim_archive *archive = NULL;
	char path[64];
	snprintf(path, sizeof(path), "/proc/self/fd/%d", slim_file_fd(file));
	if (slim_archive_open(path, &SLIM_LIMITS_DEFAULT, NULL, &archive, &err) == 0)
		read_images(archive);
	return 0;
}
