#!/usr/bin/env python3
"""The corpus: odd images that are right, each with what must be read or written, and hostile ones, each with its message
or what must be made of it; all within a bounded time and memory.

run.py [WORD…]    the cases, or those alone that have one of the words in their names

A case stands in one of the modules of this folder. It counts as hostile when its name starts with "refused: " or
"hostile: ", else as valid. The last line is the summary.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lib")]

from readers import report  # noqa: E402
import archives  # noqa: E402
import bombs  # noqa: E402
import documents  # noqa: E402
import forms  # noqa: E402
import layers  # noqa: E402
import programs  # noqa: E402
import squash  # noqa: E402

MODULES = [archives, bombs, documents, forms, layers, programs, squash]
HOSTILE = ("refused: ", "hostile: ")
LEAST = 150  # of either kind


def main(words):
    cases = [(name, check) for module in MODULES for name, check in module.TESTS.checks]
    twice = {name for name, _ in cases if [n for n, _ in cases].count(name) > 1}
    chosen = [case for case in cases if not words or any(word in case[0] for word in words)]
    hostile = sum(name.startswith(HOSTILE) for name, _ in chosen)
    print("1..%d" % (len(chosen) + 1), flush=True)
    failed = sum(report(number, name, check) for number, (name, check) in enumerate(chosen, 1))
    valid = len(chosen) - hostile
    enough = bool(words) or (valid >= LEAST and hostile >= LEAST)
    print("%s %d - each case has a name of its own, and there are enough" % ("not ok" if twice or not enough else "ok", len(chosen) + 1))
    print("".join("# twice: %s\n" % name for name in sorted(twice)), end="")
    print("# corpus: %d valid, %d hostile, %s" % (valid, hostile, "%d not as expected" % failed if failed else "all as expected"))
    return 1 if failed or twice or not enough else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
