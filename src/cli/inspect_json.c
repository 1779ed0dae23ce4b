/* An inspected image as JSON. */
#include <inttypes.h>

#include "../report/json_parts.h"
#include "../report/report.h"
#include "inspect.h"

/* `"name": ["a", "b"],` on a line of its own */
static void strings(const char *name, const char **list, FILE *out)
{
	fprintf(out, "\"%s\": ", name);
	slim_put_list((const char *const *)list, out);
	fputs(",\n", out);
}

static void layers(const struct slim_inspected *in, FILE *out)
{
	fputs("\"layers\": [", out);
	for (size_t i = 0; i < in->image->layer_count; i++) {
		const struct slim_inspected_layer *l = &in->layers[i];
		fputs(i ? ",\n{" : "\n{", out);
		if (l->ref->has_digest)
			slim_put_text("digest", l->ref->digest.text, out);
		slim_put_text("diff_id", l->ref->diff_id.text, out);
		slim_put_text("compression", l->compression, out);
		fprintf(out,
			"\"stored\": %" PRIu64 ", \"unpacked\": %" PRIu64 ", \"entries\": %" PRIu64
			", \"hidden\": %" PRIu64 "}",
			l->ref->blob.length, l->unpacked, l->entries, l->hidden);
	}
	fputs("],\n", out);
}

static void packages(const struct slim_inspected *in, FILE *out)
{
	fputs("\"packages\": [", out);
	for (size_t i = 0; i < slim_packages_count(in->packages); i++) {
		const struct slim_package *p = slim_packages_at(in->packages, i);
		fputs(i ? ",\n{" : "\n{", out);
		slim_put_text("name", p->name, out);
		slim_put_text("version", p->version, out);
		slim_put_text("architecture", p->architecture, out);
		fprintf(out, "\"files\": %zu}", p->file_count);
	}
	fputs("],\n", out);
}

void slim_inspected_json(const struct slim_inspected *in, FILE *out)
{
	const struct slim_config *c = &in->image->config;
	fputs("{", out);
	strings("refs", in->image->refs, out);
	slim_put_text("platform", in->platform, out);
	slim_put_text("config", in->config_digest, out);
	slim_put_text("user", c->user, out);
	slim_put_text("working_dir", c->working_dir, out);
	fputc('\n', out);
	strings("entrypoint", c->entrypoint, out);
	strings("cmd", c->cmd, out);
	layers(in, out);
	fprintf(out,
		"\"stored\": %" PRIu64 ", \"unpacked\": %" PRIu64 ", \"hidden\": %" PRIu64
		", \"files\": %" PRIu64 ", \"bytes\": %" PRIu64 ",\n\"package_kind\": ",
		in->stored, in->unpacked, in->hidden, in->files, in->bytes);
	slim_json_quote(in->package_kind ? in->package_kind : "", out);
	fputs(",\n", out);
	packages(in, out);
	fputs("\"folders\": [", out);
	for (size_t i = 0; i < in->folder_count; i++) {
		fputs(i ? ",\n{" : "\n{", out);
		slim_put_text("path", in->folders[i].path, out);
		fprintf(out, "\"files\": %" PRIu64 ", \"bytes\": %" PRIu64 "}",
			in->folders[i].files, in->folders[i].bytes);
	}
	fputs("]}", out);
}
