#!/usr/bin/env python3
"""Writes the seeds of fuzz-elf and fuzz-ldcache, which tests/unit/elf.c and ldso_cache.c read as well.

make-elf-seeds.py FOLDER: into FOLDER/elf and FOLDER/ldcache.
"""

import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))

import elf  # noqa: E402

EVERYTHING = ('needed=liba.so,libb.so.1 soname=libx.so.1 rpath=$ORIGIN/../lib runpath=/opt/lib:$LIB filter=libf.so '
              'auxiliary=libg.so audit=/opt/audit.so undef=dlopen,execvp,zlibVersion define=one,two flags=nodeflib,origin '
              'strings="/etc/x.conf","/usr/share:/usr/lib/x","libplug.so.2","lib%s.so","locale -a","word","two words" '
              'note=\'[{"soname":["libn.so.1","libn.so.0"],"feature":"n","priority":"suggested"}]\'')
FILES = {
    "everything": EVERYTHING,
    "everything-gnu": EVERYTHING + " hash=gnu",
    "everything-i386": EVERYTHING + " machine=i386 hash=both",
    "everything-s390x": EVERYTHING + " machine=s390x",
    "everything-mips": EVERYTHING + " machine=mips hash=both",
    "nosections": EVERYTHING + " flags=nosections",
    "nohash": EVERYTHING + " hash=none",
    "program": "interp=/lib64/ld-linux-x86-64.so.2 needed=libc.so.6",
    "static": 'flags=static undef=getpwnam,system strings="/etc/nsswitch.conf"',
    "static-pie": "flags=static,pie",
    "go": 'flags=static,go,nosections strings="/etc/hosts"',
    "payload": "flags=static payload=PK-behind",
}


def cache(entries, order="<", hwcaps=()):
    """An ld.so.cache of the new format: entries of (name, path, flags, hwcap)."""
    head, strings, rows = 48 + 24 * len(entries), b"", b""

    def place(text):
        nonlocal strings
        strings += text.encode() + b"\0"
        return head + len(strings) - len(text) - 1

    for name, path, flags, hwcap in entries:
        rows += struct.pack(order + "iIIIQ", flags, place(name), place(path), 0, hwcap)
    names = [place(n) for n in hwcaps]
    end = (head + len(strings) + 3) & ~3
    extension = struct.pack(order + "IIIIII", 0xEAA42174, 1, 1, 0, end + 24, 4 * len(names))
    extension += b"".join(struct.pack(order + "I", n) for n in names)
    header = b"glibc-ld.so.cache1.1" + struct.pack(order + "IIB3xI12x", len(entries), len(strings),
                                                   2 if order == "<" else 3, end if names else 0)
    return (header + rows + strings).ljust(end, b"\0") + (extension if names else b"")


def old_cache(entries):
    strings, rows = b"", b""
    for name, path, flags in entries:
        rows += struct.pack("<iII", flags, len(strings), len(strings) + len(name) + 1)
        strings += name.encode() + b"\0" + path.encode() + b"\0"
    return b"ld.so-1.7.0\0" + struct.pack("<I", len(entries)) + rows + strings


ENTRIES = [("libz.so.1", "/usr/lib/glibc-hwcaps/x86-64-v3/libz.so.1", 0x303, 1 << 62),
           ("libz.so.1", "/usr/local/lib/libz.so.1", 0x303, 0), ("libz.so.1", "/lib/libz.so.1", 0x303, 0),
           ("libz.so.1", "/lib32/libz.so.1", 3, 0), ("liba.so", "/lib/haswell/liba.so", 0x303, 1 << 51),
           ("liba.so", "/lib/liba.so", 0x303, 0)]


def caches():
    new = cache(ENTRIES, hwcaps=["x86-64-v3"])
    old = old_cache([(n, p, f) for n, p, f, h in ENTRIES if not h])
    return {"new": new, "big": cache(ENTRIES, ">", ["x86-64-v3"]), "old": old, "empty": cache([]),
            "both": both(old)}


def both(old):
    """The old part counts its entries alone: the new one starts behind them, and holds all strings."""
    count = struct.unpack_from("<I", old, 12)[0]
    head = (16 + 12 * count + 7) & ~7
    return old[:16 + 12 * count].ljust(head, b"\0") + cache([e for e in ENTRIES if not e[3]])


def main(folder):
    for name, text in FILES.items():
        write(os.path.join(folder, "elf", name), elf.build(**elf.parse(text)))
    for name, data in caches().items():
        write(os.path.join(folder, "ldcache", name), data)


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as out:
        out.write(data)


if __name__ == "__main__":
    main(sys.argv[1])
