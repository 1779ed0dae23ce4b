#!/usr/bin/env python3
"""Images that are large in one way each: slim takes about as long for each file or byte of them as for any other.

Each case took more than a minute, or would have, when something in it was quadratic. The limit is processor time, many
times what is needed, so that a slow machine and sanitizers do not fail it.
"""
import os
import resource
import subprocess
import sys
import tempfile

import elf
from image import Image

SECONDS = 60
LOADER = "/lib64/ld-linux-x86-64.so.2"
PROGRAM = elf.build(flags=["static"])


def image(entrypoint="/bin/app"):
    new = Image({"Entrypoint": [entrypoint], "Env": ["PATH=/bin"]})
    new.layer().file("/bin/app", PROGRAM, mode=0o755).file("/bin/sh", PROGRAM, mode=0o755)
    return new


def allowlist(count=40000):
    """An allowlist of one line for each file, half of them by name alone."""
    new = image()
    for n in range(count):
        new.layers[0].file("/data/f%d" % n)
    with open("allow", "w") as out:
        out.writelines(("f%d\n" if n % 2 else "/data/f%d\n") % n for n in range(count))
    return new, ["--allow", "allow"], ["/data/f0", "/data/f%d" % (count - 1)]


def sources(count=8000):
    """A chain of scripts, each of which reads the next one."""
    new = image("/bin/s0")
    for n in range(count):
        new.layers[0].file("/bin/s%d" % n, "#!/bin/sh\n. /bin/s%d\nx=$x:%d\n" % (n + 1, n), mode=0o755)
    return new, [], ["/bin/s%d" % (count - 1)]


def libraries(count=3000):
    """A program with many libraries, each of which needs the next one."""
    new = image("/bin/main")
    new.layers[0].file(LOADER, elf.build(soname="ld-linux-x86-64.so.2"), mode=0o755)
    new.layers[0].file("/bin/main", elf.build(interp=LOADER, needed=["l%d.so" % n for n in range(count)]), mode=0o755)
    for n in range(count):
        new.layers[0].file("/lib/l%d.so" % n, elf.build(soname="l%d.so" % n, needed=["l%d.so" % ((n + 1) % count)]))
    return new, [], ["/lib/l%d.so" % (count - 1)]


def whiteouts(count=40000):
    """A layer that takes away all that the one below it has."""
    new = image()
    for n in range(count):
        new.layers[0].file("/data/f%d" % n)
    new.layer()
    for n in range(count):
        new.layers[1].whiteout("/data/f%d" % n)
    return new, ["--keep", "/data"], ["/data"]


def links(count=40000):
    """A chain of hard links, and links to its end."""
    new = image()
    new.layers[0].file("/data/h0", "x")
    for n in range(1, count):
        new.layers[0].hardlink("/data/h%d" % n, "/data/h%d" % (n - 1)).link("/data/s%d" % n, "h%d" % (n - 1))
    return new, ["--keep", "/data"], ["/data/s%d" % (count - 1), "/data/h0"]


def script(count=150000):
    """A script of megabytes, with as many variables."""
    new = image("/bin/run")
    lines = ["v%d=/etc/f%d; cat \"$v%d\"\n" % (n, n, n) for n in range(count)]
    new.layers[0].file("/bin/run", "#!/bin/sh\n" + "".join(lines[:count // 2]), mode=0o755).file("/etc/f77", "x")
    return new, [], ["/etc/f77"]


def limit():
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def run(case):
    new, options, wanted = case()
    new.save("in.tar")
    command = [os.environ["SLIM"], "-q", "--compression", "none", *options, "in.tar", "out.tar"]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, errors="replace", preexec_fn=limit)
    if done.returncode:
        return "status %d: %s" % (done.returncode, done.stderr[-2000:])
    listed = subprocess.run("tar -xOf out.tar --wildcards 'blobs/sha256/*' | tar -tf - --ignore-zeros 2>/dev/null",
                            shell=True, stdout=subprocess.PIPE, text=True, errors="replace").stdout
    names = {"/" + line.strip("/") for line in listed.splitlines()}
    missing = [path for path in wanted if path not in names]
    return "not in the result: " + " ".join(missing) if missing else None


def main():
    cases = [allowlist, sources, libraries, whiteouts, links, script]
    print("1..%d" % len(cases))
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for number, case in enumerate(cases, 1):
            why = run(case)
            failed += why is not None
            print("%sok %d - %s%s" % ("not " if why else "", number, case.__name__, "\n# " + why if why else ""), flush=True)
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
