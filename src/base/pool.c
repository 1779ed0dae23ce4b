#include "slim/pool.h"

#include <pthread.h>
#include <sched.h>

#include "slim/alloc.h"
#include "slim/signals.h"

/* A round as it runs. */
struct running {
	const struct slim_round *round;
	size_t begun, working;
	bool failed;
	size_t failed_at;
	struct slim_error *err;
};

struct slim_pool {
	pthread_mutex_t mutex;  /* guards all below */
	pthread_cond_t came;    /* a round or a piece of background work, or quit: for the pool's threads */
	pthread_cond_t ended;   /* a part of the round or the last piece, or a piece came: for the caller */
	struct running *running; /* NULL: no round */
	bool (*step)(void *context);
	void *context;
	size_t wakes;    /* how often there came a piece of background work */
	size_t stepping; /* threads that do one */
	bool quit;
	pthread_t *threads;
	size_t thread_count;
};

/* --- rounds ------------------------------------------------------------------------------------------------------ */

/* The next i; false when none is left to be begun. */
static bool take(struct running *r, size_t *i)
{
	while (r->begun < r->round->count) {
		size_t next = r->begun++;
		*i = r->round->order ? r->round->order[next] : next;
		if (!r->failed || *i < r->failed_at)
			return true;
	}
	return false;
}

static void end(struct running *r, size_t i, int result, struct slim_error *err)
{
	r->working--;
	if (result == 0)
		return;
	bool lowest = !r->failed || i < r->failed_at;
	slim_error_free(lowest ? r->err : err);
	if (!lowest)
		return;
	r->failed = true;
	r->failed_at = i;
	r->err = err;
}

/* All functions below hold the mutex, but while they work. */
static bool do_one(struct slim_pool *pool)
{
	struct running *r = pool->running;
	struct slim_error *err = NULL;
	size_t i;
	if (!r || !take(r, &i))
		return false;
	r->working++;
	pthread_mutex_unlock(&pool->mutex);
	int result = r->round->work(r->round->context, i, &err);
	pthread_mutex_lock(&pool->mutex);
	end(r, i, result, err);
	pthread_cond_signal(&pool->ended);
	return true;
}

/* --- background -------------------------------------------------------------------------------------------------- */

static void tell(struct slim_pool *pool)
{
	pool->wakes++;
	pthread_cond_broadcast(&pool->came);
	pthread_cond_signal(&pool->ended);
}

/* *seen: the wakes that the answer "none" takes into account. */
static bool do_piece(struct slim_pool *pool, size_t *seen)
{
	*seen = pool->wakes;
	if (!pool->step)
		return false;
	pool->stepping++;
	pthread_mutex_unlock(&pool->mutex);
	bool done = pool->step(pool->context);
	pthread_mutex_lock(&pool->mutex);
	pool->stepping--;
	if (!done && !pool->stepping)
		pthread_cond_signal(&pool->ended);
	return done;
}

static void *help(void *context)
{
	struct slim_pool *pool = context;
	size_t seen;
	pthread_mutex_lock(&pool->mutex);
	while (!pool->quit) {
		if (do_one(pool) || do_piece(pool, &seen))
			continue;
		bool more = pool->running && pool->running->begun < pool->running->round->count;
		if (!pool->quit && !more && seen == pool->wakes)
			pthread_cond_wait(&pool->came, &pool->mutex);
	}
	pthread_mutex_unlock(&pool->mutex);
	return NULL;
}

/* --- the caller's side ------------------------------------------------------------------------------------------- */

struct slim_pool *slim_pool_new(unsigned jobs)
{
	struct slim_pool *pool = slim_calloc(1, sizeof(*pool));
	pthread_mutex_init(&pool->mutex, NULL);
	pthread_cond_init(&pool->came, NULL);
	pthread_cond_init(&pool->ended, NULL);
	size_t helpers = jobs > 1 ? jobs - 1 : 0;
	sigset_t old;
	slim_signals_hold(&old); /* the threads never take one, whatever the caller does meanwhile */
	pool->threads = slim_calloc(helpers + 1, sizeof(*pool->threads));
	/* a thread that cannot be started is only a lack of speed */
	while (pool->thread_count < helpers &&
	       pthread_create(&pool->threads[pool->thread_count], NULL, help, pool) == 0)
		pool->thread_count++;
	slim_signals_release(&old);
	return pool;
}

void slim_pool_free(struct slim_pool *pool)
{
	if (!pool)
		return;
	pthread_mutex_lock(&pool->mutex);
	pool->quit = true;
	pthread_cond_broadcast(&pool->came);
	pthread_mutex_unlock(&pool->mutex);
	for (size_t i = 0; i < pool->thread_count; i++)
		pthread_join(pool->threads[i], NULL);
	pthread_cond_destroy(&pool->came);
	pthread_cond_destroy(&pool->ended);
	pthread_mutex_destroy(&pool->mutex);
	free(pool->threads);
	free(pool);
}

int slim_pool_run(struct slim_pool *pool, const struct slim_round *round, struct slim_error **err)
{
	struct running r = { .round = round };
	size_t seen;
	sigset_t old;
	slim_signals_hold(&old);
	pthread_mutex_lock(&pool->mutex);
	pool->running = &r;
	pthread_cond_broadcast(&pool->came);
	while (do_one(pool))
		;
	while (r.working)
		if (!do_piece(pool, &seen) && r.working && seen == pool->wakes)
			pthread_cond_wait(&pool->ended, &pool->mutex);
	pool->running = NULL;
	tell(pool); /* this thread may have left a piece that others have to go on with */
	pthread_mutex_unlock(&pool->mutex);
	slim_signals_release(&old);
	if (!r.failed)
		return 0;
	*err = r.err;
	return -1;
}

void slim_pool_background(struct slim_pool *pool, bool (*step)(void *context), void *context)
{
	pthread_mutex_lock(&pool->mutex);
	pool->step = step;
	pool->context = context;
	pthread_mutex_unlock(&pool->mutex);
}

void slim_pool_wake(struct slim_pool *pool)
{
	pthread_mutex_lock(&pool->mutex);
	tell(pool);
	pthread_mutex_unlock(&pool->mutex);
}

void slim_pool_drain(struct slim_pool *pool)
{
	size_t seen;
	pthread_mutex_lock(&pool->mutex);
	for (;;) {
		if (do_piece(pool, &seen) || seen != pool->wakes)
			continue;
		if (!pool->stepping)
			break;
		pthread_cond_wait(&pool->ended, &pool->mutex);
	}
	pthread_mutex_unlock(&pool->mutex);
}

unsigned slim_cores(void)
{
	cpu_set_t set;
	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return 1; /* more than 1024 processors, say: --jobs still works */
	int count = CPU_COUNT(&set);
	return count > 0 ? (unsigned)count : 1;
}
