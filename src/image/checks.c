#include "checks.h"

#include <pthread.h>
#include <stdlib.h>

#include "slim/alloc.h"

/* What is read at once, and what a thread does before it looks whether there is something better to do. */
enum { CHUNK = 256 << 10, PIECE = 8 << 20, LEAST = 1 << 20 };

struct slim_check {
	struct slim_checks *checks;
	struct slim_check_input input; /* label NULL: not added yet */
	uint64_t there, done;          /* bytes */
	bool complete, busy, queued;
	struct slim_check *next;       /* in the queue */
	/* those of the thread that is busy with it */
	struct slim_hasher *hasher;
	char *buffer;
	struct slim_error *err;
};

struct slim_checks {
	pthread_mutex_t mutex; /* guards all below, and of each check what no thread owns */
	struct slim_pool *pool;
	struct slim_log *log;
	struct slim_check *items;
	size_t count;
	struct slim_check *first, *last; /* the queue: those that a thread can go on with */
	uint64_t total, done; /* bytes, of all */
	bool shown;           /* the progress line is about these checks */
};

/* --- one check --------------------------------------------------------------------------------------------------- */

static void compare(struct slim_check *c)
{
	struct slim_digest got = slim_hasher_end(c->hasher);
	if (!slim_digest_equal(c->input.want, &got))
		slim_fail(&c->err, SLIM_BAD_INPUT, "%s: %s is %s, but its content has %s", c->input.label,
			  c->input.what, c->input.want->text, got.text);
}

static void release(struct slim_check *c)
{
	slim_hasher_free(slim_steal(&c->hasher));
	free(slim_steal(&c->buffer));
}

/* LENGTH more bytes, which are there. */
static int hash(struct slim_check *c, uint64_t from, size_t length)
{
	const struct slim_range *range = &c->input.range;
	while (length) {
		size_t n = length < CHUNK ? length : CHUNK;
		if (slim_file_read(range->file, range->offset + from, c->buffer, n, &c->err))
			return slim_wrap(&c->err, "%s", c->input.label);
		slim_hasher_add(c->hasher, c->buffer, n);
		from += n;
		length -= n;
	}
	return 0;
}

/* LAST: the check ends with these bytes. */
static void work(struct slim_check *c, uint64_t from, size_t length, bool last)
{
	if (!c->hasher) {
		c->hasher = slim_hasher_new(c->input.want->kind);
		c->buffer = slim_alloc(CHUNK);
	}
	if (hash(c, from, length) == 0 && last)
		compare(c);
	if (last || c->err)
		release(c);
}

/* --- all of them ------------------------------------------------------------------------------------------------- */

static bool can_go_on(const struct slim_check *c)
{
	return !c->busy && !c->queued && (c->complete || c->there - c->done >= LEAST);
}

static void queue(struct slim_checks *checks, struct slim_check *c)
{
	c->queued = true;
	c->next = NULL;
	*(checks->first ? &checks->last->next : &checks->first) = c;
	checks->last = c;
}

/* To the front: a check that was begun is gone on with, so that the largest ends early and reading stays in order. */
static void queue_again(struct slim_checks *checks, struct slim_check *c)
{
	c->queued = true;
	c->next = checks->first;
	checks->first = c;
	if (!c->next)
		checks->last = c;
}

static struct slim_check *take(struct slim_checks *checks)
{
	struct slim_check *c = checks->first;
	if (!c)
		return NULL;
	checks->first = c->next;
	c->queued = false;
	c->busy = true;
	return c;
}

/* A piece of the check that comes next. */
static bool step(void *context)
{
	struct slim_checks *checks = context;
	pthread_mutex_lock(&checks->mutex);
	struct slim_check *c = take(checks);
	if (!c) {
		pthread_mutex_unlock(&checks->mutex);
		return false;
	}
	uint64_t left = c->there - c->done;
	size_t length = left < PIECE ? (size_t)left : PIECE;
	bool last = c->complete && length == left;
	pthread_mutex_unlock(&checks->mutex);
	work(c, c->done, length, last);
	pthread_mutex_lock(&checks->mutex);
	c->busy = false;
	c->done += length;
	checks->done += length;
	if (!last && !c->err && can_go_on(c))
		queue_again(checks, c);
	bool shown = checks->shown;
	pthread_mutex_unlock(&checks->mutex);
	if (shown)
		slim_progress_add(checks->log, length);
	return true;
}

struct slim_checks *slim_checks_new(struct slim_pool *pool, size_t count, struct slim_log *log)
{
	struct slim_checks *checks = slim_calloc(1, sizeof(*checks));
	pthread_mutex_init(&checks->mutex, NULL);
	checks->pool = pool;
	checks->log = log;
	checks->items = slim_calloc(count + 1, sizeof(*checks->items));
	checks->count = count;
	slim_pool_background(pool, step, checks);
	return checks;
}

void slim_checks_free(struct slim_checks *checks)
{
	if (!checks)
		return;
	for (size_t i = 0; i < checks->count; i++) {
		release(&checks->items[i]);
		slim_error_free(checks->items[i].err);
		slim_file_unref(checks->items[i].input.range.file);
	}
	pthread_mutex_destroy(&checks->mutex);
	free(checks->items);
	free(checks);
}

/* More is there, or it is known that nothing more will come. */
static void extend(struct slim_check *c, uint64_t more, bool complete)
{
	struct slim_checks *checks = c->checks;
	pthread_mutex_lock(&checks->mutex);
	c->there += more;
	checks->total += more;
	c->complete = complete;
	bool wake = can_go_on(c) && !c->err;
	if (wake)
		queue(checks, c);
	pthread_mutex_unlock(&checks->mutex);
	if (wake)
		slim_pool_wake(checks->pool);
}

struct slim_check *slim_checks_add_growing(struct slim_checks *checks, const struct slim_check_input *input)
{
	struct slim_check *c = &checks->items[input->place];
	*c = (struct slim_check){ .checks = checks, .input = *input };
	slim_file_ref(input->range.file);
	return c;
}

void slim_checks_add(struct slim_checks *checks, const struct slim_check_input *input)
{
	extend(slim_checks_add_growing(checks, input), input->range.length, true);
}

void slim_check_grow(struct slim_check *c, uint64_t more)
{
	extend(c, more, false);
}

void slim_check_complete(struct slim_check *c)
{
	extend(c, 0, true);
}

int slim_checks_wait(struct slim_checks *checks, struct slim_error **err)
{
	pthread_mutex_lock(&checks->mutex);
	uint64_t done = checks->done;
	checks->shown = true;
	slim_progress_begin(checks->log, "verifying layers", checks->total);
	slim_progress_add(checks->log, done);
	pthread_mutex_unlock(&checks->mutex);
	slim_pool_drain(checks->pool);
	slim_progress_end(checks->log);
	for (size_t i = 0; i < checks->count; i++)
		if (checks->items[i].err) {
			*err = slim_steal(&checks->items[i].err);
			return -1;
		}
	return 0;
}
