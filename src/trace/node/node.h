/* Node.js, and programs that run the same packages. */
#ifndef SLIM_TRACE_NODE_NODE_H
#define SLIM_TRACE_NODE_NODE_H

#include "slim/trace.h"

/* The name of a program that runs JavaScript: node, nodejs, bun, deno. */
bool node_is_program(const struct slim_node *node);

#endif
