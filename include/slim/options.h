/* What a run shall do: the command line, and what tracers need of it. Plain data; main owns it. */
#ifndef SLIM_OPTIONS_H
#define SLIM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "slim/limits.h"
#include "slim/match.h"
#include "slim/oci.h"

/* How sure a rule is that a file is needed. */
enum slim_confidence { SLIM_CERTAIN, SLIM_FEATURE, SLIM_HEURISTIC, SLIM_FALLBACK };

/* In the order given: for globs the last one that matches a path decides. */
enum slim_wish_kind { SLIM_WISH_KEEP, SLIM_WISH_DROP, SLIM_WISH_ENTRY, SLIM_WISH_PACKAGE };
struct slim_wish {
	enum slim_wish_kind kind;
	const char *text;        /* the glob, command line or package name */
	struct slim_glob *glob;  /* of keep and drop */
	const char *origin;      /* "--keep", or "allow.txt:3" */
};

struct slim_wishes {
	struct slim_wish *items;
	size_t count, capacity;
	bool keep_all;
	unsigned cut;             /* --level: so many confidences, from the weakest on, do not keep; 0: all four do */
	struct slim_arena *arena; /* owns the texts */
};

int slim_wishes_add(struct slim_wishes *wishes, enum slim_wish_kind kind, const char *text, const char *origin,
		    struct slim_error **err) SLIM_MUST_CHECK;
/* Lines of GLOB, !GLOB, `entry CMD`, `package NAME`, # comments, empty ones. */
int slim_wishes_parse(struct slim_wishes *wishes, struct slim_blob text, const char *name, struct slim_error **err)
	SLIM_MUST_CHECK;
void slim_wishes_clear(struct slim_wishes *wishes);

enum slim_layer_format { SLIM_LAYER_ZSTD, SLIM_LAYER_GZIP, SLIM_LAYER_PLAIN };

struct slim_cache;

struct slim_write_options {
	enum slim_layer_format format;
	int level;         /* of the compression; 0: its default */
	const char *tag;   /* the new image's name; NULL: the input's */
	bool squash_only;  /* --keep-all: nothing was left out */
	bool strip;        /* --strip */
	unsigned jobs;
	struct slim_cache *cache; /* NULL: none */
};

#endif
