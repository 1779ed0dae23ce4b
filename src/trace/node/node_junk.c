/* What in packages no production run reads: tracing rules D2, "junk". Named lists only. */
#include <string.h>
#include <strings.h>

#include "../system/system_data.h"
#include "node_inside.h"
#include "slim/match.h"

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

static struct slim_blob name_of(const struct slim_node *node)
{
	return slim_blob(node->name, node->name_length);
}

static bool ends_in(const struct slim_node *node, const char *const *endings)
{
	for (; *endings; endings++)
		if (slim_blob_ends(name_of(node), *endings))
			return true;
	return false;
}

static bool begins_as(const struct slim_node *node, const char *const *words)
{
	for (; *words; words++)
		if (!strncasecmp(node->name, *words, strlen(*words)))
			return true;
	return false;
}

static bool is_licence(const struct slim_node *node)
{
	return begins_as(node, LIST("licen", "notice", "copying", "copyright", "unlicense", "third"));
}

static bool is_prose(const struct slim_node *node)
{
	bool plain = !strchr(node->name, '.') || ends_in(node, LIST(".txt", ".rst", ".adoc"));
	return ends_in(node, LIST(".md", ".markdown", ".mkd")) ||
	       (plain && begins_as(node, LIST("readme", "changelog", "history", "changes", "contributing", "authors")));
}

static bool is_native_source(const struct slim_node *node)
{
	return ends_in(node, LIST(".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".hxx", ".gyp", ".gypi", ".o", ".a",
				  ".obj", ".mk", ".vcxproj", ".vcxproj.filters", ".sln", ".pdb", ".tsbuildinfo"));
}

static bool is_other_systems(const struct slim_node *node)
{
	return ends_in(node, LIST(".dll", ".dylib"));
}

/* x.ts beside x.js, or src/x.ts with dist/x.js or the like. */
static bool has_twin(struct node_state *s, const struct slim_node *dir, const struct slim_node *node)
{
	static const char *const outputs[] = { "dist", "lib",      "build",    "out",      "cjs",
					       "esm",  "dist/cjs", "dist/esm", "dist/src", "lib/cjs" };
	slim_cleanup(slim_arena_free_p) struct slim_arena *arena = slim_arena_new();
	const char *path = slim_node_path(arena, node) + strlen(slim_node_path(arena, dir)) + 1;
	size_t stem = (size_t)(strrchr(path, '.') - path);
	const char *inside = strncmp(path, "src/", 4) ? path : path + 4;
	for (size_t i = 0; i <= SLIM_COUNT(outputs); i++) {
		const char *output = i ? outputs[i - 1] : ".";
		const char *part = i ? inside : path;
		for (const char *const *ending = LIST("js", "mjs", "cjs"); *ending; ending++) {
			const char *twin = slim_arena_format(arena, "%s/%.*s.%s", output,
							     (int)(stem - (size_t)(part - path)), part, *ending);
			if (slim_tree_walk(s->world.tree, dir, slim_blob_of(twin), true, NULL, NULL))
				return true;
		}
	}
	return false;
}

static bool is_junk_file(struct node_state *s, const struct slim_node *dir, const struct slim_node *node)
{
	if (is_licence(node))
		return false;
	if (ends_in(node, LIST(".d.ts", ".d.mts", ".d.cts")))
		return !(s->needs & NODE_NEED_TYPES) && strcmp(dir->name, "typescript") != 0;
	if (slim_blob_ends(name_of(node), ".map"))
		return !(s->needs & NODE_NEED_MAPS);
	if (node_is_typescript(node) && !slim_blob_ends(name_of(node), ".jsx"))
		return has_twin(s, dir, node);
	return is_prose(node) || is_native_source(node) || is_other_systems(node) ||
	       slim_blob_ends(name_of(node), ".flow") || node_is_foreign_build(s, node);
}

static bool is_addon(struct node_state *s, const struct slim_node *dir)
{
	return slim_node_child(s->world.tree, dir, SLIM_BLOB("binding.gyp"));
}

/* node-gyp leaves build/Release/obj.target and the like behind. */
static bool is_build_rest(const struct slim_node *node)
{
	return slim_name_in(LIST("obj.target", ".deps", "obj", "node_gyp_bins", ".forge-meta"), node->name) &&
	       slim_name_in(LIST("Release", "Debug", "build"), node->parent->name);
}

static bool is_junk_folder(struct node_state *s, const struct slim_node *dir, const struct slim_node *node)
{
	if (slim_name_in(
		    LIST("__tests__", "__mocks__", ".github", ".cache", ".nyc_output", ".vscode", ".idea", ".husky"),
		    node->name))
		return true;
	if (is_build_rest(node) || node_is_foreign_build(s, node))
		return true;
	if (node->parent != dir)
		return false;
	if (slim_name_in(LIST("deps"), node->name))
		return is_addon(s, dir);
	return slim_name_in(LIST("test", "tests", "example", "examples", "coverage", "benchmark", "benchmarks", "doc",
				 "docs", "man"),
			    node->name);
}

bool node_is_junk(struct node_state *s, const struct slim_node *dir, const struct slim_node *node)
{
	if (node == dir || node_marked(s, node, NODE_WANTED))
		return false;
	if (slim_node_is_dir(node))
		return is_junk_folder(s, dir, node);
	return slim_node_is_file(node) && !node_marked(s, node, NODE_REACHED) && is_junk_file(s, dir, node);
}

bool node_is_tool(struct slim_blob name)
{
	static const char *const tools[] = { "typescript", "eslint",  "prettier",    "jest",     "mocha",
					     "vitest",     "webpack", "rollup",      "vite",     "esbuild",
					     "parcel",     "nodemon", "nyc",         "husky",    "lint-staged",
					     "karma",      "cypress", "playwright",  "gulp",     "grunt",
					     "tslint",     "turbo",   "nx",          "lerna",    "tsup",
					     "npm",        "yarn",    "pnpm",        "node-gyp", "sass",
					     "less",       "postcss", "tailwindcss", "babel" };
	for (size_t i = 0; i < SLIM_COUNT(tools); i++)
		if (slim_blob_is(name, tools[i]))
			return true;
	return slim_blob_starts(name, "@types/");
}

bool node_is_build_package(const char *name)
{
	return slim_name_in(LIST("node-gyp", "nan", "node-addon-api", "prebuild-install", "prebuild", "@types/*"),
			    name);
}

bool node_is_development(const struct slim_node *node)
{
	if (slim_node_is_dir(node))
		return slim_name_in(LIST("test", "tests", "__tests__", "__mocks__", "spec", "e2e", "cypress",
					 "coverage", ".storybook", ".github", ".vscode"),
				    node->name);
	return slim_name_in(LIST("*.test.*", "*.spec.*", "*.stories.*", "webpack.*.js", "webpack*.config.*",
				 "vite.config.*", "vitest.*", "rollup.config.*", "jest.*", "babel.config.*",
				 ".babelrc*", "eslint.config.*", ".eslintrc*", ".prettierrc*", "prettier.config.*",
				 "tailwind.config.*", "postcss.config.*", "tsup.config.*", "gulpfile.*", "Gruntfile.*", "[Jj]akefile.*",
				 "karma.conf.*", "cypress.config.*", "playwright.config.*", "commitlint.config.*",
				 "lint-staged.config.*", ".lintstagedrc*", "stylelint.config.*", ".stylelintrc*",
				 "nodemon.json", "nest-cli.json", "angular.json", "tsconfig*.json", "jsconfig.json", "turbo.json", "nx.json",
				 "lerna.json", "package-lock.json", "npm-shrinkwrap.json", "svelte.config.*",
				 "esbuild.config.*", "metro.config.*", ".nycrc*", ".mocharc*", "composer.json",
				 "astro.config.*", ".dependency-cruiser*", "wallaby.*", "knip.*", "codegen.*"),
			    node->name);
}
