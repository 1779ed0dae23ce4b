/*
 * Locales that programs select by name in their code: docs/rules.md B4. An image has only those that were made on
 * purpose, as folders or in one archive. Source: glibc locale/locarchive.h (struct locarhead, struct namehashent).
 */
#include <string.h>

#include "lang.h"
#include "../system/system_data.h"

enum { ARCHIVE_MAGIC = 0xde020109u, ARCHIVE_HEAD = 64, ENTRY_SIZE = 12, NAMES_MAX = 4096, ARCHIVE_MAX = 4 << 20 };

struct asker {
	struct slim_trace *t;
	const struct slim_node *node;
};

/* The C library's own messages (strerror, getopt, …) in the language of the locale NAME: "de_DE.utf8" → de_DE, de. */
static void keep_messages(const struct asker *a, struct slim_blob name)
{
	struct slim_blob rest = name, region, language;
	slim_blob_split_any(&rest, ".@", &region);
	rest = region;
	slim_blob_split(&rest, '_', &language);
	const struct slim_blob names[] = { region, language };
	for (size_t i = 0; i < SLIM_COUNT(names); i++) {
		if (!names[i].len || names[i].len > 20 || memchr(names[i].ptr, '/', names[i].len) ||
		    *names[i].ptr == '.')
			continue;
		slim_autofree char *path =
			slim_format("/usr/share/locale/%.*s/LC_MESSAGES/libc.mo", (int)names[i].len, names[i].ptr);
		slim_keep_path(a->t, NULL, slim_blob_of(path), SLIM_RULE_LOCALE, a->node, "messages of the locale %.*s",
			       (int)name.len, name.ptr);
	}
}

static uint32_t word_at(const unsigned char *bytes, size_t length, uint64_t at)
{
	uint32_t value = 0;
	if (at + sizeof(value) <= length)
		memcpy(&value, bytes + at,
		       sizeof(value)); /* the archive is in the byte order of its machine, as this is */
	return value;
}

/* Each name in the archive's hash table. What is broken has none. */
static void read_archive(const struct asker *a, const struct slim_node *file)
{
	size_t length = 0;
	slim_autofree char *text = slim_trace_read(a->t, file, ARCHIVE_MAX, &length);
	const unsigned char *bytes = (const unsigned char *)text;
	if (!text || length < ARCHIVE_HEAD || word_at(bytes, length, 0) != ARCHIVE_MAGIC)
		return;
	uint64_t table = word_at(bytes, length, 8);
	uint32_t size = word_at(bytes, length, 16);
	for (uint32_t i = 0; i < size && i < NAMES_MAX; i++) {
		uint32_t at = word_at(bytes, length, table + (uint64_t)i * ENTRY_SIZE + 4);
		if (at && at < length)
			keep_messages(a, slim_blob(text + at, strnlen(text + at, length - at)));
	}
}

void lang_keep_locales(struct slim_trace *t, const struct slim_node *asker, const char *language)
{
	const struct asker a = { t, asker };
	const struct slim_node *dir = slim_tree_find(slim_trace_tree(t), "/usr/lib/locale");
	slim_keep_place(t, "/usr/lib/locale/*/**", SLIM_RULE_LOCALE, asker, language);
	for (const struct slim_node *c = dir ? dir->first : NULL; c; c = c->next) {
		if (slim_node_is_dir(c))
			keep_messages(&a, slim_blob(c->name, c->name_length));
		else if (!strcmp(c->name, "locale-archive") && slim_node_is_file(c))
			read_archive(&a, c);
	}
}
