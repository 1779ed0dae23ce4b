#!/usr/bin/env python3
"""Reports in JSON, against docs/report.schema.json (validated by python3-jsonschema), and their sums."""

import copy
import json
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import reports  # noqa: E402

jsonschema = reports.module_or_system_python("jsonschema")
UNITS = ("kB", "MB", "GB", "TB")


def human(size):
    """As the summary prints sizes."""
    if size < 1000:
        return "%d B" % size
    unit = 0
    size /= 1000
    while size >= 999.95:
        size /= 1000
        unit += 1
    return "%.1f %s" % (size, UNITS[unit])


def sums(image):
    """What does not add up: totals against paths, packages against paths."""
    kept, everything = image["kept"], image["kept"] + image["dropped"]

    def count(paths, kind):
        return sum(p["type"] == kind for p in paths)

    def size(paths, was):
        return sum(p.get("was", p["size"]) if was else p["size"] for p in paths if "same_as" not in p)

    for name, paths in (("before", everything), ("after", kept)):
        found = {"files": count(paths, "file"), "folders": count(paths, "dir"), "links": count(paths, "link"),
                 "bytes": size(paths, name == "before")}
        for key, value in found.items():
            if image[name][key] != value:
                yield "%s.%s is %d, the paths say %d" % (name, key, image[name][key], value)
    if image["before"]["packages"] != len(image["packages"]):
        yield "packages before"
    if image["after"]["packages"] != sum(p["kept_files"] > 0 for p in image["packages"]):
        yield "packages after"
    if {p["path"] for p in kept} & {p["path"] for p in image["dropped"]}:
        yield "a path stays and leaves"


def loose_ends(image):
    """Chains that do not lead back to a reason without an asker."""
    kept = {p["path"]: p for p in image["kept"]}
    for start in kept.values():
        path, seen = start, 0
        while path["reasons"]:
            reason = path["reasons"][path["step"]]
            seen += 1
            if reason["from"] is None:
                break
            path = kept.get(reason["from"])
            if not path or seen > len(kept):
                yield "the chain of %s does not end" % start["path"]
                break


def summary_problems(report, text):
    for image in report["images"]:
        for key, unit in (("bytes", human), ("files", "{:,}".format)):
            for side in ("before", "after"):
                if unit(image[side][key]) not in text:
                    yield "%s %s %s is not in the summary" % (key, side, unit(image[side][key]))


def objects(value, path=""):
    """Every object of a document, with where it stands."""
    if isinstance(value, dict):
        yield path, value
        for key, inner in value.items():
            yield from objects(inner, path + "/" + key)
    if isinstance(value, list):
        for i, inner in enumerate(value[:2]):
            yield from objects(inner, "%s/%d" % (path, i))


def tried(validator, report, optional=("timings", "was", "same_as")):
    """Each object with a member too much, or with one too few: all must be refused."""
    for place, _ in objects(report):
        for change in ("more", "less"):
            other = copy.deepcopy(report)
            inner = dict(objects(other))[place]
            if change == "more":
                inner["nobody knows this"] = 1
            else:
                first = next((k for k in inner if k not in optional), None)
                if first is None:
                    continue
                del inner[first]
            if validator.is_valid(other):
                yield "%s: one member %s is let pass" % (place or "/", change)


def run_sample(tap, validator, folder, sample):
    name, arguments, archive = sample
    text = reports.slim(folder, *arguments, "--report", "r.json", archive, "out.tar")
    report = reports.load(folder, "r.json")
    problems = ["%s: %s" % ("/".join(map(str, e.absolute_path)), e.message) for e in validator.iter_errors(report)]
    for image in report["images"]:
        problems += [*sums(image), *loose_ends(image)]
    problems += summary_problems(report, text)
    tap.check(not problems, "%s: valid, and adds up" % name, problems)
    return report


def main():
    if jsonschema is None:
        return reports.skip_all("python3-jsonschema is not installed")
    tap = reports.Tap()
    with open(os.path.join(reports.TOP, "docs", "report.schema.json"), encoding="utf-8") as f:
        schema = json.load(f)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    with tempfile.TemporaryDirectory(prefix="slim-schema-") as folder:
        for sample in reports.samples(folder):
            report = run_sample(tap, validator, folder, sample)
            if sample[0] == "wishes":
                problems = list(tried(validator, report))
                tap.check(not problems, "what the schema does not know is refused, and what it asks for is", problems)
        reports.slim(folder, "-n", "--timings", "--report", "t.json", os.path.join(reports.TOP, "testdata", "orders.tar"))
        report = reports.load(folder, "t.json")
        tap.check(validator.is_valid(report) and report["timings"]["total"] >= report["timings"]["trace"],
                  "--timings: valid too, a dry run", list(validator.iter_errors(report)))
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
