#!/usr/bin/env python3
"""Random layers, merged by slim and by a model of the rules of docs/merge.md: both must show the same names.

MERGE_SEED and MERGE_ROUNDS choose the layers; a failure prints the seed of its round.
"""
import os
import random
import subprocess
import sys
import tempfile

from image import Layer
from merged import TYPES, merge

FLATTEN = os.path.join(os.environ.get("TOP_BUILDDIR", "."), "tests/lib/flatten")
NAMES = ["a", "b", "c", "d", "e.x"]


def listing(model):
    """The lines that tests/lib/flatten prints."""
    links = {}
    for inode in model.names.values():
        links[id(inode)] = links.get(id(inode), 0) + 1
    order = {path: "/".join(path) + ("/" if inode.kind == "dir" else "") for path, inode in model.names.items()}
    for path in sorted(model.names, key=lambda p: order[p].encode() if p else b""):
        i = model.names[path]
        line = "/%s mode=%o owner=%d:0 mtime=%d.000000000 links=%d" % (
            "/".join(path), TYPES[i.kind] | i.mode, i.uid, i.mtime, 1 if i.kind == "dir" else links[id(i)])
        line += "".join(" %s=%s" % item for item in sorted(i.xattrs.items()))
        if i.kind == "link":
            line += " target=" + i.data
        if i.kind == "file":
            line += " content=" + i.data
        yield line


# --- random layers ------------------------------------------------------------------------------------------------

def some_path(rng, shortest=1):
    return tuple(rng.choice(NAMES) for _ in range(rng.randint(shortest, 4)))


def some_target(rng):
    parts = [rng.choice(NAMES + ["..", ".", ""]) for _ in range(rng.randint(1, 4))]
    return rng.choice(["", "/"]) + "/".join(parts) or "a"


def some_entry(rng, known):
    kind = rng.choices(["file", "dir", "link", "hardlink", "fifo", "whiteout", "opaque"], [8, 6, 4, 3, 1, 3, 1])[0]
    path = rng.choice(known) if known and rng.random() < 0.5 else some_path(rng)
    if kind == "opaque":
        return (kind, path if rng.random() < 0.9 else ())
    if kind == "whiteout":
        return (kind, path)
    known.append(path)
    attributes = {"mode": rng.choice([0o755, 0o644, 0o4711]), "uid": rng.choice([0, 7, 3000000]),
                  "mtime": rng.choice([0, 1600000000, 9000000000]),
                  "xattrs": {k: rng.choice("xyz") for k in ("user.a", "user.b") if rng.random() < 0.1}}
    if kind == "dir" and rng.random() < 0.05:
        path = ()
    if kind == "hardlink":
        return (kind, path, rng.choice(known), attributes)
    if kind == "link":
        return (kind, path, some_target(rng), attributes)
    return (kind, path, "%x" % rng.getrandbits(32) if kind == "file" else "", attributes)


def tar_of(entries):
    layer = Layer()
    for kind, path, *rest in entries:
        name = "/".join(path)
        if kind in ("whiteout", "opaque"):
            getattr(layer, kind)(name)
        elif kind == "dir":
            layer.dir(name or "./", **rest[-1])
        elif kind == "fifo":
            layer.fifo(name, **rest[-1])
        else:
            value = "/".join(rest[0]) if kind == "hardlink" else rest[0]
            getattr(layer, kind)(name, value, **rest[-1])
    return layer.tar()


def merged_by_model(layers):
    model = merge(layers)
    return list(listing(model)) if model else None


def merged_by_slim(layers, folder):
    names = []
    for i, entries in enumerate(layers):
        names.append(os.path.join(folder, "%d.tar" % i))
        with open(names[-1], "wb") as out:
            out.write(tar_of(entries))
    run = subprocess.run([FLATTEN] + names, capture_output=True, check=False)
    if run.returncode not in (0, 1):
        raise AssertionError("flatten ended with %d: %s" % (run.returncode, run.stderr.decode()))
    return (None, run.stderr.decode()) if run.returncode else (run.stdout.decode().splitlines(), "")


def one_round(seed, folder):
    """None when both agree, else what differs; and whether both merged it."""
    rng, known = random.Random(seed), []
    layers = [[some_entry(rng, known) for _ in range(rng.randint(1, 7))] for _ in range(rng.randint(1, 4))]
    model = merged_by_model(layers)
    slim, message = merged_by_slim(layers, folder)
    if model == slim:
        return None, model is not None
    lines = ["layer %d: %r" % (i, entry) for i, entries in enumerate(layers) for entry in entries]
    if model is None or slim is None:
        lines.append("refused by %s only %s" % ("the model" if model is None else "slim", message))
    else:
        lines += ["model: " + line for line in model if line not in slim]
        lines += ["slim:  " + line for line in slim if line not in model]
        lines += ["the order differs"] * (sorted(model) == sorted(slim))
    return lines, False


def main():
    if not os.access(FLATTEN, os.X_OK):
        print("1..0 # SKIP tests/lib/flatten is not built")
        return 0
    first, rounds = int(os.environ.get("MERGE_SEED", "1")), int(os.environ.get("MERGE_ROUNDS", "600"))
    print("1..2")
    merged = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + rounds):
            lines, both = one_round(seed, folder)
            merged += both
            if lines:
                print("\n".join("# " + line for line in lines))
                print("not ok 1 - seed %d" % seed)
                print("not ok 2 - not reached")
                return 1
    print("ok 1 - %d rounds agree with the model" % rounds)
    # A model that refuses everything would agree with much.
    enough = merged * 3 >= rounds or rounds < 20
    print("%s 2 - %d of them were merged" % ("ok" if enough else "not ok", merged))
    return 0


if __name__ == "__main__":
    sys.exit(main())
