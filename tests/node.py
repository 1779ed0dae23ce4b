#!/usr/bin/env python3
"""The Node.js tracer's parts against the real program: specifiers in sources against acorn (which Node.js has inside),
and where they are found in packages made from seeds against require.resolve and import.meta.resolve. TAP.

Environment: TREES (how many random ones), SEED (only that one), SOURCES (folders whose .js files are read, by `:`)."""

import json
import os
import random
import shutil
import subprocess
import sys
import tarfile
import tempfile

FACTS = os.path.join(os.environ.get("TOP_BUILDDIR", "."), "tests/lib/node-facts")

PARSE = r"""
const acorn = require('internal/deps/acorn/acorn/dist/acorn'), fs = require('fs');
const walk = require('internal/deps/acorn/acorn-walk/dist/walk');
for (const file of fs.readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
  const found = new Set(), text = fs.readFileSync(file, 'utf8');
  const literal = (n) => { if (n && n.type === 'Literal' && typeof n.value === 'string' && n.value) found.add(n.value); };
  let tree = null;
  for (const sourceType of ['module', 'script'])
    try {
      tree = acorn.parse(text, { ecmaVersion: 'latest', sourceType, allowHashBang: true, allowReturnOutsideFunction: true });
      break;
    } catch {}
  if (tree) walk.simple(tree, {
    ImportDeclaration(n) { literal(n.source); }, ExportAllDeclaration(n) { literal(n.source); },
    ExportNamedDeclaration(n) { literal(n.source); }, ImportExpression(n) { literal(n.source); },
    CallExpression(n) {
      const c = n.callee, resolve = c.type === 'MemberExpression' && c.object.name === 'require' && c.property.name === 'resolve';
      if (c.name === 'require' || resolve) literal(n.arguments[0]);
    },
  });
  console.log(JSON.stringify([file, tree ? [...found] : null]));
}
"""

RESOLVE = r"""
const { createRequire } = require('module'), fs = require('fs'), url = require('url');
const root = process.argv[1];
for (const line of fs.readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
  const [mode, from, specifier] = line.split(' ');
  let answer = '-';
  try {
    if (mode[0] === 'r') answer = createRequire(root + from).resolve(specifier);
    else answer = url.fileURLToPath(resolver(url.pathToFileURL(root + from).href, specifier));
    answer = fs.statSync(answer).isFile() ? fs.realpathSync(answer).slice(root.length) : '-';
  } catch (e) { answer = '-'; }
  console.log(answer);
}
function resolver(parent, specifier) {
  const { defaultResolve } = require('internal/modules/esm/resolve');
  return defaultResolve(specifier, { parentURL: parent, conditions: CONDITIONS }).url;
}
"""


class Tap:
    def __init__(self):
        self.count, self.failed = 0, False

    def check(self, ok, name, *notes):
        self.count += 1
        self.failed |= not ok
        print("%s %d - %s" % ("ok" if ok else "not ok", self.count, name))
        for note in [] if ok else notes:
            print("# " + str(note).replace("\n", "\n# "))


def node(*arguments, text=""):
    run = subprocess.run(["node", "--expose-internals", *arguments], input=text, capture_output=True, text=True)
    if run.returncode:
        sys.exit("Bail out! node: " + run.stderr)
    return run.stdout.splitlines()


# --- sources ---

def sources():
    places = os.environ.get("SOURCES", "/usr/share/nodejs:/usr/lib/node_modules:/usr/local/lib/node_modules").split(":")
    for place in places:
        for folder, _, names in os.walk(place):
            for name in sorted(names):
                path = os.path.join(folder, name)
                if name.endswith((".js", ".mjs", ".cjs")) and os.path.isfile(path) and os.path.getsize(path) < 1 << 21:
                    yield path


def read_by_slim(files):
    found, now = {}, None
    for start in range(0, len(files), 500):
        run = subprocess.run([FACTS, "scan", *files[start:start + 500]], capture_output=True, check=True)
        for line in run.stdout.decode("utf-8", "replace").split("\n"):
            if line.startswith("\t"):
                found[now].add(line[1:])
            elif line:
                now = line
                found[now] = set()
    return found


def compare_sources(tap):
    files = list(sources())[:3000]
    slim = read_by_slim(files)
    missing, parsed, total = [], 0, 0
    for line in node("-e", PARSE, text="\n".join(files)):
        path, real = json.loads(line)
        if real is None:
            continue
        parsed += 1
        total += len(real)
        missing += ["%s: %s" % (path, s) for s in real if s not in slim.get(path, ()) and "\n" not in s]
    tap.check(not missing, "%d specifiers of %d sources are all seen" % (total, parsed), *missing[:20])


# --- packages ---

NAMES = ["a", "b", "@s/c", "d"]
FILES = ["index.js", "index.json", "main.js", "lib/x.js", "lib/index.js", "x.mjs", "x.cjs", "esm/index.mjs", "lib/y.json", "sub/z.js"]


def target(rng, depth=0):
    kind = rng.randrange(10)
    if depth < 3 and kind < 3:
        keys = rng.sample(["import", "require", "node", "default", "module-sync", "browser", "node-addons"], rng.randrange(1, 4))
        return {key: target(rng, depth + 1) for key in keys}
    if depth < 3 and kind == 3:
        return [target(rng, depth + 1) for _ in range(rng.randrange(3))]
    if kind == 4:
        return None
    if kind == 5:
        return rng.choice(["../out.js", "lib/x.js", "./node_modules/q.js", "./lib/../x.js", "/x.js", "b"])
    return "./" + rng.choice(FILES)


def exports(rng):
    if rng.random() < 0.3:
        return target(rng)
    table = {}
    for key in rng.sample([".", "./x", "./lib/*", "./lib/*.js", "./*", "./sub/z.js", "./lib/i*", "./package.json"], rng.randrange(1, 6)):
        table[key] = target(rng) if "*" not in key or rng.random() < 0.3 else rng.choice(["./lib/*", "./*", "./lib/*.js", "./*.mjs", None])
    return table


def manifest(rng, name):
    made = {}
    if rng.random() < 0.8:
        made["name"] = name
    if rng.random() < 0.5:
        made["main"] = rng.choice(["main.js", "./lib", "lib/x", "missing", "./", "", "lib/"])
    if rng.random() < 0.5:
        made["exports"] = exports(rng)
    if rng.random() < 0.4:
        made["imports"] = {key: target(rng) for key in rng.sample(["#x", "#lib/*", "#b"], 2)}
        made["imports"]["#dep"] = rng.choice(["b", "a/lib/x.js", "./lib/x.js", {"import": "b", "default": "./main.js"}])
    if rng.random() < 0.3:
        made["type"] = rng.choice(["module", "commonjs"])
    return made


def make_package(rng, folder, name):
    os.makedirs(folder)
    for path in rng.sample(FILES, rng.randrange(3, len(FILES))):
        os.makedirs(os.path.dirname(os.path.join(folder, path)), exist_ok=True)
        with open(os.path.join(folder, path), "w", encoding="utf-8") as out:
            out.write("{}" if path.endswith("json") else "")
    if rng.random() < 0.85:
        with open(os.path.join(folder, "package.json"), "w", encoding="utf-8") as out:
            json.dump(manifest(rng, name), out)


def make_tree(rng, root):
    app = os.path.join(root, "app")
    make_package(rng, app, "app")
    for place in ["app/node_modules", "app/node_modules/a/node_modules", "node_modules"]:
        for name in rng.sample(NAMES, rng.randrange(1, len(NAMES))):
            where = os.path.join(root, place, name)
            if os.path.lexists(where):
                continue
            if rng.random() < 0.25:
                store = os.path.join(root, "app/node_modules/.store", place.replace("/", "+"), "node_modules", name)
                make_package(rng, store, name)
                os.makedirs(os.path.dirname(where), exist_ok=True)
                os.symlink(os.path.relpath(store, os.path.dirname(where)), where)
            else:
                make_package(rng, where, name)


SPECIFIERS = ["./lib", "./lib/x", "./lib/x.js", ".", "..", "./", "./main", "../main.js", "./x", "./x.mjs", "#x", "#dep", "#lib/x.js",
              "#b", "./missing", "/app/main.js", "a", "b", "@s/c", "d", "a/x", "a/lib/x.js", "b/lib/x", "b/lib/", "@s/c/lib/index.js",
              "d/sub/z.js", "a/package.json", "app", "app/lib/x", "./lib/../main.js", "a/lib/index", "./%6Dain.js", "d/main.js?x"]


def askers(root):
    for folder, _, names in os.walk(root):
        for name in names:
            if name.endswith((".js", ".mjs", ".cjs")) and not os.path.islink(os.path.join(folder, name)):
                yield os.path.join(folder, name)[len(root):]


def compare_tree(seed, sync):
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as top:
        root = os.path.realpath(top)
        make_tree(rng, root)
        files = sorted(askers(root))
        questions = []
        for _ in range(60):
            mode, specifier = rng.choice(["require", "import"]), rng.choice(SPECIFIERS)
            questions.append((mode, rng.choice(files), specifier))
        questions = [q for q in questions if not q[2].startswith("/")]
        text = "".join("%s %s %s\n" % q for q in questions)
        conditions = "['node', 'import', %s'node-addons']" % ("'module-sync', " if sync else "")
        real = node("-e", RESOLVE.replace("CONDITIONS", conditions), root, text=text)
        tar = os.path.join(root, "tree.tar")
        with tarfile.open(tar, "w") as out:
            for name in sorted(os.listdir(root)):
                if name != "tree.tar":
                    out.add(os.path.join(root, name), name)
        plus = "+" if sync else ""
        mine = subprocess.run([FACTS, "resolve", tar], input="".join("%s%s %s %s\n" % (m, plus, f, s) for m, f, s in questions),
                              capture_output=True, text=True, check=True).stdout.splitlines()
        wrong = ["%s in %s: %s: node %s, slim %s" % (m, f, s, r, g)
                 for (m, f, s), r, g in zip(questions, real, mine) if r != g]
        return wrong, sum(r != "-" for r in real)


def compare_trees(tap):
    sync = node("-p", "!!process.features.require_module")[0] == "true"
    seeds = [int(os.environ["SEED"])] if "SEED" in os.environ else range(int(os.environ.get("TREES", "40")))
    wrong, hits = [], 0
    for seed in seeds:
        problems, found = compare_tree(seed, sync)
        wrong += ["seed %d: %s" % (seed, p) for p in problems]
        hits += found
    tap.check(not wrong, "modules are found where Node.js finds them (%d of them)" % hits, *wrong[:30])
    tap.check(hits > len(seeds) * 3, "enough of them are found at all")


def main():
    if not shutil.which("node"):
        print("1..0 # SKIP there is no node")
        return
    version = [int(part) for part in node("-p", "process.versions.node")[0].split(".")[:2]]
    if version < [18, 0]:
        print("1..0 # SKIP node is older than 18")
        return
    tap = Tap()
    compare_sources(tap)
    compare_trees(tap)
    print("1..%d" % tap.count)
    sys.exit(tap.failed)


main()
