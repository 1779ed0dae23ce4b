#include "paint.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool slim_has_colours(FILE *out)
{
	const char *never = getenv("NO_COLOR"), *terminal = getenv("TERM");
	return !(never && *never) && terminal && *terminal && strcmp(terminal, "dumb") && isatty(fileno(out));
}

const char *slim_paint(FILE *out, enum slim_paint paint)
{
	static const char *const sequences[] = { /* ECMA-48, 8.3.117: select graphic rendition */
		[SLIM_PAINT_STRONG] = "\033[1m",
		[SLIM_PAINT_STAYS] = "\033[1;32m",
		[SLIM_PAINT_LEAVES] = "\033[1;33m",
		[SLIM_PAINT_END] = "\033[0m",
	};
	return slim_has_colours(out) ? sequences[paint] : "";
}
