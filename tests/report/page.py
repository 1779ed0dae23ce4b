#!/usr/bin/env python3
"""The page without a browser: one document with nothing from elsewhere, whose data says what the JSON report says."""

import html.parser
import json
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import image  # noqa: E402
import reports  # noqa: E402

TYPES = {"f": "file", "d": "dir", "l": "link", "c": "char", "b": "block", "p": "fifo", "s": "socket"}
VOID = {"meta", "link", "img", "br", "input"}
FILES, MAX_BYTES = 50000, 5000000  # issue: such a page weighs under 5 MB


class Page(html.parser.HTMLParser):
    """Elements in order, scripts with their text, and whether every element is closed."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.scripts, self.problems = [], [], [], []
        self.feed(text)
        self.close()
        self.problems += ["not closed: " + tag for tag in self.open]

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append("closed too early: " + tag)

    def handle_data(self, data):
        if self.open and self.open[-1] == "script":
            self.scripts[-1] += data


def pairs(numbers):
    return dict(zip(numbers[::2], numbers[1::2]))


def paths_of(tree):
    above, paths = [""], [None]
    for name, depth in zip(tree["names"].split("/"), tree["depths"]):
        del above[depth:]
        above.append(above[-1] + "/" + name)
        paths.append(above[-1])
    return paths


def reasons_of(numbers, at, unpacked):
    """One path's reasons, its step, and where the next path's numbers start."""
    rules, paths, evidence = unpacked
    number, step = numbers[at:at + 2]
    reasons = []
    for i in range(at + 2, at + 2 + 3 * number, 3):
        rule, asker, text = numbers[i:i + 3]
        reasons.append({"rule": rules[rule][0], "confidence": rules[rule][1],
                        "from": None if asker == 0 else (paths[asker - 1] or "/"), "evidence": evidence[text]})
    return reasons, step - 1 if step else None, at + 2 + 3 * number


def unpack(data, rules):
    """An image of the page as docs/report.md describes it, to what the JSON report has."""
    tree = data.pop("tree")
    paths, sizes, was, same = paths_of(tree), iter(tree["sizes"]), pairs(tree["was"]), pairs(tree["same"])
    owners = [owner for run, owner in zip(tree["owners"][::2], tree["owners"][1::2]) for _ in range(run)]
    lists, at = {"kept": [], "dropped": []}, 0
    for i, letter in enumerate(tree["types"], 1):
        path = {"path": paths[i], "type": TYPES[letter.lower()], "size": next(sizes) if letter in "fF" else 0,
                "package": data["packages"][owners[i - 1] - 1]["name"] if owners[i - 1] else None}
        if i in was:
            path["was"] = was[i]
        if i in same:
            path["same_as"] = paths[same[i]]
        if letter.isupper():
            path["reasons"], path["step"], at = reasons_of(tree["reasons"], at, (rules, paths, tree["evidence"]))
        lists["kept" if letter.isupper() else "dropped"].append(path)
    return {**data, **lists}


def page_problems(text, report):
    page = Page(text)
    yield from page.problems
    names = [tag for tag, _ in page.tags]
    if names.count("script") != 2 or names.count("style") != 1 or "img" in names:
        yield "elements that nobody wrote: " + " ".join(names)
    for tag, attributes in page.tags:
        for name, value in attributes.items():
            if name == "src" or name.startswith("on") or name == "href" and not value.startswith("#"):
                yield "%s has %s=%r" % (tag, name, value)
    data = json.loads(page.scripts[0])
    rules = data.pop("rules")
    data["images"] = [unpack(one, rules) for one in data["images"]]
    if data != report:
        yield "the page says something else than the JSON report"


def many_files(path):
    img = image.Image({"Entrypoint": ["/bin/app"]}, tags=["many:1"])
    layer = img.layer()
    for i in range(FILES):
        layer.file("/usr/share/many/folder-%03d/with-a-name-of-some-length-%05d.dat" % (i % 250, i), b"x" * (i % 7))
    layer.file("/bin/app", b"#!/bin/app\n", mode=0o755)
    img.save(path)


def main():
    tap = reports.Tap()
    with tempfile.TemporaryDirectory(prefix="slim-page-") as folder:
        for name, arguments, archive in reports.samples(folder):
            reports.slim(folder, "-q", *arguments, "--report", "r.json", "--report", "r.html", archive, "out.tar")
            with open(os.path.join(folder, "r.html"), encoding="utf-8") as f:
                problems = list(page_problems(f.read(), reports.load(folder, "r.json")))
            tap.check(not problems, name, problems)
        archive = os.path.join(folder, "many.tar")
        many_files(archive)
        for arguments in ([], ["--keep-all"]):
            reports.slim(folder, "-q", "-n", *arguments, "--report", "r.html", archive)
            weight = os.path.getsize(os.path.join(folder, "r.html"))
            tap.check(weight < MAX_BYTES, "%d files: %.1f MB" % (FILES, weight / 1e6), [weight])
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
