"""An independent model of docs/merge.md: layers as lists of entries, merged the slow and plain way.

An entry is a tuple: ("whiteout", PATH), ("opaque", PATH), ("hardlink", PATH, TARGET, ATTRIBUTES) or
(KIND, PATH, DATA, ATTRIBUTES) with KIND dir, file, link, fifo, char or block. A path is a tuple of names, () the root;
names and targets are str with surrogates for what is no UTF-8. DATA: content (of any type that compares), target of a
link, (major, minor) of a device. ATTRIBUTES: mode, uid, gid, mtime (nanoseconds), xattrs; what lacks is 0.
"""

LINK_LIMIT = 40
PSEUDO_LINKS = ".wh..wh.plnk"  # where AUFS kept one name of each file that has several
TYPES = {"dir": 0o40000, "file": 0o100000, "link": 0o120000, "fifo": 0o10000, "char": 0o20000, "block": 0o60000}


class Refused(Exception):
    pass


class Inode:
    def __init__(self, kind, data="", layer=0, mode=0o755, uid=0, gid=0, mtime=0, xattrs=None):
        self.kind, self.data, self.layer = kind, data, layer
        self.mode, self.uid, self.gid, self.mtime, self.xattrs = mode, uid, gid, mtime, dict(xattrs or {})

    def facts(self):
        """All that must survive, comparable."""
        return (self.kind, 0o777 if self.kind == "link" else self.mode, self.uid, self.gid, self.mtime, self.data,
                tuple(sorted(self.xattrs.items())))


class Model:
    """The merged image as a dict of path -> inode; () is the root."""

    def __init__(self):
        self.names = {(): Inode("dir")}
        self.root_named = False
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
        if not (old and old.kind == "dir" and inode.kind == "dir"):
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
        inode.uid, inode.gid = attributes.get("uid", 0), attributes.get("gid", 0)
        inode.xattrs.update(attributes.get("xattrs") or {})
        if inode.kind != "link":
            inode.mode, inode.mtime = attributes["mode"], attributes.get("mtime", 0)

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
                self.root_named = True
                continue
            place = self.walk(path[:-1], missing=self.make_folder) + path[-1:]
            if kind == "hardlink":
                self.hard_link(place, rest[0], attributes)
            else:
                self.place(place, Inode(kind, rest[0], self.layer, **attributes))
        self.remove((PSEUDO_LINKS,))

    def groups(self):
        """The names of each file that has several, sorted."""
        names = {}
        for path, inode in self.names.items():
            names.setdefault(id(inode), []).append(path)
        return sorted(sorted(paths) for paths in names.values() if len(paths) > 1)


def merge(layers):
    """The model of all LAYERS; None when one of them is to be refused."""
    model = Model()
    try:
        for entries in layers:
            model.apply(entries)
    except Refused:
        return None
    return model
