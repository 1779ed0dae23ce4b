#include "slim/match.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "slim/alloc.h"
#include "slim/path.h"

struct slim_glob {
	char *text;
	struct slim_blob body; /* of the text, without slashes at its ends */
	bool anywhere;         /* body is the last part of a path, not a whole one */
	pcre2_code *code;      /* NULL: no wildcards */
};

static int fail(struct slim_error **err, const char *pattern, int code)
{
	PCRE2_UCHAR cause[128] = "";
	pcre2_get_error_message(code, cause, sizeof(cause));
	return slim_fail(err, SLIM_BAD_USAGE, "pattern '%s': %s", pattern, (const char *)cause);
}

/* Member names have no slash at either end, so that one there says nothing but "from the root" or "a folder". */
static struct slim_blob strip_slashes(struct slim_blob text)
{
	while (text.len && text.ptr[0] == '/')
		text = slim_blob(text.ptr + 1, text.len - 1);
	while (text.len && text.ptr[text.len - 1] == '/')
		text.len--;
	return text;
}

static int compile(struct slim_glob *glob, struct slim_error **err)
{
	slim_autofree char *pattern = slim_format("%s%.*s", glob->anywhere ? "**/" : "", (int)glob->body.len,
						  glob->body.ptr);
	PCRE2_UCHAR *regex = NULL;
	PCRE2_SIZE length = 0;
	int failed = pcre2_pattern_convert((PCRE2_SPTR)pattern, strlen(pattern), PCRE2_CONVERT_GLOB, &regex, &length,
					   NULL);
	if (failed)
		return fail(err, glob->text, failed);
	/* bytes, not characters: names need not be UTF-8, and every pattern must be able to match every name */
	glob->code = pcre2_compile(regex, length, 0, &failed, &length, NULL);
	pcre2_converted_pattern_free(regex);
	if (!glob->code)
		return fail(err, glob->text, failed);
	pcre2_jit_compile(glob->code, PCRE2_JIT_COMPLETE); /* where there is no JIT, pcre2_match interprets */
	return 0;
}

int slim_glob_new(const char *pattern, struct slim_glob **out, struct slim_error **err)
{
	if (!*pattern)
		return slim_fail(err, SLIM_BAD_USAGE, "pattern '': matches nothing");
	struct slim_glob *glob = slim_calloc(1, sizeof(*glob));
	glob->text = slim_strdup(pattern);
	glob->body = strip_slashes(slim_blob_of(glob->text));
	glob->anywhere = pattern[0] != '/' && !memchr(glob->body.ptr, '/', glob->body.len);
	if (strpbrk(pattern, "*?[\\") && compile(glob, err) < 0) {
		slim_glob_free(glob);
		return -1;
	}
	*out = glob;
	return 0;
}

bool slim_glob_matches(const struct slim_glob *glob, struct slim_blob path)
{
	path = strip_slashes(path);
	if (!glob->code)
		return slim_blob_equal(glob->anywhere ? slim_path_base(path) : path, glob->body);
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	if (!data)
		slim_out_of_memory();
	int found = pcre2_match(glob->code, (PCRE2_SPTR)(path.len ? path.ptr : ""), path.len, 0, 0, data, NULL);
	pcre2_match_data_free(data);
	return found >= 0;
}

bool slim_glob_literal(const struct slim_glob *glob, struct slim_blob *literal, bool *name)
{
	*literal = glob->body;
	*name = glob->anywhere;
	return !glob->code;
}

const char *slim_glob_text(const struct slim_glob *glob)
{
	return glob->text;
}

void slim_glob_free(struct slim_glob *glob)
{
	if (!glob)
		return;
	pcre2_code_free(glob->code);
	free(glob->text);
	free(glob);
}
