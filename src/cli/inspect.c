/* slim inspect: what is in an archive. */
#include "inspect.h"

#include <stdlib.h>
#include <string.h>

#include "slim/path.h"
#include "slim/packages.h"
#include "slim/stream.h"

#include "../report/report.h"
#include "options.h"
#include "pipeline.h"

enum { MAGIC = 8 };

static int by_bytes(const void *a, const void *b)
{
	const struct slim_inspected_folder *x = a, *y = b;
	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? 1 : -1;
	return strcmp(x->path, y->path);
}

static void add_folders(struct slim_inspected *in, const struct slim_tree *tree)
{
	size_t count = slim_tree_count(tree);
	slim_autofree uint64_t *bytes = slim_calloc(count, sizeof(*bytes));
	slim_autofree uint64_t *files = slim_calloc(count, sizeof(*files));
	for (uint32_t id = 1; id < count; id++) {
		const struct slim_node *node = slim_tree_node(tree, id);
		if (!slim_node_is_file(node))
			continue;
		uint32_t at = slim_folder_of(node)->id;
		in->files++;
		files[at]++;
		bytes[at] += node->inode->size /
			     node->inode->links; /* a hard-linked file: shared among its names */
		in->bytes += node->inode->size / node->inode->links;
	}
	in->folders = slim_arena_alloc(in->arena, (count + 1) * sizeof(*in->folders));
	for (uint32_t id = 0; id < count; id++)
		if (files[id])
			in->folders[in->folder_count++] = (struct slim_inspected_folder){
				slim_node_path(in->arena, slim_tree_node(tree, id)), files[id],
				bytes[id]
			};
	qsort(in->folders, in->folder_count, sizeof(*in->folders), by_bytes);
}

static const char *package_kind(const struct slim_tree *tree)
{
	if (slim_tree_find(tree, "/var/lib/dpkg/status") ||
	    slim_tree_find(tree, "/var/lib/dpkg/status.d"))
		return "dpkg";
	if (slim_tree_find(tree, "/lib/apk/db/installed") ||
	    slim_tree_find(tree, "/usr/lib/apk/db/installed"))
		return "apk";
	if (slim_tree_find(tree, "/var/lib/rpm") || slim_tree_find(tree, "/usr/lib/sysimage/rpm"))
		return "rpm";
	return NULL;
}

static int add_layers(struct slim_inspected *in, const struct slim_merged *merged,
		      struct slim_error **err)
{
	const struct slim_image *image = merged->image;
	in->layers = slim_arena_alloc(in->arena, (image->layer_count + 1) * sizeof(*in->layers));
	slim_autofree uint64_t *there = slim_calloc(image->layer_count + 1, sizeof(*there));
	slim_totals_by_layer(merged->tree, there, image->layer_count);
	for (size_t i = 0; i < image->layer_count; i++) {
		const struct slim_layer_ref *ref = &image->layers[i];
		uint64_t contents = merged->layer_contents[i];
		char head[MAGIC];
		size_t length = ref->blob.length < MAGIC ? (size_t)ref->blob.length : MAGIC;
		if (slim_file_read(ref->blob.file, ref->blob.offset, head, length, err) < 0)
			return slim_wrap(err, "%s", ref->label);
		in->layers[i] = (struct slim_inspected_layer){
			.ref = ref,
			.compression = slim_compression_name(slim_detect(slim_blob(head, length))),
			.unpacked = merged->layer_sizes[i],
			.entries = merged->layer_entries[i],
			.hidden = contents > there[i] ? contents - there[i] : 0,
		};
		in->hidden += in->layers[i].hidden;
		in->stored += ref->blob.length;
		in->unpacked += merged->layer_sizes[i];
	}
	return 0;
}

static int inspect_image(const struct slim_cli *cli, const struct slim_image *image,
			 struct slim_log *log, struct slim_error **err)
{
	slim_cleanup(slim_merged_clear) struct slim_merged merged = { 0 };
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	struct slim_inspected in = { .arena = arena,
				     .image = image,
				     .verbose = cli->level == SLIM_VERBOSE };
	int failed = slim_pipeline_merge(cli, image, log, &merged, err);
	if (slim_pipeline_verify(cli, &merged, failed, err) < 0 || add_layers(&in, &merged, err) < 0)
		return -1;
	slim_cleanup(slim_packages_free_p) struct slim_packages *packages = slim_packages_read(merged.tree, log);
	in.packages = packages;
	in.package_kind = package_kind(merged.tree);
	in.platform = slim_platform_text(arena, image->config.platform);
	in.config_digest = image->config_digest.text;
	add_folders(&in, merged.tree);
	if (cli->json)
		slim_inspected_json(&in, stdout);
	else
		slim_inspected_print(&in, stdout);
	return 0;
}

/* Unlike what slims, this shows every image of the archive unless one is asked for. */
static int choose(const struct slim_cli *cli, struct slim_archive *archive,
		  const struct slim_image ***chosen, size_t *count, struct slim_error **err)
{
	const struct slim_image *all = NULL;
	size_t skipped = 0;
	if (cli->image || !cli->any_platform)
		return slim_archive_select(archive, cli->image,
					   cli->any_platform ? NULL : &cli->platform, chosen, count,
					   err);
	if (slim_archive_images(archive, &all, count, &skipped, err) < 0)
		return -1;
	*chosen = slim_calloc(*count + 1, sizeof(**chosen));
	for (size_t i = 0; i < *count; i++)
		(*chosen)[i] = &all[i];
	return 0;
}

static void print_heading(const struct slim_cli *cli, const struct slim_archive *archive,
			  size_t count)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *scratch = slim_arena_new();
	char size[32];
	slim_human_size(slim_archive_size(archive), size);
	printf("%s: %s, %s, %zu image%s\n", slim_path_show(scratch, slim_blob_of(cli->operands[0])),
	       slim_archive_form(archive), size, count, count == 1 ? "" : "s");
}

static void print_json_heading(const struct slim_cli *cli, const struct slim_archive *archive)
{
	fputs("{\n\"schema\": 1,\n\"kind\": \"inspect\",\n\"name\": ", stdout);
	slim_json_quote(cli->operands[0], stdout);
	printf(",\n\"form\": \"%s\",\n\"size\": %llu,\n\"images\": [", slim_archive_form(archive),
	       (unsigned long long)slim_archive_size(archive));
}

int slim_command_inspect(struct slim_cli *cli, struct slim_log *log, struct slim_error **err)
{
	slim_cleanup(slim_archive_free_p) struct slim_archive *archive = NULL;
	slim_autofree const struct slim_image **chosen = NULL;
	size_t count = 0;
	if (slim_archive_open(cli->operands[0], &cli->limits, log, &archive, err) < 0 ||
	    choose(cli, archive, &chosen, &count, err) < 0)
		return -1;
	if (cli->json)
		print_json_heading(cli, archive);
	else
		print_heading(cli, archive, count);
	for (size_t i = 0; i < count; i++) {
		if (cli->json)
			fputs(i ? ",\n" : "\n", stdout);
		if (inspect_image(cli, chosen[i], log, err) < 0)
			return -1;
	}
	if (cli->json)
		fputs("]\n}\n", stdout);
	return 0;
}
