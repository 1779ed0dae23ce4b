#!/usr/bin/env python3
"""Bills of materials: valid, the same on every run, and true: packages that are there, digests of what was written."""

import hashlib
import io
import json
import os
import re
import sys
import tempfile
import urllib.parse
import warnings
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import elf  # noqa: E402
import image  # noqa: E402
import reports  # noqa: E402

jsonschema = reports.module_or_system_python("jsonschema")
SCHEMAS = os.path.join(reports.TOP, "testdata", "schemas")
SITE = "/usr/lib/python3/dist-packages/"
GEMS = "/var/lib/gems/3.1.0/specifications/"

# SPDX 2.3, clauses 6 to 11: what a document of ours may and must have. (The published schema is stricter in nothing.)
TEXT = {"type": "string", "minLength": 1}
ID = {"type": "string", "pattern": "^SPDXRef-[A-Za-z0-9.-]+$"}


def record(optional=(), **members):
    return {"type": "object", "properties": members, "additionalProperties": False,
            "required": [name for name in members if name not in optional]}


def array(items, least=0):
    return {"type": "array", "items": items, "minItems": least}


CHECKSUM = record(algorithm={"enum": ["SHA1", "SHA256"]},
                  checksumValue={"type": "string", "pattern": "^([0-9a-f]{40}|[0-9a-f]{64})$"})
SPDX = record(
    ("hasExtractedLicensingInfos",), spdxVersion={"const": "SPDX-2.3"}, dataLicense={"const": "CC0-1.0"},
    SPDXID={"const": "SPDXRef-DOCUMENT"}, name=TEXT,
    documentNamespace={"type": "string", "pattern": "^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
    creationInfo=record(created={"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
                        creators=array({"type": "string", "pattern": "^Tool: "}, 1)),
    packages=array(record(
        ("versionInfo", "checksums", "comment", "primaryPackagePurpose", "sourceInfo", "externalRefs"), SPDXID=ID,
        name=TEXT, versionInfo=TEXT, checksums=array(CHECKSUM, 1), comment=TEXT, downloadLocation={"const": "NOASSERTION"},
        filesAnalyzed={"const": False}, primaryPackagePurpose={"const": "CONTAINER"}, licenseConcluded=TEXT,
        licenseDeclared=TEXT, copyrightText=TEXT, sourceInfo=TEXT,
        externalRefs=array(record(referenceCategory={"const": "PACKAGE-MANAGER"}, referenceType={"const": "purl"},
                                  referenceLocator={"type": "string", "pattern": "^pkg:[a-z]+/[^ ]+$"}))), 1),
    files=array(record(SPDXID=ID, fileName={"type": "string", "pattern": "^\\./"}, checksums=array(CHECKSUM, 2),
                       licenseConcluded=TEXT, licenseInfoInFiles=array(TEXT, 1), copyrightText=TEXT)),
    relationships=array(record(spdxElementId=ID, relationshipType={"enum": ["DESCRIBES", "CONTAINS"]},
                               relatedSpdxElement=ID), 1),
    hasExtractedLicensingInfos=array(record(licenseId={"type": "string", "pattern": "^LicenseRef-[A-Za-z0-9.-]+$"},
                                            extractedText=TEXT), 1))


def load_schema(name):
    with open(os.path.join(SCHEMAS, name), encoding="utf-8") as f:
        return json.load(f)


def cyclonedx_validator():
    schemas = [load_schema("cyclonedx-%s.schema.json" % n) for n in ("bom-1.5", "spdx", "jsf-0.82")]
    store = {s["$id"]: s for s in schemas}
    store.update({s["$id"].replace(".schema.json", ".SNAPSHOT.schema.json"): s for s in schemas})
    warnings.simplefilter("ignore", DeprecationWarning)  # what replaces RefResolver is not in Debian 12
    resolver = jsonschema.RefResolver(schemas[0]["$id"], schemas[0], store=store)
    return jsonschema.Draft7Validator(schemas[0], resolver=resolver)


def invalid(validator, document):
    return ["%s: %s" % ("/".join(map(str, e.absolute_path)), e.message[:200]) for e in validator.iter_errors(document)]


# --- images -----------------------------------------------------------------------------------------------------------

STATUS = """Package: libtwo
Status: install ok installed
Version: 1:2.0+b1-3~x
Architecture: amd64
Source: two (2.0)
Description: x

Package: plain
Status: install ok installed
Version: 1
Architecture: all
Description: x

Package: gone
Status: install ok installed
Version: 3
Architecture: all
Description: x

"""
DEP5 = """Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

Files: *
License: GPL-2+ or Artistic
 The text.

Files: a
License: BSD-3-clause

License: odd-one!
"""
MODULES = ("path\texample.org/app\nmod\texample.org/app\tv1.2.3\th1:x\ndep\tgithub.com/One/two/v2\tv2.0.1\th1:y\n"
           "dep\texample.org/old\tv0.1.0\th1:z\n=>\texample.org/new\tv0.2.0\th1:w\nbuild\t-compiler=gc\n")


def jar():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n")
        z.writestr("META-INF/maven/org.acme/thing/pom.properties", "#x\ngroupId=org.acme\nartifactId=thing\nversion=4.5\n")
    return out.getvalue()


def languages():
    img = image.Image({"Entrypoint": ["/bin/app"]}, tags=["acme/app:1"])
    layer = img.layer()
    layer.file("/bin/app", elf.build(flags="static,go", gomodules=MODULES), mode=0o755)
    layer.file("/etc/os-release", b'NAME="Debian"\nID=debian\nVERSION_ID="12"\n')
    layer.file("/var/lib/dpkg/status", STATUS.encode())
    for name, path in (("libtwo", "/usr/lib/libtwo.so"), ("plain", "/usr/share/plain/x"), ("gone", "/usr/share/gone/x")):
        layer.file("/var/lib/dpkg/info/%s.list" % name, ("/.\n%s\n/usr/share/doc/%s/copyright\n" % (path, name)).encode())
        layer.file(path, name.encode())
    layer.file("/usr/share/doc/libtwo/copyright", DEP5.encode())
    layer.file("/usr/share/doc/plain/copyright", b"See /usr/share/common-licenses/GPL-3.\n")
    layer.file(SITE + "Some_Thing-1.0.dist-info/METADATA", b"Metadata-Version: 2.1\nName: Some_Thing\nVersion: 1.0\n"
               b"License: MIT\n\nName: not this\n")
    layer.file(SITE + "egg.egg-info/PKG-INFO", b"Name: egg\nVersion: 2\nLicense: UNKNOWN\n")
    layer.file("/app/node_modules/@scope/pack/package.json", b'{"name":"@scope/pack","version":"1.2.3",'
               b'"license":"(MIT OR Apache-2.0)"}')
    layer.file("/app/node_modules/old/package.json", b'{"name":"old","version":"0.1","licenses":[{"type":"BSD"}]}')
    layer.file("/app/node_modules/broken/package.json", b'{"name":"broken",')
    layer.file("/app/node_modules/deep/package.json", b"[" * 100000)
    layer.file("/app/package.json", b'{"name":"not-installed","version":"1"}')
    layer.file(GEMS + "rack-2.2.gemspec", b'Gem::Specification.new do |s|\n  s.name = "rack".freeze\n  s.version = "2.2"\n'
               b'  s.licenses = ["MIT".freeze]\nend\n')
    layer.file("/app/vendor/composer/installed.json", b'{"packages":[{"name":"acme/lib","version":"v1","license":["MIT"],'
               b'"install-path":"../acme/lib"},{"name":"acme/absent","version":"1"}]}')
    layer.file("/app/vendor/acme/lib/x.php", b"<?php\n").file("/app/lib/thing.jar", jar())
    layer.file("/app/lib/broken.jar", b"PK\x03\x04 nothing").hardlink("/app/second", "/app/package.json")
    return img


WANTED = {
    "pkg:deb/debian/libtwo@1:2.0%2Bb1-3~x?arch=amd64&distro=debian-12&upstream=two":
        "(GPL-2.0-or-later OR Artistic-1.0-Perl) AND BSD-3-Clause AND LicenseRef-odd-one",
    "pkg:deb/debian/plain@1?arch=all&distro=debian-12": "GPL-3.0-only",
    "pkg:golang/stdlib@1.22.0": None, "pkg:golang/example.org/app@v1.2.3": None,
    "pkg:golang/github.com/One/two/v2@v2.0.1": None, "pkg:golang/example.org/new@v0.2.0": None,
    "pkg:pypi/some-thing@1.0": "MIT", "pkg:pypi/egg@2": None,
    "pkg:npm/%40scope/pack@1.2.3": "(MIT OR Apache-2.0)", "pkg:npm/old@0.1": "LicenseRef-BSD",
    "pkg:gem/rack@2.2": "MIT", "pkg:composer/acme/lib@v1": "MIT", "pkg:maven/org.acme/thing@4.5": None,
}
KEEP = ["-k", "/app", "-k", SITE, "-k", GEMS, "-k", "/usr/lib/libtwo.so", "-k", "/usr/share/plain/x"]


# --- what holds -------------------------------------------------------------------------------------------------------

def written_sums(folder):
    """path -> (SHA-1, SHA-256) of the files of out.tar's layers."""
    out = {}
    archive = image.Archive(os.path.join(folder, "out.tar"))
    for number in range(len(archive.manifests())):
        for info, data in archive.entries(0, number):
            name = "/" + info.name
            if info.isreg():
                out[number, name] = (hashlib.sha1(data).hexdigest(), hashlib.sha256(data).hexdigest())
            elif info.islnk():
                out[number, name] = out[number, "/" + info.linkname]
    return out


def shown(name):
    """As reports write names: what is no UTF-8 is \\xNN."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def spdx_truth(document, folder):
    told = {}
    for file in document["files"]:
        sums = {c["algorithm"]: c["checksumValue"] for c in file["checksums"]}
        told[int(file["SPDXID"].split("-")[2]) - 1, file["fileName"][1:]] = (sums["SHA1"], sums["SHA256"])
    truth = {(number, shown(name)): sums for (number, name), sums in written_sums(folder).items()}
    if told != truth:
        yield "files: " + " ".join(sorted(map(str, set(told.items()) ^ set(truth.items())))[:4])
    ids = [x["SPDXID"] for x in document["packages"] + document["files"]]
    if len(ids) != len(set(ids)):
        yield "an SPDXID twice"
    for relation in document["relationships"]:
        if not {relation["spdxElementId"], relation["relatedSpdxElement"]} <= {*ids, "SPDXRef-DOCUMENT"}:
            yield "a relationship to nothing: %r" % relation
    contained = {r["relatedSpdxElement"] for r in document["relationships"]}
    if set(ids) - contained:
        yield "contained in nothing: %s" % sorted(set(ids) - contained)[:3]


def licence_problems(document, known, exceptions):
    refs = {one["licenseId"] for one in document.get("hasExtractedLicensingInfos", [])}
    for package in document["packages"]:
        for word in re.findall(r"[^\s()]+", package["licenseDeclared"]):
            if word not in known | refs | exceptions | {"AND", "OR", "WITH", "NOASSERTION"}:
                yield "%s: %r is no licence" % (package["name"], word)


def same_in_both(spdx, cyclonedx):
    ours = {p["externalRefs"][0]["referenceLocator"]: p["licenseDeclared"].replace("NOASSERTION", "") for p in spdx["packages"] if "externalRefs" in p}
    parts = [c for c in cyclonedx["components"] if c["type"] != "container"] + [
        inner for c in cyclonedx["components"] if c["type"] == "container" for inner in c["components"]]
    theirs = {c["purl"]: c.get("licenses", [{"expression": ""}])[0]["expression"] for c in parts if c["type"] == "library"}
    if ours != theirs:
        yield "the formats differ: %s" % sorted(set(ours.items()) ^ set(theirs.items()))[:3]
    if len(spdx["files"]) != sum(c["type"] == "file" for c in parts):
        yield "the formats have other files"
    for purl in ours:
        name, _, version = purl.split("?")[0].rpartition("@") if "@" in purl else (purl, "", "")
        if urllib.parse.unquote(version) != version and urllib.parse.quote(urllib.parse.unquote(version), safe="~:") != version:
            yield "%s (%s): the version is not encoded as purl-spec has it" % (purl, name)


def both(folder, arguments, archive, *more):
    reports.slim(folder, "-q", *arguments, "--sbom", "r.spdx.json", "--sbom", "r.cdx.json", *more, archive, "out.tar")
    return reports.load(folder, "r.spdx.json"), reports.load(folder, "r.cdx.json")


def read(folder, name):
    with open(os.path.join(folder, name), "rb") as f:
        return f.read()


def run_sample(tap, validators, folder, sample):
    name, arguments, archive = sample
    spdx, cyclonedx = both(folder, arguments, archive)
    problems = invalid(validators["spdx"], spdx) + invalid(validators["cyclonedx"], cyclonedx)
    problems += [*spdx_truth(spdx, folder), *same_in_both(spdx, cyclonedx)]
    problems += licence_problems(spdx, validators["known"], validators["exceptions"])
    was = read(folder, "r.spdx.json"), read(folder, "r.cdx.json")
    both(folder, arguments, archive, "-j", "1")
    if was != (read(folder, "r.spdx.json"), read(folder, "r.cdx.json")):
        problems.append("another run gives other bytes")
    tap.check(not problems, "%s: valid, true, repeatable" % name, problems)


def dry_and_dated(tap, folder, archive):
    both(folder, KEEP, archive)
    wet = reports.load(folder, "r.spdx.json")
    reports.slim(folder, "-q", "-n", *KEEP, "--sbom", "dry.json", "--sbom-format", "cyclonedx", archive)
    dry = reports.load(folder, "dry.json")
    hashes = {c["name"]: c["hashes"][1]["content"] for c in dry["components"] if c["type"] == "file"}
    tap.check(hashes == {f["fileName"][1:]: f["checksums"][1]["checksumValue"] for f in wet["files"]},
              "a dry run reads the files for their digests; --sbom-format beats the name")
    os.environ["SOURCE_DATE_EPOCH"] = "86400"
    dated, _ = both(folder, KEEP, archive)
    del os.environ["SOURCE_DATE_EPOCH"]
    tap.check(dated["creationInfo"]["created"] == "1970-01-02T00:00:00Z", "SOURCE_DATE_EPOCH is the date")


def found_languages(tap, folder):
    archive = os.path.join(folder, "languages.tar")
    languages().save(archive)
    spdx, _ = both(folder, KEEP, archive)
    found = {p["externalRefs"][0]["referenceLocator"]: p["licenseDeclared"] for p in spdx["packages"] if "externalRefs" in p}
    wanted = {purl: licence or "NOASSERTION" for purl, licence in WANTED.items()}
    tap.check(found == wanted, "the packages of each manager, and no others",
              ["%s: %s" % pair for pair in sorted(set(found.items()) ^ set(wanted.items()))])
    sources = {p["name"]: p.get("sourceInfo") for p in spdx["packages"]}
    tap.check(sources["libtwo"] == "built from the source package two" and sources["rack"].endswith("rack-2.2.gemspec"),
              "where each comes from is told", [sources])
    return archive


def main():
    if jsonschema is None:
        return reports.skip_all("python3-jsonschema is not installed")
    tap = reports.Tap()
    names = load_schema("cyclonedx-spdx.schema.json")["enum"]
    validators = {"spdx": jsonschema.Draft7Validator(SPDX), "cyclonedx": cyclonedx_validator(), "known": set(names),
                  "exceptions": {n for n in names if "exception" in n or n == "Linux-syscall-note"}}
    with tempfile.TemporaryDirectory(prefix="slim-sbom-") as folder:
        archive = found_languages(tap, folder)
        dry_and_dated(tap, folder, archive)
        run_sample(tap, validators, folder, ("languages", KEEP, archive))
        for sample in reports.samples(folder):
            run_sample(tap, validators, folder, sample)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
