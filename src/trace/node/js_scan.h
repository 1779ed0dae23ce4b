/* What JavaScript source loads and names: its require() and import, paths built from its own folder, its strings. */
#ifndef SLIM_TRACE_NODE_JS_SCAN_H
#define SLIM_TRACE_NODE_JS_SCAN_H

#include "slim/blob.h"

enum js_use_kind {
	JS_REQUIRE, /* require(X), require.resolve(X), and functions whose names say that they do as much */
	JS_IMPORT, /* import X, import(X), export … from X, import.meta.resolve(X) */
	JS_FILE, /* a file by its place: __dirname + X, new URL(X, import.meta.url), new Worker(X), fork(X) */
	JS_COMPUTED, /* something is loaded by a name of which nothing is known */
	JS_STRING, /* any other string that is a value: no key, and compared with nothing */
};

struct js_use {
	enum js_use_kind kind;
	struct slim_blob text; /* a NUL stands for each part that is not known; lives during the call only */
	bool partial; /* it has such a part */
};

typedef void js_sink(void *context, const struct js_use *use);

/* One pass, linear; SOURCE may be anything. Imports of types alone do not count. */
void js_scan(struct slim_blob source, js_sink *sink, void *context);

#endif
