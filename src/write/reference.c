#include "document.h"

#include "slim/alloc.h"

/* Where the tag's colon is: behind the last slash, or NULL. */
static const char *tag_of(const char *name)
{
	const char *slash = strrchr(name, '/');
	return strchr(slash ? slash : name, ':');
}

char *slim_reference_complete(const char *name)
{
	return tag_of(name) || strchr(name, '@') ? slim_strdup(name) : slim_format("%s:latest", name);
}

static bool among(struct slim_blob text, const char *others, bool upper)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (upper && c >= 'A' && c <= 'Z');
		if (!plain && (!c || !strchr(others, c)))
			return false;
	}
	return true;
}

/* distribution/reference: parts of lower case letters and digits, joined by single dots, underscores or dashes. */
static bool valid_part(struct slim_blob part, bool host)
{
	if (!part.len || !among(part, host ? ".-:" : "._-", host))
		return false;
	return !strchr("._-:", part.ptr[0]) && !strchr("._-:", part.ptr[part.len - 1]);
}

bool slim_reference_valid(const char *name)
{
	const char *colon = tag_of(name);
	if (!colon || strchr(name, '@'))
		return false;
	struct slim_blob tag = slim_blob_of(colon + 1), rest = slim_blob(name, (size_t)(colon - name)), part;
	if (!tag.len || tag.len > 128 || strchr(".-", *tag.ptr) || !among(tag, "._-", true) || rest.len > 255)
		return false;
	bool first = memchr(rest.ptr, '/', rest.len), valid = rest.len;
	while (valid && slim_blob_split(&rest, '/', &part)) {
		valid = valid_part(part, first);
		first = false;
	}
	return valid;
}

int slim_tag_check(const char *tag, struct slim_error **err)
{
	slim_autofree char *name = slim_reference_complete(tag);
	if (slim_reference_valid(name))
		return 0;
	return slim_fail(err, SLIM_BAD_USAGE, "'%s' is no name for an image: NAME[:TAG] in lower case is", tag);
}
