/* Names from archives: cleaned, shown, joined. Nothing here touches the host's files. */
#ifndef SLIM_PATH_H
#define SLIM_PATH_H

#include "slim/alloc.h"
#include "slim/blob.h"
#include "slim/error.h"

enum { SLIM_PATH_MAX = 4096, SLIM_NAME_MAX = 255 };

/*
 * Clean NAME (`./a//b/../c/` becomes `a/c`) into ARENA: no leading slash, "" is the root.
 * Fails on a NUL, on `..` that would leave the root, and on names too long to be unpacked anywhere.
 */
int slim_path_clean(struct slim_arena *arena, struct slim_blob name, struct slim_blob *out, struct slim_error **err)
	SLIM_MUST_CHECK;

/*
 * The name for a message: control characters (those of Unicode too, such as what turns the direction of text) and bytes
 * that are no UTF-8 as \xNN, cut at 200 bytes. The arena owns it.
 */
const char *slim_path_show(struct slim_arena *arena, struct slim_blob name);

struct slim_blob slim_path_base(struct slim_blob path); /* after the last slash */
struct slim_blob slim_path_dir(struct slim_blob path);  /* before it; "" when there is none */

#endif
