/* CycloneDX 1.5 in JSON: the specification, and its schema bom-1.5.schema.json. */
#include <config.h>

#include "json_parts.h"
#include "sbom.h"

static void hex(const char *algorithm, const unsigned char *bytes, size_t count, FILE *out)
{
	fprintf(out, "{\"alg\": \"%s\", \"content\": \"", algorithm);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%02x", bytes[i]);
	fputs("\"}", out);
}

static void image_members(const struct slim_sbom_image *image, size_t number, FILE *out)
{
	fprintf(out, "\"type\": \"container\", \"bom-ref\": \"image-%zu\", ", number);
	if (image->digest)
		fprintf(out, "\"version\": \"%s\", \"hashes\": [{\"alg\": \"SHA-256\", \"content\": \"%s\"}], ", image->digest,
			image->digest + sizeof("sha256:") - 1);
	if (*image->platform) {
		fputs("\"properties\": [{\"name\": \"slim:platform\", \"value\": ", out);
		slim_put_value(image->platform, out);
		fputs("}], ", out);
	}
	fputs("\"name\": ", out);
	slim_put_value(*image->name ? image->name : "image", out);
}

static void package(const struct slim_sbom_package *p, size_t image, size_t number, FILE *out)
{
	fprintf(out, "{\"type\": \"library\", \"bom-ref\": \"package-%zu-%zu\", ", image, number);
	slim_put_text("name", p->name, out);
	slim_put_text("version", p->version, out);
	if (p->licence) {
		fputs("\"licenses\": [{\"expression\": ", out);
		slim_put_value(p->licence, out);
		fputs("}], ", out);
	}
	slim_put_text("purl", p->purl, out);
	fprintf(out, "\"properties\": [{\"name\": \"slim:%s\", \"value\": ", p->source ? "source" : p->found ? "found" : "files");
	slim_autofree char *files = slim_format("%zu", p->files);
	slim_put_value(p->source ? p->source : p->found ? p->found : files, out);
	fputs("}]}", out);
}

static void system_component(const struct slim_sbom_image *image, size_t number, FILE *out)
{
	fprintf(out, "{\"type\": \"operating-system\", \"bom-ref\": \"system-%zu\", ", number);
	slim_put_text("version", image->system_version ? image->system_version : "", out);
	fputs("\"name\": ", out);
	slim_put_value(image->system, out);
	fputc('}', out);
}

static void file(const struct slim_sbom_file *f, size_t image, size_t number, FILE *out)
{
	fprintf(out, "{\"type\": \"file\", \"bom-ref\": \"file-%zu-%zu\", ", image, number);
	slim_put_text("name", f->path, out);
	fputs("\"hashes\": [", out);
	hex("SHA-1", f->sums.sha1, sizeof(f->sums.sha1), out);
	fputs(", ", out);
	hex("SHA-256", f->sums.sha256, sizeof(f->sums.sha256), out);
	fputs("]}", out);
}

static void components(const struct slim_sbom_image *image, size_t number, FILE *out)
{
	size_t count = 0;
	fputs("\"components\": [", out);
	if (image->system) {
		slim_put_next(count++, out);
		system_component(image, number, out);
	}
	for (size_t p = 0; p < image->package_count; p++) {
		slim_put_next(count++, out);
		package(&image->packages[p], number, p + 1, out);
	}
	for (size_t f = 0; f < image->file_count; f++) {
		slim_put_next(count++, out);
		file(&image->files[f], number, f + 1, out);
	}
	fputc(']', out);
}

/* One image is what the document is about; several are its components, with theirs within. */
static void several(const struct slim_sbom *sbom, FILE *out)
{
	fputs("\"components\": [", out);
	for (size_t i = 0; i < sbom->image_count; i++) {
		slim_put_next(i, out);
		fputc('{', out);
		image_members(&sbom->images[i], i + 1, out);
		fputs(", ", out);
		components(&sbom->images[i], i + 1, out);
		fputc('}', out);
	}
	fputc(']', out);
}

static void depends(const struct slim_sbom *sbom, FILE *out)
{
	fputs(",\n\"dependencies\": [", out);
	for (size_t i = 0; i < sbom->image_count; i++) {
		slim_put_next(i, out);
		fprintf(out, "{\"ref\": \"image-%zu\", \"dependsOn\": [", i + 1);
		for (size_t p = 0; p < sbom->images[i].package_count; p++)
			fprintf(out, "%s\"package-%zu-%zu\"", p ? ", " : "", i + 1, p + 1);
		fputs("]}", out);
	}
	fputc(']', out);
}

void slim_sbom_cyclonedx(const struct slim_sbom *sbom, FILE *out)
{
	fprintf(out, "{\n\"bomFormat\": \"CycloneDX\",\n\"specVersion\": \"1.5\",\n\"serialNumber\": \"urn:uuid:%s\",\n\"version\": 1,\n"
		"\"metadata\": {\"timestamp\": \"%s\", \"tools\": {\"components\": [{\"type\": \"application\", \"name\": \"slim\", "
		"\"version\": \"%s\"}]}, \"component\": {", sbom->uuid, sbom->created, PACKAGE_VERSION);
	if (sbom->image_count == 1) {
		image_members(&sbom->images[0], 1, out);
	} else {
		fputs("\"type\": \"container\", \"bom-ref\": \"archive\", \"name\": ", out);
		slim_put_value(sbom->input, out);
	}
	fputs("}},\n", out);
	if (sbom->image_count == 1)
		components(&sbom->images[0], 1, out);
	else
		several(sbom, out);
	depends(sbom, out);
	fputs("\n}\n", out);
}
