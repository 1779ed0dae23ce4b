/* .NET: the host's roots, frameworks, and which versions of them an application can get. docs/rules.md D7. */
#ifndef SLIM_TRACE_DOTNET_H
#define SLIM_TRACE_DOTNET_H

#include "slim/trace.h"

/* --- dotnet_config.c: *.runtimeconfig.json --- */

/* What may be chosen for a framework: docs/design/features/framework-version-resolution.md of dotnet/runtime. */
enum dotnet_roll {
	DOTNET_DISABLE,      /* exactly the version */
	DOTNET_LATEST_PATCH, /* its newest patch */
	DOTNET_MINOR,        /* of the lowest minor version that is there, the default */
	DOTNET_MAJOR,        /* of the lowest major and minor version that is there */
	DOTNET_LATEST_MINOR,
	DOTNET_LATEST_MAJOR,
	DOTNET_ANY,          /* not known: all versions */
};
enum dotnet_roll dotnet_roll_of(struct slim_blob name); /* by its name, in any case of letters */

struct dotnet_framework {
	const char *name;    /* Microsoft.NETCore.App */
	const char *version; /* the least */
	enum dotnet_roll roll;
};

enum { DOTNET_FRAMEWORKS_MAX = 16 };

struct dotnet_config {
	struct dotnet_framework frameworks[DOTNET_FRAMEWORKS_MAX];
	size_t count;
	bool own;       /* brings its runtime along */
	bool invariant; /* wants no ICU */
};

/* False: no JSON, or none of this kind. ARENA owns the texts. */
bool dotnet_config_read(struct slim_blob text, struct slim_arena *arena, struct dotnet_config *out);

/* --- dotnet_version.c --- */

struct dotnet_version {
	uint64_t part[3]; /* major, minor, patch */
	bool preview;     /* 9.0.0-rc.1 */
};

bool dotnet_version_parse(struct slim_blob text, struct dotnet_version *out);
int dotnet_version_compare(const struct dotnet_version *a, const struct dotnet_version *b);
/*
 * Marks in CHOSEN which of the COUNT versions that are there an application that WANTS one can get; previews count as
 * well as what they come before. False: none fits.
 */
bool dotnet_choose(const struct dotnet_version *versions, size_t count, const struct dotnet_version *wants,
		   enum dotnet_roll roll, bool *chosen);

/* --- dotnet_metadata.c --- */

/* Each native library that the assembly FILE declares, by the name it has there. What is no assembly declares none. */
typedef void dotnet_word_sink(void *context, struct slim_blob word);
void dotnet_modules_read(struct slim_blob file, dotnet_word_sink *sink, void *context);

enum { DOTNET_TEXT_MAX = 512 };

/* Each text of the assembly FILE that is short and plain ASCII, if it may start processes at all. False: it may not. */
bool dotnet_texts_read(struct slim_blob file, dotnet_word_sink *sink, void *context);

/* --- dotnet_root.c --- */

bool dotnet_is_root(const struct slim_tree *tree, const struct slim_node *dir);
/* Roots are no part of an application: enum slim_junk_mark. */
void dotnet_mark_roots(const struct slim_tree *tree, uint8_t *marks);

#endif
