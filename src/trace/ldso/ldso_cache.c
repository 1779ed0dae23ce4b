/*
 * /etc/ld.so.cache: glibc sysdeps/generic/dl-cache.h, elf/cache.c. An old part ("ld.so-1.7.0") may come first; the
 * new one follows it, aligned. Numbers are in the byte order of the machine that the cache is for.
 */
#include <libelf.h>
#include <stdlib.h>
#include <string.h>

#include "ldso_inside.h"

enum {
	OLD_HEADER = 16, OLD_ENTRY = 12, NEW_HEADER = 48, NEW_ENTRY = 24, ENTRY_LIMIT = 1 << 18,
	TAG_HWCAPS = 1, EXTENSION_LIMIT = 64, KEY_LIMIT = 256, PATH_LIMIT = 4096,
};

static const char old_magic[] = "ld.so-1.7.0", new_magic[] = "glibc-ld.so.cache1.1";
static const uint32_t extension_magic = 0xeaa42174;

struct entry {
	const char *key;
	size_t order;
	struct ld_cached value;
};

struct ld_cache {
	struct entry *entries; /* sorted by key, then by their order in the file */
	struct ld_cached *found;
	size_t count;
};

struct reader {
	struct slim_blob bytes;
	bool big;
};

static bool word_at(const struct reader *r, uint64_t at, uint32_t *out)
{
	if (at > r->bytes.len || r->bytes.len - at < 4)
		return false;
	const unsigned char *p = (const unsigned char *)r->bytes.ptr + at;
	*out = r->big ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] :
			(uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
	return true;
}

/* Of at most LIMIT bytes, so that sorting them is bounded too. */
static const char *string_at(const struct reader *r, uint64_t at, size_t limit)
{
	if (at >= r->bytes.len)
		return NULL;
	size_t rest = r->bytes.len - (size_t)at;
	return memchr(r->bytes.ptr + at, 0, rest < limit ? rest : limit) ? r->bytes.ptr + at : NULL;
}

/* The number of entries is small whatever the byte order is read as wrongly: take the order in which they fit. */
static bool count_entries(struct reader *r, uint64_t base, uint64_t header, uint64_t entry, uint32_t *count)
{
	for (int big = 0; big < 2; big++) {
		r->big = big;
		if (word_at(r, base + header, count) && *count <= ENTRY_LIMIT &&
		    *count <= (r->bytes.len - base) / entry)
			return true;
	}
	return false;
}

struct names {
	const char **items;
	size_t count;
};

static struct names read_hwcaps(struct slim_arena *arena, const struct reader *r, uint64_t at, uint32_t size)
{
	struct names names = { 0 };
	if (size > r->bytes.len)
		return names;
	names.items = slim_arena_alloc(arena, (size / 4 + 1) * sizeof(*names.items));
	for (uint32_t i = 0, place; i < size / 4 && word_at(r, at + 4ull * i, &place); i++)
		names.items[names.count++] = string_at(r, place, KEY_LIMIT);
	return names;
}

/* The extension directory: which glibc-hwcaps subfolders the entries' numbers mean. */
static struct names find_hwcaps(struct slim_arena *arena, const struct reader *r, uint64_t base)
{
	uint32_t place, magic, count, tag, at, size;
	if (!word_at(r, base + 32, &place) || !place || !word_at(r, place, &magic) || magic != extension_magic ||
	    !word_at(r, place + 4ull, &count))
		return (struct names){ 0 };
	for (uint32_t i = 0; i < count && i < EXTENSION_LIMIT; i++) {
		uint64_t section = place + 8ull + 16ull * i;
		if (!word_at(r, section, &tag) || !word_at(r, section + 8, &at) || !word_at(r, section + 12, &size))
			break;
		if (tag == TAG_HWCAPS)
			return read_hwcaps(arena, r, at, size);
	}
	return (struct names){ 0 };
}

static void add_entry(struct ld_cache *cache, const char *key, struct ld_cached value)
{
	if (!key || !value.path || value.path[0] != '/')
		return;
	cache->entries[cache->count] = (struct entry){ key, cache->count, value };
	cache->count++;
}

static void read_new(struct slim_arena *arena, const struct reader *r, uint64_t base, uint32_t count,
		     struct ld_cache *cache)
{
	struct names hwcaps = find_hwcaps(arena, r, base);
	for (uint32_t i = 0; i < count; i++) {
		uint64_t at = base + NEW_HEADER + (uint64_t)NEW_ENTRY * i;
		uint32_t flags, key, value, first, second;
		if (!word_at(r, at, &flags) || !word_at(r, at + 4, &key) || !word_at(r, at + 8, &value) ||
		    !word_at(r, at + 16, &first) || !word_at(r, at + 20, &second))
			return;
		uint32_t high = r->big ? first : second, low = r->big ? second : first;
		/* DL_CACHE_HWCAP_EXTENSION is bit 62; the ten bits from 32 on hold an ISA level. */
		bool named = (high & ~0x3ffu) == 1u << 30;
		struct ld_cached v = { string_at(r, base + value, PATH_LIMIT), flags, NULL, !named && (high | low) };
		if (named && low < hwcaps.count)
			v.hwcap = hwcaps.items[low];
		if (!named || v.hwcap)
			add_entry(cache, string_at(r, base + key, KEY_LIMIT), v);
	}
}

static void read_old(const struct reader *r, uint32_t count, struct ld_cache *cache)
{
	uint64_t strings = OLD_HEADER + (uint64_t)OLD_ENTRY * count;
	for (uint32_t i = 0; i < count; i++) {
		uint64_t at = OLD_HEADER + (uint64_t)OLD_ENTRY * i;
		uint32_t flags, key, value;
		if (!word_at(r, at, &flags) || !word_at(r, at + 4, &key) || !word_at(r, at + 8, &value))
			return;
		add_entry(cache, string_at(r, strings + key, KEY_LIMIT),
			  (struct ld_cached){ string_at(r, strings + value, PATH_LIMIT), flags, NULL, false });
	}
}

static int entry_order(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int by_key = strcmp(x->key, y->key);
	return by_key ? by_key : x->order < y->order ? -1 : x->order > y->order;
}

static bool is_new(const struct reader *r, uint64_t at)
{
	return at <= r->bytes.len && r->bytes.len - at >= NEW_HEADER &&
	       !memcmp(r->bytes.ptr + at, new_magic, sizeof(new_magic) - 1);
}

struct ld_cache *ld_cache_parse(struct slim_arena *arena, struct slim_blob bytes)
{
	struct reader r = { bytes, false };
	uint64_t base = 0;
	uint32_t count = 0;
	bool old = bytes.len >= OLD_HEADER && !memcmp(bytes.ptr, old_magic, sizeof(old_magic) - 1);
	if (old) {
		if (!count_entries(&r, 0, 12, OLD_ENTRY, &count))
			return NULL;
		base = (OLD_HEADER + (uint64_t)OLD_ENTRY * count + 7) & ~UINT64_C(7);
	}
	bool new = is_new(&r, base);
	if (!old && !new)
		return NULL;
	if (new && !count_entries(&r, base, 20, NEW_ENTRY, &count))
		return NULL;
	struct ld_cache *cache = slim_arena_alloc(arena, sizeof(*cache));
	cache->entries = slim_arena_alloc(arena, (count + 1) * sizeof(*cache->entries));
	if (new)
		read_new(arena, &r, base, count, cache);
	else
		read_old(&r, count, cache);
	if (cache->count)
		qsort(cache->entries, cache->count, sizeof(*cache->entries), entry_order);
	cache->found = slim_arena_alloc(arena, (cache->count + 1) * sizeof(*cache->found));
	for (size_t i = 0; i < cache->count; i++)
		cache->found[i] = cache->entries[i].value;
	return cache;
}

const struct ld_cached *ld_cache_find(const struct ld_cache *cache, const char *name, size_t *count)
{
	size_t low = 0, high = cache->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(cache->entries[middle].key, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*count = 0;
	while (low + *count < cache->count && !strcmp(cache->entries[low + *count].key, name))
		++*count;
	return cache->found + low;
}

/* glibc sysdeps/generic/ldconfig.h. Of a machine that is not listed all are looked at: the file itself decides. */
bool ld_cache_accepts(uint16_t machine, uint8_t elf_class, uint32_t flags)
{
	static const struct {
		uint16_t machine;
		uint8_t elf_class;
		uint32_t flags, other;
	} known[] = {
		{ EM_X86_64, ELFCLASS64, 0x0303, 0x0303 }, { EM_X86_64, ELFCLASS32, 0x0803, 0x0803 },
		{ EM_386, ELFCLASS32, 0x0003, 0x0001 },    { EM_AARCH64, ELFCLASS64, 0x0a03, 0x0a03 },
		{ EM_ARM, ELFCLASS32, 0x0903, 0x0b03 },    { EM_PPC64, ELFCLASS64, 0x0503, 0x0503 },
		{ EM_S390, ELFCLASS64, 0x0403, 0x0403 },   { EM_SPARCV9, ELFCLASS64, 0x0103, 0x0103 },
	};
	for (size_t i = 0; i < SLIM_COUNT(known); i++)
		if (known[i].machine == machine && known[i].elf_class == elf_class)
			return flags == known[i].flags || flags == known[i].other;
	return true;
}
