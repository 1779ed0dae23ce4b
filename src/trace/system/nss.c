#include "nss.h"

#include <string.h>

/* "[!UNAVAIL=return]" may hold blanks, so it is cut out before the line is split into words. */
static struct slim_blob skip_action(struct slim_blob rest)
{
	const char *end = memchr(rest.ptr, ']', rest.len);
	return end ? slim_blob(end + 1, (size_t)(rest.ptr + rest.len - end - 1)) : slim_blob(rest.ptr + rest.len, 0);
}

static void parse_services(struct slim_blob database, struct slim_blob rest, slim_on_service *on_service, void *context)
{
	while (rest.len) {
		if (*rest.ptr == '[') {
			rest = skip_action(rest);
			continue;
		}
		size_t n = 0;
		while (n < rest.len && !strchr(" \t\r[", rest.ptr[n]))
			n++;
		if (n)
			on_service(context, database, slim_blob(rest.ptr, n));
		else
			n = 1;
		rest = slim_blob(rest.ptr + n, rest.len - n);
	}
}

void slim_nss_parse(struct slim_blob text, slim_on_service *on_service, void *context)
{
	struct slim_blob line, part;
	while (slim_blob_line(&text, &line)) {
		struct slim_blob code = line;
		if (!slim_blob_split(&code, '#', &part))
			continue;
		struct slim_blob rest = part, database;
		if (slim_blob_split(&rest, ':', &database) && rest.ptr && slim_blob_trim(database).len)
			parse_services(slim_blob_trim(database), rest, on_service, context);
	}
}
