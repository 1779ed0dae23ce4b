"""Tar entries in every dialect that readers of layers must know, chosen by chance: tests/lib/merged.py has the entries.

    data = odd_tar.layer(rng, entries)              # any dialect, any spelling of names and numbers
    data = odd_tar.layer(rng, entries, plain=True)  # what every tool that runs images reads alike
"""

from image import BLOCK, _padded, pax_records

TYPES = {"file": b"0", "hardlink": b"1", "link": b"2", "char": b"3", "block": b"4", "dir": b"5", "fifo": b"6"}
POSIX, GNU = b"ustar\x0000", b"ustar  \0"
SECOND = 10**9


def raw(name):
    return name.encode("utf-8", "surrogateescape")


def octal(value, width):
    return b"%0*o\0" % (width - 1, value)


def base256(value, width):
    return (value % (1 << 8 * width) | (1 << 8 * width - 1)).to_bytes(width, "big")


class Header:
    """One header block and what must come before it."""

    def __init__(self, rng, kind, plain):
        self.rng, self.kind, self.plain = rng, kind, plain
        self.magic = POSIX if plain else rng.choice([POSIX, POSIX, GNU])
        self.records, self.before = {}, b""
        self.type, self.size, self.name, self.link, self.prefix = TYPES[kind], 0, b"", b"", b""
        self.mode = self.uid = self.gid = self.mtime = 0
        self.device = (0, 0)
        self.rest = b""  # of an old GNU header, from byte 345

    def set_long(self, key, value, field, letter):
        """A name or target: in its field, split, as a pax record or as a GNU long name."""
        odd = not self.plain and self.rng.random() < 0.05
        if len(value) <= 100 and not odd:
            setattr(self, field, value)
            return
        slash = value.rfind(b"/", 0, 156)
        if field == "name" and self.magic == POSIX and 0 < slash and len(value) - slash <= 101 and self.kind != "dir":
            self.prefix, self.name = value[:slash], value[slash + 1:]
            return
        if self.plain or self.rng.random() < 0.5:
            self.records[key] = value
        else:
            body = value + self.rng.choice([b"\0", b""])
            self.before += block(b"././@LongLink", letter, size=len(body), magic=GNU) + _padded(body)
        setattr(self, field, self.rng.choice([value[:100], b"x"]))

    def number(self, key, value, width):
        if 0 <= value < 8 ** (width - 1):
            return octal(value, width)
        if not self.plain and self.rng.random() < 0.5 and not 0 <= value < 8 ** width:
            return base256(value, width)
        self.records[key] = b"%d" % value
        return octal(0, width)

    def time(self, value):
        whole, part = divmod(value, SECOND)
        if not part:
            return self.number("mtime", whole, 12)
        sign, size = ("-", -value) if value < 0 else ("", value)
        self.records["mtime"] = raw("%s%d.%09d" % (sign, size // SECOND, size % SECOND)).rstrip(b"0")
        return octal(max(0, min(whole, 8**11 - 1)), 12)

    def bytes(self):
        head = self.name.ljust(100, b"\0")
        head += octal(self.mode, 8) + self.number("uid", self.uid, 8) + self.number("gid", self.gid, 8)
        head += self.number("size", self.size, 12) + self.time(self.mtime) + b" " * 8 + self.type
        head += self.link.ljust(100, b"\0") + self.magic + b"user".ljust(32, b"\0") + bytes(32)
        head += octal(self.device[0], 8) + octal(self.device[1], 8) + (self.rest or self.prefix)
        pax = b""
        if self.records:
            body = pax_records(self.records)
            pax = block(b"PaxHeaders.0/x", b"x", size=len(body)) + _padded(body)
        return self.before + pax + summed(head)


def summed(head):
    head = bytearray(head.ljust(BLOCK, b"\0"))
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head)


def block(name, letter, size=0, magic=POSIX):
    return summed(name.ljust(100, b"\0") + octal(0o644, 8) + octal(0, 8) * 2 + octal(size, 12) + octal(0, 12) + b" " * 8 +
                  letter + bytes(100) + magic)


# --- names ------------------------------------------------------------------------------------------------------------

def spelled(rng, path, folder, plain):
    """One of the ways to write a path."""
    if not path:
        return rng.choice([b"./", b"."]) if not plain else b"./"
    name = raw("/".join(path))
    if not plain and rng.random() < 0.15:
        name = name.replace(b"/", rng.choice([b"//", b"/./"]))
    if not plain or rng.random() < 0.5:
        name = rng.choice([b"", b"", b"./", b"/" if not plain else b""]) + name
    return name + (b"/" if folder and (plain or rng.random() < 0.8) else b"")


# --- sparse files -----------------------------------------------------------------------------------------------------

def pieces(data):
    """The runs of DATA that are not zero, cut at blocks of 512, as (offset, length)."""
    found = []
    for at in range(0, len(data), BLOCK):
        part = data[at:at + BLOCK]
        if not any(part):
            continue
        if found and sum(found[-1]) == at:
            found[-1] = (found[-1][0], found[-1][1] + len(part))
        else:
            found.append((at, len(part)))
    return found


def put_sparse(header, path, data):
    """DATA as a sparse file of one of the four kinds; returns what follows the header."""
    parts, how = pieces(data), header.rng.choice(["0.0", "0.1", "1.0", "S"])
    stored = b"".join(data[at:at + length] for at, length in parts)
    ends = parts + ([(len(data), 0)] if not parts or sum(parts[-1]) < len(data) or header.rng.random() < 0.5 else [])
    records, sparse = header.records, "GNU.sparse."
    if how == "S":
        return put_old_sparse(header, ends, len(data), stored)
    if how == "1.0":
        text = b"%d\n" % len(ends) + b"".join(b"%d\n%d\n" % part for part in ends)
        stored = _padded(text) + stored
        records.update({sparse + "major": b"1", sparse + "minor": b"0", sparse + "realsize": b"%d" % len(data)})
    elif how == "0.1":
        numbers = b",".join(b"%d,%d" % part for part in ends)
        records.update({sparse + "size": b"%d" % len(data), sparse + "numblocks": b"%d" % len(ends), sparse + "map": numbers})
    else:
        body = pax_records({sparse + "size": b"%d" % len(data), sparse + "numblocks": b"%d" % len(ends)})
        header.first_records = body + b"".join(pax_records({sparse + "offset": b"%d" % at}) +
                                               pax_records({sparse + "numbytes": b"%d" % n}) for at, n in ends)
    if how != "0.0":
        records[sparse + "name"] = raw("/".join(path))
    header.size = len(stored)
    return _padded(stored)


def put_old_sparse(header, ends, size, stored):
    """Four pieces in the header, 21 in each block behind it."""
    def table(some, count):
        return b"".join(octal(at, 12) + octal(length, 12) for at, length in some).ljust(24 * count, b"\0")
    header.magic, header.type, header.size = GNU, b"S", len(stored)
    if header.prefix:
        header.records["path"], header.prefix = header.prefix + b"/" + header.name, b""
    header.rest = bytes(41) + table(ends[:4], 4) + (b"\1" if ends[4:] else b"\0") + octal(size, 12)
    further = b""
    for at in range(4, len(ends), 21):
        further += (table(ends[at:at + 21], 21) + (b"\1" if ends[at + 21:] else b"\0")).ljust(BLOCK, b"\0")
    return further + _padded(stored)


# --- entries ----------------------------------------------------------------------------------------------------------

def set_attributes(header, attributes):
    header.mode, header.uid, header.gid = attributes["mode"], attributes.get("uid", 0), attributes.get("gid", 0)
    header.mtime = attributes.get("mtime", 0)
    if not header.plain and header.rng.random() < 0.1:
        header.mode |= {"file": 0o100000, "dir": 0o40000}.get(header.kind, 0)
    for key, value in (attributes.get("xattrs") or {}).items():
        header.records["SCHILY.xattr." + key] = value


def put_content(header, path, data):
    rng = header.rng
    if not header.plain and data and rng.random() < (0.6 if b"\0" * BLOCK in data else 0.1):
        return put_sparse(header, path, data)
    header.size = len(data)
    if not header.plain:
        header.type = rng.choice([b"0", b"0", b"0", b"\0", b"7"])
    if not header.plain and rng.random() < 0.05:
        header.records["size"], header.size = b"%d" % len(data), rng.choice([0, len(data)])
    return _padded(data)


def entry(rng, one, plain=False):
    kind, path, *rest = one
    if kind in ("whiteout", "opaque"):
        name = path + (".wh..wh..opq",) if kind == "opaque" else path[:-1] + (".wh." + path[-1],)
        kind, path, rest = "file", name, [b"" if plain or rng.random() < 0.9 else b"ignored" * 90, {"mode": 0o644}]
    header, behind = Header(rng, kind, plain), b""
    header.set_long("path", spelled(rng, path, kind == "dir", plain), "name", b"L")
    set_attributes(header, rest[-1])
    if kind == "hardlink":
        header.set_long("linkpath", spelled(rng, rest[0], False, plain), "link", b"K")
    elif kind == "link":
        header.set_long("linkpath", raw(rest[0]), "link", b"K")
    elif kind in ("char", "block"):
        header.device = rest[0]
    elif kind == "file":
        behind = put_content(header, path, rest[0])
    return with_first_records(header) + behind


def with_first_records(header):
    """pax 0.0 repeats keys, in order, which a dict cannot."""
    first = getattr(header, "first_records", b"")
    if not first:
        return header.bytes()
    whole = header.bytes()
    rest = pax_records(header.records)
    return header.before + block(b"PaxHeaders.0/x", b"x", size=len(first + rest)) + _padded(first + rest) + whole[-BLOCK:]


def layer(rng, entries, plain=False):
    """The bytes of a layer's tar."""
    out = []
    for one in entries:
        if not plain and rng.random() < 0.03:
            comment = pax_records({"comment": b"of nobody", "uid": b"77"})
            out.append(block(b"pax_global_header", b"g", size=len(comment)) + _padded(comment))
        out.append(entry(rng, one, plain))
    ends = [bytes(2 * BLOCK)] * 4 + ([] if plain else [bytes(20 * BLOCK), b"", bytes(BLOCK), bytes(2 * BLOCK) + b"rest" * 99])
    return b"".join(out) + rng.choice(ends)
