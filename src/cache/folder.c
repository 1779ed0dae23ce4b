#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "entry.h"
#include "slim/alloc.h"

enum { OTHERS = 077, OTHERS_WRITE = 022, LATER = 60 };
static const char secret_file[] = "slim-secret", new_prefix[] = "slim-new-";

/* --- new files --------------------------------------------------------------------------------------------------- */

int slim_cache_folder_new(const struct slim_cache_folder *folder, const unsigned char salt[SLIM_SALT],
			  char name[SLIM_NEW_FILE])
{
	size_t at = (size_t)snprintf(name, SLIM_NEW_FILE, "%s", new_prefix);
	for (size_t i = 0; i < SLIM_SALT; i++)
		at += (size_t)snprintf(name + at, SLIM_NEW_FILE - at, "%02x", salt[i]);
	int fd = openat(folder->fd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0)
		flock(fd, LOCK_EX); /* should it fail, another run may clear the file away, and it will be made again */
	return fd;
}

static bool is_new_file(const char *name)
{
	return strlen(name) == SLIM_NEW_FILE - 1 && !strncmp(name, new_prefix, strlen(new_prefix)) &&
	       strspn(name + strlen(new_prefix), "0123456789abcdef") == 2 * SLIM_SALT;
}

static int open_regular(const struct slim_cache_folder *folder, const char *name, int flags, struct stat *st)
{
	int fd = openat(folder->fd, name, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || (fstat(fd, st) == 0 && S_ISREG(st->st_mode)))
		return fd;
	close(fd);
	errno = EINVAL;
	return -1;
}

/* A file that nobody has locked is left over from a run that was killed. */
static void clear_new_file(const struct slim_cache_folder *folder, const char *name)
{
	struct stat st;
	int fd = open_regular(folder, name, O_RDWR, &st);
	if (fd < 0)
		return;
	if (!flock(fd, LOCK_EX | LOCK_NB))
		unlinkat(folder->fd, name, 0);
	close(fd);
}

/* --- the secret -------------------------------------------------------------------------------------------------- */

static bool write_secret(int fd)
{
	unsigned char secret[SLIM_SECRET];
	return getrandom(secret, sizeof(secret), 0) == sizeof(secret) &&
	       write(fd, secret, sizeof(secret)) == (ssize_t)sizeof(secret);
}

/* Whichever of several runs is first gives its secret the name. */
static int make_secret(const struct slim_cache_folder *folder)
{
	unsigned char salt[SLIM_SALT];
	char name[SLIM_NEW_FILE];
	if (!slim_salt_draw(salt))
		return -1;
	int fd = slim_cache_folder_new(folder, salt, name);
	if (fd < 0)
		return -1;
	bool made = write_secret(fd) && (!linkat(folder->fd, name, folder->fd, secret_file, 0) || errno == EEXIST);
	int errnum = errno;
	unlinkat(folder->fd, name, 0);
	close(fd);
	errno = errnum;
	return made ? 0 : -1;
}

static int read_secret(struct slim_cache_folder *folder, struct slim_error **err)
{
	struct stat st;
	int fd = open_regular(folder, secret_file, O_RDONLY, &st);
	if (fd < 0 && errno == ENOENT) {
		if (make_secret(folder))
			return slim_fail_errno(err, errno, "its secret cannot be made");
		fd = open_regular(folder, secret_file, O_RDONLY, &st);
	}
	if (fd < 0)
		return slim_fail_errno(err, errno, "%s", secret_file);
	bool ours = st.st_uid == geteuid() && !(st.st_mode & OTHERS);
	bool whole = st.st_size == SLIM_SECRET && read(fd, folder->secret, SLIM_SECRET) == SLIM_SECRET;
	close(fd);
	if (!ours)
		return slim_fail(err, SLIM_BAD_INPUT, "%s can be read by others", secret_file);
	return whole ? 0 : slim_fail(err, SLIM_BAD_INPUT, "%s is damaged; remove it to begin anew", secret_file);
}

/* --- what lies in it --------------------------------------------------------------------------------------------- */

struct item {
	struct timespec used; /* the time of access, which slim sets: that of the last change tells of writers */
	uint64_t size;
	char file[SLIM_ENTRY_FILE];
};

struct listing {
	struct item *items;
	size_t count, capacity;
	uint64_t bytes;
};

static bool is_before(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

static int by_use(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	return is_before(&x->used, &y->used) ? -1 : is_before(&y->used, &x->used) ? 1 : strcmp(x->file, y->file);
}

static void list_one(const struct slim_cache_folder *folder, const char *name, struct listing *l)
{
	struct stat st;
	if (fstatat(folder->fd, name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode))
		return;
	struct item item = { .used = st.st_atim, .size = (uint64_t)st.st_blocks * 512 };
	if (st.st_atim.tv_sec > folder->start.tv_sec + LATER) /* a clock was wrong: else it would stay for ever */
		item.used = (struct timespec){ 0 };
	strcpy(item.file, name);
	l->bytes += item.size;
	*slim_push(&l->items, &l->count, &l->capacity) = item;
}

static void list(const struct slim_cache_folder *folder, struct listing *l, bool clear)
{
	int fd = openat(folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	for (struct dirent *e; (e = readdir(dir));) {
		if (slim_entry_is_file(e->d_name))
			list_one(folder, e->d_name, l);
		else if (clear && is_new_file(e->d_name))
			clear_new_file(folder, e->d_name);
	}
	closedir(dir);
}

/* Those that were not used for the longest time go, until ROOM more bytes fit. Sets folder->used. */
static void evict(struct slim_cache_folder *folder, uint64_t room)
{
	struct listing l = { 0 };
	list(folder, &l, false);
	if (l.count)
		qsort(l.items, l.count, sizeof(*l.items), by_use);
	for (size_t i = 0; i < l.count && l.bytes > folder->limit - room; i++)
		if (is_before(&l.items[i].used, &folder->start) && !unlinkat(folder->fd, l.items[i].file, 0))
			l.bytes -= l.items[i].size;
	folder->used = l.bytes;
	free(l.items);
}

bool slim_cache_folder_reserve(struct slim_cache_folder *folder, uint64_t size)
{
	if (size > folder->limit)
		return false;
	pthread_mutex_lock(&folder->mutex);
	if (folder->used > folder->limit - size)
		evict(folder, size);
	bool fits = folder->used <= folder->limit - size;
	if (fits)
		folder->used += size;
	pthread_mutex_unlock(&folder->mutex);
	return fits;
}

void slim_cache_folder_release(struct slim_cache_folder *folder, uint64_t size)
{
	pthread_mutex_lock(&folder->mutex);
	folder->used -= size < folder->used ? size : folder->used;
	pthread_mutex_unlock(&folder->mutex);
}

/* --- the folder itself ------------------------------------------------------------------------------------------- */

static int check_owner(const struct slim_cache_folder *folder, struct slim_error **err)
{
	struct stat st;
	if (fstat(folder->fd, &st))
		return slim_fail_errno(err, errno, "cannot be used");
	if (st.st_uid != geteuid())
		return slim_fail(err, SLIM_BAD_INPUT, "belongs to another user");
	if (st.st_mode & OTHERS_WRITE)
		return slim_fail(err, SLIM_BAD_INPUT, "others can write to it");
	return 0;
}

int slim_cache_folder_open(struct slim_cache_folder *folder, const char *path, uint64_t limit, struct slim_error **err)
{
	if (mkdir(path, 0700) && errno != EEXIST)
		return slim_fail_errno(err, errno, "cannot be made");
	*folder = (struct slim_cache_folder){ .limit = limit };
	folder->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder->fd < 0)
		return slim_fail_errno(err, errno, "cannot be opened");
	clock_gettime(CLOCK_REALTIME_COARSE, &folder->start); /* what the kernel stamps files with */
	if (check_owner(folder, err) || read_secret(folder, err)) {
		close(folder->fd);
		return -1;
	}
	pthread_mutex_init(&folder->mutex, NULL);
	struct listing l = { 0 };
	list(folder, &l, true);
	folder->used = l.bytes;
	free(l.items);
	return 0;
}

void slim_cache_folder_close(struct slim_cache_folder *folder)
{
	if (folder->used > folder->limit)
		evict(folder, 0);
	pthread_mutex_destroy(&folder->mutex);
	explicit_bzero(folder->secret, sizeof(folder->secret));
	close(folder->fd);
}
