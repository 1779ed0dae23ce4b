/* Versions as NuGet and the .NET host compare them: https://semver.org, three numbers and a preview's label. */
#include <ctype.h>
#include <string.h>

#include "dotnet.h"

bool dotnet_version_parse(struct slim_blob text, struct dotnet_version *out)
{
	size_t at = 0;
	*out = (struct dotnet_version){ 0 };
	for (size_t i = 0; i < SLIM_COUNT(out->part); i++) {
		size_t from = at;
		for (; at < text.len && isdigit((unsigned char)text.ptr[at]) && at - from < 10; at++)
			out->part[i] = out->part[i] * 10 + (uint64_t)(text.ptr[at] - '0');
		if (at == from)
			return false;
		if (i < 2 && (at == text.len || text.ptr[at++] != '.'))
			return false;
	}
	out->preview = at < text.len && text.ptr[at] == '-';
	return at == text.len || out->preview || text.ptr[at] == '+';
}

int dotnet_version_compare(const struct dotnet_version *a, const struct dotnet_version *b)
{
	for (size_t i = 0; i < SLIM_COUNT(a->part); i++)
		if (a->part[i] != b->part[i])
			return a->part[i] > b->part[i] ? 1 : -1;
	return b->preview - a->preview;
}

static bool same_parts(const struct dotnet_version *a, const struct dotnet_version *b, size_t parts)
{
	return !memcmp(a->part, b->part, parts * sizeof(a->part[0]));
}

/* Whether VERSION is at least WANTS; of the same three numbers a preview may do for another. */
static bool fits(const struct dotnet_version *version, const struct dotnet_version *wants, size_t parts)
{
	return same_parts(version, wants, parts) &&
	       (same_parts(version, wants, 3) || dotnet_version_compare(version, wants) > 0);
}

/* How many leading numbers have to be as wanted. */
static size_t fixed_parts(enum dotnet_roll roll)
{
	switch (roll) {
	case DOTNET_DISABLE:
		return 3;
	case DOTNET_LATEST_PATCH:
		return 2;
	case DOTNET_MINOR:
	case DOTNET_LATEST_MINOR:
		return 1;
	case DOTNET_MAJOR:
	case DOTNET_LATEST_MAJOR:
	case DOTNET_ANY:
		return 0;
	}
	return 0;
}

/* The line of versions that is taken: the lowest that fits, or the highest. Among previews and others apart. */
static const struct dotnet_version *line_of(const struct dotnet_version *versions, size_t count,
					    const struct dotnet_version *wants, enum dotnet_roll roll, bool preview)
{
	bool highest = roll == DOTNET_LATEST_MINOR || roll == DOTNET_LATEST_MAJOR;
	const struct dotnet_version *found = NULL;
	for (size_t i = 0; i < count; i++) {
		if (versions[i].preview != preview || !fits(&versions[i], wants, fixed_parts(roll)))
			continue;
		int order = found ? dotnet_version_compare(&versions[i], found) : 0;
		if (!found || (highest ? order > 0 : order < 0))
			found = &versions[i];
	}
	return found;
}

static bool choose_in_line(const struct dotnet_version *versions, size_t count, const struct dotnet_version *line,
			   enum dotnet_roll roll, bool *chosen)
{
	const struct dotnet_version *newest = NULL;
	size_t parts = roll == DOTNET_DISABLE ? 3 : 2;
	for (size_t i = 0; line && i < count; i++)
		if (versions[i].preview == line->preview && same_parts(&versions[i], line, parts) &&
		    (!newest || dotnet_version_compare(&versions[i], newest) > 0))
			newest = &versions[i];
	for (size_t i = 0; newest && i < count; i++)
		if (same_parts(&versions[i], newest, 3) && versions[i].preview == newest->preview)
			chosen[i] = true;
	return newest;
}

bool dotnet_choose(const struct dotnet_version *versions, size_t count, const struct dotnet_version *wants,
		   enum dotnet_roll roll, bool *chosen)
{
	bool any = false;
	for (size_t i = 0; roll == DOTNET_ANY && i < count; i++)
		chosen[i] = any = true;
	if (roll == DOTNET_ANY)
		return any;
	const struct dotnet_version *line = line_of(versions, count, wants, roll, false);
	const struct dotnet_version *preview = line_of(versions, count, wants, roll, true);
	any = choose_in_line(versions, count, line, roll, chosen);
	return choose_in_line(versions, count, preview, roll, chosen) || any;
}
