#!/usr/bin/env python3
"""docs/breaks.md names, for each way to break, rules and what proves them: the scenario has a file that stays for each
of the rules, so that it fails without; or the test is there. TAP."""

import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import scenario  # noqa: E402

ROW = re.compile(r"^\| (.+) \| (.+) \| `([^`]+)` \|$")


def rows():
    with open(os.path.join(TOP, "docs", "breaks.md"), encoding="utf-8") as f:
        lines = [line.rstrip("\n") for line in f if line.startswith("| ") and line != "| break | rules | proof |\n"]
    found = [ROW.match(line) for line in lines]
    return [m.groups() for m in found if m], [line for line, m in zip(lines, found) if not m]


def problem(rules, proof):
    names = re.findall(r"`([^`]+)`", rules)
    if "/" in proof:
        there = os.path.exists(os.path.join(TOP, *proof.split("/")))
        return None if there and not names else "%s is not there, or a rule stands without a scenario" % proof
    path = os.path.join(HERE, proof + ".scn")
    if not names or not os.path.exists(path):
        return "no rule, or no scenario " + proof
    read = scenario.read(path)
    have = {rule for named in [*read.keep.values(), *read.folders.values()] for rule, _ in named}
    lacking = [name for name in names if name not in have]
    return "%s does not name %s" % (proof, ", ".join(lacking)) if lacking else None


def main():
    found, odd = rows()
    wrong = ["not a row: " + line for line in odd]
    print("1..%d" % (len(found) + 1))
    print("%s 1 - every line of the table is understood, and there are as many as there were" %
          ("not ok" if wrong or len(found) < 90 else "ok"))
    failed = bool(wrong)
    for line in wrong:
        print("# " + line)
    for number, (text, rules, proof) in enumerate(found, 2):
        why = problem(rules, proof)
        failed |= bool(why)
        print("%s %d - %s" % ("not ok" if why else "ok", number, text.replace("#", "")))
        if why:
            print("# " + why)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
