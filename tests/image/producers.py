#!/usr/bin/env python3
"""What real tools write reads as they meant it: skopeo, podman and umoci carry one image through every form they know."""

import json
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))

from image import Image  # noqa: E402
from readers import Dump, Tests, content, differ  # noqa: E402

NAME = "localhost/producers:1"
TESTS = Tests()


def source():
    image = Image({"Entrypoint": ["/bin/app", "-x"], "Env": ["PATH=/bin"]}, tags=[NAME])
    image.layer().dir("bin").file("bin/app", b"#!/bin/sh\n", 0o4755, uid=1000, gid=100, mtime=7.25).dir("etc", 0o750) \
        .file("etc/caps", b"x", xattrs={"user.note": b"a\nb"}).file("etc/" + "n" * 120, b"long")
    image.layer().link("bin/sh", "../bin/app").hardlink("bin/b", "bin/app", mode=0o4755).whiteout("etc/caps") \
        .file("var/é", b"y" * 3000)
    return image


def run(*words):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return None if done.returncode == 0 else "%s: %s" % (" ".join(words), done.stderr.decode("utf-8", "replace"))


def facts(path):
    """What must be the same in every form: no digests, for a tool may pack anew."""
    dump = Dump(path)
    return dump.error, dump.entries() + dump.starting("entrypoint") + dump.starting("image")


def same(folder, path):
    """PATH holds what the source holds."""
    first = os.path.join(folder, "source.tar")
    source().save(first, form="docker")
    error, want = facts(first)
    if error:
        return error
    error, got = facts(path)
    return error or differ(got, want)


# --- skopeo ---------------------------------------------------------------------------------------------------------

def skopeo(transport, *options):
    def check(folder):
        layout, out = os.path.join(folder, "layout"), os.path.join(folder, "out")
        source().save(layout, form="oci-dir")
        name = "" if transport == "dir" else ":" + NAME
        return run("skopeo", "--insecure-policy", "copy", "-q", *options, "oci:%s:%s" % (layout, NAME),
                   transport + ":" + out + name) or same(folder, out)
    TESTS.add("skopeo %s %s" % (transport, " ".join(options)), check)


# --- podman ---------------------------------------------------------------------------------------------------------

def podman(form, *options):
    def check(folder):
        first, out = os.path.join(folder, "in.tar"), os.path.join(folder, "out")
        source().save(first, form="docker")
        store = ["podman", "--root", folder + "/root", "--runroot", folder + "/run", "--storage-driver", "vfs"]
        problem = run(*store, "load", "-q", "-i", first) or \
            run(*store, "save", "-q", "--format", form, *options, "-o", out, NAME)
        run(*store, "rmi", "-a", "-f")
        return problem or same(folder, out)
    TESTS.add("podman save --format %s %s" % (form, " ".join(options)), check)


def podman_several(folder):
    store = ["podman", "--root", folder + "/root", "--runroot", folder + "/run", "--storage-driver", "vfs"]
    out = os.path.join(folder, "out")
    for number in "12":
        image = Image(tags=["localhost/p:" + number])
        image.layer().file("f", number.encode())
        image.save(folder + "/in.tar")
        problem = run(*store, "load", "-q", "-i", folder + "/in.tar")
        if problem:
            return problem
    problem = run(*store, "save", "-q", "-m", "-o", out, "localhost/p:1", "localhost/p:2")
    run(*store, "rmi", "-a", "-f")
    dump = Dump("--image", "p:2", out)
    return problem or dump.error or differ(dump.starting("ref"), ["localhost/p:2"])


# --- umoci ----------------------------------------------------------------------------------------------------------

def umoci(folder):
    """umoci packs a folder of the host by itself."""
    layout, tree = os.path.join(folder, "layout"), os.path.join(folder, "tree")
    os.makedirs(os.path.join(tree, "sub"))
    with open(os.path.join(tree, "sub", "f"), "wb") as out:
        out.write(b"z" * 5000)
    os.link(os.path.join(tree, "sub", "f"), os.path.join(tree, "g"))
    os.symlink("sub/f", os.path.join(tree, "l"))
    problem = run("umoci", "init", "--layout", layout) or run("umoci", "new", "--image", layout + ":1") or \
        run("umoci", "insert", "--rootless", "--image", layout + ":1", tree, "/opt") or \
        run("umoci", "config", "--image", layout + ":1", "--config.entrypoint", "/opt/l")
    dump = Dump(layout)
    if problem or dump.status:
        return problem or dump.error
    seen = {e.split(" ")[1]: e for e in dump.entries()}
    sums = [e for e in dump.entries() if e.endswith("content=" + content(b"z" * 5000))]
    return differ(sorted(seen), ["path=opt", "path=opt/g", "path=opt/l", "path=opt/sub", "path=opt/sub/f"]) or \
        differ(len(sums), 1) or differ(dump.starting("entrypoint"), ["/opt/l"])


def have(tool):
    return shutil.which(tool) is not None


def podman_works():
    """In some sandboxes podman is there and can do nothing."""
    done = subprocess.run(["podman", "info", "--format", "json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) \
        if have("podman") else None
    try:
        return done is not None and done.returncode == 0 and "store" in json.loads(done.stdout)
    except ValueError:
        return False


if have("skopeo"):
    for kind in "docker-archive", "oci-archive", "oci":
        skopeo(kind)
    skopeo("oci", "--dest-compress-format", "zstd")
    skopeo("oci-archive", "--dest-compress-format", "gzip")
    skopeo("oci-archive", "--format", "v2s2")
if podman_works():
    podman("docker-archive")
    podman("oci-archive")
    podman("oci-dir")
    TESTS.add("podman save -m: two images", podman_several)
if have("umoci"):
    TESTS.add("umoci insert", umoci)

if TESTS.checks:
    TESTS.run()
else:
    print("1..0 # SKIP skopeo, podman and umoci are not here")
