#include "archive.h"

static const char rootfs_text[] =
	"a file system without an image around it, as 'docker export' writes; save the image instead ('docker save', "
	"'podman save')";
static const char repositories_text[] =
	"an archive of a Docker before 1.10, which has no manifest.json; load it into a current engine and save it again";

static bool looks_like_a_system(const struct slim_source *source)
{
	const char *const names[] = { "etc", "usr", "bin", "dev", "lib", "proc", "sbin", "var" };
	size_t found = 0;
	for (size_t i = 0; i < SLIM_COUNT(names); i++)
		found += slim_source_names(source, names[i]);
	return found >= 3;
}

int slim_form_detect(const struct slim_source *source, enum slim_form *out, struct slim_error **err)
{
	bool index = slim_source_names(source, "index.json");
	bool layout = slim_source_names(source, "oci-layout") && index;
	bool manifest = slim_source_names(source, "manifest.json");
	if (layout || manifest) {
		*out = !layout ? SLIM_FORM_DOCKER : manifest ? SLIM_FORM_HYBRID : SLIM_FORM_OCI;
		return 0;
	}
	if (index)
		return slim_fail(err, SLIM_BAD_INPUT, "index.json without an oci-layout file: no whole OCI layout");
	if (slim_source_names(source, "repositories"))
		return slim_fail(err, SLIM_BAD_INPUT, "%s", repositories_text);
	if (looks_like_a_system(source))
		return slim_fail(err, SLIM_BAD_INPUT, "%s", rootfs_text);
	return slim_fail(err, SLIM_BAD_INPUT, "no image archive: it has neither index.json nor manifest.json");
}
