/* What the package of a started program brings along: docs/rules.md E1, E2, E7, E9. */
#include <string.h>

#include "../engine/owners.h"
#include "../engine/waiting.h"
#include "../script/init_systems.h"
#include "../script/shebang.h"
#include "../script/shell_script.h"
#include "../system/system_data.h"
#include "rpm_store.h"

/*
 * Packages whose files are found one by one, by other rules: libraries, commands, runtimes. To keep them whole would
 * rebuild the fat image. Shell patterns of Debian's, Alpine's and Red Hat's names; docs/rules.md E9.
 */
static const char *const exact[] = {
	"libc6*", "libc-bin", "glibc*", "musl*", "locales*", "coreutils*", "busybox*", "util-linux*", "mount", "login*", "passwd",
	"shadow*", "findutils", "sed", "grep", "tar", "gzip", "bzip2", "xz-utils", "xz", "zstd", "bash*", "dash", "bsdutils",
	"bsdmainutils", "bsdextrautils", "ncurses*", "procps*", "psmisc", "iproute*", "net-tools", "iputils*", "hostname",
	"base-files", "base-passwd", "alpine-*", "debianutils", "diffutils", "debconf*", "adduser", "init-system-helpers",
	"sysvinit-utils", "lsb-base", "lsb-release", "mawk", "gawk", "original-awk", "less", "file", "which", "tzdata",
	"ca-certificates*", "curl", "wget", "openssl", "netcat*", "unzip", "zip", "p7zip*", "patch", "rsync", "jq", "sudo",
	"gosu", "tini", "dumb-init", "su-exec", "socat", "lsof", "strace", "gettext*", "envsubst", "bc", "dc", "ed", "cpio",
	"apt*", "dpkg*", "apk-tools*", "rpm*", "yum*", "dnf*", "microdnf*", "alternatives", "chkconfig", "filesystem", "setup", "pam",
	"authselect*", "crypto-policies*", "*-release", "*-release-common", "p11-kit*", "krb5-libs", "wolfi-base*", "gnupg*", "gpg*", "pinentry*",
	"git", "git-*", "mercurial*", "subversion*", "openssh-client*", "perl*", "python*", "ruby*", "rake", "bundler",
	"nodejs*", "node-*", "npm", "yarn*", "php*", "openjdk*", "default-jre*", "default-jdk*", "java-*", "lua*", "tcl*",
	"tk8*", "r-*", "dotnet*", "erlang*", "elixir*", "guile*", "golang*", "go", "rustc", "cargo", "gcc*", "g++*", "cpp*",
	"clang*", "llvm*", "lld*", "binutils*", "make", "cmake*", "meson", "ninja*", "autoconf", "automake*", "libtool*",
	"pkg-config", "pkgconf*", "bison", "flex", "m4", "gdb*", "vim*", "nano", "emacs*", "man-db", "manpages*", "groff*",
	"systemd*", "udev", "dbus*", "kmod", "e2fsprogs*", "mysql-client*", "mariadb-client*", "postgresql-client*",
	NULL
};

/* Bytes of a daemon's small tool. Its libraries are the daemon's. */
enum { TOOL_SIZE_MAX = 256 << 10 };

/* Names that mark the shared part of a source package: foo-common, foo-data, libfoo-data. */
static const char *const data_names[] = { "*-common", "*-data", "*-core", "*-modules", "*-base", "*-basic-modules", "*-mod*",
					  "*-runtime", "*-config", "*-extra-modules", NULL };

/* Packages that nobody runs, whatever their source. */
static const char *const no_use_of[] = { "*-dev", "*-dev-*", "*-devel", "*-doc", "*-dbg", "*-test*", "*-examples", NULL };

struct package_state {
	bool exact, whole, survives, licence; /* whole: its files have been kept; licence: its copyright file has */
	bool has_program, content_known;
	bool tools_done; /* of the first package of a source: its tools have been kept */
	const struct slim_node *asker; /* the first of its kept files in tree order */
};

/* A daemon's tool in a language that may not be there. */
struct tool_script {
	struct slim_node *node;
	const struct slim_node *from;
};

struct state {
	struct package_state *of;
	struct slim_waiting waiting; /* programs and scripts of which nothing certain is known yet */
	bool *whole_folders; /* by node number: keep_own_folder has kept it */
	struct tool_script *scripts;
	size_t script_count, script_capacity;
	const struct slim_node *doc, *licenses;
	const struct slim_package **by_source; /* all packages, those of one source side by side */
	bool database_done;
};

/* /bin, /sbin, and those below /usr: where programs are found by name. */
static bool in_program_folder(const struct slim_node *node)
{
	const struct slim_node *dir = node->parent, *above = dir ? dir->parent : NULL;
	if (!above || (above->parent && (strcmp(above->name, "usr") || above->parent->parent)))
		return false;
	return !strcmp(dir->name, "bin") || !strcmp(dir->name, "sbin") || !strcmp(dir->name, "games");
}

/* By content: a library package owns no program. */
static bool owns_program(struct state *s, const struct slim_package *package)
{
	struct package_state *p = &s->of[package->index];
	for (size_t i = 0; i < package->file_count && !p->content_known; i++)
		p->has_program |= slim_node_is_executable(package->files[i]) && in_program_folder(package->files[i]);
	p->content_known = true;
	return p->has_program;
}

static bool is_exact(struct state *s, const struct slim_package *package)
{
	struct slim_blob name = slim_blob_of(package->name);
	bool library = slim_blob_starts(name, "lib") || slim_blob_ends(name, "-libs");
	return slim_name_in(exact, package->name) || (library && !owns_program(s, package));
}

static void visit(struct slim_trace *t, void *state, struct slim_node *node)
{
	struct state *s = state;
	const struct slim_package *owner = slim_packages_owner(slim_trace_packages(t), node);
	unsigned kind = slim_kind_of(t, node);
	bool code = kind & (SLIM_KIND_PROGRAM | SLIM_KIND_SCRIPT);
	if (code && owner && !s->of[owner->index].exact)
		slim_waiting_add(&s->waiting, node);
	if (!owner || (s->doc && slim_node_within(node, s->doc)) ||
	    (s->licenses && slim_node_within(node, s->licenses)))
		return;
	struct package_state *p = &s->of[owner->index];
	p->survives = true;
	if (!p->licence && (!p->asker || node->id < p->asker->id))
		p->asker = node;
}

/* It brings an init script, a unit, or what takes their place in a container. */
static bool starts_with_host(const struct slim_package *package)
{
	for (size_t i = 0; i < package->file_count; i++) {
		const struct slim_node *node = package->files[i];
		if (!strcmp(node->parent->name, "init.d") ||
		    (init_is_supervisor(node->name) && in_program_folder(node)) ||
		    (slim_blob_ends(slim_blob_of(node->name), ".service") && !strcmp(node->parent->name, "system")))
			return true;
	}
	return false;
}

/*
 * People tend what it starts with its other programs. The daemon itself may be in a package of its own, of which there
 * are several to choose from, and the script that starts it in one that these depend on. tracing.md D9
 */
static bool is_daemon(struct slim_trace *t, const struct slim_package *package)
{
	if (starts_with_host(package))
		return true;
	for (const char **name = package->depends; *name; name++) {
		const struct slim_package *other = slim_packages_find(slim_trace_packages(t), *name);
		if (other && !strcmp(other->source, package->source) && starts_with_host(other))
			return true;
	}
	return false;
}

/*
 * How a running daemon is asked and told, whatever its size: rndc(8) is small, but unbound-control(8) is not.
 */
static bool is_control(const struct slim_node *node)
{
	static const char *const names[] = { "*ctl", "*-control", "*control", "*-cli", "*-client", "*-admin", NULL };
	return slim_name_in(names, node->name);
}

/* Of the scripts those of the shell, which is there in any case; another interpreter would come with its library. */
static bool is_cheap_tool(struct slim_trace *t, struct slim_node *node)
{
	unsigned kind = slim_kind_of(t, node);
	return kind == SLIM_KIND_PROGRAM || (kind == SLIM_KIND_SCRIPT && shell_is_shell(shebang_interpreter(t, node)));
}

/*
 * Programs in the common folders stay only when something starts them: that is exact, as everywhere. But a daemon's
 * control program is how it is told to reload or stop, and its small tools are how its tables and queues are kept.
 */
static bool is_wanted(struct slim_trace *t, struct slim_node *node, bool daemon)
{
	if (slim_is_junk(t, node) || slim_is_integration(t, node))
		return false;
	if (!in_program_folder(node) || slim_blob_ends(slim_blob_of(node->name), "ctl"))
		return true;
	return daemon && (node->inode->size <= TOOL_SIZE_MAX || is_control(node)) && is_cheap_tool(t, node);
}

/* Who wants a package's files, and whether its programs are a daemon's tools. */
struct asking {
	enum slim_rule_id rule;
	const struct slim_node *from;
	bool daemon;
};

static void add_script(struct state *s, struct slim_node *node, const struct slim_node *from)
{
	*slim_push(&s->scripts, &s->script_count, &s->script_capacity) = (struct tool_script){ node, from };
}

/* Tools whose interpreter something starts anyway cost no more than themselves. */
static void keep_scripts(struct slim_trace *t, struct state *s)
{
	size_t left = 0;
	for (size_t i = 0; i < s->script_count; i++) {
		const struct tool_script tool = s->scripts[i];
		const struct slim_node *interpreter = shebang_program(t, tool.node);
		if (interpreter && slim_started(t)[interpreter->id])
			slim_keep(t, tool.node, SLIM_RULE_PACKAGE_FILES, tool.from, "a tool of its package");
		else
			s->scripts[left++] = tool;
	}
	s->script_count = left;
}

static void keep_files(struct slim_trace *t, struct state *s, const struct slim_package *package,
		       const struct asking *by)
{
	for (size_t i = 0; i < package->file_count; i++) {
		struct slim_node *node = package->files[i];
		bool tool = by->daemon && in_program_folder(node); /* a script among them is followed */
		if (is_wanted(t, node, by->daemon))
			slim_keep(t, node, tool ? SLIM_RULE_PACKAGE_FILES : by->rule, by->from, "package %s", package->name);
		else if (tool && slim_kind_of(t, node) == SLIM_KIND_SCRIPT && !slim_is_integration(t, node))
			add_script(s, node, by->from);
	}
	for (size_t i = 0; i < package->conffile_count; i++)
		if (!slim_is_integration(t, package->conffiles[i]))
			slim_keep(t, package->conffiles[i], SLIM_RULE_CONFFILE, by->from, "package %s", package->name);
}

/* Dependencies built from the same source that hold no programs, or are called so. Not by Depends alone: E8. */
static void keep_siblings(struct slim_trace *t, struct state *s, const struct slim_package *package,
			  const struct slim_node *from)
{
	const struct asking by = { SLIM_RULE_PACKAGE_DATA, from, is_daemon(t, package) };
	const struct slim_packages *packages = slim_trace_packages(t);
	for (const char **name = package->depends; *name; name++) {
		const struct slim_package *other = slim_packages_find(packages, *name);
		if (!other || strcmp(other->source, package->source) || s->of[other->index].whole ||
		    s->of[other->index].exact || (owns_program(s, other) && !slim_name_in(data_names, other->name)))
			continue;
		s->of[other->index].whole = true;
		keep_files(t, s, other, &by);
	}
}

/* Where the packages of one source begin. */
static size_t first_of_source(const struct state *s, size_t count, const char *source)
{
	size_t low = 0;
	while (low < count) {
		size_t middle = low + (count - low) / 2;
		if (strcmp(s->by_source[middle]->source, source) < 0)
			low = middle + 1;
		else
			count = middle;
	}
	return low;
}

/*
 * A package with a daemon's client programs and tools: spamc(1), smbclient(1). Little depends on those, so whoever
 * built the image asked for them, to tend the daemon and to try whether it answers.
 */
static bool has_tools(struct state *s, const struct slim_package *package)
{
	static const char *const tools[] = { "*utils", "*tools", "*-bin", "*-client", "*-clients", NULL };
	if (s->of[package->index].exact || slim_name_in(no_use_of, package->name))
		return false;
	return slim_name_in(tools, package->name) || (owns_program(s, package) && !starts_with_host(package));
}

static void keep_tools(struct slim_trace *t, struct state *s, const struct slim_package *daemon,
		       const struct slim_node *from)
{
	size_t count = slim_packages_count(slim_trace_packages(t)), i = first_of_source(s, count, daemon->source);
	if (s->of[s->by_source[i]->index].tools_done)
		return;
	s->of[s->by_source[i]->index].tools_done = true;
	for (; i < count && !strcmp(s->by_source[i]->source, daemon->source); i++) {
		const struct slim_package *other = s->by_source[i];
		if (!has_tools(s, other))
			continue;
		s->of[other->index].whole = true;
		keep_files(t, s, other, &(struct asking){ SLIM_RULE_PACKAGE_DATA, from, true });
	}
}

/* E5: of rpm's database only one form can be rewritten. The others list what is gone, and that is said. */
static void keep_rpm(struct slim_trace *t)
{
	const struct slim_rpm_store store = slim_rpm_store_find(slim_trace_tree(t));
	if (!store.node)
		return;
	slim_autofree char *path = slim_format("%s/%s", store.folder, store.node->name);
	slim_keep_path(t, NULL, slim_blob_of(path), SLIM_RULE_PACKAGE_DB, NULL, "lists what survives");
	if (slim_rpm_store_can_change(&store))
		return;
	if (store.pending)
		slim_keep(t, slim_node_child(slim_trace_tree(t), store.node->parent, SLIM_BLOB("rpmdb.sqlite-wal")),
			  SLIM_RULE_PACKAGE_DB, NULL, "changes of the database");
	static const char *const why = "this form of rpm's database stays as it is: "
				       "it also lists packages and files that are not in the result";
	slim_doubt(t, store.node, "%s", why);
	slim_warn(slim_trace_log(t), "%s: %s", path, why);
}

/* E1: what scanners and dpkg-query read. What is written lists the survivors alone: src/write/packages.c. */
static void keep_database(struct slim_trace *t, struct state *s)
{
	static const char *const places[] = { "/var/lib/dpkg/status", "/var/lib/dpkg/arch", "/var/lib/dpkg/diversions",
					      "/lib/apk/db/installed", "/usr/lib/apk/db/installed", "/etc/apk/world", "/etc/apk/arch",
					      "/var/lib/rpmmanifest/container-manifest-2" };
	for (size_t i = 0; i < SLIM_COUNT(places); i++)
		slim_keep_place(t, places[i], SLIM_RULE_PACKAGE_DB, NULL, "lists what survives");
	keep_rpm(t);
	s->database_done = true;
}

static int source_order(const void *a, const void *b)
{
	const struct slim_package *x = *(const struct slim_package *const *)a;
	const struct slim_package *y = *(const struct slim_package *const *)b;
	int order = strcmp(x->source, y->source);
	return order ? order : (x->index > y->index) - (x->index < y->index);
}

static void start(struct slim_trace *t, void *state)
{
	struct state *s = state;
	const struct slim_packages *packages = slim_trace_packages(t);
	size_t count = slim_packages_count(packages);
	s->of = slim_calloc(count + 1, sizeof(*s->of));
	s->whole_folders = slim_calloc(slim_tree_count(slim_trace_tree(t)), sizeof(*s->whole_folders));
	s->by_source = slim_calloc(count + 1, sizeof(struct slim_package *));
	for (size_t i = 0; i < count; i++) {
		s->of[i].exact = is_exact(s, slim_packages_at(packages, i));
		s->by_source[i] = slim_packages_at(packages, i);
	}
	qsort(s->by_source, count, sizeof(*s->by_source), source_order);
	s->doc = slim_tree_find(slim_trace_tree(t), "/usr/share/doc");
	s->licenses = slim_tree_find(slim_trace_tree(t), "/usr/share/licenses");
	if (!count) /* a database that is not read, or a list of packages without files */
		keep_database(t, s);
}

/* E3: the file lists of one survivor; packages that several architectures may have at once are NAME:ARCH there. */
static void keep_lists(struct slim_trace *t, const struct slim_package *package, const struct slim_node *asker)
{
	static const char *const suffixes[] = { ".list", ".md5sums", ".conffiles" };
	slim_autofree char *plain = slim_format("/var/lib/dpkg/info/%s", package->name);
	slim_autofree char *with_arch = slim_format("%s:%s", plain, package->architecture);
	slim_autofree char *alone = slim_format("/var/lib/dpkg/status.d/%s", package->name);
	slim_autofree char *sums = slim_format("%s.md5sums", alone);
	for (size_t i = 0; i < SLIM_COUNT(suffixes); i++) {
		slim_autofree char *one = slim_format("%s%s", plain, suffixes[i]),
				   *two = slim_format("%s%s", with_arch, suffixes[i]);
		slim_keep_path(t, NULL, slim_blob_of(one), SLIM_RULE_PACKAGE_DB, asker, "package %s", package->name);
		slim_keep_path(t, NULL, slim_blob_of(two), SLIM_RULE_PACKAGE_DB, asker, "package %s", package->name);
	}
	slim_keep_path(t, NULL, slim_blob_of(alone), SLIM_RULE_PACKAGE_DB, asker, "package %s", package->name);
	slim_keep_path(t, NULL, slim_blob_of(sums), SLIM_RULE_PACKAGE_DB, asker, "package %s", package->name);
}

/*
 * A program in a folder of its package's own finds its parts there by names that it computes (modules, resources, lists
 * of services), and packages of the same source add to them: the topmost such folder stays whole.
 */
static void keep_own_folder(struct slim_trace *t, struct state *s, const struct slim_package *package,
			    const struct slim_node *program)
{
	const struct slim_packages *packages = slim_trace_packages(t);
	const uint32_t *owners = slim_folder_owners(t);
	struct slim_node *top = NULL;
	struct slim_node *dir = program->parent;
	for (; dir->parent && !slim_is_shared_folder(t, dir); dir = dir->parent) {
		if (in_program_folder(program) || owners[dir->id] == SLIM_OWNED_BY_MANY || slim_is_managed(t, dir) ||
		    strcmp(slim_packages_at(packages, owners[dir->id] - 1)->source, package->source))
			break;
		top = dir;
	}
	if (!top || s->whole_folders[top->id])
		return;
	s->whole_folders[top->id] = true;
	uint32_t end = slim_node_end(slim_trace_tree(t), top);
	for (uint32_t id = top->id; id < end; id++) {
		struct slim_node *node = slim_tree_node(slim_trace_tree(t), id);
		const struct slim_package *owner = slim_packages_owner(packages, node);
		if (owner && !slim_name_in(no_use_of, owner->name) && !slim_is_junk(t, node))
			slim_keep(t, node, SLIM_RULE_PACKAGE_DATA, program, "in the folder of %s", program->name);
	}
}

static void keep_package_of(struct slim_trace *t, struct state *s, const struct slim_node *node)
{
	const struct slim_package *owner = slim_packages_owner(slim_trace_packages(t), node);
	if (!owner || s->of[owner->index].exact)
		return;
	if (!slim_is_integration(t, node))
		keep_own_folder(t, s, owner, node);
	if (s->of[owner->index].whole)
		return;
	s->of[owner->index].whole = true;
	const struct asking by = { SLIM_RULE_PACKAGE_FILES, node, is_daemon(t, owner) };
	keep_files(t, s, owner, &by);
	keep_siblings(t, s, owner, node);
	if (by.daemon)
		keep_tools(t, s, owner, node);
}

static void keep_licences(struct slim_trace *t, struct state *s)
{
	const struct slim_packages *packages = slim_trace_packages(t);
	for (size_t i = 0; i < slim_packages_count(packages); i++) {
		if (!s->of[i].survives || s->of[i].licence)
			continue;
		s->of[i].licence = true;
		const struct slim_package *package = slim_packages_at(packages, i);
		slim_autofree char *path = slim_format("/usr/share/doc/%s/copyright", package->name);
		slim_keep_path(t, NULL, slim_blob_of(path), SLIM_RULE_COPYRIGHT, s->of[i].asker, "package %s",
			       package->name);
		for (size_t j = 0; j < package->licence_count; j++)
			slim_keep(t, package->licences[j], SLIM_RULE_COPYRIGHT, s->of[i].asker, "package %s",
				  package->name);
		keep_lists(t, package, s->of[i].asker);
		if (!s->database_done)
			keep_database(t, s);
	}
}

static void settle(struct slim_trace *t, void *state)
{
	struct state *s = state;
	slim_cleanup(slim_waiting_clear) struct slim_waiting now = slim_waiting_started(t, &s->waiting);
	for (size_t i = 0; i < now.count; i++)
		keep_package_of(t, s, now.nodes[i]);
	keep_scripts(t, s);
	keep_licences(t, s);
}

static void clear(void *state)
{
	struct state *s = state;
	free(s->of);
	free(s->by_source);
	free(s->scripts);
	free(s->whole_folders);
	slim_waiting_clear(&s->waiting);
}

const struct slim_tracer slim_package_tracer = {
	.name = "packages",
	.kinds = SLIM_KIND_PROGRAM | SLIM_KIND_LIBRARY | SLIM_KIND_SCRIPT | SLIM_KIND_TEXT | SLIM_KIND_DATA,
	.state_size = sizeof(struct state), .start = start, .visit = visit, .settle = settle, .clear = clear,
};
