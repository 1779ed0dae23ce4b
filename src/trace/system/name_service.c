/* The libraries that name lookups load: docs/rules.md B1. */
#include <ctype.h>
#include <string.h>

#include "nss.h"
#include "system_data.h"

struct nss {
	struct slim_trace *t;
	struct slim_node *from;
	bool passwd, group, shadow; /* has a line */
};

static bool is_service_name(struct slim_blob name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!isalnum((unsigned char)name.ptr[i]) && !strchr("_-", name.ptr[i]))
			return false;
	return name.len && name.len <= 32;
}

struct service_data {
	const char *service, *place;
};

/* nss_db(5) and Debian's libnss-db; sssd(8); nslcd(8); nss-mdns */
static const struct service_data service_data[] = {
	{ "db", "/var/db/*.db" }, { "db", "/var/lib/misc/*.db" }, { "sss", "/var/lib/sss/mc/**" }, { "ldap", "/etc/nslcd.conf" },
	{ "ldap", "/etc/libnss-ldap.conf" }, { "ldap", "/etc/ldap.conf" }, { "mdns", "/etc/mdns.allow" },
	{ "mdns4", "/etc/mdns.allow" }, { "extrausers", "/var/lib/extrausers/*" }, { "altfiles", "/usr/lib/passwd" },
	{ "altfiles", "/usr/lib/group" },
};

static void keep_service(struct nss *nss, struct slim_blob database, struct slim_blob service)
{
	if (!is_service_name(service))
		return;
	slim_autofree char *library = slim_format("libnss_%.*s.so.2", (int)service.len, service.ptr);
	slim_autofree char *evidence = slim_format("nsswitch.conf: %.*s: %.*s", (int)(database.len & 0xff),
						   database.ptr, (int)service.len, service.ptr);
	slim_keep_library(nss->t, library, SLIM_RULE_NSS, nss->from, evidence);
	for (size_t i = 0; i < SLIM_COUNT(service_data); i++)
		if (slim_blob_is(service, service_data[i].service))
			slim_keep_place(nss->t, service_data[i].place, SLIM_RULE_NSS, nss->from, evidence);
}

static void on_service(void *context, struct slim_blob database, struct slim_blob service)
{
	struct nss *nss = context;
	nss->passwd |= slim_blob_is(database, "passwd");
	nss->group |= slim_blob_is(database, "group");
	nss->shadow |= slim_blob_is(database, "shadow");
	keep_service(nss, database, service);
}

/* Before 2.34 libc.so.6 is a link to libc-2.N.so, and users without a line are looked up by `compat`. */
static bool is_old_libc(struct slim_trace *t, struct slim_node *from)
{
	const struct slim_loads *loads = slim_ldso_dlopen(slim_trace_ldso(t), "libc.so.6", from, NULL);
	for (size_t i = 0; i < loads->count; i++)
		if (!strcmp(loads->items[i].name, "libc.so.6") && loads->items[i].node)
			return !strncmp(loads->items[i].node->name, "libc-2.", 7);
	return false;
}

void slim_nss_keep(struct slim_trace *t, struct slim_node *from)
{
	struct nss nss = { .t = t, .from = from };
	const struct slim_elf *elf = slim_trace_elf(t, from);
	if (elf && elf->go && !elf->dynamic) /* Go reads the files itself */
		return;
	const struct slim_node *file = slim_tree_find(slim_trace_tree(t), "/etc/nsswitch.conf");
	size_t length = 0;
	slim_autofree char *text = file && slim_node_is_file(file) ? slim_trace_read(t, file, 1 << 20, &length) : NULL;
	if (text)
		slim_nss_parse(slim_blob(text, length), on_service, &nss);
	/* glibc's defaults, which hold for databases without a line; also what old and static programs open */
	keep_service(&nss, SLIM_BLOB("default"), SLIM_BLOB("files"));
	keep_service(&nss, SLIM_BLOB("default"), SLIM_BLOB("dns"));
	if ((!nss.passwd || !nss.group || !nss.shadow) && is_old_libc(t, from))
		keep_service(&nss, SLIM_BLOB("default"), SLIM_BLOB("compat"));
}
