#include "rpm_sqlite.h"

#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "slim/alloc.h"

#include "rpm_header.h"

/* Places in the file's header: database file format, 1.3. */
enum { HEADER_SIZE = 100, WRITE_VERSION = 18, READ_VERSION = 19, LIBRARY_VERSION = 96, VERSION_WAL = 2 };
/* A step of SQLite's machine reads a row at most; so many for each byte of the file are far more than there are. */
enum { STEPS_A_CALL = 1000, STEPS_A_BYTE = 20, TABLES_MAX = 256 };

struct slim_rpm_sqlite {
	sqlite3 *handle;
	uint64_t steps, steps_max;
	char versions[2], library[4]; /* as they were in the file */
	const int64_t *kept;          /* sorted; while rows are deleted */
	size_t kept_count;
};

static int fail(const struct slim_rpm_sqlite *db, struct slim_error **err)
{
	return slim_fail(err, SLIM_BAD_INPUT, "%s", sqlite3_errmsg(db->handle));
}

static int count_steps(void *arg)
{
	struct slim_rpm_sqlite *db = arg;
	db->steps += STEPS_A_CALL;
	return db->steps > db->steps_max;
}

static int run(struct slim_rpm_sqlite *db, const char *sql, struct slim_error **err)
{
	return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : fail(db, err);
}

static void finalize(sqlite3_stmt **statement)
{
	sqlite3_finalize(*statement);
}
#define autofinalize slim_cleanup(finalize)

static int prepare(struct slim_rpm_sqlite *db, const char *sql, sqlite3_stmt **out, struct slim_error **err)
{
	return sqlite3_prepare_v2(db->handle, sql, -1, out, NULL) == SQLITE_OK ? 0 : fail(db, err);
}

static void restrict_it(struct slim_rpm_sqlite *db)
{
	static const int limits[][2] = {
		{ SQLITE_LIMIT_LENGTH, SLIM_RPM_HEADER_MAX }, { SQLITE_LIMIT_SQL_LENGTH, 4096 },
		{ SQLITE_LIMIT_COLUMN, 16 }, { SQLITE_LIMIT_EXPR_DEPTH, 20 }, { SQLITE_LIMIT_COMPOUND_SELECT, 3 },
		{ SQLITE_LIMIT_VDBE_OP, 25000 }, { SQLITE_LIMIT_FUNCTION_ARG, 8 }, { SQLITE_LIMIT_ATTACHED, 1 },
		{ SQLITE_LIMIT_TRIGGER_DEPTH, 1 }, { SQLITE_LIMIT_WORKER_THREADS, 0 },
	};
	static const int switches[][2] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 }, { SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 }, { SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
		{ SQLITE_DBCONFIG_ENABLE_FKEY, 0 }, { SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
	};
	for (size_t i = 0; i < SLIM_COUNT(limits); i++)
		sqlite3_limit(db->handle, limits[i][0], limits[i][1]);
	for (size_t i = 0; i < SLIM_COUNT(switches); i++)
		sqlite3_db_config(db->handle, switches[i][0], switches[i][1], NULL);
	sqlite3_progress_handler(db->handle, STEPS_A_CALL, count_steps, db);
}

/* A database that lies in memory cannot be in WAL mode: what is opened says that it is not. */
static int load(struct slim_rpm_sqlite *db, struct slim_blob bytes, struct slim_error **err)
{
	unsigned char *copy = sqlite3_malloc64(bytes.len);
	if (!copy)
		slim_out_of_memory();
	memcpy(copy, bytes.ptr, bytes.len);
	memcpy(db->versions, bytes.ptr + WRITE_VERSION, sizeof(db->versions));
	memcpy(db->library, bytes.ptr + LIBRARY_VERSION, sizeof(db->library));
	for (int i = WRITE_VERSION; i <= READ_VERSION; i++)
		copy[i] = copy[i] == VERSION_WAL ? 1 : copy[i];
	int flags = SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE;
	sqlite3_int64 length = (sqlite3_int64)bytes.len;
	return sqlite3_deserialize(db->handle, "main", copy, length, length, flags) == SQLITE_OK ? 0 : fail(db, err);
}

static int check_schema(struct slim_rpm_sqlite *db, struct slim_error **err)
{
	autofinalize sqlite3_stmt *odd = NULL;
	if (run(db, "PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY", err) < 0 ||
	    prepare(db, "SELECT count(*) FROM sqlite_schema WHERE type NOT IN ('table', 'index') OR "
		    "sql LIKE 'create virtual%' OR sql LIKE '%generated always%'", &odd, err) < 0)
		return -1;
	if (sqlite3_step(odd) != SQLITE_ROW)
		return fail(db, err);
	if (sqlite3_column_int64(odd, 0))
		return slim_fail(err, SLIM_BAD_INPUT, "it has views, triggers or virtual tables, as rpm's never has");
	return 0;
}

int slim_rpm_sqlite_open(struct slim_blob bytes, struct slim_rpm_sqlite **out, struct slim_error **err)
{
	if (bytes.len < HEADER_SIZE || memcmp(bytes.ptr, "SQLite format 3", 16) != 0)
		return slim_fail(err, SLIM_BAD_INPUT, "no SQLite database");
	slim_cleanup(slim_rpm_sqlite_close_p) struct slim_rpm_sqlite *db = slim_calloc(1, sizeof(*db));
	db->steps_max = (uint64_t)bytes.len * STEPS_A_BYTE + 1000000;
	if (sqlite3_open_v2(":memory:", &db->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		slim_out_of_memory();
	restrict_it(db);
	if (load(db, bytes, err) < 0 || check_schema(db, err) < 0)
		return -1;
	*out = slim_steal(&db);
	return 0;
}

void slim_rpm_sqlite_close(struct slim_rpm_sqlite *db)
{
	if (!db)
		return;
	sqlite3_close(db->handle);
	free(db);
}

int slim_rpm_sqlite_each(struct slim_rpm_sqlite *db, slim_rpm_visit *visit, void *arg, struct slim_error **err)
{
	autofinalize sqlite3_stmt *all = NULL;
	if (prepare(db, "SELECT hnum, blob FROM Packages ORDER BY hnum", &all, err) < 0)
		return -1;
	for (;;) {
		int step = sqlite3_step(all);
		if (step == SQLITE_DONE)
			return 0;
		if (step != SQLITE_ROW)
			return fail(db, err);
		const char *bytes = sqlite3_column_blob(all, 1);
		int length = sqlite3_column_bytes(all, 1);
		int result = visit(arg, sqlite3_column_int64(all, 0), slim_blob(bytes ? bytes : "", (size_t)length), err);
		if (result)
			return result;
	}
}

static int by_number(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

static void sql_stays(sqlite3_context *context, int count, sqlite3_value **values)
{
	const struct slim_rpm_sqlite *db = sqlite3_user_data(context);
	int64_t number = sqlite3_value_int64(values[0]);
	sqlite3_result_int(context, db->kept_count && bsearch(&number, db->kept, db->kept_count, sizeof(number),
							       by_number));
}

/* The tables that have numbers of packages, quoted. */
static int list_tables(struct slim_rpm_sqlite *db, char *tables[TABLES_MAX], size_t *count, struct slim_error **err)
{
	autofinalize sqlite3_stmt *all = NULL;
	if (prepare(db, "SELECT format('\"%w\"', s.name) FROM sqlite_schema s, pragma_table_info(s.name) c "
		    "WHERE s.type = 'table' AND c.name = 'hnum' AND s.name NOT LIKE 'sqlite%' ORDER BY s.name", &all,
		    err) < 0)
		return -1;
	int step;
	while ((step = sqlite3_step(all)) == SQLITE_ROW && *count < TABLES_MAX)
		tables[(*count)++] = slim_strdup((const char *)sqlite3_column_text(all, 0));
	return step == SQLITE_DONE ? 0 : slim_fail(err, SLIM_BAD_INPUT, "too many tables");
}

int slim_rpm_sqlite_reduce(struct slim_rpm_sqlite *db, const int64_t *numbers, size_t count, struct slim_error **err)
{
	char *tables[TABLES_MAX];
	size_t table_count = 0;
	db->kept = numbers;
	db->kept_count = count;
	if (sqlite3_create_function(db->handle, "stays", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, db,
				    sql_stays, NULL, NULL) != SQLITE_OK)
		return fail(db, err);
	int result = list_tables(db, tables, &table_count, err);
	for (size_t i = 0; i < table_count; i++) {
		slim_autofree char *table = tables[i];
		slim_autofree char *sql = slim_format("DELETE FROM %s WHERE NOT stays(hnum)", table);
		if (!result)
			result = run(db, sql, err);
	}
	return result;
}

int slim_rpm_sqlite_replace(struct slim_rpm_sqlite *db, int64_t number, struct slim_blob header,
			    struct slim_error **err)
{
	autofinalize sqlite3_stmt *update = NULL;
	if (prepare(db, "UPDATE Packages SET blob = ? WHERE hnum = ?", &update, err) < 0)
		return -1;
	sqlite3_bind_blob64(update, 1, header.ptr, header.len, SQLITE_STATIC);
	sqlite3_bind_int64(update, 2, number);
	return sqlite3_step(update) == SQLITE_DONE ? 0 : fail(db, err);
}

int slim_rpm_sqlite_clear(struct slim_rpm_sqlite *db, const char *table, bool *there, struct slim_error **err)
{
	autofinalize sqlite3_stmt *find = NULL;
	slim_autofree char *sql = slim_format("DELETE FROM \"%s\"", table);
	if (prepare(db, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", &find, err) < 0)
		return -1;
	sqlite3_bind_text(find, 1, table, -1, SQLITE_STATIC);
	*there = sqlite3_step(find) == SQLITE_ROW;
	return *there ? run(db, sql, err) : 0;
}

static int insert_keys(struct slim_rpm_sqlite *db, sqlite3_stmt *insert, const struct slim_blob *keys, uint32_t count,
		       struct slim_error **err)
{
	for (uint32_t i = 0; i < count; i++) {
		sqlite3_bind_text64(insert, 1, keys[i].ptr, keys[i].len, SQLITE_STATIC, SQLITE_UTF8);
		sqlite3_bind_int64(insert, 3, i);
		if (sqlite3_step(insert) != SQLITE_DONE)
			return fail(db, err);
		sqlite3_reset(insert);
	}
	return 0;
}

int slim_rpm_sqlite_index(struct slim_rpm_sqlite *db, const char *table, int64_t number, const struct slim_blob *keys,
			  uint32_t count, struct slim_error **err)
{
	slim_autofree char *sql = slim_format("INSERT INTO \"%s\" VALUES (?, ?, ?)", table);
	autofinalize sqlite3_stmt *insert = NULL;
	if (prepare(db, sql, &insert, err) < 0)
		return -1;
	sqlite3_bind_int64(insert, 2, number);
	return insert_keys(db, insert, keys, count, err);
}

int slim_rpm_sqlite_bytes(struct slim_rpm_sqlite *db, char **bytes, size_t *length, struct slim_error **err)
{
	sqlite3_int64 size = 0;
	sqlite3_progress_handler(db->handle, 0, NULL, NULL); /* it cannot be interrupted without harm */
	if (run(db, "VACUUM", err) < 0)
		return -1;
	unsigned char *copy = sqlite3_serialize(db->handle, "main", &size, SQLITE_SERIALIZE_NOCOPY);
	if (!copy || size < HEADER_SIZE)
		return slim_fail(err, SLIM_BAD_INPUT, "SQLite could not write it");
	*bytes = slim_alloc((size_t)size);
	*length = (size_t)size;
	memcpy(*bytes, copy, (size_t)size);
	memcpy(*bytes + WRITE_VERSION, db->versions, sizeof(db->versions));
	memcpy(*bytes + LIBRARY_VERSION, db->library, sizeof(db->library));
	return 0;
}
