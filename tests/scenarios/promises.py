#!/usr/bin/env python3
"""What holds for every run, tried on the image of every scenario: the written layer holds what the report says, no
path twice, in order, with the attributes of the input; the bytes are the same with any --jobs, and the layer from any form of
archive; slimming the result changes nothing; the result is not larger than the input."""

import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import image  # noqa: E402
import scenario  # noqa: E402

DATABASES = ("var/lib/dpkg/", "lib/apk/db/", "usr/lib/apk/db/", "var/lib/rpm/", "usr/lib/sysimage/rpm/")
SLIM = os.environ.get("SLIM") or os.path.abspath(os.path.join(HERE, "..", "..", "slim"))


class Broken(Exception):
    pass


def slim(folder, *arguments):
    done = subprocess.run([SLIM, "-q", *arguments], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, timeout=120)
    if done.returncode != 0:
        raise Broken("slim %s: %s" % (" ".join(arguments), done.stderr.decode(errors="replace").strip()))


def read(folder, name):
    with open(os.path.join(folder, name), "rb") as f:
        return f.read()


def layer_of(folder, name):
    return image.Archive(os.path.join(folder, name)).layer()


def written_as_reported(folder):
    report = json.loads(read(folder, "r.json"))["images"][0]
    kept, _ = scenario.Result(0, "", report).kept()
    entries = [info for info, _ in image.Archive(os.path.join(folder, "out.tar")).entries()]
    names = ["/" + info.name for info in entries if not info.isdir()]
    if len(set(names)) != len(names):
        raise Broken("a path twice: " + " ".join(sorted(n for n in names if names.count(n) > 1)))
    if set(names) != set(kept):
        raise Broken("layer and report differ: " + " ".join(sorted(set(names) ^ set(kept))))
    members = [os.fsencode(info.name.rstrip("/") + ("/" if info.isdir() else "")) for info in entries]
    if members != sorted(members):
        raise Broken("members are not in the order of their bytes")


def attributes(archive_or_layers):
    """path -> attributes of what was written last under it; hard links are left out."""
    out = {}
    for info, data in archive_or_layers:
        if info.isreg() or info.issym():
            pax = {k: v for k, v in info.pax_headers.items() if k.startswith("SCHILY.")}
            out[info.name] = (info.type, info.mode, info.uid, info.gid, info.mtime, info.linkname, data, pax)
    return out


def attributes_stay(plan, folder):
    """Files that only one layer of the input names, and no link: their attributes and contents come out alike."""
    if len(plan.image.layers) > 1:
        return
    was = attributes(image.tar_entries(plan.image.layers[0].tar()))
    for name, now in attributes(image.Archive(os.path.join(folder, "out.tar")).entries()).items():
        if name in was and was[name] != now and not name.startswith(DATABASES):
            raise Broken("%s: %r has become %r" % (name, was[name], now))


def check(path):
    try:
        plan = scenario.read(path)
        if plan.fail:
            return []
        with tempfile.TemporaryDirectory(prefix="slim-promises-") as folder:
            keep_promises(plan, folder)
    except (Broken, scenario.ScenarioError, subprocess.TimeoutExpired) as problem:
        return [str(problem)]
    return []


def keep_promises(plan, folder):
    scenario.prepare(plan, folder)
    slim(folder, *plan.args, "--report", "r.json", "in.tar", "out.tar")
    written_as_reported(folder)
    attributes_stay(plan, folder)
    out, layer = read(folder, "out.tar"), layer_of(folder, "out.tar")
    slim(folder, *plan.args, "-j", "7", "in.tar", "jobs.tar")
    if out != read(folder, "jobs.tar"):
        raise Broken("--jobs 7 gives other bytes")
    # How hard the layer is compressed depends on the size of the input, so only what is in it can be compared.
    other = "docker" if plan.archive["form"] != "docker" else "hybrid"
    plan.image.save(os.path.join(folder, "other.tar"), other, "gzip", "zstd")
    slim(folder, *plan.args, "other.tar", "from-other.tar")
    if layer != layer_of(folder, "from-other.tar"):
        raise Broken("another form of archive gives another layer")
    # What was only squashed is no result of slimming: it is squashed again.
    slim(folder, *[a for a in plan.args if a == "--keep-all"], "out.tar", "again.tar")
    if layer != layer_of(folder, "again.tar"):
        raise Broken("slimming the result changes it")
    plain = plan.image.members(plan.archive["form"]).tar()
    if len(out) > len(plain):
        raise Broken("the result has %d bytes, the input %d before compression" % (len(out), len(plain)))


def main(arguments):
    names = sorted(f for f in os.listdir(HERE) if f.endswith(".scn") and (not arguments or f[:-4] in arguments))
    print("1..%d" % len(names))
    failed = 0
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        results = pool.map(check, [os.path.join(HERE, n) for n in names])
        for number, (name, problems) in enumerate(zip(names, results), 1):
            print("%s %d - %s" % ("not ok" if problems else "ok", number, name[:-4]))
            for line in "\n".join(problems).splitlines():
                print("#   " + line[:2000])
            failed += bool(problems)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
