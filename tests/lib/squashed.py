"""What the layer of an archive that slim wrote holds, comparable with tests/lib/merged.py, and as text."""

import decimal
import os
import tarfile

KINDS = {tarfile.REGTYPE: "file", tarfile.DIRTYPE: "dir", tarfile.SYMTYPE: "link", tarfile.FIFOTYPE: "fifo",
         tarfile.CHRTYPE: "char", tarfile.BLKTYPE: "block"}


def nanoseconds(info):
    return int(decimal.Decimal(info.pax_headers.get("mtime", int(info.mtime))) * 10**9)


def facts_of(info, data):
    kind = KINDS[info.type]
    value = {"link": info.linkname, "file": data, "char": (info.devmajor, info.devminor),
             "block": (info.devmajor, info.devminor)}.get(kind, "")
    xattrs = {key[len("SCHILY.xattr."):]: os.fsencode(v) for key, v in info.pax_headers.items() if key.startswith("SCHILY.xattr.")}
    return (kind, 0o777 if kind == "link" else info.mode, info.uid, info.gid, nanoseconds(info), value,
            tuple(sorted(xattrs.items())))


def path_of(name):
    return tuple(part for part in name.split("/") if part not in ("", "."))


def read(archive, image=0):
    """What OUT's layer holds: path -> facts, and the names of files that have several."""
    found, groups = {}, {}
    for info, data in archive.entries(0, image):
        path = path_of(info.name)
        if path in found:
            raise AssertionError("%r stands twice in the layer" % (path,))
        if info.islnk():
            first = path_of(info.linkname)
            groups.setdefault(first, [first]).append(path)
            found[path] = found[first]
        else:
            found[path] = facts_of(info, data)
    return found, sorted(sorted(names) for names in groups.values())


def shown(facts, data=True):
    kind, mode, uid, gid, mtime, value, xattrs = facts
    words = [kind]
    if kind == "link":
        words = ["->", value]
    elif kind in ("char", "block"):
        words.append("%d,%d" % value)
    if kind != "link":
        words.append("%o" % mode)
    if (uid, gid) != (0, 0):
        words.append("%d:%d" % (uid, gid))
    if mtime:
        words.append("@" + str(decimal.Decimal(mtime) / 10**9))
    words += ["%s=%s" % (key, content.hex()) for key, content in xattrs]
    if kind == "file" and data:
        words.append(repr(value)[1:] if len(value) < 60 else "%d bytes" % len(value))
    return " ".join(words)


def text(archive, image=0):
    """One line for each path but the root, sorted: "a/b file 644 7:0 @1.5 user.x=00 'data'", "c -> a", "d = a/b"."""
    found, groups = read(archive, image)
    first = {name: names[0] for names in groups for name in names[1:]}
    return ["/".join(path) + (" = " + "/".join(first[path]) if path in first else " " + shown(facts))
            for path, facts in sorted(found.items()) if path]
