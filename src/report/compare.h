/*
 * Images side by side, each number computed once: text, JSON and HTML print this same model (docs/answers.md has the
 * JSON). Everything is copied, so that a comparison outlives the trees that it tells of. Nothing in it grows with the
 * bytes of files: contents are compared as they lie in the archives, and only where two images have the same path.
 */
#ifndef SLIM_REPORT_COMPARE_H
#define SLIM_REPORT_COMPARE_H

#include "report.h"

/* What in an image an attacker would like to find. */
enum slim_finding {
	SLIM_FINDING_SHELL,
	SLIM_FINDING_INTERPRETER,
	SLIM_FINDING_PACKAGE_MANAGER,
	SLIM_FINDING_SETUID,     /* setuid, or setgid of a program */
	SLIM_FINDING_CAPABILITY, /* a file with capabilities: setcap(8) */
	SLIM_FINDING_COUNT
};
struct slim_finding_words {
	const char *key;   /* of the JSON: "shells" */
	const char *title; /* for a person: "shells" */
};
const struct slim_finding_words *slim_finding_words(enum slim_finding finding);

struct slim_only { /* a package or a folder, as far as its paths are in one image only */
	const char *name;      /* "": of no package */
	uint64_t files, bytes; /* paths that are no folders */
	bool elsewhere;        /* another image has a package of that name, or that folder, too */
};

struct slim_only_file {
	const char *path, *package; /* package may be NULL */
	uint64_t size;
};
enum { SLIM_ONLY_LARGEST = 20 };

struct slim_compared_image {
	const char *label;          /* "A", "B", … in the order of the command line */
	const char *input, *form;   /* the archive, as given; slim_archive_form */
	uint64_t size;              /* of the archive */
	const char *name, *platform; /* "" when the input does not say */
	struct slim_totals totals;
	bool plain;                 /* a layer lies in the archive without compression */
	const char **findings[SLIM_FINDING_COUNT]; /* paths; each list ends with NULL */
	/* paths that no other image of the set has */
	uint64_t only_files, only_bytes;
	struct slim_only *only_packages, *only_folders; /* largest first; each such path counts once in either */
	size_t only_package_count, only_folder_count;
	struct slim_only_file *only_largest; /* at most SLIM_ONLY_LARGEST */
	size_t only_largest_count;
	/* of --fleet; saturated */
	uint64_t pulled, on_disk;   /* by all deployments together */
	double seconds;             /* to pull them over the link, one after another */
};

enum slim_origin {
	SLIM_ORIGIN_UNKNOWN,
	SLIM_ORIGIN_SAME,    /* one config: the same image */
	SLIM_ORIGIN_SLIMMED, /* slim made one from the other: slim_image_is_made_from */
	SLIM_ORIGIN_BUILT,   /* the layers of one are the lowest layers of the other */
};
const char *slim_origin_name(enum slim_origin origin); /* "unknown", "same", "slimmed", "built-on" */

struct slim_changed { /* a path that both images have, and not alike */
	const char *path;
	/* the first that differs: "type", "contents", "target", "attributes" (owner, mode, time, extended ones) */
	const char *what;
	uint64_t before, after; /* sizes of files */
};

struct slim_compared_pair {
	size_t a, b;             /* places in the set; a < b */
	enum slim_origin origin;
	bool reversed;           /* a was made from b; else b from a */
	uint64_t shared_layers;  /* of b, that a has too */
	uint64_t common, equal;  /* paths (folders count) that both have; of which nothing differs */
	uint64_t only_a, only_b; /* paths that the other has not */
	struct slim_changed *changed; /* largest difference first */
	size_t changed_count;
};

struct slim_compared_set { /* images of one platform, unless each archive has just one */
	struct slim_compared_image *images;
	size_t count;
	struct slim_compared_pair *pairs; /* (0,1), (0,2), …, (1,2), … */
	size_t pair_count;
};

struct slim_gate { /* what --fail-if-larger or --max-size found */
	const char *option, *label, *what; /* "--max-size", "B", "layers as stored" */
	uint64_t value, limit;
	bool held;
};

struct slim_comparison {
	struct slim_arena *arena;
	struct slim_compared_set *sets;
	size_t set_count, set_capacity;
	uint64_t deployments, link;   /* --fleet and --link (Mbit/s); 0: not asked for */
	struct slim_gate *gates;
	size_t gate_count, gate_capacity;
};

struct slim_compare_source { /* one image; LABEL to SIZE as in slim_compared_image */
	const char *input, *form;
	uint64_t size;
	const struct slim_image *image;
	const struct slim_tree *tree;
	const struct slim_packages *packages;
	uint64_t unpacked;
};
/* Compare COUNT images as one set. Fails only when contents cannot be read. */
int slim_comparison_add(struct slim_comparison *comparison, const struct slim_compare_source *sources, size_t count,
			struct slim_error **err) SLIM_MUST_CHECK;
void slim_comparison_clear(struct slim_comparison *comparison);

/* The parts of it. LIST gets the image's findings, copied into ARENA. */
void slim_findings_of(const struct slim_tree *tree, struct slim_arena *arena, const char **lists[SLIM_FINDING_COUNT]);
/* PAIR has `a` and `b`; SOURCES are those of the set. */
int slim_pair_fill(struct slim_compared_pair *pair, const struct slim_compare_source *sources, struct slim_arena *arena,
		   struct slim_error **err) SLIM_MUST_CHECK;
void slim_only_fill(struct slim_compared_image *image, const struct slim_compare_source *sources, size_t count,
		    size_t at, struct slim_arena *arena);

void slim_comparison_json(const struct slim_comparison *comparison, FILE *out);
/* The page, with that JSON in it. */
void slim_comparison_html(const struct slim_comparison *comparison, FILE *out);

#endif
