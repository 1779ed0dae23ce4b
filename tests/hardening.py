#!/usr/bin/env python3
"""The binary is hardened as configure promises: by what readelf says of it."""
import os
import re
import shutil
import subprocess
import sys

SLIM = os.environ["SLIM"]


def readelf(option):
    return subprocess.run(["readelf", "-W", option, SLIM], capture_output=True, text=True, check=True).stdout


def checks():
    header, segments, dynamic = readelf("-h"), readelf("-l"), readelf("-d")
    symbols = readelf("--dyn-syms")
    stack = re.search(r"GNU_STACK.*", segments)
    yield "any address (PIE)", "DYN" in header and "PIE" in dynamic
    yield "addresses of functions are read-only (RELRO, BIND_NOW)", "GNU_RELRO" in segments and " NOW" in dynamic
    yield "the stack is no code", stack is not None and "RWE" not in stack.group()
    yield "no segment is both written and run", not re.search(r"LOAD.*RWE", segments)
    yield "frames are guarded (stack protector)", "__stack_chk_fail" in symbols
    yield "calls of the C library are checked (FORTIFY)", "_chk@" in symbols
    yield "no path of libraries is built in", "RPATH" not in dynamic and "RUNPATH" not in dynamic


def main():
    if not shutil.which("readelf"):
        print("1..0 # SKIP no readelf")
        return 0
    if re.search(r"__[aut]san_|__ubsan_|__gcov_", readelf("-s")):
        print("1..0 # SKIP a build for tests is not hardened")
        return 0
    results = list(checks())
    print("1..%d" % len(results))
    for number, (name, good) in enumerate(results, 1):
        print("%sok %d - %s" % ("" if good else "not ", number, name))
    return not all(good for _, good in results)


sys.exit(main())
