/* An inspected image as tables. */
#include <string.h>

#include "slim/path.h"

#include "../report/report.h"
#include "inspect.h"
#include "table.h"
#include "wrap.h"

enum { FOLDERS_SHOWN = 12, DIGEST_SHOWN = 19 }; /* "sha256:" and 12 digits */

static void print_text(const char *lead, const char *text, FILE *out)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *scratch = slim_arena_new();
	fprintf(out, "%s%s", lead, slim_path_show(scratch, slim_blob_of(text)));
}

static void print_words(const char *title, const char **words, FILE *out)
{
	if (!*words)
		return;
	fprintf(out, "%-12s", title);
	for (const char **w = words; *w; w++) {
		bool quote = !**w || strpbrk(*w, " \t\n'\"$;&|<>*?(){}");
		fputs(w == words ? "" : " ", out);
		print_text(quote ? "'" : "", *w, out);
		fputs(quote ? "'" : "", out);
	}
	fputc('\n', out);
}

static void print_setting(const char *title, const char *value, FILE *out)
{
	if (!*value)
		return;
	print_text(title, value, out);
	fputc('\n', out);
}

/* As engines show an image's ID; with its kind in front it would not fit a line. */
static const char *hex_of(const char *digest)
{
	const char *colon = strchr(digest, ':');
	return colon ? colon + 1 : digest;
}

static void print_config(const struct slim_inspected *in, FILE *out)
{
	const struct slim_config *c = &in->image->config;
	fputs("\nimage       ", out);
	for (const char **ref = in->image->refs; *ref; ref++)
		print_text(ref == in->image->refs ? "" : ", ", *ref, out);
	print_text(*in->image->refs ? "\nplatform    " : "(no name)\nplatform    ", in->platform, out);
	fprintf(out, "\nconfig      %s\n", hex_of(in->config_digest));
	print_words("entrypoint", c->entrypoint, out);
	print_words("cmd", c->cmd, out);
	print_words("healthcheck", c->healthcheck, out);
	print_words("volumes", c->volumes, out);
	print_setting("user        ", c->user, out);
	print_setting("folder      ", c->working_dir, out);
}

static void print_layers(const struct slim_inspected *in, FILE *out)
{
	static const struct slim_column columns[] = { { "LAYER", SLIM_COLUMN_NUMBER },
						      { "STORED", SLIM_COLUMN_NUMBER },
						      { "AS", SLIM_COLUMN_TEXT },
						      { "UNPACKED", SLIM_COLUMN_NUMBER },
						      { "ENTRIES", SLIM_COLUMN_NUMBER },
						      { "HIDDEN", SLIM_COLUMN_NUMBER },
						      { "DIFF ID", SLIM_COLUMN_TEXT },
						      { 0 } };
	struct slim_table *table = slim_table_new(columns, out);
	for (size_t i = 0; i < in->image->layer_count; i++) {
		const struct slim_inspected_layer *l = &in->layers[i];
		char number[24], stored[32], unpacked[32], entries[32],
			hidden[32], digest[DIGEST_SHOWN + 1] = "";
		snprintf(number, sizeof(number), "%zu", i + 1);
		memcpy(digest, l->ref->diff_id.text, DIGEST_SHOWN);
		slim_table_row(table,
			       (const char *const[]){
				       number, slim_human_size(l->ref->blob.length, stored),
				       l->compression, slim_human_size(l->unpacked, unpacked),
				       slim_human_count(l->entries, entries),
				       slim_human_size(l->hidden, hidden), digest, NULL });
	}
	fputc('\n', out);
	slim_table_print(table);
	if (in->hidden)
		slim_say(out, 0, "HIDDEN: contents that later layers replaced or removed; they are stored all the same.");
}

static void print_packages(const struct slim_inspected *in, FILE *out)
{
	static const struct slim_column columns[] = { { "PACKAGE", SLIM_COLUMN_TEXT },
						      { "VERSION", SLIM_COLUMN_LONG },
						      { "FILES", SLIM_COLUMN_NUMBER },
						      { 0 } };
	size_t count = slim_packages_count(in->packages);
	char files[32];
	fprintf(out, "\n%zu package%s%s%s%s\n", count, count == 1 ? "" : "s",
		in->package_kind ? " (" : "", in->package_kind ? in->package_kind : "",
		in->package_kind ? ")" : "");
	if (!count || !in->verbose)
		return;
	struct slim_table *table = slim_table_new(columns, out);
	for (size_t i = 0; i < count; i++) {
		const struct slim_package *p = slim_packages_at(in->packages, i);
		slim_table_row(table, (const char *const[]){ p->name, p->version,
							     slim_human_count(p->file_count, files),
							     NULL });
	}
	slim_table_print(table);
}

static void print_folders(const struct slim_inspected *in, FILE *out)
{
	static const struct slim_column columns[] = { { "LARGEST FOLDERS", SLIM_COLUMN_LONG },
						      { "FILES", SLIM_COLUMN_NUMBER },
						      { "SIZE", SLIM_COLUMN_NUMBER },
						      { "SHARE", SLIM_COLUMN_NUMBER },
						      { 0 } };
	char files[32], size[32], share[32];
	struct slim_table *table = slim_table_new(columns, out);
	for (size_t i = 0; i < in->folder_count && (in->verbose || i < FOLDERS_SHOWN); i++) {
		const struct slim_inspected_folder *f = &in->folders[i];
		snprintf(share, sizeof(share), "%.1f %%",
			 in->bytes ? 100.0 * (double)f->bytes / (double)in->bytes : 0.0);
		slim_table_row(table, (const char *const[]){
					      f->path, slim_human_count(f->files, files),
					      slim_human_size(f->bytes, size), share, NULL });
	}
	slim_human_count(in->files, files);
	fprintf(out, "\n%s file%s, %s\n", files, in->files == 1 ? "" : "s",
		slim_human_size(in->bytes, size));
	slim_table_print(table);
}

void slim_inspected_print(const struct slim_inspected *in, FILE *out)
{
	print_config(in, out);
	print_layers(in, out);
	print_packages(in, out);
	if (in->folder_count)
		print_folders(in, out);
}
