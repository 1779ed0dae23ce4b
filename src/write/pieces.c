#include "pieces.h"

#include <pthread.h>

#include "slim/alloc.h"
#include "slim/cache.h"

/*
 * The cut needs a place that a change before it does not move, and a tar has those: POSIX.1-2017, "ustar Interchange
 * Format": a header is a block of its own, with a magic and a checksum over the block as octal digits.
 */
enum { BLOCK = 512, CHECKSUM = 148, MAGIC = 257, JOBS_MAX = 16 };

static const char kind[] = "piece";

enum slot_state { FREE, FULL, BUSY, DONE };

struct slot {
	enum slot_state state;
	bool failed;
	char *in, *out;
	size_t length, out_length;
	uint32_t check;
};

struct pieces {
	struct slim_sink base;
	struct slim_sink *under;
	const struct slim_codec *codec;
	struct slim_cache *cache;
	size_t out_size; /* enough for any piece */

	pthread_mutex_t lock;
	pthread_cond_t work, done; /* a slot became FULL, or quit; a slot became DONE */
	bool quit;
	struct slot *slots; /* a ring: filled, worked on and drained in order */
	size_t slot_count, filling, taking, draining;
	pthread_t *threads;
	unsigned thread_count;

	bool begun;
	struct slim_pieces_sum sum;
};

/* --- the workers ------------------------------------------------------------------------------------------------ */

static char *id_of(const struct pieces *p, struct slim_blob piece)
{
	char id[SLIM_CACHE_ID];
	slim_cache_id(p->cache, piece, id);
	return slim_format("%s %s %d %zu %s", p->codec->name, p->codec->version(), p->sum.level, piece.len, id);
}

static bool find(const struct pieces *p, const char *id, struct slot *slot)
{
	struct slim_blob known = slim_cache_get(p->cache, kind, id);
	slim_autofree const char *owned = known.ptr;
	if (!owned || known.len > p->out_size)
		return false;
	memcpy(slot->out, known.ptr, known.len);
	slot->out_length = known.len;
	return true;
}

static bool compress(const struct pieces *p, void *state, struct slot *slot)
{
	struct slim_blob piece = slim_blob(slot->in, slot->length);
	slim_autofree char *id = p->cache ? id_of(p, piece) : NULL;
	if (!slot->out)
		slot->out = slim_alloc(p->out_size);
	slot->check = p->codec->check ? p->codec->check(piece) : 0;
	slot->out_length = p->out_size;
	if (id && find(p, id, slot))
		return true;
	if (!p->codec->compress(state, piece, slot->out, &slot->out_length))
		return false;
	if (id)
		slim_cache_put(p->cache, kind, id, slim_blob(slot->out, slot->out_length));
	return true;
}

static struct slot *take(struct pieces *p)
{
	while (!p->quit && p->slots[p->taking].state != FULL)
		pthread_cond_wait(&p->work, &p->lock);
	if (p->quit)
		return NULL;
	struct slot *slot = &p->slots[p->taking];
	p->taking = (p->taking + 1) % p->slot_count;
	slot->state = BUSY;
	return slot;
}

static void *worker(void *context)
{
	struct pieces *p = context;
	void *state = p->codec->open(p->sum.level);
	if (!state)
		slim_out_of_memory();
	pthread_mutex_lock(&p->lock);
	for (struct slot *slot; (slot = take(p));) {
		pthread_mutex_unlock(&p->lock);
		bool good = compress(p, state, slot);
		pthread_mutex_lock(&p->lock);
		slot->failed = !good;
		slot->state = DONE;
		pthread_cond_signal(&p->done);
	}
	pthread_mutex_unlock(&p->lock);
	p->codec->close(state);
	return NULL;
}

/* --- the caller's side ------------------------------------------------------------------------------------------ */

static int put_frame(struct pieces *p, size_t (*make)(const struct slim_pieces_sum *sum, unsigned char *out),
		     struct slim_error **err)
{
	unsigned char frame[SLIM_FRAME_MAX];
	size_t length = make ? make(&p->sum, frame) : 0;
	return length ? slim_sink_write(p->under, slim_blob((const char *)frame, length), err) : 0;
}

static int begin(struct pieces *p, struct slim_error **err)
{
	bool begun = p->begun;
	p->begun = true;
	return begun ? 0 : put_frame(p, p->codec->head, err);
}

/* Write the oldest piece, once it is done. */
static int drain(struct pieces *p, struct slim_error **err)
{
	struct slot *slot = &p->slots[p->draining];
	pthread_mutex_lock(&p->lock);
	while (slot->state != DONE)
		pthread_cond_wait(&p->done, &p->lock);
	pthread_mutex_unlock(&p->lock);
	p->draining = (p->draining + 1) % p->slot_count;
	if (slot->failed)
		return slim_fail(err, SLIM_BAD_INPUT, "a piece of the layer could not be compressed");
	if (begin(p, err) || slim_sink_write(p->under, slim_blob(slot->out, slot->out_length), err))
		return -1;
	if (p->codec->combine)
		p->sum.check = p->codec->combine(p->sum.check, slot->check, slot->length);
	p->sum.total += (uint32_t)slot->length;
	pthread_mutex_lock(&p->lock);
	slot->state = FREE;
	pthread_mutex_unlock(&p->lock);
	return 0;
}

/* Hand the slot that is being filled to the workers. */
static int submit(struct pieces *p, struct slim_error **err)
{
	struct slot *full = &p->slots[p->filling];
	p->filling = (p->filling + 1) % p->slot_count;
	struct slot *next = &p->slots[p->filling];
	pthread_mutex_lock(&p->lock);
	full->state = FULL;
	pthread_cond_signal(&p->work);
	bool wait = next->state != FREE;
	pthread_mutex_unlock(&p->lock);
	if (wait && drain(p, err))
		return -1;
	next->length = 0;
	return 0;
}

/* Whether a piece that has grown to LENGTH ends there. */
static bool ends_piece(const char *piece, size_t length)
{
	if (length == SLIM_PIECE_MAX)
		return true;
	if (length < SLIM_PIECE_MIN || length % BLOCK)
		return false;
	const char *block = piece + length - BLOCK;
	return !memcmp(block + MAGIC, "ustar", 5) && !(block[CHECKSUM + 4] & 3) && !(block[CHECKSUM + 5] & 7);
}

/* How much of WANTED may be copied at once behind LENGTH bytes of a piece, so that no end is passed over. */
static size_t step(size_t length, size_t wanted)
{
	size_t room = length < SLIM_PIECE_MIN ? SLIM_PIECE_MIN - length : BLOCK - length % BLOCK;
	return wanted < room ? wanted : room;
}

static int pieces_write(struct slim_sink *sink, struct slim_blob bytes, struct slim_error **err)
{
	struct pieces *p = (struct pieces *)sink;
	while (bytes.len) {
		struct slot *slot = &p->slots[p->filling];
		if (!slot->in)
			slot->in = slim_alloc(SLIM_PIECE_MAX);
		size_t part = step(slot->length, bytes.len);
		memcpy(slot->in + slot->length, bytes.ptr, part);
		slot->length += part;
		bytes = slim_blob(bytes.ptr + part, bytes.len - part);
		if (ends_piece(slot->in, slot->length) && submit(p, err))
			return -1;
	}
	return 0;
}

static int pieces_end(struct slim_sink *sink, struct slim_error **err)
{
	struct pieces *p = (struct pieces *)sink;
	if (p->slots[p->filling].length && submit(p, err))
		return -1;
	while (p->draining != p->filling)
		if (drain(p, err))
			return -1;
	return begin(p, err) || put_frame(p, p->codec->tail, err) ? -1 : 0;
}

static void pieces_free(struct slim_sink *sink)
{
	struct pieces *p = (struct pieces *)sink;
	pthread_mutex_lock(&p->lock);
	p->quit = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < p->thread_count; i++)
		pthread_join(p->threads[i], NULL);
	for (size_t i = 0; i < p->slot_count; i++) {
		free(p->slots[i].in);
		free(p->slots[i].out);
	}
	pthread_cond_destroy(&p->work);
	pthread_cond_destroy(&p->done);
	pthread_mutex_destroy(&p->lock);
	free(p->slots);
	free(p->threads);
	free(p);
}

static void start(struct pieces *p, unsigned jobs)
{
	p->threads = slim_calloc(jobs, sizeof(*p->threads));
	while (p->thread_count < jobs && !pthread_create(&p->threads[p->thread_count], NULL, worker, p))
		p->thread_count++;
	if (!p->thread_count)
		slim_out_of_memory();
}

struct slim_sink *slim_sink_pieces(struct slim_sink *under, const struct slim_pieces_input *in)
{
	static const struct slim_sink_ops ops = { pieces_write, pieces_end, pieces_free };
	unsigned jobs = in->jobs < 1 ? 1 : in->jobs > JOBS_MAX ? JOBS_MAX : in->jobs;
	struct pieces *p = slim_calloc(1, sizeof(*p));
	p->base.ops = &ops;
	p->under = under;
	p->codec = in->codec;
	p->cache = in->cache;
	p->sum.level = in->level;
	p->out_size = in->codec->bound(SLIM_PIECE_MAX);
	p->slot_count = (size_t)jobs + 1;
	p->slots = slim_calloc(p->slot_count, sizeof(*p->slots));
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->work, NULL);
	pthread_cond_init(&p->done, NULL);
	start(p, jobs);
	return &p->base;
}
