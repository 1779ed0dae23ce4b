#!/usr/bin/env python3
"""Slim's reading of Python against Python's own: imports and texts against the module ast, over every source of this
machine's standard library and packages; where modules are found against importlib. TAP."""

import ast
import importlib.machinery
import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import warnings

import image

BUILD = os.environ.get("TOP_BUILDDIR", ".")
FACTS, SLIM = os.path.join(BUILD, "tests/lib/python-facts"), os.environ.get("SLIM", os.path.join(BUILD, "slim"))
SIZE_MAX = 1 << 20


ENTRIES_MAX = 120


def stdlib():
    return sysconfig.get_path("stdlib")


def packages():
    """The folders of packages that this Python sees."""
    return [p for p in sys.path if p.endswith("-packages") and os.path.isdir(p)]


def folders():
    return [stdlib()] + [p for p in packages() if not p.startswith(stdlib() + "/")]


SOURCES = int(os.environ.get("SOURCES", "1500"))  # how many are read; 0: all


def sources():
    for top in folders():
        for folder, _, names in os.walk(top):
            for name in sorted(names):
                path = os.path.join(folder, name)
                if name.endswith(".py") and os.path.getsize(path) < SIZE_MAX:
                    yield path


def is_for_checkers(node):
    """if TYPE_CHECKING: its block never runs (PEP 484)."""
    return isinstance(node, ast.If) and getattr(node.test, "attr", getattr(node.test, "id", None)) == "TYPE_CHECKING"


def running(tree):
    """The nodes of what can run."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += node.orelse if is_for_checkers(node) else ast.iter_child_nodes(node)


def parsed(path):
    """(imports, texts) by ast; None: no source for this Python."""
    try:
        with open(path, "rb") as f, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            source = f.read()
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return None
    imports, texts = set(), set()
    in_format = {id(c) for n in running(tree) if isinstance(n, ast.JoinedStr) for c in n.values}
    for n in running(tree):
        if isinstance(n, ast.Import):
            imports |= {("0", a.name, "") for a in n.names}
        elif isinstance(n, ast.ImportFrom):
            imports |= {(str(n.level), n.module or "", a.name) for a in n.names}
        elif isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in in_format:
            if n.value.isascii() and n.value.isprintable() and 0 < len(n.value) < 200 and not set(n.value) & set("%{"):
                texts.add(n.value)
    return imports, texts


def read(paths):
    """What slim says of the same files."""
    found = [(set(), set()) for _ in paths]
    run = subprocess.run([FACTS, *paths], capture_output=True, check=True)
    for line in run.stdout.decode("utf-8", "surrogateescape").split("\n")[:-1]:
        number, kind, *rest = line.split("\t")
        found[int(number)][kind == "text"].add(tuple(rest) if kind == "import" else rest[0])
    return found


def compare_sources():
    problems, count, imports = [], 0, 0
    paths = list(sources())
    if SOURCES:
        paths = paths[::len(paths) // SOURCES + 1]
    for at in range(0, len(paths), 500):
        part = paths[at:at + 500]
        for path, (seen, texts) in zip(part, read(part)):
            real = parsed(path)
            if real is None:
                continue
            count, imports = count + 1, imports + len(real[0])
            if seen != real[0]:
                problems.append("%s: not seen %s, seen in vain %s" % (path, sorted(real[0] - seen)[:3], sorted(seen - real[0])[:3]))
            if real[1] - texts:
                problems.append("%s: texts not seen: %r" % (path, sorted(real[1] - texts)[:3]))
    return problems, "%d sources with %d imports read as Python reads them" % (count, imports)


def entries(top):
    """Some of what lies in a folder of packages."""
    names = sorted(os.listdir(top))
    return names[::len(names) // ENTRIES_MAX + 1]


def files_in(top):
    """The files of these entries, and those one folder down."""
    for name in entries(top):
        path = os.path.join(top, name)
        inside = [os.path.join(path, n) for n in sorted(os.listdir(path))] if os.path.isdir(path) else [path]
        for found in inside:
            if os.path.isfile(found) and not os.path.islink(found) and os.path.getsize(found) < SIZE_MAX:
                yield found


def wanted(present):
    """Modules of those entries: name -> the file that importlib finds."""
    found = {}
    for top in packages():
        for name in entries(top):
            stem = name.split(".")[0]
            inside = os.path.join(top, name)
            names = [stem] if stem.isidentifier() else []
            if names and os.path.isfile(os.path.join(inside, "__init__.py")):
                names += ["%s.%s" % (name, n.split(".")[0]) for n in sorted(os.listdir(inside)) if n.endswith((".py", ".so"))][:6]
            for n in names:
                package, _, module = n.rpartition(".")
                path = [inside] if package else packages()  # importlib's own search, without importing the package
                spec = importlib.machinery.PathFinder.find_spec(n if package else module, path)
                if spec and spec.origin in present:
                    found[n] = spec.origin
    return found


def compare_places():
    """An image of this machine's folders, and an application that imports it all."""
    version = "python%d.%d" % sys.version_info[:2]
    made = image.Image({"Entrypoint": ["/usr/bin/" + version, "/srv/main.py"],
                        "Env": ["PYTHONPATH=" + ":".join(packages()), "PYTHONHOME=" + sys.base_prefix]})
    layer = made.layer()
    with open(os.path.realpath(sys.executable), "rb") as f:
        layer.file("/usr/bin/" + version, f.read(), mode=0o755)
    present = {os.path.join(stdlib(), "os.py")} | {p for top in packages() for p in files_in(top)}
    for path in sorted(present):
        with open(path, "rb") as f:
            layer.file(path, f.read())
    names = wanted(present)
    layer.file("/srv/main.py", "".join("import %s\n" % n for n in names).encode())
    with tempfile.TemporaryDirectory() as tmp:
        archive, report = os.path.join(tmp, "in.tar"), os.path.join(tmp, "r.json")
        made.save(archive)
        subprocess.run([SLIM, "-q", "-n", "--report", report, archive], check=True)
        with open(report, encoding="utf-8") as f:
            kept = {k["path"]: [r["rule"] for r in k["reasons"]] for k in json.load(f)["images"][0]["kept"]}
    problems = ["%s: %s is no module for slim" % (n, p) for n, p in names.items() if "python-import" not in kept.get(p, [])]
    if not names:
        return [], "no packages to be found # SKIP this Python has none"
    return problems, "%d modules found where importlib finds them" % len(names)


def main():
    if not os.path.isfile(os.path.join(sysconfig.get_path("stdlib"), "os.py")):
        print("1..0 # SKIP this Python has no standard library in a folder")
        return 0
    failed = 0
    print("1..2")
    for number, test in enumerate((compare_sources, compare_places), 1):
        problems, what = test()
        failed += bool(problems)
        print("%sok %d - %s" % ("not " if problems else "", number, what))
        for p in problems[:40]:
            print("#   " + p)
        sys.stdout.flush()
    return 1 if failed else 0


sys.exit(main())
