/* Where an image has rpm's database, and in which form. */
#ifndef SLIM_TRACE_PACKAGE_RPM_STORE_H
#define SLIM_TRACE_PACKAGE_RPM_STORE_H

#include "slim/tree.h"

enum slim_rpm_form {
	SLIM_RPM_SQLITE,  /* rpmdb.sqlite: read, and rewritten */
	SLIM_RPM_NDB,     /* Packages.db: read */
	SLIM_RPM_BERKELEY, /* Packages: not read */
};

struct slim_rpm_store {
	const struct slim_node *node; /* NULL: there is none */
	const char *folder;           /* where it was looked for: links may lead there */
	enum slim_rpm_form form;
	bool pending;                 /* changes of it lie in a write-ahead log, which is not read */
};

/* The folders that rpm and scanners look at; of several databases the first is meant. */
struct slim_rpm_store slim_rpm_store_find(const struct slim_tree *tree);

/* Whether it can be made to list less. */
static inline bool slim_rpm_store_can_change(const struct slim_rpm_store *store)
{
	return store->node && store->form == SLIM_RPM_SQLITE && !store->pending;
}

#endif
