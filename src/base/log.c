#include "slim/log.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "slim/alloc.h"
#include "slim/utf8.h"

static bool is_terminal(FILE *out)
{
	int fd = fileno(out); /* -1 for a stream in memory */
	const char *term = getenv("TERM");
	return fd >= 0 && isatty(fd) && !(term && strcmp(term, "dumb") == 0);
}

struct slim_log *slim_log_new(FILE *out, enum slim_level level, enum slim_progress progress)
{
	struct slim_log *log = slim_calloc(1, sizeof(*log));
	pthread_mutex_init(&log->mutex, NULL);
	log->out = out;
	log->level = level;
	log->draws = progress == SLIM_PROGRESS_ALWAYS ||
		     (progress == SLIM_PROGRESS_AUTO && level != SLIM_QUIET && is_terminal(out));
	return log;
}

void slim_log_free(struct slim_log *log)
{
	if (!log)
		return;
	slim_progress_wipe(log);
	pthread_mutex_destroy(&log->mutex);
	for (size_t i = 0; i < log->warning_count; i++)
		free(log->warnings[i]);
	free(log->warnings);
	free(log->phase);
	free(log);
}

void slim_put_line(FILE *out, const char *prefix, const char *text)
{
	fputs(prefix, out);
	struct slim_blob rest = slim_blob_of(text);
	while (rest.len) {
		size_t n = slim_utf8_printable(rest);
		if (n)
			fwrite(rest.ptr, 1, n, out);
		else
			fprintf(out, "\\x%02x", (unsigned char)*rest.ptr);
		rest = slim_blob(rest.ptr + (n ? n : 1), rest.len - (n ? n : 1));
	}
	fputc('\n', out);
	fflush(out);
}

static void SLIM_PRINTF(3, 0) print(struct slim_log *log, const char *prefix, const char *fmt, va_list args)
{
	slim_autofree char *text = slim_vformat(fmt, args);
	pthread_mutex_lock(&log->mutex);
	slim_progress_wipe(log);
	slim_put_line(log->out, prefix, text);
	pthread_mutex_unlock(&log->mutex);
}

static void SLIM_PRINTF(2, 0) remember(struct slim_log *log, const char *fmt, va_list args)
{
	char *text = slim_vformat(fmt, args);
	pthread_mutex_lock(&log->mutex);
	*slim_push(&log->warnings, &log->warning_count, &log->warning_capacity) = text;
	pthread_mutex_unlock(&log->mutex);
}

void slim_warn(struct slim_log *log, const char *fmt, ...)
{
	if (!log)
		return;
	va_list args;
	va_start(args, fmt);
	remember(log, fmt, args);
	va_end(args);
	if (log->level == SLIM_QUIET)
		return;
	va_start(args, fmt);
	print(log, "slim: warning: ", fmt, args);
	va_end(args);
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

const char *const *slim_log_warnings(struct slim_log *log, size_t *count)
{
	size_t kept = 0;
	if (log->warning_count)
		qsort(log->warnings, log->warning_count, sizeof(*log->warnings), by_bytes);
	for (size_t i = 0; i < log->warning_count; i++) {
		if (kept && !strcmp(log->warnings[kept - 1], log->warnings[i]))
			free(log->warnings[i]);
		else
			log->warnings[kept++] = log->warnings[i];
	}
	*count = log->warning_count = kept;
	return (const char *const *)log->warnings;
}

void slim_info(struct slim_log *log, const char *fmt, ...)
{
	if (!log || log->level == SLIM_QUIET)
		return;
	va_list args;
	va_start(args, fmt);
	print(log, "slim: ", fmt, args);
	va_end(args);
}

void slim_verbose(struct slim_log *log, const char *fmt, ...)
{
	if (!slim_log_verbose(log))
		return;
	va_list args;
	va_start(args, fmt);
	print(log, "slim: ", fmt, args);
	va_end(args);
}

bool slim_log_verbose(const struct slim_log *log)
{
	return log && log->level == SLIM_VERBOSE;
}
