/*
 * The process gives up what it does not need before it reads a byte of a stranger's image: with seccomp(2) it can start
 * no program and open no connection, with landlock(7) it can open no file but its own. A kernel without them, or a
 * sandbox that forbids them, changes nothing: -v says what holds.
 */
#ifndef SLIM_CLI_CONFINE_H
#define SLIM_CLI_CONFINE_H

#include "slim/log.h"

struct slim_confinement {
	const char *const *reads;  /* host paths that are read: files, or folders with all below them; "-" is passed over */
	size_t read_count;
	const char *const *writes; /* host paths of files that will be made or replaced; "-" is passed over */
	size_t write_count;
	const char *folder;        /* in which files are made, replaced and removed; NULL: none */
};

/* For the whole process, so before it has threads. TMPDIR and its stand-ins may be written too. */
void slim_confine(const struct slim_confinement *wanted, struct slim_log *log);

/* At most BYTES of memory for data, as setrlimit(2) counts RLIMIT_DATA; beyond it the process ends as out of memory. */
void slim_confine_memory(uint64_t bytes);

#endif
