#!/usr/bin/env python3
"""What why, compare and inspect print with --json, against docs/answers.schema.json (validated by python3-jsonschema)."""

import json
import os
import re
import shutil
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "lib"), HERE]

import reports  # noqa: E402
import schema  # noqa: E402

jsonschema = schema.jsonschema
OPTIONAL = ("digest", "fleet", "folder", "package_share", "reasons", "share", "target", "target_kept")
PATHS = ["/", "**", "/usr", "/etc/*", "/bin/app", "bin/App", "/bin/other", "/no/such/../path", "/usr/share/data/one.dat",
         "/srv/*", "/etc/passwd", "/etc/passwd/x", "/lib64", "/bin/sh", "/usr/bin/jq", "libjq.so.1", "/opt/hidden", "\u00e9"]


def problems_of(validator, document):
    return ["%s: %s" % ("/".join(map(str, e.absolute_path)), e.message) for e in validator.iter_errors(document)]


def answered(folder, *arguments):
    return json.loads(reports.slim(folder, *arguments))


def check_sample(tap, validator, folder, sample):
    """All three commands on one archive; returns the kinds of answers that slim why gave."""
    name, options, archive = sample
    chosen = options if "--image" in options else []
    shutil.copy(archive, os.path.join(folder, "a.tar"))
    reports.slim(folder, "-q", *options, "a.tar", "b.tar")
    why = answered(folder, "why", "--json", "--all", *options, "a.tar", *PATHS)
    documents = [why, answered(folder, "why", "--json", *options, "--drop", "/etc", "--level", "certain", "a.tar", *PATHS),
                 answered(folder, "inspect", "--json", "a.tar"), answered(folder, "inspect", "--json", "b.tar")]
    compared = [answered(folder, "compare", "--json", *more, "a.tar", "b.tar", "a.tar")
                for more in ([], ["--fleet", "7"], ["--link", "3", "--fail-if-larger", "--max-size", "1T"])] if not chosen else []
    found = [p for document in documents + compared for p in problems_of(validator, document)]
    tap.check(not found, "%s: valid" % name, found)
    return {a["answer"] for i in why["images"] for a in i["answers"]}, documents + compared


def undocumented(document, text):
    """Members that the schema names and docs/answers.md does not."""
    names = set()
    for _, inner in schema.objects(document):
        names.update(inner.get("properties", {}))
    return sorted(names - set(re.findall(r"`(\w+)`", text)))


def main():
    if jsonschema is None:
        return reports.skip_all("python3-jsonschema is not installed")
    tap, kinds, last = reports.Tap(), set(), []
    docs = os.path.join(reports.TOP, "docs")
    description = reports.load(docs, "answers.schema.json")
    jsonschema.Draft202012Validator.check_schema(description)
    validator = jsonschema.Draft202012Validator(description)
    with open(os.path.join(docs, "answers.md"), encoding="utf-8") as f:
        missing = undocumented(description, f.read())
    tap.check(not missing, "docs/answers.md describes every member", missing)
    with tempfile.TemporaryDirectory(prefix="slim-answers-") as folder:
        for sample in reports.samples(folder):
            if sample[0] != "wishes":
                found, last = check_sample(tap, validator, folder, sample)
                kinds |= found
    tap.check(kinds == {"stays", "leaves", "missing", "many"}, "answers of every kind were seen", sorted(kinds))
    loose = [p for document in last for p in schema.tried(validator, document, OPTIONAL)]
    tap.check(not loose, "what the schema does not know is refused, and what it asks for is", loose)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
