/* Any bytes are some package's metadata: whoever reads it must end, and what it finds can be printed. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "../../src/report/sbom.h"
#include "image.h"

/* A file and the folders above it, the root first. */
struct place {
	const char *names[4];
};

static const struct place places[] = {
	{ { "x.dist-info", "METADATA" } },
	{ { "node_modules", "@scope", "x", "package.json" } },
	{ { "composer", "installed.json" } },
	{ { "specifications", "x.gemspec" } },
};

static void link_nodes(struct slim_node nodes[5], const struct place *place, struct slim_inode *inode)
{
	memset(nodes, 0, 5 * sizeof(*nodes));
	nodes[0].name = "";
	nodes[0].inode = inode;
	for (size_t i = 0; i < 4; i++) {
		const char *name = place->names[i] ? place->names[i] : "";
		nodes[i + 1] = (struct slim_node){ .parent = &nodes[i], .name = name, .inode = inode,
						   .name_length = (uint32_t)strlen(name) };
	}
}

static struct slim_node *last_of(struct slim_node nodes[5], const struct place *place)
{
	size_t i = 4;
	while (!place->names[i - 1])
		i--;
	return &nodes[i];
}

static void print_all(struct slim_sbom *sbom)
{
	slim_autofree char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	slim_licences_settle(&sbom->licences);
	slim_sbom_spdx(sbom, out);
	slim_sbom_cyclonedx(sbom, out);
	fclose(out);
	json_error_t error;
	char *end = strstr(text, "\n}\n{\n"); /* both documents are JSON, whatever the names say */
	json_t *first = json_loadb(text, (size_t)(end - text) + 3, 0, &error), *second = json_loads(end + 3, 0, &error);
	if (!first || !second)
		abort();
	json_decref(first);
	json_decref(second);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	slim_cleanup(slim_file_unref_p) struct slim_file *file = file_of(bytes, length);
	slim_cleanup(slim_tree_free_p) struct slim_tree *tree = slim_tree_new();
	slim_tree_finish(tree);
	struct slim_inode inode = { .mode = S_IFREG | 0644, .size = length, .file = file, .links = 1 };
	struct slim_selection selection = { .tree = tree };
	struct slim_report_source source = { .tree = tree, .selection = &selection };
	bool selected[1] = { true };
	slim_cleanup(slim_sbom_free_p) struct slim_sbom *sbom = slim_sbom_new("input");
	struct slim_sbom_image *image = slim_push(&sbom->images, &sbom->image_count, &sbom->image_capacity);
	*image = (struct slim_sbom_image){ .name = "", .platform = "" };
	struct slim_sbom_builder b = { .sbom = sbom, .image = image, .source = &source, .selected = selected };
	struct slim_node nodes[5];
	for (size_t i = 0; i < SLIM_COUNT(places); i++) {
		link_nodes(nodes, &places[i], &inode);
		slim_sbom_languages(&b, last_of(nodes, &places[i]));
	}
	link_nodes(nodes, &(struct place){ { "x.jar" } }, &inode);
	slim_sbom_jar(&b, &nodes[1]);
	slim_sbom_go(&b, &nodes[1]);
	slim_licence_of_copyright(&sbom->licences, slim_blob((const char *)bytes, length));
	slim_licence_expression(&sbom->licences, slim_blob((const char *)bytes, length));
	print_all(sbom);
	return 0;
}
