#include "php.h"

static bool is_comment(char c)
{
	return c == ';' || c == '#';
}

/* php_admin_value[extension] → extension, env[PATH] → env */
static struct slim_blob key_of(struct slim_blob key)
{
	const char *open = memchr(key.ptr, '[', key.len);
	if (!open)
		return key;
	struct slim_blob name = slim_blob(key.ptr, (size_t)(open - key.ptr));
	struct slim_blob inside = slim_blob(open + 1, key.len - name.len - 1);
	const char *close = memchr(inside.ptr, ']', inside.len);
	bool sets = slim_blob_is(name, "php_admin_value") || slim_blob_is(name, "php_value");
	return sets && close ? slim_blob_trim(slim_blob(inside.ptr, (size_t)(close - inside.ptr))) : name;
}

static struct slim_blob value_of(struct slim_blob text)
{
	text = slim_blob_trim(text);
	if (text.len && (text.ptr[0] == '"' || text.ptr[0] == '\'')) {
		const char *close = memchr(text.ptr + 1, text.ptr[0], text.len - 1);
		return slim_blob(text.ptr + 1, close ? (size_t)(close - text.ptr) - 1 : text.len - 1);
	}
	const char *comment = memchr(text.ptr, ';', text.len);
	return comment ? slim_blob_trim(slim_blob(text.ptr, (size_t)(comment - text.ptr))) : text;
}

void php_ini_scan(struct slim_blob text, php_ini_sink *sink, void *context)
{
	struct slim_blob line;
	while (slim_blob_line(&text, &line)) {
		line = slim_blob_trim(line);
		const char *equals = line.len ? memchr(line.ptr, '=', line.len) : NULL;
		if (!equals || is_comment(line.ptr[0]))
			continue;
		size_t before = (size_t)(equals - line.ptr);
		struct slim_blob key = slim_blob_trim(slim_blob(line.ptr, before));
		struct slim_blob value = value_of(slim_blob(equals + 1, line.len - before - 1));
		if (key.len && key.ptr[0] != '[' && value.len)
			sink(context, key_of(key), value);
	}
}
