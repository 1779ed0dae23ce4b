/* Numbers as a person reads them. */
#include "report.h"

const char *slim_human_size(uint64_t bytes, char *buffer)
{
	static const char *const units[] = { "kB", "MB", "GB", "TB", "PB", "EB" };
	if (bytes < 1000) {
		snprintf(buffer, 32, "%u B", (unsigned)bytes);
		return buffer;
	}
	double value = (double)bytes / 1000;
	size_t unit = 0;
	while (value >= 999.95 && unit + 1 < SLIM_COUNT(units)) {
		value /= 1000;
		unit++;
	}
	snprintf(buffer, 32, "%.1f %s", value, units[unit]);
	return buffer;
}

const char *slim_human_count(uint64_t count, char *buffer)
{
	char digits[24];
	size_t n = (size_t)snprintf(digits, sizeof(digits), "%llu", (unsigned long long)count);
	char *out = buffer;
	for (size_t i = 0; i < n; i++) {
		if (i && (n - i) % 3 == 0)
			*out++ = ',';
		*out++ = digits[i];
	}
	*out = 0;
	return buffer;
}

const char *slim_human_seconds(double seconds, char *buffer)
{
	static const struct {
		double seconds;
		const char *big, *small;
		double part; /* of which so many seconds are the smaller unit */
	} units[] = { { 86400, "d", "h", 3600 }, { 3600, "h", "min", 60 }, { 60, "min", "s", 1 } };
	for (size_t i = 0; i < SLIM_COUNT(units); i++) {
		if (seconds < units[i].seconds)
			continue;
		double big = (double)(uint64_t)(seconds / units[i].seconds);
		int small = (int)((seconds - big * units[i].seconds) / units[i].part);
		snprintf(buffer, 32, "%.0f %s %d %s", big, units[i].big, small, units[i].small);
		return buffer;
	}
	snprintf(buffer, 32, "%.1f s", seconds);
	return buffer;
}
