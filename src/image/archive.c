#include "archive.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "input.h"

/* Further names of one image are let be: nobody asks for the thousandth. */
enum { REF_LIMIT = 1000 };

/* --- items ---------------------------------------------------------------------------------------------------- */

struct slim_archive_item *slim_archive_new_item(void)
{
	return slim_calloc(1, sizeof(struct slim_archive_item));
}

void slim_archive_free_item(struct slim_archive_item *item)
{
	if (!item)
		return;
	json_decref(item->image.config_json);
	json_decref(item->image.manifest_json);
	free(item->roots);
	free(item->refs);
	free(item);
}

void slim_archive_add(struct slim_archive *archive, struct slim_archive_item *item)
{
	*slim_push(&archive->items, &archive->count, &archive->capacity) = item;
}

void slim_archive_add_root(struct slim_archive_item *item, size_t root)
{
	*slim_push(&item->roots, &item->root_count, &item->root_capacity) = root;
}

void slim_archive_add_ref(struct slim_archive_item *item, const char *ref)
{
	if (!ref || item->ref_count == REF_LIMIT)
		return;
	for (size_t i = 0; i < item->ref_count; i++)
		if (strcmp(item->refs[i], ref) == 0)
			return;
	*slim_push(&item->refs, &item->ref_count, &item->ref_capacity) = ref;
}

/* --- opening -------------------------------------------------------------------------------------------------- */

static bool is_folder(const char *host_path)
{
	struct stat st;
	return strcmp(host_path, "-") != 0 && stat(host_path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int open_tar(struct slim_archive *archive, const char *host_path, const struct slim_limits *limits,
		    struct slim_error **err)
{
	slim_cleanup(slim_file_unref_p) struct slim_file *file = NULL;
	uint64_t size;
	/* these messages name the file already */
	if (slim_input_open(host_path, limits, &file, &size, err))
		return -1;
	if (slim_source_tar(file, size, &archive->source, err) ||
	    slim_form_detect(archive->source, &archive->form, err))
		return slim_wrap(err, "%s", archive->name);
	return 0;
}

int slim_archive_open(const char *host_path, const struct slim_limits *limits, struct slim_log *log,
		      struct slim_archive **out, struct slim_error **err)
{
	slim_cleanup(slim_archive_free_p) struct slim_archive *archive = slim_calloc(1, sizeof(*archive));
	archive->arena = slim_arena_new();
	archive->log = log;
	archive->form = SLIM_FORM_OCI;
	archive->name = strcmp(host_path, "-") == 0 ? "standard input"
						     : slim_arena_strndup(archive->arena, host_path, strlen(host_path));
	if (is_folder(host_path) ? slim_source_folder(host_path, &archive->source, err)
				 : open_tar(archive, host_path, limits, err))
		return -1;
	*out = slim_steal(&archive);
	return 0;
}

void slim_archive_free(struct slim_archive *archive)
{
	if (!archive)
		return;
	for (size_t i = 0; i < archive->count; i++)
		slim_archive_free_item(archive->items[i]);
	for (size_t i = 0; i < archive->spool_count; i++)
		slim_file_unref(archive->spools[i]);
	free(archive->items);
	free(archive->spools);
	slim_source_free(archive->source);
	slim_arena_free(archive->arena);
	free(archive);
}

const char *slim_archive_form(const struct slim_archive *archive)
{
	switch (archive->form) {
	case SLIM_FORM_DOCKER:
		return "docker-archive";
	case SLIM_FORM_OCI:
		return "OCI layout";
	case SLIM_FORM_HYBRID:
		return "hybrid";
	}
	return "";
}

uint64_t slim_archive_size(const struct slim_archive *archive)
{
	return slim_source_size(archive->source);
}

/* --- images --------------------------------------------------------------------------------------------------- */

static int load(struct slim_archive *archive, struct slim_error **err)
{
	if (archive->form == SLIM_FORM_DOCKER)
		return slim_archive_load_docker(archive, err);
	if (slim_archive_load_oci(archive, err))
		return -1;
	return archive->form == SLIM_FORM_HYBRID ? slim_archive_check_hybrid(archive, err) : 0;
}

static void publish(struct slim_archive *archive)
{
	archive->images = slim_arena_alloc(archive->arena, archive->count * sizeof(*archive->images));
	for (size_t i = 0; i < archive->count; i++) {
		struct slim_archive_item *item = archive->items[i];
		const char **refs = slim_arena_alloc(archive->arena, (item->ref_count + 1) * sizeof(*refs));
		for (size_t k = 0; k < item->ref_count; k++)
			refs[k] = item->refs[k];
		item->image.refs = refs;
		item->image.name = refs[0] ? refs[0] : "";
		item->place = i;
		archive->images[i] = item->image;
	}
}

int slim_archive_images(struct slim_archive *archive, const struct slim_image **images, size_t *count,
			size_t *skipped, struct slim_error **err)
{
	if (!archive->loaded) {
		if (load(archive, err))
			return slim_wrap(err, "%s", archive->name);
		if (!archive->count)
			return slim_fail(err, SLIM_BAD_INPUT, "%s: no image in it%s", archive->name,
					 archive->skipped ? ", only attestations or artifacts" : "");
		publish(archive);
		archive->loaded = true;
	}
	*images = archive->images;
	*count = archive->count;
	*skipped = archive->skipped;
	return 0;
}
