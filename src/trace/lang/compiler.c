/*
 * Compilers and what they start, read and link: a driver finds all of that by computed names. A compiler is in use when
 * something certain starts it. docs/rules.md D8.
 */
#include <string.h>

#include "lang.h"
#include "../engine/owners.h"
#include "../engine/waiting.h"
#include "../system/system_data.h"

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

/*
 *   programs  patterns for drivers
 *   tools     programs that the driver looks up by name
 *   links     it links: libraries, objects and scripts for the linker stay
 *   places    "$PREFIX" is the folder above the program's bin
 */
struct compiler {
	const char *name;
	const char *const *programs, *const *tools, *const *places;
	bool links;
};

/* gcc(1) and clang(1): -B, COMPILER_PATH; go(1): GOROOT; rustc(1): --print sysroot. */
static const struct compiler compilers[] = {
	{ "C", LIST("cc", "c++", "c89*", "c99*", "gcc", "g++", "gcc-[0-9]*", "g++-[0-9]*", "gfortran*", "*-linux-*-gcc*",
		    "*-linux-*-g++*", "*-linux-*-gfortran*", "tcc", "clang", "clang++", "clang-[0-9]*", "clang++-[0-9]*"),
	  LIST("as", "ld", "ld.bfd", "ld.gold", "ld.lld", "lld"),
	  LIST("$PREFIX/lib/gcc/**", "$PREFIX/libexec/gcc/**", "$PREFIX/lib/clang/**", "$PREFIX/lib/tcc/**", "/usr/include/**",
	       "/usr/local/include/**", "/usr/lib/llvm-*/lib/clang/**", "/usr/lib/llvm-*/include/**", "/usr/lib/gcc/**",
	       "/usr/libexec/gcc/**", "/usr/*-linux-*/lib/**", "/usr/*-linux-*/include/**"), true },
	{ "Go", LIST("go"), LIST("gcc", "git"), LIST("/usr/local/go/**", "/usr/lib/go-*/**", "/usr/share/go-*/**"), false },
	{ "Rust", LIST("rustc", "cargo"), LIST("cc"), LIST("$PREFIX/lib/rustlib/**", "/usr/local/rustup/**",
	  "/usr/local/cargo/bin/**"), false },
};

/* Where the linker looks: ld(1), -L's defaults. */
static const char *const link_places[] = {
	"$LIB/*.o", "$LIB/*.a", "$LIB/*.so", "$LIB/*.la", "$LIB/ldscripts/**", "$LIB/bfd-plugins/**", "/usr/lib/*.o", "/usr/lib/*.a",
	"/usr/lib/*.so", "/usr/lib/ldscripts/**", "/usr/lib/bfd-plugins/**", "/usr/local/lib/*.a", "/usr/local/lib/*.so", NULL,
};

struct state {
	struct slim_waiting waiting;
	bool links; /* what the linker reads has been kept */
};

static const struct compiler *compiler_of(const struct slim_node *node)
{
	for (size_t i = 0; i < SLIM_COUNT(compilers); i++)
		if (slim_name_in(compilers[i].programs, node->name))
			return &compilers[i];
	return NULL;
}

bool slim_is_compiler(const struct slim_node *node)
{
	return compiler_of(node) != NULL;
}

/* x86_64-linux-gnu-gcc-12 prefers the as and ld of its own prefix. */
static void keep_prefixed_tools(struct slim_trace *t, const struct compiler *compiler, const struct slim_node *driver)
{
	const char *end = strstr(driver->name, "-linux-");
	end = end ? strchr(end + 7, '-') : NULL;
	for (const char *const *tool = compiler->tools; end && *tool; tool++) {
		slim_autofree char *name = slim_format("%.*s-%s", (int)(end - driver->name), driver->name, *tool);
		slim_keep_program(t, slim_blob_of(name), SLIM_RULE_RUNTIME, driver, "%s", compiler->name);
	}
}

static void keep_compiler(struct slim_trace *t, struct state *s, const struct slim_node *driver)
{
	const struct compiler *compiler = compiler_of(driver);
	if (!compiler)
		return;
	lang_keep_places(t, compiler->places, driver, compiler->name);
	for (const char *const *tool = compiler->tools; *tool; tool++)
		slim_keep_program(t, slim_blob_of(*tool), SLIM_RULE_COMMAND_STRING, driver, "%s", compiler->name);
	keep_prefixed_tools(t, compiler, driver);
	if (compiler->links && !s->links)
		lang_keep_places(t, link_places, driver, compiler->name);
	s->links |= compiler->links;
}

static void visit(struct slim_trace *t, void *state, struct slim_node *node)
{
	struct state *s = state;
	(void)t;
	if (compiler_of(node))
		slim_waiting_add(&s->waiting, node);
}

static void settle(struct slim_trace *t, void *state)
{
	struct state *s = state;
	slim_cleanup(slim_waiting_clear) struct slim_waiting now = slim_waiting_started(t, &s->waiting);
	for (size_t i = 0; i < now.count; i++)
		keep_compiler(t, s, now.nodes[i]);
}

static void clear(void *state)
{
	slim_waiting_clear(&((struct state *)state)->waiting);
}

const struct slim_tracer slim_compiler_tracer = {
	.name = "compilers", .kinds = SLIM_KIND_PROGRAM | SLIM_KIND_SCRIPT, .state_size = sizeof(struct state), .visit = visit,
	.settle = settle, .clear = clear,
};
