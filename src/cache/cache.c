#include "cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "entry.h"
#include "slim/alloc.h"

enum { CHUNK = 256 << 10 };

struct slim_cache *slim_cache_open(const char *path, uint64_t limit, struct slim_log *log)
{
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	struct slim_cache *cache = slim_calloc(1, sizeof(*cache));
	if (slim_cache_folder_open(&cache->folder, path, limit, &err)) {
		slim_info(log, "--cache %s: %s; going on without", path, slim_error_text(err));
		free(cache);
		return NULL;
	}
	cache->path = slim_strdup(path);
	cache->log = log;
	atomic_flag_clear(&cache->told);
	return cache;
}

void slim_cache_close(struct slim_cache *cache)
{
	if (!cache)
		return;
	slim_verbose(cache->log, "--cache %s: %u found, %u not, %u damaged, %u made", cache->path, cache->found,
		     cache->missed, cache->damaged, cache->kept);
	slim_cache_folder_close(&cache->folder);
	free(cache->path);
	free(cache);
}

/* --- reading ----------------------------------------------------------------------------------------------------- */

struct opened {
	int fd;
	struct slim_entry_header header;
	struct slim_coder *coder;
	struct slim_error *err;
};

static void close_entry(struct opened *o)
{
	if (o->fd >= 0)
		close(o->fd);
	slim_coder_free(o->coder);
	slim_error_free(o->err);
}

static bool read_at(int fd, uint64_t offset, void *buffer, size_t length)
{
	for (char *at = buffer; length;) {
		ssize_t n = pread(fd, at, length, (off_t)offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		offset += (size_t)n;
		length -= (size_t)n;
	}
	return true;
}

static bool open_header(const struct slim_cache *cache, const unsigned char name[SLIM_ENTRY_NAME], struct opened *o)
{
	unsigned char header[SLIM_ENTRY_HEADER];
	struct stat st;
	if (fstat(o->fd, &st) || !S_ISREG(st.st_mode) || !read_at(o->fd, 0, header, sizeof(header)) ||
	    !slim_entry_read(header, name, (uint64_t)st.st_size, &o->header))
		return false;
	struct slim_code_key key = slim_code_key(cache->folder.secret, o->header.salt);
	o->coder = slim_coder_new(&key, 0);
	slim_coder_add(o->coder, header, sizeof(header));
	return true;
}

/* After the value has been added. */
static bool has_code(struct opened *o)
{
	struct slim_code want, got = slim_coder_end(slim_steal(&o->coder));
	return read_at(o->fd, SLIM_ENTRY_HEADER + o->header.length, want.bytes, sizeof(want.bytes)) &&
	       slim_code_equal(&want, &got);
}

/* Each entry is read whole, into VALUE or only to be checked. */
static bool read_value(struct opened *o, char *value)
{
	slim_autofree char *chunk = value ? NULL : slim_alloc(CHUNK);
	for (uint64_t at = 0; at < o->header.length;) {
		size_t part = o->header.length - at < CHUNK ? (size_t)(o->header.length - at) : CHUNK;
		char *to = value ? value + at : chunk;
		if (!read_at(o->fd, SLIM_ENTRY_HEADER + at, to, part))
			return false;
		slim_coder_add(o->coder, to, part);
		at += part;
	}
	return has_code(o);
}

static void count(struct slim_cache *cache, const struct opened *o, bool good)
{
	const struct timespec now[2] = { { .tv_nsec = UTIME_NOW }, { .tv_nsec = UTIME_OMIT } };
	if (good)
		futimens(o->fd, now); /* should it fail, the entry goes earlier than it could */
	if (o->fd < 0)
		cache->missed++;
	else if (good)
		cache->found++;
	else
		cache->damaged++;
}

static struct opened open_entry(const struct slim_cache *cache, const char *kind, const char *id, bool *good)
{
	struct opened o = { 0 };
	unsigned char name[SLIM_ENTRY_NAME];
	char file[SLIM_ENTRY_FILE];
	slim_entry_name(kind, id, name);
	slim_entry_file(name, file);
	o.fd = openat(cache->folder.fd, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	*good = o.fd >= 0 && open_header(cache, name, &o);
	return o;
}

struct slim_blob slim_cache_get(struct slim_cache *cache, const char *kind, const char *id)
{
	if (!cache)
		return slim_blob(NULL, 0);
	bool good;
	slim_cleanup(close_entry) struct opened o = open_entry(cache, kind, id, &good);
	slim_autofree char *value = NULL;
	good = good && o.header.length <= cache->folder.limit && o.header.length < SIZE_MAX;
	if (good) {
		value = slim_alloc((size_t)o.header.length + 1);
		good = read_value(&o, value);
	}
	count(cache, &o, good);
	return good ? slim_blob(slim_steal(&value), (size_t)o.header.length) : slim_blob(NULL, 0);
}

bool slim_cache_get_file(struct slim_cache *cache, const char *kind, const char *id, struct slim_range *out)
{
	if (!cache)
		return false;
	bool good;
	slim_cleanup(close_entry) struct opened o = open_entry(cache, kind, id, &good);
	good = good && read_value(&o, NULL);
	count(cache, &o, good);
	if (!good)
		return false;
	*out = (struct slim_range){ slim_file_new(o.fd, cache->path), SLIM_ENTRY_HEADER, o.header.length };
	o.fd = -1;
	return true;
}

void slim_cache_id(const struct slim_cache *cache, struct slim_blob bytes, char id[SLIM_CACHE_ID])
{
	static const unsigned char salt[SLIM_SALT] = "ids of bytes";
	struct slim_code_key key = slim_code_key(cache->folder.secret, salt);
	struct slim_coder *coder = slim_coder_new(&key, 0);
	slim_coder_add(coder, bytes.ptr, bytes.len);
	struct slim_code code = slim_coder_end(coder);
	for (size_t i = 0; i < sizeof(code.bytes); i++)
		snprintf(id + 2 * i, 3, "%02x", code.bytes[i]);
}

/* --- writing ----------------------------------------------------------------------------------------------------- */

struct written {
	struct slim_cache *cache;
	int fd;
	struct slim_coder *coder;
	char name[SLIM_NEW_FILE];
};

static bool append(struct written *w, const void *bytes, size_t length)
{
	slim_coder_add(w->coder, bytes, length);
	for (const char *at = bytes; length;) {
		ssize_t n = write(w->fd, at, length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n ? errno : ENOSPC;
			return false;
		}
		at += n;
		length -= (size_t)n;
	}
	return true;
}

static bool append_range(struct written *w, const struct slim_range *range)
{
	slim_autofree char *chunk = slim_alloc(CHUNK);
	for (uint64_t at = 0; at < range->length;) {
		size_t part = range->length - at < CHUNK ? (size_t)(range->length - at) : CHUNK;
		if (!read_at(slim_file_fd(range->file), range->offset + at, chunk, part) || !append(w, chunk, part))
			return false;
		at += part;
	}
	return true;
}

static bool append_code(struct written *w)
{
	struct slim_code code = slim_coder_end(slim_steal(&w->coder));
	return write(w->fd, code.bytes, sizeof(code.bytes)) == (ssize_t)sizeof(code.bytes);
}

static void tell(struct slim_cache *cache, int errnum)
{
	if (!atomic_flag_test_and_set(&cache->told))
		slim_info(cache->log, "--cache %s: %s; not everything is kept", cache->path, strerror(errnum));
}

static bool begin(struct written *w, const struct slim_entry_header *header)
{
	unsigned char bytes[SLIM_ENTRY_HEADER];
	struct slim_code_key key = slim_code_key(w->cache->folder.secret, header->salt);
	w->fd = slim_cache_folder_new(&w->cache->folder, header->salt, w->name);
	if (w->fd < 0)
		return false;
	w->coder = slim_coder_new(&key, 0);
	slim_entry_write(header, bytes);
	return append(w, bytes, sizeof(bytes));
}

/* The value is in MEMORY, or else in RANGE. */
static bool write_entry(struct written *w, const struct slim_entry_header *header, const char *memory,
			const struct slim_range *range)
{
	char file[SLIM_ENTRY_FILE];
	slim_entry_file(header->name, file);
	if (!begin(w, header) || !(range ? append_range(w, range) : append(w, memory, (size_t)header->length)) ||
	    !append_code(w))
		return false;
	return !renameat(w->cache->folder.fd, w->name, w->cache->folder.fd, file);
}

static void keep(struct slim_cache *cache, struct slim_entry_header *header, const char *memory,
		 const struct slim_range *range)
{
	uint64_t size;
	if (__builtin_add_overflow(header->length, SLIM_ENTRY_HEADER + sizeof(struct slim_code), &size) ||
	    !slim_salt_draw(header->salt) || !slim_cache_folder_reserve(&cache->folder, size))
		return;
	struct written w = { .cache = cache, .fd = -1 };
	bool good = write_entry(&w, header, memory, range);
	if (good)
		cache->kept++;
	else
		tell(cache, errno);
	slim_coder_free(w.coder);
	if (!good && w.fd >= 0)
		unlinkat(cache->folder.fd, w.name, 0);
	if (w.fd >= 0)
		close(w.fd);
	if (!good)
		slim_cache_folder_release(&cache->folder, size);
}

void slim_cache_put(struct slim_cache *cache, const char *kind, const char *id, struct slim_blob value)
{
	struct slim_entry_header header = { .length = value.len };
	if (!cache)
		return;
	slim_entry_name(kind, id, header.name);
	keep(cache, &header, value.ptr, NULL);
}

void slim_cache_put_file(struct slim_cache *cache, const char *kind, const char *id, const struct slim_range *value)
{
	struct slim_entry_header header = { .length = value->length };
	if (!cache)
		return;
	slim_entry_name(kind, id, header.name);
	keep(cache, &header, NULL, value);
}
