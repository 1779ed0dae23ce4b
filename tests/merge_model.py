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

FLATTEN = os.path.join(os.environ.get("TOP_BUILDDIR", "."), "tests/lib/flatten")
NAMES = ["a", "b", "c", "d", "e.x"]
LINK_LIMIT = 40


class Refused(Exception):
    pass


class Inode:
    def __init__(self, kind, mode=0o755, uid=0, mtime=0, data="", xattrs=None, layer=0):
        self.kind, self.mode, self.uid, self.mtime, self.data = kind, mode, uid, mtime, data
        self.xattrs, self.layer = dict(xattrs or {}), layer


class Model:
    """The merged image as a dict of path -> inode; () is the root. Slow, and plain."""

    def __init__(self):
        self.names = {(): Inode("dir")}
        self.layer = -1

    def walk(self, path, missing=None, follow_last=True, blocked=()):
        """The resolved path; `missing(path, by_link)` makes what is not a folder, or None is returned."""
        todo, at, links = [(part, False) for part in path], (), 0
        while todo:
            part, by_link = todo.pop(0)
            if part in ("", "."):
                continue
            if part == "..":
                at = at[:-1]
                continue
            here, inode = at + (part,), self.names.get(at + (part,))
            last = not [p for p, _ in todo if p != ""]
            if inode and inode.kind == "link" and (follow_last or not last):
                links += 1
                if links > LINK_LIMIT:
                    raise Refused("links")
                if here in blocked:
                    return None
                todo[:0] = [(p, True) for p in inode.data.split("/")]
                if inode.data.startswith("/"):
                    at = ()
                continue
            if (inode is None or inode.kind != "dir") and (not last or missing):
                if missing is None:
                    return None
                missing(here, by_link or links > 0)
            at = here
        return at

    def remove(self, path):
        for name in [n for n in self.names if n[:len(path)] == path]:
            del self.names[name]

    def make_folder(self, path, by_link):
        inode = self.names.get(path)
        if inode and (by_link or inode.layer == self.layer):
            raise Refused("no folder")
        self.remove(path)
        self.names[path] = Inode("dir", layer=self.layer)

    def find_folder(self, path, blocked):
        try:
            found = self.walk(path, blocked=blocked)
        except Refused:
            return None
        inode = self.names.get(found) if found is not None else None
        return found if inode and inode.kind == "dir" else None

    def find(self, path, blocked=()):
        folder = self.find_folder(path[:-1], blocked)
        return folder + path[-1:] if folder is not None and folder + path[-1:] in self.names else None

    def hide(self, entries):
        blocked = set()
        if not any(e[0] in ("whiteout", "opaque") for e in entries):
            return
        for kind, path, *rest in entries:
            if not path or kind in ("opaque", "link"):
                continue
            found = self.find(path, blocked)
            if found is not None and self.names[found].kind == "link":
                blocked.add(found)
        for kind, path, *rest in entries:
            if kind == "whiteout":
                found = self.find(path, blocked)
                if found:
                    self.remove(found)
            if kind == "opaque":
                folder = self.find_folder(path, blocked)
                if folder is not None:
                    for name in [n for n in self.names if len(n) > len(folder) and n[:len(folder)] == folder]:
                        del self.names[name]

    def place(self, path, inode):
        old = self.names.get(path)
        if old and old.kind == "dir" and inode.kind == "dir":
            self.names[path] = inode
            return
        self.remove(path)
        self.names[path] = inode

    def hard_link(self, path, target, attributes):
        try:
            found = self.walk(target, follow_last=False)
        except Refused:
            found = None
        inode = self.names.get(found)
        if inode is None or inode.kind == "dir" or found[:len(path)] == path:
            raise Refused("hard link")
        self.place(path, inode)
        inode.uid = attributes["uid"]
        inode.xattrs.update(attributes["xattrs"])
        if inode.kind != "link":
            inode.mode, inode.mtime = attributes["mode"], attributes["mtime"]

    def apply(self, entries):
        self.layer += 1
        self.hide(entries)
        for kind, path, *rest in entries:
            if kind in ("whiteout", "opaque"):
                continue
            attributes = rest[-1]
            if not path:
                if kind != "dir":
                    raise Refused("root")
                self.names[()] = Inode("dir", layer=self.layer, **attributes)
                continue
            place = self.walk(path[:-1], missing=self.make_folder) + path[-1:]
            if kind == "hardlink":
                self.hard_link(place, rest[0], attributes)
            else:
                self.place(place, Inode(kind, data=rest[0], layer=self.layer, **attributes))

    def listing(self):
        links = {}
        for inode in self.names.values():
            links[id(inode)] = links.get(id(inode), 0) + 1
        order = {path: "/".join(path) + ("/" if inode.kind == "dir" else "") for path, inode in self.names.items()}
        types = {"dir": 0o40000, "file": 0o100000, "link": 0o120000, "fifo": 0o10000}
        for path in sorted(self.names, key=lambda p: order[p].encode() if p else b""):
            i = self.names[path]
            line = "/%s mode=%o owner=%d:0 mtime=%d.000000000 links=%d" % (
                "/".join(path), types[i.kind] | i.mode, i.uid, i.mtime, 1 if i.kind == "dir" else links[id(i)])
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
    model = Model()
    try:
        for entries in layers:
            model.apply(entries)
    except Refused:
        return None
    return list(model.listing())


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
