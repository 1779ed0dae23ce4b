/*
 * What a run did, each number computed once. Text, JSON and HTML print this same model. Everything is copied, so that
 * a report outlives the trees that it tells of.
 */
#ifndef SLIM_REPORT_REPORT_H
#define SLIM_REPORT_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "slim/image.h"
#include "slim/trace.h"
#include "slim/write.h"

struct slim_totals {
	uint64_t layers, files, folders, links; /* as in slim_selection */
	uint64_t bytes;    /* contents, each inode once */
	uint64_t hidden;   /* contents in the layers that later ones replaced or removed */
	uint64_t unpacked; /* the layers' tars; 0 after a dry run */
	uint64_t stored;   /* the layers as they lie in the archive; 0 after a dry run */
	uint64_t packages; /* of which at least one file is there */
};

/*
 * Add the files, folders, links and bytes of TREE; the root does not count. Of a SELECTION (else NULL) only the nodes
 * that SELECTED has, by number, with the sizes that they are written with.
 */
void slim_totals_count(struct slim_totals *totals, const struct slim_tree *tree, const struct slim_selection *selection,
		       const bool *selected);

/* Add to BYTES, one for each layer, the contents of TREE's files that came with it. */
void slim_totals_by_layer(const struct slim_tree *tree, uint64_t *bytes, size_t layers);

/* The folder that NODE (not the root) is counted under: one that it is in, at most SLIM_FOLDER_DEPTH below the root. */
const struct slim_node *slim_folder_of(const struct slim_node *node);
enum { SLIM_FOLDER_DEPTH = 3 };

enum { SLIM_REPORT_NONE = UINT32_MAX }; /* no place in a list */

struct slim_report_reason {
	enum slim_rule_id rule;
	uint32_t from;        /* the place of the path that asked, or none: the image's config or the user */
	const char *evidence;
};

enum slim_report_type {
	SLIM_REPORT_FILE,
	SLIM_REPORT_DIR,
	SLIM_REPORT_LINK,
	SLIM_REPORT_CHAR,
	SLIM_REPORT_BLOCK,
	SLIM_REPORT_FIFO,
	SLIM_REPORT_SOCKET
};

struct slim_report_path {
	const char *path;
	enum slim_report_type type;
	bool kept;
	uint32_t depth;    /* of the root 0 */
	uint32_t owner;    /* the place of its package, or none */
	uint64_t size;     /* of a file, as it is written when it stays; 0 for what is none */
	uint64_t was;      /* its size in the input */
	/* Of a file with several names: the place of the first one that stays, else of the first one; none for that one
	   itself, and for all others. So sizes of paths without it add up to the totals. */
	uint32_t same_as;
	const struct slim_report_reason *reasons;
	uint32_t reason_count;
	uint32_t step;     /* which reason is the last of the shortest chain, or none */
};

struct slim_report_package {
	const char *name, *version, *architecture;
	uint64_t files, kept;             /* paths that are no folders */
	uint64_t bytes, kept_bytes;
};

struct slim_report_doubt {
	const char *path; /* or NULL */
	const char *text;
};

struct slim_report_image {
	const char *name, *platform; /* "" when the input does not say */
	const char **entrypoint, **cmd;
	struct slim_totals before, after;
	bool written;
	struct slim_written output;
	const char **dropped_programs; /* paths of programs in PATH's folders that leave, in the order of the tree */
	size_t dropped_program_count;
	struct slim_report_package *packages;
	size_t package_count;
	/* The lists below are empty unless the report is detailed. */
	struct slim_report_path *paths; /* of the whole tree, in its order: the first one is the root */
	size_t path_count;
	struct slim_report_doubt *doubts; /* sorted */
	size_t doubt_count;
};

struct slim_timings { /* seconds; of all images together */
	double read, trace, write;
	double verify; /* waited, after all that, for the layers' digests */
	double total;
};

struct slim_report {
	struct slim_arena *arena;
	bool detailed;
	const char *input, *form;       /* as given; slim_archive_form */
	uint64_t input_size;
	const char *output;             /* NULL: dry run */
	uint64_t output_size;
	const struct slim_wishes *wishes;
	const struct slim_write_options *write; /* as asked for */
	const char *image_wish, *platform_wish; /* --image and --platform, or NULL */
	struct slim_report_image *images;
	size_t image_count, image_capacity;
	const char *const *warnings;    /* sorted; the log owns them */
	size_t warning_count;
	const struct slim_timings *timings; /* NULL: not asked for */
};

void slim_report_clear(struct slim_report *report);

struct slim_report_source {
	const struct slim_image *image;
	const struct slim_tree *tree;
	const struct slim_trace *trace;
	const struct slim_selection *selection;
	uint64_t unpacked;                  /* the sum of the layers' tars */
	uint64_t contents;                  /* of all files in the layers, also those that later ones hide */
	const struct slim_written *written; /* NULL: dry run */
};
/* Its dropped_programs; SELECTED is by node number. */
void slim_report_programs(struct slim_report_image *image, const struct slim_report_source *source,
			  const bool *selected, struct slim_arena *arena);
/* "214 programs of PATH leave: apt, awk, …", in a new buffer; at most as long as three lines. */
char *slim_report_programs_text(const struct slim_report_image *image);
void slim_report_add(struct slim_report *report, const struct slim_report_source *source);

/* The summary of a run, at most 80 columns wide. */
void slim_report_text(const struct slim_report *report, double seconds, FILE *out);
enum slim_report_type slim_report_type_of(const struct slim_node *node);
const char *slim_report_type_name(enum slim_report_type type);
/* docs/report.md describes it. Without timings the same run gives the same bytes. */
void slim_report_json(const struct slim_report *report, FILE *out);
/* One self-contained page. */
void slim_report_html(const struct slim_report *report, FILE *out);

/* "186.2 MB": decimal units, as every engine prints them. BUFFER holds 32 bytes; returns it. */
const char *slim_human_size(uint64_t bytes, char *buffer);
/* "3 h 12 min", "4.2 s" */
const char *slim_human_seconds(double seconds, char *buffer);
/* "5,312" */
const char *slim_human_count(uint64_t count, char *buffer);

/* A JSON string with quotes. Control bytes and `<` are escaped; a byte that is no UTF-8 becomes the text \xNN. */
void slim_json_quote(const char *text, FILE *out);
/* The same without quotes. */
void slim_json_escape(const char *text, FILE *out);

#endif
