#include "checks.h"

#include <pthread.h>
#include <stdlib.h>

#include "slim/alloc.h"

/* What is read at once, and what a thread does before it looks whether there is something better to do. */
enum { CHUNK = 64 << 10, PIECE = SLIM_SEAL_PIECE, LEAST = 1 << 20 };

struct slim_check {
	struct slim_checks *checks;
	struct slim_check_input input; /* label NULL: not added yet */
	uint64_t there, taken;         /* bytes; some thread has seen to the latter, or does */
	unsigned threads;              /* that are busy with it */
	bool complete, queued;
	bool known, differs;           /* compared with the seal, not hashed; and some piece is another */
	struct slim_check *next;       /* in the queue */
	struct slim_seal *seal;        /* NULL: none; of bytes that are not known: to be made */
	/* those of the thread that hashes */
	struct slim_hasher *hasher;
	struct slim_error *err;
};

struct piece {
	uint64_t from;
	size_t length;
	bool last; /* the check ends with it */
};

struct slim_checks {
	pthread_mutex_t mutex; /* guards all below, and of each check what no thread owns */
	struct slim_pool *pool;
	struct slim_cache *cache;
	struct slim_log *log;
	struct slim_check *items;
	size_t count;
	struct slim_check *first, *last; /* the queue: those that a thread can go on with */
	uint64_t total, done; /* bytes, of all */
	bool shown;           /* the progress line is about these checks */
};

/* --- one check --------------------------------------------------------------------------------------------------- */

static void judge(struct slim_check *c)
{
	struct slim_digest got = slim_hasher_end(c->hasher);
	if (!slim_digest_equal(c->input.want, &got))
		slim_fail(&c->err, SLIM_BAD_INPUT, "%s: %s is %s, but its content has %s", c->input.label,
			  c->input.what, c->input.want->text, got.text);
	else if (c->seal)
		slim_seal_put(c->seal, c->input.want->text);
}

static void release(struct slim_check *c)
{
	slim_hasher_free(slim_steal(&c->hasher));
	slim_seal_free(slim_steal(&c->seal));
}

/* The bytes of a piece, which are there, go to HASHER and CODER; each may be NULL. */
static int pass(const struct slim_range *range, const struct piece *piece, struct slim_hasher *hasher,
		struct slim_coder *coder, struct slim_error **err)
{
	slim_autofree char *buffer = slim_alloc(CHUNK);
	for (size_t at = 0; at < piece->length;) {
		size_t n = piece->length - at < CHUNK ? piece->length - at : CHUNK;
		if (slim_file_read(range->file, range->offset + piece->from + at, buffer, n, err))
			return -1;
		if (hasher)
			slim_hasher_add(hasher, buffer, n);
		if (coder)
			slim_coder_add(coder, buffer, n);
		at += n;
	}
	return 0;
}

static void hash(struct slim_check *c, const struct piece *piece)
{
	const uint64_t number = piece->from / PIECE;
	if (!c->hasher)
		c->hasher = slim_hasher_new(c->input.want->kind);
	struct slim_coder *coder = c->seal && piece->length ? slim_seal_begin(c->seal, number) : NULL;
	if (pass(&c->input.range, piece, c->hasher, coder, &c->err)) {
		slim_coder_free(coder);
		slim_wrap(&c->err, "%s", c->input.label);
	} else if (coder) {
		slim_seal_set(c->seal, number, slim_coder_end(coder));
	}
	if (!c->err && piece->last)
		judge(c);
	if (c->err || piece->last)
		release(c);
}

/* An error counts as a difference: who hashes the bytes then will tell of it. */
static bool is_as_sealed(const struct slim_seal *seal, const struct slim_range *range, const struct piece *piece)
{
	slim_cleanup(slim_error_free_p) struct slim_error *err = NULL;
	const uint64_t number = piece->from / PIECE;
	struct slim_coder *coder = slim_seal_begin(seal, number);
	if (pass(range, piece, NULL, coder, &err)) {
		slim_coder_free(coder);
		return false;
	}
	return slim_seal_has(seal, number, slim_coder_end(coder));
}

bool slim_is_as_sealed(const struct slim_seal *seal, const struct slim_range *range)
{
	bool same = true;
	for (uint64_t at = 0; same && at < range->length; at += PIECE) {
		uint64_t left = range->length - at;
		struct piece piece = { .from = at, .length = left < PIECE ? (size_t)left : PIECE };
		same = is_as_sealed(seal, range, &piece);
	}
	return same;
}

/* --- all of them ------------------------------------------------------------------------------------------------- */

static bool can_go_on(const struct slim_check *c)
{
	return !c->threads && !c->queued && (c->complete || c->there - c->taken >= LEAST);
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

/* The first check's next piece. One whose pieces can be done in any order stays in the queue for other threads. */
static struct slim_check *take(struct slim_checks *checks, struct piece *piece)
{
	struct slim_check *c = checks->first;
	if (!c)
		return NULL;
	uint64_t left = c->there - c->taken;
	*piece = (struct piece){ .from = c->taken, .length = left < PIECE ? (size_t)left : PIECE };
	piece->last = c->complete && piece->length == left;
	c->taken += piece->length;
	c->threads++;
	if (!c->known || piece->last) {
		checks->first = c->next;
		c->queued = false;
	}
	return c;
}

/* All pieces are compared: what differs is hashed from its start, and sealed anew. */
static void end_known(struct slim_checks *checks, struct slim_check *c)
{
	if (!c->differs) {
		release(c);
		return;
	}
	slim_seal_free(c->seal);
	c->seal = slim_seal_new(checks->cache, c->there);
	c->known = false;
	c->taken = 0;
	checks->total += c->there;
	queue_again(checks, c);
}

/* What becomes of a check when a piece of it is done. */
static void put_back(struct slim_checks *checks, struct slim_check *c, const struct piece *piece, bool differs)
{
	c->threads--;
	c->differs = c->differs || differs;
	checks->done += piece->length;
	if (c->known && !c->threads && c->taken == c->there)
		end_known(checks, c);
	else if (!c->known && !piece->last && !c->err && can_go_on(c))
		queue_again(checks, c);
}

/* A piece of the check that comes next. */
static bool step(void *context)
{
	struct slim_checks *checks = context;
	struct piece piece;
	pthread_mutex_lock(&checks->mutex);
	struct slim_check *c = take(checks, &piece);
	bool known = c && c->known, differs = false;
	pthread_mutex_unlock(&checks->mutex);
	if (!c)
		return false;
	if (known)
		differs = !is_as_sealed(c->seal, &c->input.range, &piece);
	else
		hash(c, &piece);
	pthread_mutex_lock(&checks->mutex);
	put_back(checks, c, &piece, differs);
	bool shown = checks->shown;
	pthread_mutex_unlock(&checks->mutex);
	if (shown)
		slim_progress_add(checks->log, piece.length);
	return true;
}

struct slim_checks *slim_checks_new(struct slim_pool *pool, struct slim_cache *cache, size_t count,
				    struct slim_log *log)
{
	struct slim_checks *checks = slim_calloc(1, sizeof(*checks));
	pthread_mutex_init(&checks->mutex, NULL);
	checks->pool = pool;
	checks->cache = cache;
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
	struct slim_check *c = slim_checks_add_growing(checks, input);
	uint64_t length = input->range.length;
	if (length)
		c->seal = slim_seal_get(checks->cache, input->want->text, length);
	c->known = c->seal;
	if (length && !c->known)
		c->seal = slim_seal_new(checks->cache, length);
	extend(c, length, true);
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
