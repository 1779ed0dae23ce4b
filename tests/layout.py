"""What holds for the sources: a header compiles alone, a lower folder never includes a higher one, lines are not wider
than can be read."""
import os
import re
import shlex
import subprocess
import sys
import tempfile

TOP = os.environ.get("TOP_SRCDIR") or os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDERS = ["base", "stream", "cache", "oci", "image", "tree", "trace", "write", "report", "cli"]
# The folder whose contract a header of include/slim is: the lowest one that may include it.
HOME = {
    "base": "alloc attr blob error log match path pool quota signals utf8",
    "stream": "digest file inode stream",
    "cache": "cache",
    "oci": "oci",
    "image": "image layer limits",
    "tree": "tree",
    "trace": "elf ldso options packages rules shell trace",
    "write": "write",
    "report": "report",
    "cli": "cli",
}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.M)
MAX_LINES = 600
MAX_WIDTH = 120  # columns, a tab being eight …
MAX_TABLE_WIDTH = 150  # … and of a line with a string: rows of tables are not broken


def home_of(header):
    """The place in FOLDERS of include/slim/HEADER; None when HOME does not list it."""
    stem = os.path.splitext(header)[0]
    for folder, names in HOME.items():
        if stem in names.split():
            return FOLDERS.index(folder)
    return None


def sources():
    for folder in FOLDERS:
        for root, _, names in os.walk(os.path.join(TOP, "src", folder)):
            for name in sorted(names):
                if name.endswith((".c", ".h")):
                    yield folder, os.path.join(root, name)


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def formatted():
    """Every C file that is written by hand."""
    for root in ("src", "include", "tests"):
        for folder, _, names in os.walk(os.path.join(TOP, root)):
            for name in sorted(names):
                if name.endswith((".c", ".h", ".def")):
                    yield os.path.join(folder, name)


def is_too_wide(line):
    return len(line.expandtabs(8)) > (MAX_TABLE_WIDTH if '"' in line else MAX_WIDTH)


def too_wide(path):
    for number, line in enumerate(read(path).splitlines(), 1):
        if is_too_wide(line):
            yield f"{os.path.relpath(path, TOP)}:{number}"


def included_level(path, include):
    """The place in FOLDERS of what PATH includes; None: neither a contract nor in a folder of src."""
    if include.startswith("slim/"):
        return home_of(include[len("slim/"):])
    target = os.path.normpath(os.path.join(os.path.dirname(path), include))
    relative = os.path.relpath(target, os.path.join(TOP, "src")).split(os.sep)
    return FOLDERS.index(relative[0]) if relative[0] in FOLDERS else None


def violations(text, path, folder):
    for include in INCLUDE.findall(text):
        level = included_level(path, include)
        if level is not None and level > FOLDERS.index(folder):
            yield f"{os.path.relpath(path, TOP)} includes {include}"


def compiles_alone(compiler, include_dir, header, scratch):
    source = os.path.join(scratch, "alone.c")
    with open(source, "w", encoding="utf-8") as f:
        # twice: the guard works; the declaration: no empty unit
        f.write(f'#include "slim/{header}"\n#include "slim/{header}"\nextern int slim_alone;\n')
    flags = ["-std=gnu17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror", "-fsyntax-only"]
    run = subprocess.run(compiler + flags + ["-I" + include_dir, source], capture_output=True, text=True, check=False)
    return run.returncode == 0, run.stderr


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def check(self, good, name, why=()):
        self.count += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}")
        for line in why:
            print("# " + line)

    def end(self):
        print(f"1..{self.count}")
        return 1 if self.failed else 0


def main():
    tap = Tap()
    include_dir = os.path.join(TOP, "include")
    headers = sorted(h for h in os.listdir(os.path.join(include_dir, "slim")) if h.endswith(".h"))
    compiler = shlex.split(os.environ.get("CC") or "gcc")
    with tempfile.TemporaryDirectory() as scratch:
        for header in headers:
            good, why = compiles_alone(compiler, include_dir, header, scratch)
            tap.check(good, f"{header} compiles alone", [] if good else why.splitlines())

    homeless = [h for h in headers if home_of(h) is None]
    tap.check(not homeless, "every header has a folder in HOME", homeless)
    listed = read(os.path.join(include_dir, "Makemodule.am"))
    unlisted = [h for h in headers if f"include/slim/{h}" not in listed]
    tap.check(not unlisted, "every header is in include/Makemodule.am", unlisted)

    found = []
    for header in headers:
        if home_of(header) is not None:
            path = os.path.join(include_dir, "slim", header)
            found += violations(read(path), path, FOLDERS[home_of(header)])
    tap.check(not found, "no contract includes a higher one", found)

    everything = list(sources())
    found = [v for folder, path in everything for v in violations(read(path), path, folder)]
    tap.check(everything and not found, "no folder includes a higher one", found)
    found = [os.path.relpath(p, TOP) for _, p in everything if read(p).count("\n") > MAX_LINES]
    tap.check(not found, f"no source is longer than {MAX_LINES} lines", found)

    found = [place for path in formatted() for place in too_wide(path)]
    tap.check(not found, f"no line is wider than {MAX_WIDTH} columns", found)

    # the check itself can fail
    base = os.path.join(TOP, "src", "base", "x.c")
    wrong = ['#include "slim/tree.h"', '# include "../cli/x.h"', '#include "slim/stream.h"']
    seen = list(violations("\n".join(wrong), base, "base"))
    tap.check(len(seen) == len(wrong), "a wrong include is seen", seen)
    right = ['#include "slim/blob.h"', '#include "log.h"', '#include "config.h"', '#include <zlib.h>']
    seen = list(violations("\n".join(right), base, "base"))
    tap.check(not seen, "a right include is let pass", seen)
    tap.check(is_too_wide("\t" + "x" * 113) and not is_too_wide("\t" + "x" * 112), "a wide line is seen")
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
