"""Whole images by chance, with the model of what they hold: for tests that compare slim with it.

    image = random_image.make(random.Random(7))
    image.save(path)        image.model        image.words

`portable` images leave out what some engines read in another way than docs/merge.md says; then any of them may judge.
"""

import copy

import elf
import image as images
import merged
import odd_tar

NAMES = ["a", "b", "c", "d", "e.x", "\udcff\udcfe", "ü", "n\nl", " ", "l" * 110, "m" * 101, ".wh", "-x", "*", "x.wh.y", "%s\\"]
PLAIN_NAMES = ["a", "b", "c", "d", "e.x", "ü", "sp ace", "l" * 110, "m" * 101]
ATTRIBUTES = {"user.note": [b"1", b"a\nb=c", b"\0\xff" * 9], "security.capability": [
    bytes.fromhex("0000000200040000000000000000000000000000"), bytes.fromhex("000000030004000000000000000000000000000000000000")],
    "system.posix_acl_access": [bytes.fromhex("0200000001000700ffffffff04000500ffffffff20000500ffffffff")]}
APP = ("app",)


class Taste:
    """What an image may hold."""

    def __init__(self, rng, portable):
        self.rng, self.portable = rng, portable
        self.names = rng.sample(PLAIN_NAMES if portable else NAMES, 5)
        self.kinds = {"file": 9, "dir": 6, "link": 4, "hardlink": 4, "fifo": 1, "char": 1, "block": 1, "whiteout": 3, "opaque": 1}

    def path(self, shortest=1):
        return tuple(self.rng.choice(self.names) for _ in range(self.rng.randint(shortest, 4)))

    def target(self):
        parts = [self.rng.choice(self.names + ["..", ".", ""]) for _ in range(self.rng.randint(1, 4))]
        return self.rng.choice(["", "", "/"]) + "/".join(parts) or "a"

    def time(self):
        seconds = self.rng.choice([0, 1, 1600000000, 1 << 33] + ([] if self.portable else [-1, -7, 9000000000]))
        part = self.rng.choice([0, 0, 0, 500000000, 123456789, 1])
        return 0 if self.portable and not seconds else seconds * 10**9 + part

    def attributes(self):
        rng = self.rng
        owners = [0, 0, 7, 65534] + ([] if self.portable else [1 << 21, 3000000, 2**32 - 2])
        made = {"mode": rng.choice([0o755, 0o644, 0o4711, 0o2750, 0o1777, 0, 0o7777]), "uid": rng.choice(owners),
                "gid": rng.choice(owners), "mtime": self.time(), "xattrs": {}}
        if rng.random() < 0.15:
            names = ["user.note"] if self.portable else list(ATTRIBUTES)
            made["xattrs"] = {key: rng.choice(ATTRIBUTES[key]) for key in rng.sample(names, rng.randint(1, len(names)))}
        return made

    def content(self):
        rng = self.rng
        if self.portable or rng.random() < 0.7:
            return rng.randbytes(rng.choice([0, 1, 20, 511, 512, 513, 5000]))
        blocks = [rng.choice([bytes(512), bytes(2048), rng.randbytes(512)]) for _ in range(rng.randint(1, 60))]
        return b"".join(blocks) + rng.choice([b"", b"tail"])


def some_entry(taste, known):
    rng, portable = taste.rng, taste.portable
    kind = rng.choices(list(taste.kinds), list(taste.kinds.values()))[0]
    path = rng.choice(known) if known and rng.random() < 0.5 else taste.path()
    if kind == "opaque":
        return (kind, path if portable or rng.random() < 0.9 else ())
    if kind == "whiteout":
        return (kind, path)
    known.append(path)
    attributes = taste.attributes()
    if kind == "dir" and not portable and rng.random() < 0.05:
        path = ()
    if kind == "hardlink":
        return (kind, path, rng.choice(known), attributes)
    if kind in ("link", "fifo", "char", "block"):
        attributes["xattrs"] = {}
    data = {"file": taste.content, "link": taste.target, "char": lambda: (1, rng.randint(0, 255)),
            "block": lambda: (rng.randint(0, 4095), rng.randint(0, 100000))}.get(kind, str)()
    return (kind, path, data, attributes)


def pseudo_links(taste, known):
    """A file with several names, as AUFS left it in a layer."""
    at = (merged.PSEUDO_LINKS, "%d.%d" % (taste.rng.randint(1, 9), taste.rng.randint(1, 9)))
    attributes = taste.attributes()
    out = [("file", at, taste.content(), attributes)]
    for path in {taste.path() for _ in range(taste.rng.randint(0, 3))}:
        known.append(path)
        out.append(("hardlink", path, at, attributes))
    return out


def is_portable(model, entries, one):
    """Engines agree about an entry whose parents are real folders and which no other entry of its layer is about."""
    kind, path, *rest = one
    if kind == "hardlink":
        inode = model.names.get(rest[0])
        if inode is None or inode.kind != "file" or path == rest[0]:
            return False
    if kind == "opaque" and any(p[:len(path)] == path for _, p, *_ in entries):
        return False
    parents = [path[:n] for n in range(1, len(path) + (kind == "opaque"))]
    if any(model.names.get(p) is None or model.names[p].kind != "dir" for p in parents):
        return False
    touched = {p for _, p, *_ in entries}
    if any(k in ("opaque", "whiteout") and path[:len(p)] == p for k, p, *_ in entries):
        return False
    return path not in touched and not any(t[:len(path)] == path for t in touched)


def add_entry(model, entries, one, taste):
    """The entry with what it needs to be portable, when that can be; else as it is, or not at all."""
    if not taste.portable:
        entries.append(one)
        return
    after = copy.deepcopy(model)
    try:
        after.apply(entries)
        if one[0] == "hardlink" and one[2] in after.names:
            inode = after.names[one[2]]
            one = one[:3] + ({"mode": inode.mode, "uid": inode.uid, "gid": inode.gid, "mtime": inode.mtime,
                              "xattrs": dict(inode.xattrs)},)
        if is_portable(after, entries, one):
            after.apply([one])
            entries.append(one)
    except merged.Refused:
        pass


def some_layer(taste, model, known):
    """Entries that the model takes; now and then some that it refuses."""
    entries = []
    for _ in range(taste.rng.randint(0, 9)):
        before = list(entries)
        if not taste.portable and taste.rng.random() < 0.03:
            entries += pseudo_links(taste, known)
        else:
            add_entry(model, entries, some_entry(taste, known), taste)
        try:
            copy.deepcopy(model).apply(entries)
        except merged.Refused:
            if taste.portable or taste.rng.random() < 0.98:
                entries = before
    return entries


class RandomImage:
    def __init__(self, rng, portable):
        taste, known = Taste(rng, portable), []
        self.rng, self.portable, self.layers = rng, portable, []
        self.model = merged.Model()
        self.image = images.Image({"Entrypoint": ["/app"]}, tags=["random:1"], history=rng.random() < 0.9)
        for _ in range(rng.randint(1, 5)):
            if self.model:
                self.add(some_layer(taste, self.model, known))
        program = {"mode": 0o755, "mtime": 5 * 10**9}
        self.add([("file", APP, elf.build(flags=["static"]), program)])
        if rng.random() < 0.1:
            self.layers.append(self.layers[0])
            self.apply(self.layers[0])

    def apply(self, entries):
        if self.model:
            try:
                self.model.apply(entries)
            except merged.Refused:
                self.model = None

    def add(self, entries):
        self.layers.append(entries)
        self.apply(entries)

    def compressions(self):
        return ["none", "gzip"] if self.portable else list(images.COMPRESSIONS)

    def save(self, path):
        """The archive, in any form; `words` says how it was written."""
        rng, written = self.rng, {}
        for entries in self.layers:
            if id(entries) not in written:
                written[id(entries)] = odd_tar.layer(rng, entries, self.portable), rng.choice(self.compressions())
            tar, how = written[id(entries)]
            self.image.layer(how).bytes(tar).end(blank=False)
        form = "oci" if self.portable else rng.choice(["docker", "podman", "oci", "hybrid", "oci-dir"])
        outer = "none" if self.portable or form == "oci-dir" or rng.random() < 0.8 else rng.choice(list(images.COMPRESSIONS))
        members = self.image.members(form)
        if not self.portable and form.startswith("oci") and rng.random() < 0.3:
            images.nest(members, rng.randint(1, 4))
        images._write(members, path, form, outer)
        self.words = "%s, outer %s, layers %s" % (form, outer, " ".join(layer.compression for layer in self.image.layers))
        return path


def make(rng, portable=False):
    return RandomImage(rng, portable)
