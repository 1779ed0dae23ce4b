/* Which selected files must keep every byte: those that something kept verifies. */
#include "strip.h"

#include <stdio.h>
#include <string.h>

#include "slim/alloc.h"

struct slim_strip_guard {
	const struct slim_tree *tree;
	bool *selected;  /* by node number */
	bool *conffiles; /* by node number; dpkg's status has their checksums */
	const struct slim_node *usr,
		*usr_local; /* not NULL: an rpm database has checksums of what is in the one, not in
						    the other */
};

static bool is_selected(const struct slim_strip_guard *g, const struct slim_node *node)
{
	return node && g->selected[node->id];
}

/* rpm(8), --verify: the database's headers hold a digest of each file, and are signed themselves. */
static bool has_rpm(const struct slim_strip_guard *g)
{
	static const char *const databases[] = {
		"/var/lib/rpm/rpmdb.sqlite",	     "/var/lib/rpm/Packages.db",	   "/var/lib/rpm/Packages",
		"/usr/lib/sysimage/rpm/rpmdb.sqlite", "/usr/lib/sysimage/rpm/Packages.db", "/usr/lib/sysimage/rpm/Packages",
		"/usr/share/rpm/rpmdb.sqlite",	     "/usr/share/rpm/Packages.db",	   "/usr/share/rpm/Packages",
	};
	for (size_t i = 0; i < SLIM_COUNT(databases); i++)
		if (is_selected(g, slim_tree_find(g->tree, databases[i])))
			return true;
	return false;
}

struct slim_strip_guard *slim_strip_guard_new(const struct slim_selection *selection,
					      const struct slim_packages *packages)
{
	struct slim_strip_guard *g = slim_calloc(1, sizeof(*g));
	size_t nodes = slim_tree_count(selection->tree);
	g->tree = selection->tree;
	g->selected = slim_calloc(nodes, sizeof(*g->selected));
	g->conffiles = slim_calloc(nodes, sizeof(*g->conffiles));
	for (size_t i = 0; i < selection->count; i++)
		g->selected[selection->nodes[i]->id] = true;
	for (size_t i = 0; packages && i < slim_packages_count(packages); i++) {
		const struct slim_package *p = slim_packages_at(packages, i);
		for (size_t j = 0; j < p->conffile_count; j++)
			g->conffiles[p->conffiles[j]->id] = true;
	}
	if (has_rpm(g)) {
		g->usr = slim_tree_find(g->tree, "/usr");
		g->usr_local = slim_tree_find(g->tree, "/usr/local");
	}
	return g;
}

void slim_strip_guard_free(struct slim_strip_guard *guard)
{
	if (!guard)
		return;
	free(guard->selected);
	free(guard->conffiles);
	free(guard);
}

/* ima-evm-utils, evmctl(1) */
static bool is_measured(const struct slim_node *node)
{
	for (const struct slim_xattr *x = node->inode->xattrs; x; x = x->next)
		if (!strcmp(x->name, "security.ima") || !strcmp(x->name, "security.evm"))
			return true;
	return false;
}

static bool has_beside(const struct slim_strip_guard *g, const struct slim_node *dir, const char *name)
{
	return is_selected(g, slim_node_child(g->tree, dir, slim_blob_of(name)));
}

/* Lists of checksums of all that is in a folder. */
static bool has_list(const struct slim_strip_guard *g, const struct slim_node *dir)
{
	static const char *const names[] = { "SHA256SUMS", "SHA512SUMS", "SHA1SUMS", "MD5SUMS", "B2SUMS",
					     "SHASUMS256.txt", "CHECKSUMS", "checksums.txt", "sha256sums.txt",
					     "sha256sum.txt" };
	for (size_t i = 0; i < SLIM_COUNT(names); i++)
		if (has_beside(g, dir, names[i]))
			return true;
	return false;
}

static bool has_own_sum(const struct slim_strip_guard *g, const struct slim_node *dir, const char *name)
{
	static const char *const endings[] = { "sha256", "sha256sum", "sha512", "sha512sum", "sha1", "sha1sum",
					       "md5", "md5sum", "b2sum", "hmac", "sig", "asc", "sign", "p7s",
					       "minisig", "sigstore", "bundle" };
	for (size_t i = 0; i < SLIM_COUNT(endings); i++) {
		slim_autofree char *beside = slim_format("%s.%s", name, endings[i]);
		if (has_beside(g, dir, beside))
			return true;
	}
	return false;
}

/*
 * Libraries that verify themselves when the machine is in FIPS mode: fipscheck's and libkcapi's ".NAME.hmac", beside the
 * library or in a folder of their own; NSS's NAME.chk for NAME.so (shlibsign(1)); OpenSSL's module, whose checksum is
 * in its configuration (fips_module(7)).
 */
static bool verifies_itself(const struct slim_strip_guard *g, const struct slim_node *dir, const char *name)
{
	static const char *const folders[] = { "fipscheck", "hmaccalc" };
	slim_autofree char *hidden = slim_format(".%s.hmac", name), *plain = slim_format("%s.hmac", name);
	if (!strcmp(name, "fips.so") || has_beside(g, dir, hidden))
		return true;
	for (size_t i = 0; i < SLIM_COUNT(folders); i++) {
		const struct slim_node *folder = slim_node_child(g->tree, dir, slim_blob_of(folders[i]));
		if (folder && slim_node_is_dir(folder) &&
		    (has_beside(g, folder, plain) || has_beside(g, folder, hidden)))
			return true;
	}
	const char *so = strstr(name, ".so");
	if (!so)
		return false;
	slim_autofree char *check = slim_format("%.*s.chk", (int)(so - name), name);
	return has_beside(g, dir, check);
}

bool slim_strip_is_guarded(const struct slim_strip_guard *g, const struct slim_node *node)
{
	const struct slim_node *dir = node->parent;
	if (g->conffiles[node->id] || is_measured(node))
		return true;
	if (g->usr && slim_node_within(node, g->usr) && !(g->usr_local && slim_node_within(node, g->usr_local)))
		return true;
	return has_list(g, dir) || has_own_sum(g, dir, node->name) || verifies_itself(g, dir, node->name);
}
