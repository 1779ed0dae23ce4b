#include <ctype.h>
#include <string.h>

#include "sbom.h"

const char *slim_purl_encode(struct slim_arena *arena, const char *text, bool slashes)
{
	static const char digits[] = "0123456789ABCDEF";
	char *out = slim_arena_alloc(arena, 3 * strlen(text) + 1), *to = out;
	for (const unsigned char *s = (const unsigned char *)text; *s; s++) {
		if (isalnum(*s) || strchr("-._~:", *s) || (slashes && *s == '/')) {
			*to++ = (char)*s;
			continue;
		}
		*to++ = '%';
		*to++ = digits[*s >> 4];
		*to++ = digits[*s & 15];
	}
	return out;
}

const char *slim_purl_text(struct slim_arena *arena, const struct slim_purl *p)
{
	bool space = p->space && *p->space, version = p->version && *p->version;
	return slim_arena_format(arena, "pkg:%s/%s%s%s%s%s%s%s", p->type, space ? slim_purl_encode(arena, p->space, true) : "",
				 space ? "/" : "", slim_purl_encode(arena, p->name, false), version ? "@" : "",
				 version ? slim_purl_encode(arena, p->version, false) : "",
				 p->qualifiers && *p->qualifiers ? "?" : "", p->qualifiers ? p->qualifiers : "");
}
