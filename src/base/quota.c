#include "slim/quota.h"

#include <inttypes.h>
#include <stdatomic.h>

int slim_quota_take(struct slim_quota *quota, uint64_t amount, struct slim_error **err)
{
	uint64_t used = atomic_load(&quota->used);
	do {
		if (used > quota->limit || amount > quota->limit - used) {
			atomic_store(&quota->used, UINT64_MAX);
			return slim_fail(err, SLIM_BAD_INPUT, "more than %" PRIu64 " %s", quota->limit, quota->what);
		}
	} while (!atomic_compare_exchange_weak(&quota->used, &used, used + amount));
	return 0;
}
