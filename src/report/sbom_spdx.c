/* SPDX 2.3 in JSON: the specification, and its schema spdx-schema.json. */
#include <config.h>

#include <inttypes.h>

#include "json_parts.h"
#include "sbom.h"

static void hex(const unsigned char *bytes, size_t count, FILE *out)
{
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%02x", bytes[i]);
}

static void image_package(const struct slim_sbom_image *image, size_t number, FILE *out)
{
	fprintf(out, "{\"SPDXID\": \"SPDXRef-Image-%zu\", ", number);
	slim_put_text("name", *image->name ? image->name : "image", out);
	if (image->digest) {
		slim_put_text("versionInfo", image->digest, out);
		fprintf(out, "\"checksums\": [{\"algorithm\": \"SHA256\", \"checksumValue\": \"%s\"}], ",
			image->digest + sizeof("sha256:") - 1);
	}
	if (*image->platform)
		slim_put_text("comment", image->platform, out);
	fputs("\"downloadLocation\": \"NOASSERTION\", \"filesAnalyzed\": false, \"primaryPackagePurpose\": \"CONTAINER\", "
	      "\"licenseConcluded\": \"NOASSERTION\", \"licenseDeclared\": \"NOASSERTION\", "
	      "\"copyrightText\": \"NOASSERTION\"}", out);
}

static void package(const struct slim_sbom_package *p, size_t image, size_t number, FILE *out)
{
	fprintf(out, ",\n{\"SPDXID\": \"SPDXRef-Package-%zu-%zu\", ", image, number);
	slim_put_text("name", p->name, out);
	if (*p->version)
		slim_put_text("versionInfo", p->version, out);
	fputs("\"downloadLocation\": \"NOASSERTION\", \"filesAnalyzed\": false, \"licenseConcluded\": \"NOASSERTION\", ", out);
	slim_put_text("licenseDeclared", p->licence ? p->licence : "NOASSERTION", out);
	fputs("\"copyrightText\": \"NOASSERTION\", ", out);
	if (p->source || p->found) {
		slim_autofree char *text = slim_format("%s%s", p->source ? "built from the source package " : "found by ",
						       p->source ? p->source : p->found);
		slim_put_text("sourceInfo", text, out);
	}
	fputs("\"externalRefs\": [{\"referenceCategory\": \"PACKAGE-MANAGER\", \"referenceType\": \"purl\", "
	      "\"referenceLocator\": ", out);
	slim_put_value(p->purl, out);
	fputs("}]}", out);
}

static void packages(const struct slim_sbom *sbom, FILE *out)
{
	fputs("\"packages\": [", out);
	for (size_t i = 0; i < sbom->image_count; i++) {
		slim_put_next(i, out);
		image_package(&sbom->images[i], i + 1, out);
		for (size_t p = 0; p < sbom->images[i].package_count; p++)
			package(&sbom->images[i].packages[p], i + 1, p + 1, out);
	}
	fputs("]", out);
}

static void files(const struct slim_sbom *sbom, FILE *out)
{
	size_t count = 0;
	fputs(",\n\"files\": [", out);
	for (size_t i = 0; i < sbom->image_count; i++)
		for (size_t f = 0; f < sbom->images[i].file_count; f++) {
			const struct slim_sbom_file *file = &sbom->images[i].files[f];
			slim_put_next(count++, out);
			fprintf(out, "{\"SPDXID\": \"SPDXRef-File-%zu-%zu\", \"fileName\": ", i + 1, f + 1);
			slim_autofree char *name = slim_format(".%s", file->path);
			slim_put_value(name, out);
			fputs(", \"checksums\": [{\"algorithm\": \"SHA1\", \"checksumValue\": \"", out);
			hex(file->sums.sha1, sizeof(file->sums.sha1), out);
			fputs("\"}, {\"algorithm\": \"SHA256\", \"checksumValue\": \"", out);
			hex(file->sums.sha256, sizeof(file->sums.sha256), out);
			fputs("\"}], \"licenseConcluded\": \"NOASSERTION\", \"licenseInfoInFiles\": [\"NOASSERTION\"], "
			      "\"copyrightText\": \"NOASSERTION\"}", out);
		}
	fputc(']', out);
}

static void relations_of(const struct slim_sbom_image *image, size_t number, size_t *count, FILE *out)
{
	static const char form[] = "{\"spdxElementId\": \"SPDXRef-%s\", \"relationshipType\": \"%s\", "
				   "\"relatedSpdxElement\": \"SPDXRef-%s\"}";
	char from[64], to[64];
	snprintf(to, sizeof(to), "Image-%zu", number);
	slim_put_next((*count)++, out);
	fprintf(out, form, "DOCUMENT", "DESCRIBES", to);
	for (size_t p = 0; p < image->package_count; p++) {
		snprintf(from, sizeof(from), "Image-%zu", number);
		snprintf(to, sizeof(to), "Package-%zu-%zu", number, p + 1);
		slim_put_next((*count)++, out);
		fprintf(out, form, from, "CONTAINS", to);
	}
	for (size_t f = 0; f < image->file_count; f++) {
		if (image->files[f].package == SLIM_REPORT_NONE)
			snprintf(from, sizeof(from), "Image-%zu", number);
		else
			snprintf(from, sizeof(from), "Package-%zu-%zu", number, (size_t)image->files[f].package + 1);
		snprintf(to, sizeof(to), "File-%zu-%zu", number, f + 1);
		slim_put_next((*count)++, out);
		fprintf(out, form, from, "CONTAINS", to);
	}
}

static void other_licences(const struct slim_licences *l, FILE *out)
{
	if (!l->count)
		return;
	fputs(",\n\"hasExtractedLicensingInfos\": [", out);
	for (size_t i = 0; i < l->count; i++) {
		slim_put_next(i, out);
		fputc('{', out);
		slim_put_text("licenseId", l->refs[i].id, out);
		fputs("\"extractedText\": ", out);
		slim_put_value(l->refs[i].text, out);
		fputc('}', out);
	}
	fputc(']', out);
}

void slim_sbom_spdx(const struct slim_sbom *sbom, FILE *out)
{
	size_t count = 0;
	fputs("{\n\"spdxVersion\": \"SPDX-2.3\",\n\"dataLicense\": \"CC0-1.0\",\n\"SPDXID\": \"SPDXRef-DOCUMENT\",\n", out);
	slim_put_text("name", sbom->image_count && *sbom->images[0].name ? sbom->images[0].name : sbom->input, out);
	fprintf(out, "\n\"documentNamespace\": \"urn:uuid:%s\",\n\"creationInfo\": {\"created\": \"%s\", "
		"\"creators\": [\"Tool: slim-%s\"]},\n", sbom->uuid, sbom->created, PACKAGE_VERSION);
	packages(sbom, out);
	files(sbom, out);
	fputs(",\n\"relationships\": [", out);
	for (size_t i = 0; i < sbom->image_count; i++)
		relations_of(&sbom->images[i], i + 1, &count, out);
	fputs("]", out);
	other_licences(&sbom->licences, out);
	fputs("\n}\n", out);
}
