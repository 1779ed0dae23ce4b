/* Python: docs/rules.md D1. What the parts of its tracer share. */
#ifndef SLIM_TRACE_PYTHON_H
#define SLIM_TRACE_PYTHON_H

#include "slim/trace.h"
#include "../lang/lexer.h"

enum { PYTHON_SOURCE_MAX = 4 << 20 }; /* bytes of a source that are read */

#endif
