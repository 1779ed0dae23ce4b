#!/usr/bin/env python3
"""What a further file of some kind costs slim, in instructions. Seconds differ from run to run, these counts hardly do.

Each case is an image with a few files of a kind and one with more of them; the difference, for each file, must not be
far above what it was when the figures below were taken (Debian 12, x86-64, -O2). Those of libcrypto do not count: valgrind
knows no instructions for hashing. A figure that falls is no failure; lower it here, so that what was won stays won.
docs/performance.md tells more.
"""
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile

import elf
from image import Image

SLIM = os.environ.get("SLIM") or "slim"
TOP_BUILDDIR = os.environ.get("TOP_BUILDDIR") or "."
TOLERANCE = 1.25
LOADER = "/lib64/ld-linux-x86-64.so.2"


def image():
    made = Image({"Entrypoint": ["/bin/app"], "Env": ["PATH=/bin"]})
    made.layer().file("/bin/app", elf.build(interp=LOADER), mode=0o755).file(LOADER, elf.build(), mode=0o755)
    made.layers[0].file("/bin/sh", elf.build(interp=LOADER), mode=0o755)
    return made


def dropped(layer, n):
    layer.file("/usr/share/data/d%d/f%d" % (n % 50, n), b"text of a file that nothing asks for\n" * 20)


def data(layer, n):
    layer.file("/srv/data/d%d/f%d" % (n % 50, n), bytes(range(256)) * 16)


def scripts(layer, n):
    layer.file("/srv/bin/s%d" % n, "#!/bin/sh\nset -e\nfor word in a b \"$HOME\"; do\n\ttest -n \"$word\" && echo \"$word\" "
               "| tr a-z A-Z\ndone\ncase $1 in\nstart) exec /bin/app --number %d ;;\n*) echo usage >&2; exit 2 ;;\nesac\n" % n,
               mode=0o755)


def libraries(layer, n):
    layer.file("/srv/lib/lib%d.so" % n, elf.build(soname="lib%d.so" % n, needed=["lib%d.so" % (n // 2)] if n else []))


# kind: (makes a file, how many more, instructions for each when they were counted last)
CASES = {
    "a file that is dropped": (dropped, 2000, 24300),
    "a file of data that is kept": (data, 1000, 32900),
    "a shell script that is kept": (scripts, 300, 305000),
    "a library that is kept": (libraries, 300, 216000),
}
FEW = 50


def count(folder, make, number):
    made = image()
    layer = made.layer()
    for n in range(number):
        make(layer, n)
    path = os.path.join(folder, "in.tar")
    made.save(path, form="docker")
    out = os.path.join(folder, "out")
    words = ["valgrind", "--tool=callgrind", "--callgrind-out-file=" + out, SLIM, "-q", "-n", "-j", "1", "--keep", "/srv/**", path]
    done = subprocess.run(words, capture_output=True, text=True, timeout=900)
    if done.returncode:
        raise RuntimeError(done.stderr[-500:])
    listed = subprocess.run(["callgrind_annotate", "--threshold=100", "--auto=no", out], capture_output=True, text=True, check=True)
    rows = re.findall(r"^ *([\d,]+) \([^)]*\)  (.*)$", listed.stdout, re.M)
    return sum(int(number.replace(",", "")) for number, where in rows
               if where != "PROGRAM TOTALS" and "libcrypto" not in where)


def measure(folder, make, more):
    few = count(folder, make, FEW)
    return (count(folder, make, FEW + more) - few) // more


def reason_to_skip():
    if platform.machine() != "x86_64":
        return "the figures are those of x86-64"
    if not shutil.which("valgrind"):
        return "no valgrind"
    with open(os.path.join(TOP_BUILDDIR, "config.status"), encoding="utf-8") as f:
        text = f.read()
    flags = re.search(r'^S\["CFLAGS"\]="(.*)"', text, re.M)
    if not flags or "-O2" not in flags.group(1).split() or "sanitize" in text:
        return "the figures are those of -O2 without sanitizers"
    return None


def main():
    why = reason_to_skip()
    if why:
        print("1..0 # SKIP " + why)
        return 0
    failed = 0
    print("1..%d" % len(CASES))
    with tempfile.TemporaryDirectory() as folder:
        for i, (name, (make, more, before)) in enumerate(CASES.items(), 1):
            now = measure(folder, make, more)
            good = now <= before * TOLERANCE
            failed += not good
            print("%s %d - %s: %d instructions, of at most %d" % ("ok" if good else "not ok", i, name, now, before * TOLERANCE))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
