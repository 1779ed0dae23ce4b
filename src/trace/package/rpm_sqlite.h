/*
 * rpmdb.sqlite, opened in memory: a table Packages of headers by number, and tables that find the numbers by a key.
 * The file is a stranger's: its schema may have tables and indexes only, nothing in it is trusted or runs for long.
 * Sources: sqlite.org, "Defense Against The Dark Arts" and "Database File Format"; rpm's lib/backend/sqlite.c.
 */
#ifndef SLIM_TRACE_PACKAGE_RPM_SQLITE_H
#define SLIM_TRACE_PACKAGE_RPM_SQLITE_H

#include <stdbool.h>
#include <stdint.h>

#include "slim/attr.h"
#include "slim/blob.h"
#include "slim/error.h"

struct slim_rpm_sqlite;

/* BYTES are copied. An error says that it is no such database. */
int slim_rpm_sqlite_open(struct slim_blob bytes, struct slim_rpm_sqlite **out, struct slim_error **err) SLIM_MUST_CHECK;
void slim_rpm_sqlite_close(struct slim_rpm_sqlite *db); /* NULL is fine */
SLIM_DEFINE_CLEANUP(struct slim_rpm_sqlite, slim_rpm_sqlite_close)

/* Every header, by its number. VISIT's result other than 0 ends the walk, and is returned. */
typedef int slim_rpm_visit(void *arg, int64_t number, struct slim_blob header, struct slim_error **err);
int slim_rpm_sqlite_each(struct slim_rpm_sqlite *db, slim_rpm_visit *visit, void *arg, struct slim_error **err)
	SLIM_MUST_CHECK;

/* Deletes the rows of all packages whose number is not in NUMBERS (sorted), in every table that has numbers. */
int slim_rpm_sqlite_reduce(struct slim_rpm_sqlite *db, const int64_t *numbers, size_t count, struct slim_error **err)
	SLIM_MUST_CHECK;
int slim_rpm_sqlite_replace(struct slim_rpm_sqlite *db, int64_t number, struct slim_blob header,
			    struct slim_error **err) SLIM_MUST_CHECK;
/* Deletes all rows of TABLE, if it is THERE; then what it is to have can be added: KEYS, each with its place. */
int slim_rpm_sqlite_clear(struct slim_rpm_sqlite *db, const char *table, bool *there, struct slim_error **err)
	SLIM_MUST_CHECK;
int slim_rpm_sqlite_index(struct slim_rpm_sqlite *db, const char *table, int64_t number, const struct slim_blob *keys,
			  uint32_t count, struct slim_error **err) SLIM_MUST_CHECK;
/* The file as it is to be written, without free pages: the same bytes for the same changes. free() it. */
int slim_rpm_sqlite_bytes(struct slim_rpm_sqlite *db, char **bytes, size_t *length, struct slim_error **err)
	SLIM_MUST_CHECK;

#endif
