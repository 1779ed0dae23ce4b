/*
 * Classes of PHP packages that nobody names: Composer's autoloader loads a class when it is named, and one file holds
 * one class of the file's name (PSR-4), so what such a file starts is never started.
 */
#ifndef SLIM_TRACE_APP_VENDOR_H
#define SLIM_TRACE_APP_VENDOR_H

#include "slim/trace.h"

struct app_vendor {
	struct app_class {
		struct slim_node *file, *project;
		struct slim_blob name;
	} * classes; /* whose sources start programs, and are not known to be named */
	size_t count, capacity;
};

void app_vendor_clear(struct app_vendor *v);
/* Whether NODE is such a file; then it is remembered. */
bool app_vendor_add(struct slim_trace *t, struct app_vendor *v, struct slim_node *node);
/* Call SINK for each remembered class that a file of its project other than its own names, and forget all. */
void app_vendor_named(struct slim_trace *t, struct app_vendor *v,
		      void (*sink)(void *context, struct slim_node *file, bool named), void *context);

#endif
