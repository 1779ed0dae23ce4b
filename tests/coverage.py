#!/usr/bin/env python3
"""How many lines of the sources ran: of each folder, after tests of a build with --enable-coverage.

coverage.py BUILD [PREFIX…]   the folders of src/, by lines; of files below a PREFIX those with less than 90 percent, too
"""

import json
import os
import subprocess
import sys

PARSERS = ("src/stream", "src/oci", "src/image", "src/tree", "src/write", "src/trace/elf", "src/trace/ldso",
           "src/trace/package", "src/trace/script")
ENOUGH = 90


def measured(build):
    """file of src/ -> {line: whether it ran}"""
    files = {}
    notes = [os.path.join(folder, name) for folder, _, names in os.walk(os.path.join(build, "src"))
             for name in names if name.endswith(".gcno")]
    for at in range(0, len(notes), 50):
        out = subprocess.run(["gcov", "--json-format", "--stdout", *notes[at:at + 50]], cwd=build, stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, check=True).stdout
        for document in out.splitlines():
            for file in json.loads(document)["files"]:
                add(files, file)
    return files


def add(files, file):
    """A line counts once, though a header's may be compiled many times."""
    place = os.path.normpath(file["file"])
    if "src/" not in place or not place.endswith(".c"):
        return
    lines = files.setdefault(place[place.rindex("src/"):], {})
    for line in file["lines"]:
        number = line["line_number"]
        lines[number] = lines.get(number, False) or line["count"] > 0


def share(lines):
    ran = sum(lines)
    return "%5d of %5d  %5.1f %%" % (ran, len(lines), 100 * ran / len(lines) if lines else 100)


def main(build, *prefixes):
    files = measured(build)
    folders = {}
    for name, lines in files.items():
        folders.setdefault(os.path.dirname(name), []).extend(lines.values())
    for folder, lines in sorted(folders.items()):
        print("%-22s %s" % (folder, share(lines)))
    parsers = [ran for folder, lines in folders.items() if folder in PARSERS for ran in lines]
    print("%-22s %s" % ("parsers, tree, writer", share(parsers)))
    print("%-22s %s" % ("all", share([ran for lines in folders.values() for ran in lines])))
    for name, lines in sorted(files.items()):
        if name.startswith(prefixes or ("/",)) and 100 * sum(lines.values()) < ENOUGH * len(lines):
            print("%-40s %s, not: %s" % (name, share(lines.values()), " ".join(str(n) for n, ran in sorted(lines.items()) if not ran)))
    return 0 if parsers and 100 * sum(parsers) >= ENOUGH * len(parsers) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
