/* /etc/nsswitch.conf: nsswitch.conf(5), glibc nss/nss_database.c */
#ifndef SLIM_TRACE_NSS_H
#define SLIM_TRACE_NSS_H

#include "slim/blob.h"

/* ON_SERVICE for each service of each line, in order. Actions in brackets and comments are passed over. */
typedef void slim_on_service(void *context, struct slim_blob database, struct slim_blob service);
void slim_nss_parse(struct slim_blob text, slim_on_service *on_service, void *context);

#endif
