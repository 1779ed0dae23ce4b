#!/usr/bin/env python3
"""What --cache is worth: cache-ratio.py [--runs N] ARCHIVE… (docker-archives, or OCI archives with compressed layers).
The first run is over the archive with one more layer on top, the cache being empty; the second over the archive with
another such layer. Prints wall and processor seconds of both (medians of N rounds) and their ratios, also without a
cache. No test: the figures are for a quiet machine. Needs room for two copies of the archive in TMPDIR."""

import argparse
import hashlib
import io
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SLIM = os.environ.get("SLIM") or os.path.join(HERE, "..", "slim")


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def top_layer(text):
    """A file where applications lie, so that a rule may well keep it, and its folder as it is customary."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        info = tarfile.TarInfo("srv/changed.txt")
        info.size = len(text)
        tar.addfile(info, io.BytesIO(text))
    return out.getvalue()


def add_to_config(config, layer):
    config["rootfs"]["diff_ids"].append("sha256:" + sha256(layer))
    if "history" in config:
        config["history"].append({"created_by": "changed"})
    return json.dumps(config).encode()


class Archive:
    def __init__(self, path):
        self.tar = tarfile.open(path)
        self.names = {m.name.removeprefix("./"): m for m in self.tar.getmembers()}

    def json(self, name):
        return json.load(self.tar.extractfile(self.names[name]))

    def docker(self, layer):
        manifest = self.json("manifest.json")
        config = add_to_config(self.json(manifest[0]["Config"]), layer)
        manifest[0]["Config"], top = sha256(config) + ".json", sha256(layer) + ".tar"
        manifest[0]["Layers"].append(top)
        return {"manifest.json": json.dumps(manifest).encode(), manifest[0]["Config"]: config, top: layer}

    def oci(self, layer):
        index = self.json("index.json")
        blob = lambda d: "blobs/" + d["digest"].replace(":", "/")  # noqa: E731
        manifest = self.json(blob(index["manifests"][0]))
        config = add_to_config(self.json(blob(manifest["config"])), layer)
        manifest["config"].update(digest="sha256:" + sha256(config), size=len(config))
        kind = manifest["layers"][0]["mediaType"].split("+")[0].removesuffix(".gzip")
        manifest["layers"].append({"mediaType": kind, "digest": "sha256:" + sha256(layer), "size": len(layer)})
        data = json.dumps(manifest).encode()
        index["manifests"][0].update(digest="sha256:" + sha256(data), size=len(data))
        new = {"blobs/sha256/" + sha256(part): part for part in (config, layer, data)}
        return dict(new, **{"index.json": json.dumps(index).encode()})

    def save(self, path, text):
        """A copy with one more layer."""
        new = (self.oci if "index.json" in self.names else self.docker)(top_layer(text))
        with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as out:
            for name, member in self.names.items():
                if name not in new:
                    out.addfile(member, self.tar.extractfile(member) if member.isfile() else None)
            for name, data in new.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                out.addfile(info, io.BytesIO(data))


def run(folder, source, *options):
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run([SLIM, "-q", *options, source, os.path.join(folder, "out.tar")], check=True)
    wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(archive, rounds):
    with tempfile.TemporaryDirectory(prefix="slim-ratio-") as folder:
        one, two, cache = (os.path.join(folder, n) for n in ("one.tar", "two.tar", "cache"))
        source = Archive(archive)
        source.save(one, b"first")
        source.save(two, b"second")
        took = {"without": [], "first": [], "second": []}
        run(folder, two)  # into the page cache
        for _ in range(rounds):
            shutil.rmtree(cache, ignore_errors=True)
            took["without"].append(run(folder, two))
            took["first"].append(run(folder, one, "--cache", cache))
            took["second"].append(run(folder, two, "--cache", cache))
        held = sum(e.stat().st_size for e in os.scandir(cache))
    return {k: [statistics.median(t[i] for t in v) for i in (0, 1)] for k, v in took.items()}, held


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("archives", nargs="+")
    words = parser.parse_args()
    print("| archive | without: wall, CPU s | first | second | second / first: wall, CPU | cache MB |\n|---|---|---|---|---|---|")
    for archive in words.archives:
        took, held = measure(archive, words.runs)
        cells = ["%.2f, %.2f" % tuple(took[k]) for k in ("without", "first", "second")]
        ratio = [took["second"][i] / took["first"][i] for i in (0, 1)]
        print("| %s | %s | %.2f, %.2f | %.0f |" % (os.path.basename(archive), " | ".join(cells), *ratio, held / 1e6))


sys.exit(main())
