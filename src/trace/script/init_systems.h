#ifndef SLIM_INIT_SYSTEMS_H
#define SLIM_INIT_SYSTEMS_H

#include <stdbool.h>

/* Whether NAME is a program that starts others as its settings say: s6-svscan, runsvdir, monit, … */
bool init_is_supervisor(const char *name);

#endif
