#include "rpm_packages.h"

#include <stdlib.h>

#include "../trace/package/rpm_sqlite.h"
#include "rpm_header.h"

/* The tables whose keys come from what a reduced header has less of: rpm's lib/rpmdb.c. */
static const struct {
	const char *name;
	enum slim_rpm_tag tag;
} tables[] = { { "Basenames", SLIM_RPM_BASE_NAMES }, { "Dirnames", SLIM_RPM_DIR_NAMES }, { "Sha1header", SLIM_RPM_SHA1 } };

struct record {
	int64_t number;
	struct slim_buffer header;
	bool changed;
};

struct teller {
	const struct slim_rpm_survivors *survivors;
	struct record *records; /* of the packages that survive, by number */
	size_t count, capacity, next, seen;
};

static int by_number(const void *a, const void *b)
{
	const struct record *x = a, *y = b;
	return (x->number > y->number) - (x->number < y->number);
}

static void list_survivors(struct teller *t)
{
	const struct slim_rpm_survivors *s = t->survivors;
	for (size_t i = 0; i < slim_packages_count(s->packages); i++)
		if (s->survives[i] && slim_packages_at(s->packages, i)->record)
			*slim_push(&t->records, &t->count, &t->capacity) =
				(struct record){ .number = slim_packages_at(s->packages, i)->record };
	if (t->count)
		qsort(t->records, t->count, sizeof(*t->records), by_number);
}

static int reduce(const struct teller *t, struct slim_blob bytes, struct record *record, struct slim_error **err)
{
	slim_cleanup(slim_rpm_header_clear) struct slim_rpm_header header;
	slim_cleanup(slim_rpm_files_clear) struct slim_rpm_files files = { 0 };
	if (!slim_rpm_header_parse(bytes, &header) || !slim_rpm_files_read(&header, &files)) {
		slim_buffer_add(&record->header, bytes);
		return 0;
	}
	slim_autofree bool *stays = slim_calloc(files.count, sizeof(*stays));
	for (uint32_t i = 0; i < files.count; i++) {
		slim_autofree char *path = slim_rpm_file_path(&files, i);
		stays[i] = path && t->survivors->has(t->survivors->selection, slim_blob_of(path));
		record->changed |= !stays[i];
	}
	if (!record->changed)
		slim_buffer_add(&record->header, bytes);
	return record->changed ? slim_rpm_header_reduce(&header, stays, files.count, &record->header, err) : 0;
}

/* Headers come by number, as the records are sorted. */
static int visit(void *arg, int64_t number, struct slim_blob bytes, struct slim_error **err)
{
	struct teller *t = arg;
	t->seen++;
	while (t->next < t->count && t->records[t->next].number < number)
		t->next++;
	if (t->next == t->count || t->records[t->next].number != number)
		return 0;
	return reduce(t, bytes, &t->records[t->next], err);
}

static int add_keys(struct slim_rpm_sqlite *db, const char *table, enum slim_rpm_tag tag, const struct record *record,
		    struct slim_error **err)
{
	slim_cleanup(slim_rpm_header_clear) struct slim_rpm_header header;
	uint32_t count = 0;
	if (!slim_rpm_header_parse(slim_blob(record->header.bytes, record->header.length), &header))
		return 0;
	slim_autofree struct slim_blob *keys = slim_rpm_strings(&header, tag, &count);
	return slim_rpm_sqlite_index(db, table, record->number, keys, count, err);
}

static int write_table(const struct teller *t, struct slim_rpm_sqlite *db, const char *table, enum slim_rpm_tag tag,
		       struct slim_error **err)
{
	bool there = false;
	if (slim_rpm_sqlite_clear(db, table, &there, err) < 0)
		return -1;
	for (size_t i = 0; there && i < t->count; i++)
		if (add_keys(db, table, tag, &t->records[i], err) < 0)
			return -1;
	return 0;
}

static int write_all(const struct teller *t, struct slim_rpm_sqlite *db, struct slim_error **err)
{
	slim_autofree int64_t *numbers = slim_calloc(t->count + 1, sizeof(*numbers));
	for (size_t i = 0; i < t->count; i++)
		numbers[i] = t->records[i].number;
	if (slim_rpm_sqlite_reduce(db, numbers, t->count, err) < 0)
		return -1;
	for (size_t i = 0; i < t->count; i++) {
		const struct record *r = &t->records[i];
		struct slim_blob header = slim_blob(r->header.bytes, r->header.length);
		if (r->changed && slim_rpm_sqlite_replace(db, r->number, header, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < SLIM_COUNT(tables); i++)
		if (write_table(t, db, tables[i].name, tables[i].tag, err) < 0)
			return -1;
	return 0;
}

static int tell(struct teller *t, struct slim_blob bytes, struct slim_buffer *out, struct slim_error **err)
{
	slim_cleanup(slim_rpm_sqlite_close_p) struct slim_rpm_sqlite *db = NULL;
	slim_autofree char *told = NULL;
	size_t length = 0;
	if (slim_rpm_sqlite_open(bytes, &db, err) < 0 || slim_rpm_sqlite_each(db, visit, t, err) < 0)
		return -1;
	bool changed = t->seen != t->count;
	for (size_t i = 0; i < t->count; i++)
		changed |= t->records[i].changed;
	if (!changed) {
		slim_buffer_add(out, bytes);
		return 0;
	}
	if (write_all(t, db, err) < 0 || slim_rpm_sqlite_bytes(db, &told, &length, err) < 0)
		return -1;
	slim_buffer_add(out, slim_blob(told, length));
	return 0;
}

int slim_rpm_packages_tell(const struct slim_rpm_survivors *survivors, struct slim_blob bytes, struct slim_buffer *out,
			   struct slim_error **err)
{
	struct teller t = { .survivors = survivors };
	list_survivors(&t);
	int result = tell(&t, bytes, out, err);
	for (size_t i = 0; i < t.count; i++)
		slim_buffer_free(&t.records[i].header);
	free(t.records);
	return result;
}
