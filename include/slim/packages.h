/*
 * Who owns which file, by the image's package databases: dpkg (status with info/, status.d), apk, rpm (sqlite, ndb).
 * Paths in a database are looked up through links (usr-merge), diversions are honoured.
 * Sources: dpkg(1), deb-control(5), dpkg-divert(1); apk-installed(5); rpm(8); syft's cataloguers (E1).
 */
#ifndef SLIM_PACKAGES_H
#define SLIM_PACKAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "slim/log.h"
#include "slim/tree.h"

struct slim_package {
	const char *kind; /* "deb", "apk" or "rpm": the types of purl-spec */
	const char *name, *version, *architecture;
	const char *licence;           /* as the database has it, or "" */
	const char *source;            /* its source package's name; its own name when not said */
	const char **depends;          /* names only, alternatives one after another; ends with NULL */
	const char **suggests;         /* the same of what it recommends or suggests; only dpkg has it */
	bool essential;
	bool asked; /* somebody asked for it by name, its manager says; false as well where nothing tells */
	bool required;                 /* of every system of its kind: Debian Policy, 2.5 */
	struct slim_node **files;      /* every listed path that is in the tree, folders left out; in tree order */
	size_t file_count;
	struct slim_node **conffiles;
	size_t conffile_count;
	struct slim_node **licences;   /* those that the database marks; dpkg and apk do not */
	size_t licence_count;
	int64_t record;                /* its number in rpm's database; 0: of another one */
	uint32_t index;                /* its place in the list */
};

struct slim_packages;

/* Reads whatever databases there are; a damaged one is a warning and an empty list. Never NULL. */
struct slim_packages *slim_packages_read(const struct slim_tree *tree, struct slim_log *log);
void slim_packages_free(struct slim_packages *packages); /* NULL is fine */
SLIM_DEFINE_CLEANUP(struct slim_packages, slim_packages_free)

size_t slim_packages_count(const struct slim_packages *packages);
const struct slim_package *slim_packages_at(const struct slim_packages *packages, size_t index);
/* NAME, or NAME:ARCH. NULL: no such package. */
const struct slim_package *slim_packages_find(const struct slim_packages *packages, const char *name);
/* The owner of a file or link (the first of several); NULL: nobody's. */
const struct slim_package *slim_packages_owner(const struct slim_packages *packages, const struct slim_node *node);

#endif
