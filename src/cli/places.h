/*
 * Before anything is opened: no file that will be made or replaced is one that is read, part of an OCI layout folder
 * that is read, or asked for twice; neither under another path, nor through links.
 */
#ifndef SLIM_CLI_PLACES_H
#define SLIM_CLI_PLACES_H

#include "slim/error.h"

#include "confine.h"

int slim_places_check(const struct slim_confinement *wanted, struct slim_error **err) SLIM_MUST_CHECK;

#endif
