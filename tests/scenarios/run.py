#!/usr/bin/env python3
"""Runs scenarios (tests/lib/scenario.py has the format), one TAP line each.

run.py [NAME…]          these, or all: NAME is a file name without .scn, or a pattern such as 'A5*'
run.py --accept NAME…   print the keep section as slim sees it, to be read with care and pasted
"""

import fnmatch
import os
import sys
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import scenario  # noqa: E402

SLIM = os.environ.get("SLIM") or os.path.abspath(os.path.join(HERE, "..", "..", "slim"))


def find(patterns):
    names = sorted(f[:-4] for f in os.listdir(HERE) if f.endswith(".scn"))
    if patterns:
        unknown = [p for p in patterns if not fnmatch.filter(names, p)]
        if unknown:
            sys.exit("run.py: no such scenario: " + ", ".join(unknown))
        names = [n for n in names if any(fnmatch.fnmatchcase(n, p) for p in patterns)]
    return [os.path.join(HERE, n + ".scn") for n in names]


def accept(paths):
    for path in paths:
        found, result, problems = scenario.check(path, SLIM)
        if result is None:
            sys.exit("\n".join(problems))
        print("# %s: %s" % (found.name, "as it should be" if not problems else "differs"))
        print(scenario.accept(result))
        for doubt in (result.report or {}).get("doubts", []):
            print("doubt %s %s" % (doubt.get("path") or "-", doubt["text"]))


def main(arguments):
    if arguments[:1] == ["--accept"]:
        return accept(find(arguments[1:]))
    paths = find(arguments)
    print("1..%d" % len(paths))
    failed = 0
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for number, (path, (found, _, problems)) in enumerate(
                zip(paths, pool.map(lambda p: scenario.check(p, SLIM), paths)), 1):
            name = os.path.basename(path)[:-4]
            title = " - %s (%s)" % (name, found.title.replace("#", "")) if found else " - " + name
            print(("not ok %d" if problems else "ok %d") % number + title)
            for problem in problems:
                print("#   " + problem)
            failed += bool(problems)
            sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
