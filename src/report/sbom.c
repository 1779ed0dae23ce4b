#include <config.h>

#include "sbom.h"

#include <stdlib.h>
#include <string.h>

#include "../write/document.h"

enum { RELEASE_MAX = 64 << 10, COPYRIGHT_MAX = 1 << 20 };

static const char *copy(struct slim_arena *arena, const char *text)
{
	return slim_arena_strndup(arena, text, strlen(text));
}

char *slim_sbom_read(const struct slim_sbom_builder *b, const struct slim_node *node, size_t max, size_t *length)
{
	const struct slim_inode *inode = b->selected[node->id] ? slim_selection_inode(b->source->selection, node) :
								   node->inode;
	if (!slim_inode_is_file(inode) || inode->size > max)
		return NULL;
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	slim_autofree char *bytes = slim_alloc((size_t)inode->size + 1);
	if (slim_inode_read(inode, 0, bytes, (size_t)inode->size, &err) < 0)
		return NULL;
	bytes[inode->size] = 0;
	*length = (size_t)inode->size;
	return slim_steal(&bytes);
}

struct slim_sbom_package *slim_sbom_found(struct slim_sbom_builder *b, const struct slim_purl *purl,
					  const struct slim_node *where)
{
	struct slim_arena *arena = b->sbom->licences.arena;
	struct slim_sbom_package *out =
		slim_push(&b->image->packages, &b->image->package_count, &b->image->package_capacity);
	const char *name = purl->space && *purl->space && strcmp(purl->type, "deb") && strcmp(purl->type, "apk") &&
				   strcmp(purl->type, "rpm") ?
		slim_arena_format(arena, "%s%s%s", purl->space, strcmp(purl->type, "maven") ? "/" : ":", purl->name) :
		copy(arena, purl->name);
	*out = (struct slim_sbom_package){
		.type = purl->type,
		.name = name,
		.version = purl->version ? copy(arena, purl->version) : "",
		.purl = slim_purl_text(arena, purl),
		.found = where ? slim_node_path(arena, where) : NULL,
	};
	return out;
}

/* --- the system --------------------------------------------------------------------------------------------------- */

/* The value of KEY in os-release(5), without quotes, or NULL. */
static const char *release_value(struct slim_arena *arena, struct slim_blob text, const char *key)
{
	struct slim_blob line;
	size_t n = strlen(key);
	while (slim_blob_line(&text, &line)) {
		line = slim_blob_trim(line);
		if (line.len <= n || memcmp(line.ptr, key, n) || line.ptr[n] != '=')
			continue;
		struct slim_blob value = slim_blob(line.ptr + n + 1, line.len - n - 1);
		if (value.len > 1 && strchr("\"'", value.ptr[0]) && value.ptr[value.len - 1] == value.ptr[0])
			value = slim_blob(value.ptr + 1, value.len - 2);
		return value.len ? slim_arena_strndup(arena, value.ptr, value.len) : NULL;
	}
	return NULL;
}

static void read_release(struct slim_sbom_builder *b)
{
	static const char *const places[] = { "/etc/os-release", "/usr/lib/os-release" };
	for (size_t i = 0; i < SLIM_COUNT(places) && !b->image->system; i++) {
		const struct slim_node *node = slim_tree_find(b->source->tree, places[i]);
		size_t length = 0;
		slim_autofree char *text = node ? slim_sbom_read(b, node, RELEASE_MAX, &length) : NULL;
		if (!text)
			continue;
		b->image->system = release_value(b->sbom->licences.arena, slim_blob(text, length), "ID");
		b->image->system_version = release_value(b->sbom->licences.arena, slim_blob(text, length), "VERSION_ID");
	}
}

/* purl-spec, "deb", "apk" and "rpm": arch, distro, epoch; upstream as others (syft) have it. */
static const char *qualifiers(struct slim_sbom_builder *b, const struct slim_package *p, const char **version)
{
	struct slim_arena *arena = b->sbom->licences.arena;
	const char *colon = strchr(p->version, ':'), *epoch = "", *distro = "", *upstream = "";
	*version = p->version;
	if (!strcmp(p->kind, "rpm") && colon) {
		epoch = slim_arena_format(arena, "&epoch=%.*s", (int)(colon - p->version), p->version);
		*version = colon + 1;
	}
	if (b->image->system)
		distro = slim_arena_format(arena, "&distro=%s%s%s", slim_purl_encode(arena, b->image->system, false),
					   b->image->system_version ? "-" : "",
					   b->image->system_version ? slim_purl_encode(arena, b->image->system_version, false) : "");
	if (strcmp(p->source, p->name))
		upstream = slim_arena_format(arena, "&upstream=%s", slim_purl_encode(arena, p->source, false));
	return slim_arena_format(arena, "arch=%s%s%s%s", slim_purl_encode(arena, p->architecture, false), distro, epoch,
				 upstream);
}

static const char *licence_of(struct slim_sbom_builder *b, const struct slim_package *p)
{
	struct slim_licences *l = &b->sbom->licences;
	if (*p->licence)
		return slim_licence_expression(l, slim_blob_of(p->licence));
	slim_autofree char *path = slim_format("/usr/share/doc/%s/copyright", p->name);
	const struct slim_node *node = slim_tree_find(b->source->tree, path);
	size_t length = 0;
	slim_autofree char *text = node ? slim_sbom_read(b, node, COPYRIGHT_MAX, &length) : NULL;
	return text ? slim_licence_of_copyright(l, slim_blob(text, length)) : NULL;
}

static void add_system_package(struct slim_sbom_builder *b, const struct slim_package *p)
{
	const char *version;
	const char *more = qualifiers(b, p, &version);
	const char *space = b->image->system ? b->image->system : !strcmp(p->kind, "apk") ? "alpine" : "debian";
	struct slim_sbom_package *out = slim_sbom_found(
		b, &(struct slim_purl){ p->kind, space, p->name, version, more }, NULL);
	out->version = copy(b->sbom->licences.arena, p->version);
	out->source = strcmp(p->source, p->name) ? copy(b->sbom->licences.arena, p->source) : NULL;
	out->licence = licence_of(b, p);
	for (size_t i = 0; i < p->file_count; i++)
		out->files += b->selected[p->files[i]->id];
}

/* PLACES: of each of the system's packages its place + 1; 0: it left. */
static void add_system_packages(struct slim_sbom_builder *b, uint32_t *places)
{
	const struct slim_packages *packages = slim_trace_packages(b->source->trace);
	const bool *stays = b->source->selection->packages;
	for (size_t i = 0; i < slim_packages_count(packages); i++) {
		if (stays && !stays[i])
			continue;
		add_system_package(b, slim_packages_at(packages, i));
		places[i] = (uint32_t)b->image->package_count;
	}
}

/* --- files -------------------------------------------------------------------------------------------------------- */

static void add_files(struct slim_sbom_builder *b, const uint32_t *places)
{
	const struct slim_selection *s = b->source->selection;
	const struct slim_packages *packages = slim_trace_packages(b->source->trace);
	struct slim_arena *arena = b->sbom->licences.arena;
	b->image->files = slim_arena_alloc(arena, (s->count + 1) * sizeof(*b->image->files));
	for (size_t i = 0; i < s->count; i++) {
		if (!slim_node_is_file(s->nodes[i]))
			continue;
		const struct slim_package *owner = slim_packages_owner(packages, s->nodes[i]);
		b->image->files[b->image->file_count++] = (struct slim_sbom_file){
			.path = slim_node_path(arena, s->nodes[i]),
			.sums = s->sums[i],
			.package = owner && places[owner->index] ? places[owner->index] - 1 : SLIM_REPORT_NONE,
		};
	}
}

/* --- order -------------------------------------------------------------------------------------------------------- */

static int by_purl(const void *a, const void *b)
{
	const struct slim_sbom_package *x = a, *y = b;
	int order = strcmp(x->purl, y->purl);
	return order ? order : strcmp(x->found ? x->found : "", y->found ? y->found : "");
}

/* Languages' packages sorted, each once: FIRST is the place of the first one. */
static void settle_languages(struct slim_sbom_image *image, size_t first)
{
	size_t kept = first;
	if (image->package_count > first)
		qsort(image->packages + first, image->package_count - first, sizeof(*image->packages), by_purl);
	for (size_t i = first; i < image->package_count; i++)
		if (kept == first || strcmp(image->packages[i].purl, image->packages[kept - 1].purl))
			image->packages[kept++] = image->packages[i];
	image->package_count = kept;
}

/* --- the document ------------------------------------------------------------------------------------------------- */

struct slim_sbom *slim_sbom_new(const char *input)
{
	struct slim_sbom *sbom = slim_calloc(1, sizeof(*sbom));
	sbom->licences.arena = slim_arena_new();
	sbom->input = input;
	strcpy(sbom->created, "1970-01-01T00:00:00Z");
	return sbom;
}

void slim_sbom_free(struct slim_sbom *sbom)
{
	if (!sbom)
		return;
	for (size_t i = 0; i < sbom->image_count; i++)
		free(sbom->images[i].packages);
	free(sbom->images);
	slim_arena_free(sbom->licences.arena);
	slim_licences_clear(&sbom->licences);
	free(sbom);
}

/* RFC 3339 in UTC, seconds and no more of them: SPDX 2.3, 6.9.1. The newest image's counts. */
static void take_created(struct slim_sbom *sbom, const struct slim_image *image)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd";
	const char *text = json_string_value(json_object_get(image->config_json, "created"));
	size_t n = 0;
	for (; text && text[n] && n < sizeof(form) - 1; n++)
		if (form[n] == 'd' ? text[n] < '0' || text[n] > '9' : text[n] != form[n])
			return;
	if (n < sizeof(form) - 1 || text[strlen(text) - 1] != 'Z' || strncmp(text, sbom->created, n) <= 0)
		return;
	memcpy(sbom->created, text, n);
	memcpy(sbom->created + n, "Z", 2);
}

void slim_sbom_add(struct slim_sbom *sbom, const struct slim_report_source *source)
{
	struct slim_arena *arena = sbom->licences.arena;
	struct slim_sbom_image *image = slim_push(&sbom->images, &sbom->image_count, &sbom->image_capacity);
	*image = (struct slim_sbom_image){ .name = copy(arena, source->image->name) };
	image->platform = slim_platform_text(arena, source->image->config.platform);
	if (source->written)
		image->digest = copy(arena, source->written->manifest.text);
	slim_autofree bool *selected = slim_calloc(slim_tree_count(source->tree), sizeof(*selected));
	slim_autofree uint32_t *places =
		slim_calloc(slim_packages_count(slim_trace_packages(source->trace)) + 1, sizeof(*places));
	struct slim_sbom_builder b = { .sbom = sbom, .image = image, .source = source, .selected = selected };
	for (size_t i = 0; i < source->selection->count; i++)
		selected[source->selection->nodes[i]->id] = true;
	read_release(&b);
	add_system_packages(&b, places);
	add_files(&b, places);
	size_t first = image->package_count;
	for (size_t i = 0; i < source->selection->count; i++)
		if (slim_node_is_file(source->selection->nodes[i]))
			slim_sbom_languages(&b, source->selection->nodes[i]);
	settle_languages(image, first);
	take_created(sbom, source->image);
}

/* A name for the document that is the same for the same contents: RFC 9562, version 8. */
static void name_document(struct slim_sbom *sbom)
{
	slim_cleanup(slim_hasher_free_p) struct slim_hasher *hasher = slim_hasher_new(SLIM_SHA256);
	slim_hasher_add(hasher, PACKAGE_VERSION, sizeof(PACKAGE_VERSION));
	for (size_t i = 0; i < sbom->image_count; i++) {
		const struct slim_sbom_image *image = &sbom->images[i];
		slim_hasher_add(hasher, image->name, strlen(image->name) + 1);
		slim_hasher_add(hasher, image->platform, strlen(image->platform) + 1);
		for (size_t f = 0; f < image->file_count; f++) {
			slim_hasher_add(hasher, image->files[f].path, strlen(image->files[f].path) + 1);
			slim_hasher_add(hasher, image->files[f].sums.sha256, sizeof(image->files[f].sums.sha256));
		}
		for (size_t p = 0; p < image->package_count; p++)
			slim_hasher_add(hasher, image->packages[p].purl, strlen(image->packages[p].purl) + 1);
	}
	struct slim_digest digest = slim_hasher_end(hasher);
	const char *hex = slim_digest_hex(&digest);
	snprintf(sbom->uuid, sizeof(sbom->uuid), "%.8s-%.4s-8%.3s-8%.3s-%.12s", hex, hex + 8, hex + 12, hex + 15, hex + 18);
}

int slim_sbom_finish(struct slim_sbom *sbom, struct slim_error **err)
{
	bool by_epoch;
	if (slim_epoch_text(sbom->created, sizeof(sbom->created), &by_epoch, err) < 0)
		return -1;
	slim_licences_settle(&sbom->licences);
	name_document(sbom);
	return 0;
}
