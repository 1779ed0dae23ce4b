#include "slim/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "slim/alloc.h"

struct slim_error {
	enum slim_status status;
	char *text;
};

static int set(struct slim_error **err, enum slim_status status, char *text)
{
	struct slim_error *e = slim_alloc(sizeof(*e));
	*e = (struct slim_error){ status, text };
	slim_error_free(*err);
	*err = e;
	return -1;
}

int(slim_fail)(struct slim_error **err, enum slim_status status, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	char *text = slim_vformat(fmt, args);
	va_end(args);
	return set(err, status, text);
}

int(slim_fail_errno)(struct slim_error **err, int errnum, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	slim_autofree char *text = slim_vformat(fmt, args);
	va_end(args);
	char cause[128];
	return set(err, SLIM_BAD_INPUT, slim_format("%s: %s", text, strerror_r(errnum, cause, sizeof(cause))));
}

int(slim_wrap)(struct slim_error **err, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	slim_autofree char *prefix = slim_vformat(fmt, args);
	va_end(args);
	char *text = slim_format("%s: %s", prefix, (*err)->text);
	free((*err)->text);
	(*err)->text = text;
	return -1;
}

const char *slim_error_text(const struct slim_error *err)
{
	return err->text;
}

enum slim_status slim_error_status(const struct slim_error *err)
{
	return err->status;
}

void slim_error_free(struct slim_error *err)
{
	if (!err)
		return;
	free(err->text);
	free(err);
}
