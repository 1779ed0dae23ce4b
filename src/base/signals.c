#include "slim/signals.h"

#include <pthread.h>
#include <stddef.h>

#include "slim/attr.h"

/* Those that would end the process; one that is ignored, as by nohup, is no reason to stop. */
static void ending_signals(sigset_t *set)
{
	static const int all[] = { SIGINT, SIGTERM, SIGHUP };
	sigemptyset(set);
	for (size_t i = 0; i < SLIM_COUNT(all); i++) {
		struct sigaction now;
		if (!sigaction(all[i], NULL, &now) && now.sa_handler != SIG_IGN)
			sigaddset(set, all[i]);
	}
}

void slim_signals_hold(sigset_t *old)
{
	sigset_t set;
	ending_signals(&set);
	pthread_sigmask(SIG_BLOCK, &set, old);
}

bool slim_signals_waiting(void)
{
	sigset_t set, pending;
	ending_signals(&set);
	sigpending(&pending);
	sigandset(&set, &set, &pending);
	return !sigisemptyset(&set);
}

void slim_signals_release(const sigset_t *old)
{
	pthread_sigmask(SIG_SETMASK, old, NULL);
}
