/* Values of options, read and checked. */
#include <errno.h>
#include <string.h>

#include "slim/file.h"
#include "slim/write.h"

#include "options.h"

enum { ALLOW_MAX = 16 << 20, JOBS_MAX = 256 };
enum { FLEET_MOST = 10000000 }; /* times the bytes of any image is less than 2^64 */

static int bad(struct slim_error **err, const char *option, const char *value, const char *wanted)
{
	return slim_fail(err, SLIM_BAD_USAGE, "%s '%s': %s is wanted", option, value, wanted);
}

/* Decimal digits and nothing else, up to *END (NULL: to the end of the text). */
static bool read_number(const char *text, uint64_t *out, const char **end)
{
	uint64_t n = 0;
	const char *p = text;
	for (; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, (uint64_t)(*p - '0'), &n))
			return false;
	if (p == text || (!end && *p))
		return false;
	if (end)
		*end = p;
	*out = n;
	return true;
}

/* A number, maybe with one of K, M, G, T behind it: powers of 1024. */
static bool read_size(const char *text, uint64_t *out)
{
	static const char suffixes[] = "KMGT";
	const char *end = NULL;
	if (!read_number(text, out, &end))
		return false;
	if (!*end)
		return *out > 0;
	const char *suffix = strchr(suffixes, *end);
	if (!suffix || end[1])
		return false;
	return !__builtin_mul_overflow(*out, UINT64_C(1024) << (10 * (suffix - suffixes)), out) &&
	       *out > 0;
}

int slim_set_platform(struct slim_cli *cli, const char *value, struct slim_error **err)
{
	cli->any_platform = false;
	if (slim_platform_parse(cli->arena, value, &cli->platform, err) == 0)
		return 0;
	slim_error_free(slim_steal(err));
	return bad(err, "--platform", value, "OS/ARCH or OS/ARCH/VARIANT");
}

int slim_set_compression(struct slim_cli *cli, const char *value, struct slim_error **err)
{
	static const struct {
		const char *name;
		enum slim_layer_format format;
		uint64_t highest;
	} kinds[] = { { "zstd", SLIM_LAYER_ZSTD, 19 },
		      { "gzip", SLIM_LAYER_GZIP, 9 },
		      { "none", SLIM_LAYER_PLAIN, 0 } };
	for (size_t i = 0; i < SLIM_COUNT(kinds); i++) {
		size_t length = strlen(kinds[i].name);
		if (strncmp(value, kinds[i].name, length) ||
		    (value[length] && value[length] != ':'))
			continue;
		uint64_t level = 0;
		if (value[length] && (!read_number(value + length + 1, &level, NULL) || level < 1 ||
				      level > kinds[i].highest))
			break;
		cli->write.format = kinds[i].format;
		cli->write.level = (int)level;
		return 0;
	}
	return bad(err, "--compression", value,
		   "zstd, zstd:1 to zstd:19, gzip, gzip:1 to gzip:9, or none");
}

int slim_set_tag(struct slim_cli *cli, const char *value, struct slim_error **err)
{
	if (slim_tag_check(value, err) < 0)
		return slim_wrap(err, "--tag");
	cli->write.tag = value;
	return 0;
}

static bool ends(const char *text, const char *suffix)
{
	struct slim_blob b = slim_blob_of(text);
	return b.len > strlen(suffix) && slim_blob_ends(b, suffix);
}

int slim_set_report(struct slim_cli *cli, const char *value, struct slim_error **err)
{
	if (!ends(value, ".json") && !ends(value, ".html"))
		return bad(err, "--report", value, "a name that ends with .json or .html");
	*slim_push(&cli->reports, &cli->report_count, &cli->report_capacity) = value;
	return 0;
}

int slim_set_sbom(struct slim_cli *cli, const char *value, struct slim_error **err)
{
	if (!ends(value, ".json"))
		return bad(err, "--sbom", value, "a name that ends with .json");
	*slim_push(&cli->sboms, &cli->sbom_count, &cli->sbom_capacity) = value;
	return 0;
}

int slim_set_sbom_format(struct slim_cli *cli, const char *value, struct slim_error **err)
{
	if (!strcmp(value, "spdx"))
		cli->sbom_form = SLIM_SBOM_SPDX;
	else if (!strcmp(value, "cyclonedx"))
		cli->sbom_form = SLIM_SBOM_CYCLONEDX;
	else
		return bad(err, "--sbom-format", value, "spdx or cyclonedx");
	return 0;
}

int slim_set_level(struct slim_cli *cli, const char *value, struct slim_error **err)
{
	for (unsigned cut = 0; cut <= SLIM_FALLBACK; cut++) {
		if (strcmp(value, slim_confidence_name(SLIM_FALLBACK - cut)))
			continue;
		cli->wishes.cut = cut;
		return 0;
	}
	return bad(err, "--level", value, "certain, feature, heuristic or fallback");
}

int slim_set_jobs(struct slim_cli *cli, const char *value, struct slim_error **err)
{
	uint64_t n = 0;
	if (!read_number(value, &n, NULL) || n < 1 || n > JOBS_MAX)
		return bad(err, "--jobs", value, "a number from 1 to 256");
	cli->write.jobs = (unsigned)n;
	return 0;
}

int slim_set_progress(struct slim_cli *cli, const char *value, struct slim_error **err)
{
	static const char *const words[] = { [SLIM_PROGRESS_AUTO] = "auto",
					     [SLIM_PROGRESS_ALWAYS] = "always",
					     [SLIM_PROGRESS_NEVER] = "never" };
	for (size_t i = 0; i < SLIM_COUNT(words); i++) {
		if (strcmp(value, words[i]))
			continue;
		cli->progress = (enum slim_progress)i;
		return 0;
	}
	return bad(err, "--progress", value, "auto, always or never");
}

int slim_set_max_size(struct slim_cli *cli, const char *value, struct slim_error **err)
{
	return read_size(value, &cli->limits.size)
		       ? 0
		       : bad(err, "--max-size", value, "a size like 800M or 20G");
}

int slim_set_gate_size(struct slim_cli *cli, const char *value, struct slim_error **err)
{
	return read_size(value, &cli->gate_size) ? 0 : bad(err, "--max-size", value, "a size like 800M or 20G");
}

int slim_set_fleet(struct slim_cli *cli, const char *value, struct slim_error **err)
{
	bool good = read_number(value, &cli->fleet, NULL) && cli->fleet && cli->fleet <= FLEET_MOST;
	return good ? 0 : bad(err, "--fleet", value, "a number of deployments, at most 10000000,");
}

int slim_set_link(struct slim_cli *cli, const char *value, struct slim_error **err)
{
	bool good = read_number(value, &cli->link, NULL) && cli->link;
	return good ? 0 : bad(err, "--link", value, "a whole number of megabits a second");
}

int slim_set_max_files(struct slim_cli *cli, const char *value, struct slim_error **err)
{
	if (!read_number(value, &cli->limits.files, NULL) || !cli->limits.files)
		return bad(err, "--max-files", value, "a number");
	return 0;
}

int slim_set_cache(struct slim_cli *cli, const char *value, struct slim_error **err)
{
	cli->cache = value;
	return *value ? 0 : slim_fail(err, SLIM_BAD_USAGE, "--cache: no folder is named");
}

int slim_set_cache_size(struct slim_cli *cli, const char *value, struct slim_error **err)
{
	return read_size(value, &cli->cache_size) ? 0 : bad(err, "--cache-size", value, "a size like 800M or 20G");
}

int slim_set_max_memory(struct slim_cli *cli, const char *value, struct slim_error **err)
{
	return read_size(value, &cli->limits.memory) ? 0 : bad(err, "--max-memory", value, "a size like 800M or 20G");
}

int slim_set_allow(struct slim_cli *cli, const char *value, struct slim_error **err)
{
	slim_cleanup(slim_file_unref_p) struct slim_file *file = NULL;
	if (slim_file_open(value, &file, err) < 0)
		return slim_wrap(err, "--allow");
	uint64_t size = slim_file_size(file);
	if (size > ALLOW_MAX)
		return slim_fail(err, SLIM_BAD_INPUT,
				 "--allow: %s: over 16 MiB, which no allowlist needs", value);
	slim_autofree char *text = slim_alloc((size_t)size + 1);
	if (slim_file_read(file, 0, text, (size_t)size, err) < 0)
		return slim_wrap(err, "--allow");
	return slim_wishes_parse(&cli->wishes, slim_blob(text, (size_t)size), value, err);
}
