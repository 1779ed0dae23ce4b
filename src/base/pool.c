#include "slim/pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>

#include "slim/alloc.h"
#include "slim/signals.h"

struct pool {
	pthread_mutex_t mutex; /* guards next, failed, failed_at and err */
	size_t next, count;
	int (*work)(void *context, size_t i, struct slim_error **err);
	void *context;
	bool failed;
	size_t failed_at;
	struct slim_error *err;
};

/* The next i; false when there is none or something failed. */
static bool take(struct pool *pool, size_t *i)
{
	pthread_mutex_lock(&pool->mutex);
	bool more = !pool->failed && pool->next < pool->count;
	if (more)
		*i = pool->next++;
	pthread_mutex_unlock(&pool->mutex);
	return more;
}

/* Each i is begun before all that are greater, so the lowest of those that failed is the same on every run. */
static void report(struct pool *pool, size_t i, struct slim_error *err)
{
	pthread_mutex_lock(&pool->mutex);
	bool lowest = !pool->failed || i < pool->failed_at;
	struct slim_error *loser = lowest ? pool->err : err;
	if (lowest) {
		pool->failed = true;
		pool->failed_at = i;
		pool->err = err;
	}
	pthread_mutex_unlock(&pool->mutex);
	slim_error_free(loser);
}

static void *run(void *context)
{
	struct pool *pool = context;
	size_t i;
	while (take(pool, &i)) {
		struct slim_error *err = NULL;
		if (pool->work(pool->context, i, &err) < 0)
			report(pool, i, err);
	}
	return NULL;
}

int slim_parallel(unsigned jobs, size_t count, int (*work)(void *context, size_t i, struct slim_error **err),
		  void *context, struct slim_error **err)
{
	struct pool pool = { .mutex = PTHREAD_MUTEX_INITIALIZER, .count = count, .work = work, .context = context };
	size_t helpers = jobs < count ? jobs : count; /* this thread works too: one fewer is started */
	slim_autofree pthread_t *threads = slim_calloc(helpers, sizeof(*threads));
	size_t started = 0;
	sigset_t old;
	slim_signals_hold(&old);
	/* a thread that cannot be started is only a lack of speed */
	while (started + 1 < helpers && pthread_create(&threads[started], NULL, run, &pool) == 0)
		started++;
	run(&pool);
	for (size_t i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	slim_signals_release(&old);
	pthread_mutex_destroy(&pool.mutex);
	if (!pool.failed)
		return 0;
	*err = pool.err;
	return -1;
}

unsigned slim_cores(void)
{
	cpu_set_t set;
	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return 1; /* more than 1024 processors, say: --jobs still works */
	int count = CPU_COUNT(&set);
	return count > 0 ? (unsigned)count : 1;
}
