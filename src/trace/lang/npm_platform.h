/* Packages of npm for other systems than the image's: tracing.md D2. */
#ifndef SLIM_TRACE_NPM_PLATFORM_H
#define SLIM_TRACE_NPM_PLATFORM_H

#include "slim/trace.h"

/*
 * Whether DIR is a package in a node_modules folder whose package.json says ("os", "cpu", "libc")
 * that it is not for the image, in which the program NODE runs it. npm installs such packages side
 * by side, and the package that wants one asks for that of the system it runs on.
 */
bool slim_npm_is_foreign(struct slim_trace *t, const struct slim_node *dir, struct slim_node *node);

#endif
