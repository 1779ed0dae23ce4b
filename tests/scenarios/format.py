#!/usr/bin/env python3
"""The scenario reader and comparison themselves: errors carry line numbers, and every kind of difference is seen."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))

import scenario  # noqa: E402

GOOD = """# X1: a title
config {"Entrypoint":["/bin/app"]}
text /bin/run mode=0755 uid=7 <<END
#!/bin/sh
keep
END
file "/with blank" mode=0600 xattr.user.a=b "one\\n\\x00"
layer
link /bin/sh -> dash
whiteout /bin/run
args --keep '/a b'
keep
/bin/app entrypoint
/bin/sh link<-/bin/app *
"/with blank"
/var/empty/ skeleton
drop
/bin/run
doubt /bin/app loads
"""

ACTUAL = {"/bin/app": [("entrypoint", None)], "/bin/sh": [("link", "/bin/app"), ("always", None)],
          "/with blank": [("keep", None)], "/var/empty/": [("skeleton", None)]}


def parse(text):
    return scenario._Reader("t", text).read()


def error(text):
    try:
        parse(text)
    except scenario.ScenarioError as problem:
        return str(problem)
    return ""


def result(change=None, doubts=(("/bin/app", "loads x"),), status=0, stderr=""):
    actual = dict(ACTUAL)
    actual.update(change or {})
    kept = [{"path": p.rstrip("/"), "type": "folder" if p.endswith("/") else "file",
             "reasons": [{"rule": a, "from": b} for a, b in r]} for p, r in actual.items() if r != "gone"]
    report = {"kept": kept, "doubts": [{"path": p, "text": t} for p, t in doubts]}
    return scenario.Result(status, stderr, report if status == 0 else None)


def problems(**more):
    return "\n".join(scenario.compare(parse(GOOD), result(**more)))


def entries():
    layers = parse(GOOD).image.layers
    return b"".join(layers[0].entries), b"".join(layers[1].entries)


FAIL = "# X\nconfig {}\nfail 3 no entrypoint\n"
CHECKS = [
    ("a good file is read", lambda: parse(GOOD).title == "X1: a title"),
    ("two layers", lambda: len(parse(GOOD).image.layers) == 2),
    ("a text is taken as it is", lambda: b"#!/bin/sh\nkeep\n" in entries()[0]),
    ("escapes", lambda: b"one\n\0" in entries()[0] and b"with blank" in entries()[0]),
    ("xattrs", lambda: b"SCHILY.xattr.user.a=b\n" in entries()[0]),
    ("whiteouts", lambda: b"bin/.wh.run" in entries()[1]),
    ("arguments are split like a shell does", lambda: parse(GOOD).args == ["--keep", "/a b"]),
    ("unknown directive", lambda: error("# X\nkepe\n") == "t.scn:2: no such directive: kepe"),
    ("text without an end", lambda: error("# X\ntext /a <<END\nx\n").startswith("t.scn:2: no line END")),
    ("bad JSON", lambda: error("# X\n\nconfig {\n").startswith("t.scn:3: ")),
    ("a path twice", lambda: error("# X\nkeep\n/a\n/a\n") == "t.scn:4: twice: /a"),
    ("no keep section", lambda: "is needed" in error("# X\nfile /a\n")),
    ("no title", lambda: "first line" in error("keep\n/a\n")),
    ("bad quotes", lambda: error('# X\nfile /a "x\n').startswith("t.scn:2: bad quotes")),
    ("all is well", lambda: problems() == ""),
    ("a file is missing", lambda: "missing: /bin/app" in problems(change={"/bin/app": "gone"})),
    ("a file too much", lambda: "too much: /bin/x" in problems(change={"/bin/x": [("keep", None)]})),
    ("a rule is missing", lambda: "lacks entrypoint" in problems(change={"/bin/app": [("keep", None)]})),
    ("a rule too much", lambda: "has also keep" in problems(change={"/bin/app": [("entrypoint", None), ("keep", None)]})),
    ("another asker", lambda: "lacks link<-/bin/app" in problems(change={"/bin/sh": [("link", "/bin/b")]})),
    ("further rules by *", lambda: problems(change={"/bin/sh": [("link", "/bin/app")]}) == ""),
    ("a folder is missing", lambda: "missing folder: /var/empty" in problems(change={"/var/empty/": "gone"})),
    ("a folder by another rule", lambda: "lacks skeleton" in problems(change={"/var/empty/": [("volume", None)]})),
    ("a doubt is missing", lambda: "no doubt about /bin/app" in problems(doubts=())),
    ("a failed run", lambda: "exit status 1" in problems(status=1, stderr="slim: x: y\n")),
    ("a failure that is wanted", lambda: not scenario.compare(parse(FAIL), result(status=3, stderr="no entrypoint\n"))),
    ("another status", lambda: scenario.compare(parse(FAIL), result(status=1, stderr="no entrypoint\n")) != []),
    ("another message", lambda: scenario.compare(parse(FAIL), result(status=3, stderr="x\n")) != []),
    ("what is accepted is read again",
     lambda: not scenario.compare(parse("# X\n" + scenario.accept(result())), result())),
]


def main():
    print("1..%d" % len(CHECKS))
    for number, (name, check) in enumerate(CHECKS, 1):
        print("%s %d - %s" % ("ok" if check() else "not ok", number, name))


main()
