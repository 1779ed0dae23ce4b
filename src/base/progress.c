#include "slim/log.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "log.h"
#include "slim/alloc.h"

enum { BAR_MAX = 30, COLUMNS = 80, REDRAW_NSEC = 100000000 };

static int columns(FILE *out)
{
	struct winsize size;
	int fd = fileno(out);
	if (fd < 0 || ioctl(fd, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return COLUMNS;
	return size.ws_col;
}

static char *bytes_text(uint64_t bytes)
{
	static const char units[] = "kMGTPE";
	if (bytes < 1000)
		return slim_format("%u B", (unsigned)bytes);
	double value = (double)bytes / 1000;
	size_t unit = 0;
	for (; value >= 999.95 && units[unit + 1]; unit++)
		value /= 1000;
	return slim_format("%.1f %cB", value, units[unit]);
}

/* "[####      ]  40% ", or nothing when the total is not known. */
static char *bar_text(uint64_t done, uint64_t total)
{
	if (total == 0)
		return slim_strdup("");
	double part = done < total ? (double)done / (double)total : 1;
	int filled = (int)(part * BAR_MAX);
	char bar[BAR_MAX + 1];
	memset(bar, ' ', BAR_MAX);
	memset(bar, '#', (size_t)filled);
	bar[BAR_MAX] = '\0';
	return slim_format("[%s] %3d%%  ", bar, (int)(part * 100));
}

/* ", 3 of 8 done", or nothing when there are no parts. */
static char *parts_text(size_t done, size_t parts)
{
	return parts ? slim_format(", %zu of %zu done", done, parts) : slim_strdup("");
}

void slim_progress_wipe(struct slim_log *log)
{
	if (!log->width)
		return;
	fprintf(log->out, "\r%*s\r", log->width, ""); /* blanks: a terminal of any kind knows them */
	log->width = 0;
	fflush(log->out);
}

void slim_progress_draw(struct slim_log *log)
{
	slim_autofree char *done = bytes_text(log->done);
	slim_autofree char *total = log->total ? bytes_text(log->total) : NULL;
	slim_autofree char *bar = bar_text(log->done, log->total);
	slim_autofree char *parts = parts_text(log->parts_done, log->parts);
	slim_autofree char *line = slim_format("%s%s  %s%s%s%s", log->phase, parts, bar, done, total ? " of " : "",
					       total ? total : "");
	int room = columns(log->out) - 1; /* a full line would wrap */
	int width = (int)strnlen(line, (size_t)room);
	fprintf(log->out, "\r%.*s%*s", room, line, log->width > width ? log->width - width : 0, "");
	fflush(log->out);
	if (width > log->width)
		log->width = width;
	clock_gettime(CLOCK_MONOTONIC, &log->drawn);
}

static bool is_due(const struct slim_log *log)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - log->drawn.tv_sec > 1 ||
	       (now.tv_sec - log->drawn.tv_sec) * 1000000000 + (now.tv_nsec - log->drawn.tv_nsec) >= REDRAW_NSEC;
}

void slim_progress_begin(struct slim_log *log, const char *phase, uint64_t total)
{
	if (!log || !log->draws)
		return;
	pthread_mutex_lock(&log->mutex);
	slim_progress_wipe(log);
	free(log->phase);
	log->phase = slim_strdup(phase);
	log->done = 0;
	log->total = total;
	log->parts = log->parts_done = 0;
	slim_progress_draw(log);
	pthread_mutex_unlock(&log->mutex);
}

void slim_progress_parts(struct slim_log *log, size_t parts)
{
	if (!log || !log->draws)
		return;
	pthread_mutex_lock(&log->mutex);
	log->parts = parts;
	log->parts_done = 0;
	pthread_mutex_unlock(&log->mutex);
}

void slim_progress_part(struct slim_log *log)
{
	if (!log || !log->draws)
		return;
	pthread_mutex_lock(&log->mutex);
	log->parts_done++;
	if (log->phase)
		slim_progress_draw(log);
	pthread_mutex_unlock(&log->mutex);
}

void slim_progress_add(struct slim_log *log, uint64_t done)
{
	if (!log || !log->draws)
		return;
	pthread_mutex_lock(&log->mutex);
	if (__builtin_add_overflow(log->done, done, &log->done))
		log->done = UINT64_MAX;
	if (log->phase && is_due(log))
		slim_progress_draw(log);
	pthread_mutex_unlock(&log->mutex);
}

void slim_progress_end(struct slim_log *log)
{
	if (!log || !log->draws)
		return;
	pthread_mutex_lock(&log->mutex);
	slim_progress_wipe(log);
	free(log->phase);
	log->phase = NULL;
	pthread_mutex_unlock(&log->mutex);
}
