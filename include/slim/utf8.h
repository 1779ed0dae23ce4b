/* Characters of text that strangers wrote. */
#ifndef SLIM_UTF8_H
#define SLIM_UTF8_H

#include <stdint.h>

#include "slim/blob.h"

/* The length of the well-formed UTF-8 at the start of TEXT (Unicode 15, table 3-7), and its *CODE; 0: it is none. */
size_t slim_utf8(struct slim_blob text, uint32_t *code);

/*
 * The length of the character at the start of TEXT when a terminal may print it, else 0: it is well formed and no
 * control character. Those are also C1 (U+0080 to U+009F), what breaks lines or turns the direction of what follows,
 * and what cannot be seen.
 */
size_t slim_utf8_printable(struct slim_blob text);

#endif
