#include "sink.h"

#include <pthread.h>

#include <zlib.h>

#include "slim/alloc.h"

/*
 * gzip on several cores: chunks of a fixed size, each deflated with the 32 KiB before it as its dictionary and ended
 * at a byte boundary, one after another in one gzip member (RFC 1951 lets blocks follow each other so; pigz does it
 * too). The cut depends on the bytes alone. The header has no time and no name, and 255 for the system (RFC 1952).
 */
enum { CHUNK = 1 << 18, WINDOW = 1 << 15, JOBS_MAX = 64, RAW_DEFLATE = -15, MEMORY_LEVEL = 8 };

enum slot_state { FREE, FULL, BUSY, DONE };

struct slot {
	enum slot_state state;
	bool failed;
	unsigned char *in; /* WINDOW bytes of what came before, then the chunk */
	size_t window, length;
	unsigned char *out;
	size_t out_length;
	uint32_t crc;
};

struct gzip {
	struct slim_sink base;
	struct slim_sink *under;
	int level;
	size_t out_size; /* enough for any chunk */

	pthread_mutex_t lock;
	pthread_cond_t work, done; /* a slot became FULL, or quit; a slot became DONE */
	bool quit;
	struct slot *slots;        /* a ring: filled, worked on and drained in order */
	size_t slot_count, filling, taking, draining;
	pthread_t *threads;
	unsigned thread_count;

	bool begun;
	uint32_t crc;
	uint32_t total;            /* modulo 2^32, as the format has it */
};

/* --- the workers ------------------------------------------------------------------------------------------------ */

static bool deflate_chunk(z_stream *z, const struct gzip *gzip, struct slot *slot)
{
	if (deflateReset(z) != Z_OK)
		return false;
	const unsigned char *chunk = slot->in + WINDOW;
	if (slot->window && deflateSetDictionary(z, chunk - slot->window, (uInt)slot->window) != Z_OK)
		return false;
	z->next_in = (z_const Bytef *)(uintptr_t)chunk;
	z->avail_in = (uInt)slot->length;
	z->next_out = slot->out;
	z->avail_out = (uInt)gzip->out_size;
	if (deflate(z, Z_SYNC_FLUSH) != Z_OK || z->avail_in || !z->avail_out)
		return false;
	slot->out_length = gzip->out_size - z->avail_out;
	slot->crc = (uint32_t)crc32(0, chunk, (uInt)slot->length);
	return true;
}

static struct slot *take(struct gzip *gzip)
{
	while (!gzip->quit && gzip->slots[gzip->taking].state != FULL)
		pthread_cond_wait(&gzip->work, &gzip->lock);
	if (gzip->quit)
		return NULL;
	struct slot *slot = &gzip->slots[gzip->taking];
	gzip->taking = (gzip->taking + 1) % gzip->slot_count;
	slot->state = BUSY;
	return slot;
}

static void *worker(void *context)
{
	struct gzip *gzip = context;
	z_stream z = { 0 };
	bool ready = deflateInit2(&z, gzip->level, Z_DEFLATED, RAW_DEFLATE, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) == Z_OK;
	pthread_mutex_lock(&gzip->lock);
	for (struct slot *slot; (slot = take(gzip));) {
		pthread_mutex_unlock(&gzip->lock);
		bool good = ready && deflate_chunk(&z, gzip, slot);
		pthread_mutex_lock(&gzip->lock);
		slot->failed = !good;
		slot->state = DONE;
		pthread_cond_signal(&gzip->done);
	}
	pthread_mutex_unlock(&gzip->lock);
	if (ready)
		deflateEnd(&z);
	return NULL;
}

/* --- the caller's side ------------------------------------------------------------------------------------------ */

static int put(struct gzip *gzip, const void *bytes, size_t length, struct slim_error **err)
{
	return slim_sink_write(gzip->under, slim_blob(bytes, length), err);
}

/* As zlib's deflate does: 2 for the slowest level, 4 for the fastest. */
static unsigned char extra_flags(int level)
{
	return level == 9 ? 2 : level == 1 ? 4 : 0;
}

static int begin(struct gzip *gzip, struct slim_error **err)
{
	const unsigned char header[10] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, extra_flags(gzip->level), 255 };
	if (gzip->begun)
		return 0;
	gzip->begun = true;
	return put(gzip, header, sizeof(header), err);
}

/* Write the oldest chunk, once it is done. */
static int drain(struct gzip *gzip, struct slim_error **err)
{
	struct slot *slot = &gzip->slots[gzip->draining];
	pthread_mutex_lock(&gzip->lock);
	while (slot->state != DONE)
		pthread_cond_wait(&gzip->done, &gzip->lock);
	pthread_mutex_unlock(&gzip->lock);
	gzip->draining = (gzip->draining + 1) % gzip->slot_count;
	if (slot->failed)
		return slim_fail(err, SLIM_BAD_INPUT, "gzip: a chunk could not be compressed");
	if (begin(gzip, err) || put(gzip, slot->out, slot->out_length, err))
		return -1;
	gzip->crc = (uint32_t)crc32_combine(gzip->crc, slot->crc, (z_off_t)slot->length);
	gzip->total += (uint32_t)slot->length;
	pthread_mutex_lock(&gzip->lock);
	slot->state = FREE;
	pthread_mutex_unlock(&gzip->lock);
	return 0;
}

/* Hand the slot that is being filled to the workers; its end goes before the next one as dictionary. */
static int submit(struct gzip *gzip, struct slim_error **err)
{
	struct slot *full = &gzip->slots[gzip->filling];
	gzip->filling = (gzip->filling + 1) % gzip->slot_count;
	struct slot *next = &gzip->slots[gzip->filling];
	pthread_mutex_lock(&gzip->lock);
	full->state = FULL;
	pthread_cond_signal(&gzip->work);
	bool wait = next->state != FREE;
	pthread_mutex_unlock(&gzip->lock);
	if (wait && drain(gzip, err))
		return -1;
	next->window = full->length < WINDOW ? full->length : WINDOW;
	memcpy(next->in + WINDOW - next->window, full->in + WINDOW + full->length - next->window, next->window);
	next->length = 0;
	return 0;
}

static int gzip_write(struct slim_sink *sink, struct slim_blob bytes, struct slim_error **err)
{
	struct gzip *gzip = (struct gzip *)sink;
	while (bytes.len) {
		struct slot *slot = &gzip->slots[gzip->filling];
		size_t room = CHUNK - slot->length, part = bytes.len < room ? bytes.len : room;
		memcpy(slot->in + WINDOW + slot->length, bytes.ptr, part);
		slot->length += part;
		bytes = slim_blob(bytes.ptr + part, bytes.len - part);
		if (slot->length == CHUNK && submit(gzip, err))
			return -1;
	}
	return 0;
}

static void little_endian(unsigned char *field, uint32_t value)
{
	for (size_t i = 0; i < 4; i++, value >>= 8)
		field[i] = (unsigned char)value;
}

static int gzip_end(struct slim_sink *sink, struct slim_error **err)
{
	struct gzip *gzip = (struct gzip *)sink;
	if (gzip->slots[gzip->filling].length && submit(gzip, err))
		return -1;
	while (gzip->draining != gzip->filling)
		if (drain(gzip, err))
			return -1;
	/* RFC 1951: one last block, of the fixed code, with nothing but its end in it; then CRC and length. */
	unsigned char trailer[10] = { 0x03, 0x00 };
	little_endian(trailer + 2, gzip->crc);
	little_endian(trailer + 6, gzip->total);
	return begin(gzip, err) || put(gzip, trailer, sizeof(trailer), err) ? -1 : 0;
}

static void gzip_free(struct slim_sink *sink)
{
	struct gzip *gzip = (struct gzip *)sink;
	pthread_mutex_lock(&gzip->lock);
	gzip->quit = true;
	pthread_cond_broadcast(&gzip->work);
	pthread_mutex_unlock(&gzip->lock);
	for (unsigned i = 0; i < gzip->thread_count; i++)
		pthread_join(gzip->threads[i], NULL);
	for (size_t i = 0; i < gzip->slot_count; i++) {
		free(gzip->slots[i].in);
		free(gzip->slots[i].out);
	}
	pthread_cond_destroy(&gzip->work);
	pthread_cond_destroy(&gzip->done);
	pthread_mutex_destroy(&gzip->lock);
	free(gzip->slots);
	free(gzip->threads);
	free(gzip);
}

/* The bound that zlib tells for a chunk, and the sync marker. */
static size_t bound(int level)
{
	z_stream z = { 0 };
	if (deflateInit2(&z, level, Z_DEFLATED, RAW_DEFLATE, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
		slim_out_of_memory();
	size_t size = deflateBound(&z, CHUNK) + 64;
	deflateEnd(&z);
	return size;
}

static void start(struct gzip *gzip, unsigned jobs)
{
	gzip->threads = slim_calloc(jobs, sizeof(*gzip->threads));
	while (gzip->thread_count < jobs &&
	       !pthread_create(&gzip->threads[gzip->thread_count], NULL, worker, gzip))
		gzip->thread_count++;
	if (!gzip->thread_count)
		slim_out_of_memory();
}

struct slim_sink *slim_sink_gzip(struct slim_sink *under, int level, unsigned jobs)
{
	static const struct slim_sink_ops ops = { gzip_write, gzip_end, gzip_free };
	jobs = jobs < 1 ? 1 : jobs > JOBS_MAX ? JOBS_MAX : jobs;
	struct gzip *gzip = slim_calloc(1, sizeof(*gzip));
	gzip->base.ops = &ops;
	gzip->under = under;
	gzip->level = level;
	gzip->out_size = bound(level);
	gzip->slot_count = 2 * (size_t)jobs + 1;
	gzip->slots = slim_calloc(gzip->slot_count, sizeof(*gzip->slots));
	for (size_t i = 0; i < gzip->slot_count; i++) {
		gzip->slots[i].in = slim_alloc(WINDOW + CHUNK);
		gzip->slots[i].out = slim_alloc(gzip->out_size);
	}
	pthread_mutex_init(&gzip->lock, NULL);
	pthread_cond_init(&gzip->work, NULL);
	pthread_cond_init(&gzip->done, NULL);
	start(gzip, jobs);
	return &gzip->base;
}
