/*
 * The result: a selection of the tree as one deterministic layer, in an archive that is an OCI layout and a
 * docker-archive over the same blobs. OUT is whole or untouched: an unnamed file beside it is filled, synced, linked
 * and renamed. The same input and options give the same bytes.
 */
#ifndef SLIM_WRITE_H
#define SLIM_WRITE_H

#include <stdint.h>

#include "slim/image.h"
#include "slim/log.h"
#include "slim/options.h"
#include "slim/trace.h"
#include "slim/tree.h"

/* --- selection: which nodes are written -------------------------------------------------------------------------- */

struct slim_sums { /* of a file's contents, as they are written */
	unsigned char sha256[32], sha1[20];
};

struct slim_selection {
	const struct slim_tree *tree;
	const struct slim_trace *trace; /* NULL: everything is selected */
	struct slim_node **nodes; /* in the order of slim_tree_node; the root is left out unless a layer named it */
	size_t count;
	uint64_t files, folders, links; /* of which; a further name of a file counts as a file */
	uint64_t bytes;                 /* contents, each inode once */
	struct slim_rewrite *rewrites; /* files that say something else than the tree's: src/write/rewrite.c; or NULL */
	struct slim_file *rewritten;    /* a spool: what they say */
	/* of each of `nodes` (of what is no file: zeros), once it is written; NULL: nobody asked */
	struct slim_sums *sums;
	bool *packages; /* of each package: the databases tell that it is there; NULL: all are */
};
struct slim_selection *slim_selection_new(const struct slim_tree *tree, const struct slim_trace *trace);
void slim_selection_free(struct slim_selection *selection); /* NULL is fine */
SLIM_DEFINE_CLEANUP(struct slim_selection, slim_selection_free)

/* A selected node's inode as it is written: the tree's, unless the file was rewritten. */
const struct slim_inode *slim_selection_inode(const struct slim_selection *selection, const struct slim_node *node);
/* Give a selected file, under all its names, other BYTES; everything else of it stays. The last BYTES count. */
int slim_selection_rewrite(struct slim_selection *selection, const struct slim_node *node, struct slim_blob bytes,
			   struct slim_error **err) SLIM_MUST_CHECK;
/* The same for a large file: append its bytes to this spool, then name where they start; they reach to its end. */
int slim_selection_spool(struct slim_selection *selection, struct slim_file **spool, struct slim_error **err)
	SLIM_MUST_CHECK;
void slim_selection_replace(struct slim_selection *selection, const struct slim_node *node, uint64_t offset);
/* Ask for `sums`. They are made while the layer is written, or, when none is, by reading the contents. */
void slim_selection_want_sums(struct slim_selection *selection);
int slim_selection_read_sums(struct slim_selection *selection, struct slim_error **err) SLIM_MUST_CHECK;
void slim_rewrites_free(struct slim_rewrite *rewrites); /* NULL is fine */

struct slim_stripped {
	uint64_t files, bytes; /* how many were made smaller, and by how much in all */
};
/*
 * --strip: take out of the selected ELF programs and shared objects what only debuggers and linkers read: symbol tables
 * (not the dynamic ones), debug sections and the compilers' comments. All that a segment or a section in memory covers
 * stays at its place, byte for byte, but for the ELF header's three numbers that say where the section headers are.
 * Left alone: what holds a payload, is no program or shared object of Linux, is odd in any way, or has a checksum or
 * signature beside it (src/write/strip_guard.c). Call it before slim_selection_tell_packages, which mends the package
 * databases' checksums.
 */
int slim_selection_strip(struct slim_selection *selection, const struct slim_packages *packages,
			 struct slim_stripped *done, struct slim_error **err) SLIM_MUST_CHECK;

/*
 * Rewrite the selected files of package databases so that they list what is selected, and no more: a package survives
 * with one file of its own that is no documentation; stanzas of survivors stay byte for byte. Databases of dpkg
 * (status, status.d, info/), apk and rpm (rpmdb.sqlite, whose headers are cut to the files that are there).
 * Sources: dpkg(1), deb-control(5), apk-installed(5), rpm(8); docs/rules.md E2 to E5.
 */
int slim_selection_tell_packages(struct slim_selection *selection, const struct slim_packages *packages,
				 struct slim_error **err) SLIM_MUST_CHECK;

/* --- self-check: is anything missing that the input had? ------------------------------------------------------ */

/*
 * Resolve the kept programs again, in the selection alone: interpreters, needed libraries, shebangs, links, user,
 * working folder, entrypoint, health check. Anything that the whole image had and the selection lacks is SLIM_UNSAFE
 * with the path named, but for what a --drop took out: that is a warning.
 */
int slim_self_check(const struct slim_selection *selection, const struct slim_config *config,
		    const struct slim_wishes *wishes, struct slim_log *log, struct slim_error **err) SLIM_MUST_CHECK;

/* --- output: the file OUT --------------------------------------------------------------------------------------- */

struct slim_output;

/*
 * HOST_PATH: the file to be, or "-" for standard output. INPUT_PATH is refused as OUT when both are one file (status
 * 2). Nothing stands under OUT's name before slim_output_commit.
 */
int slim_output_new(const char *host_path, const char *input_path, struct slim_output **out, struct slim_error **err)
	SLIM_MUST_CHECK;
void slim_output_free(struct slim_output *output); /* without a commit: nothing is left behind; NULL is fine */
SLIM_DEFINE_CLEANUP(struct slim_output, slim_output_free)
uint64_t slim_output_size(const struct slim_output *output);

struct slim_written {
	struct slim_digest layer, diff_id, config, manifest;
	uint64_t layer_size;      /* compressed */
	uint64_t layer_tar_size;  /* not compressed */
};

/* Append one image: its layer, config and manifest. May be called once for each platform. */
int slim_output_add(struct slim_output *output, const struct slim_image *image,
		    const struct slim_selection *selection, const struct slim_write_options *options,
		    struct slim_log *log, struct slim_written *written, struct slim_error **err) SLIM_MUST_CHECK;
/* Write index.json, oci-layout and manifest.json. After this the size is final, and only slim_output_commit follows. */
int slim_output_finish(struct slim_output *output, struct slim_error **err) SLIM_MUST_CHECK;
/* Finish if that was not done, sync, and put the file in OUT's place. */
int slim_output_commit(struct slim_output *output, struct slim_error **err) SLIM_MUST_CHECK;

/* Whether TAG can be the new image's name: NAME or NAME:TAG, as docker has it; else SLIM_BAD_USAGE. */
int slim_tag_check(const char *tag, struct slim_error **err) SLIM_MUST_CHECK;

/* Whether slim made IMAGE and nothing was added since: one layer, and slim's entry is the last of its history. */
bool slim_image_is_slimmed(const struct slim_image *image);
/*
 * Whether slim made IMAGE, slimmed or squashed, from ORIGINAL: one layer, ORIGINAL's history with slim's entry behind
 * it, and nothing else of the config differs.
 */
bool slim_image_is_made_from(const struct slim_image *image, const struct slim_image *original);

#endif
