#!/usr/bin/env python3
"""docs/rules.md says what include/slim/rules.def does, and names for each rule a scenario that proves it.

rules.py            the check, as TAP
rules.py --print    the table as it should be, for docs/rules.md; a row keeps the scenario that it has
"""

import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import scenario  # noqa: E402

RULE = re.compile(r'^X\(\w+, "([^"]+)", "([^"]+)", (\w+), "([^"]+)"\)$', re.M)
ROW = re.compile(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \| `([^`]+)` \|$", re.M)
SOURCE = re.compile(r"^\| ([0-9A-Z.]+) \| .+ \|$", re.M)


def text_of(*parts):
    with open(os.path.join(TOP, *parts), encoding="utf-8") as f:
        return f.read()


def defined():
    """name -> (source, confidence, meaning), in the order of rules.def."""
    text = text_of("include", "slim", "rules.def")
    found = {name: (source, sure.lower(), meaning) for name, source, sure, meaning in RULE.findall(text)}
    if len(found) != len(re.findall(r"^X\(", text, re.M)):
        sys.exit("Bail out! a line of rules.def was not understood, or a name stands there twice")
    return found


def proofs():
    """name of a rule -> the scenarios that name it in their keep section."""
    found = {}
    for name in sorted(os.listdir(HERE)):
        if name.endswith(".scn"):
            read = scenario.read(os.path.join(HERE, name))
            for rules in [*read.keep.values(), *read.folders.values()]:
                for rule, _ in rules:
                    found.setdefault(rule, set()).add(name[:-4])
    return found


def print_table():
    rows, proved = {name: row for name, *row in ROW.findall(text_of("docs", "rules.md"))}, proofs()
    for name, facts in defined().items():
        fitting = sorted(proved.get(name, ["?"]))
        shown = rows[name][3] if name in rows and rows[name][3] in fitting else fitting[0]
        print("| `%s` | %s | `%s` |" % (name, " | ".join(facts), shown))


def check():
    rules, proved = defined(), proofs()
    page = text_of("docs", "rules.md")
    rows = [(name, tuple(row[:3]), row[3]) for name, *row in ROW.findall(page)]
    sources = set(SOURCE.findall(page))
    checks = [
        ("every row of docs/rules.md is as rules.def has it, in its order (rules.py --print writes them)",
         [name for name, facts, _ in rows if rules.get(name) != facts]
         + [name for name in rules if name not in [row[0] for row in rows]]
         + (["the order"] if [row[0] for row in rows] != list(rules) else [])),
        ("every rule is proved by a scenario", [name for name in rules if name not in proved]),
        ("the scenario of a row names its rule",
         ["%s: %s" % (name, shown) for name, _, shown in rows if shown not in proved.get(name, ())]),
        ("scenarios name no other rules", [name for name in proved if name not in rules and name != "*"]),
        ("docs/rules.md tells every source", sorted({facts[0] for facts in rules.values()} - sources)),
    ]
    print("1..%d" % len(checks))
    for number, (name, wrong) in enumerate(checks, 1):
        print("%s %d - %s" % ("not ok" if wrong else "ok", number, name))
        for line in wrong:
            print("# " + line)
    return 1 if any(wrong for _, wrong in checks) else 0


if __name__ == "__main__":
    sys.exit(print_table() if sys.argv[1:] == ["--print"] else check())
