"""rpm's database from a text, for scenarios: as rpmdb.sqlite, or in rpm's own form (Packages.db).

    package NAME-VERSION-RELEASE.ARCH [epoch=N] [source=NAME] [requires=A,B] [provides=A,B] [signed=yes]
    /path [config] [doc] [license] [ghost] [folder]
"""

import hashlib
import os
import sqlite3
import struct
import tempfile

FLAGS = {"config": 1, "doc": 2, "ghost": 64, "license": 128, "folder": 0}
MAGIC = b"\x8e\xad\xe8\x01\0\0\0\0"
INT16, INT32, STRING, BINARY, STRINGS, TRANSLATED = 3, 4, 6, 7, 8, 9
TABLES = {"Name": 1000, "Basenames": 1117, "Group": 1016, "Requirename": 1049, "Providename": 1047, "Conflictname": 1054,
          "Obsoletename": 1090, "Triggername": 1066, "Dirnames": 1118, "Installtid": 1128, "Sigmd5": 261,
          "Sha1header": 269, "Filetriggername": 5069, "Transfiletriggername": 5079, "Recommendname": 5046,
          "Suggestname": 5049, "Supplementname": 5052, "Enhancename": 5055}


class Package:
    def __init__(self, line):
        words = line.split()
        full, _, self.arch = words[1].rpartition(".")
        self.name, self.version, self.release = full.rsplit("-", 2)
        self.more = dict(w.split("=", 1) for w in words[2:])
        self.files = []

    def listed(self, key):
        return [w for w in self.more.get(key, "").split(",") if w]


def parse(text):
    packages = []
    for line in text.splitlines():
        words = line.split()
        if line.startswith("package "):
            packages.append(Package(line))
        elif words:
            packages[-1].files.append((words[0], words[1:]))
    return packages


def _file_tags(files):
    folders = sorted({os.path.dirname(p).rstrip("/") + "/" for p, _ in files})
    places = [folders.index(os.path.dirname(p).rstrip("/") + "/") for p, _ in files]
    modes = [0o40755 if "folder" in w else 0o100644 for _, w in files]
    return {1028: (INT32, [1 for _ in files]), 1030: (INT16, modes),
            1035: (STRINGS, ["" if "folder" in w else hashlib.sha256(p.encode()).hexdigest() for p, w in files]),
            1037: (INT32, [sum(FLAGS[k] for k in w) for _, w in files]),
            1039: (STRINGS, ["root" for _ in files]), 1040: (STRINGS, ["root" for _ in files]),
            1116: (INT32, places), 1117: (STRINGS, [os.path.basename(p) for p, _ in files]), 1118: (STRINGS, folders)}


def tags(package):
    found = {1000: (STRING, [package.name]), 1001: (STRING, [package.version]), 1002: (STRING, [package.release]),
             1004: (TRANSLATED, ["a summary"]), 1014: (STRING, ["MIT"]), 1016: (TRANSLATED, ["Unspecified"]),
             1021: (STRING, ["linux"]), 1022: (STRING, [package.arch]),
             1044: (STRING, ["%s-%s-%s.src.rpm" % (package.more.get("source", package.name), package.version,
                                                  package.release)]),
             1047: (STRINGS, [package.name, *package.listed("provides")])}
    if "epoch" in package.more:
        found[1003] = (INT32, [int(package.more["epoch"])])
    if package.listed("requires"):
        found[1049] = (STRINGS, package.listed("requires"))
    if package.files:
        found.update(_file_tags(package.files))
    return dict(sorted(found.items()))


def _encode(kind, values):
    if kind == INT32:
        return b"".join(struct.pack(">I", v) for v in values), 4
    if kind == INT16:
        return b"".join(struct.pack(">H", v) for v in values), 2
    if kind == BINARY:
        return values, 1
    return b"".join(v.encode() + b"\0" for v in values), 1


def _append(index, data, found):
    for tag, (kind, values) in found.items():
        raw, align = _encode(kind, values)
        data += bytes(-len(data) % align)
        index += struct.pack(">IIII", tag, kind, len(data), len(values))
        data += raw
    return index, data


def header(package):
    """A header with its immutable region, and behind it what rpm adds when it installs."""
    found = tags(package)
    count = len(found) + 1
    index, data = _append(b"", b"", found)
    index = struct.pack(">IIII", 63, BINARY, len(data), 16) + index
    data += struct.pack(">IIiI", 63, BINARY, -16 * count, 16)
    signed = MAGIC + struct.pack(">II", count, len(data)) + index + data
    added = {261: (BINARY, hashlib.md5(signed).digest()), 269: (STRING, [hashlib.sha1(signed).hexdigest()]), 273: (STRING, [hashlib.sha256(signed).hexdigest()]),
             1008: (INT32, [1700000000]), 1128: (INT32, [1700000000])}
    if "signed" in package.more:
        added[268] = (BINARY, b"a vendor's signature")
    if package.files:
        added[1029] = (1, None)
    for tag, (kind, values) in added.items():
        raw, align = (bytes(len(package.files)), 1) if values is None else _encode(kind, values)
        data += bytes(-len(data) % align)
        index += struct.pack(">IIII", tag, kind, len(data), len(package.files) if values is None else len(values))
        data += raw
    return struct.pack(">II", len(index) // 16, len(data)) + index + data


def read(blob):
    """tag -> values: strings, numbers, or bytes."""
    count, _ = struct.unpack_from(">II", blob)
    base, found = 8 + 16 * count, {}
    for i in range(count):
        tag, kind, offset, values = struct.unpack_from(">IIII", blob, 8 + 16 * i)
        at = base + offset
        if kind in (STRING, STRINGS, TRANSLATED):
            found[tag] = [s.decode() for s in blob[at:].split(b"\0", values)[:values]]
        elif kind in (INT16, INT32):
            found[tag] = list(struct.unpack_from(">%d%s" % (values, "H" if kind == INT16 else "I"), blob, at))
        else:
            found[tag] = blob[at:at + values]
    return found


def _keys(blob, tag):
    values = read(blob).get(tag, [])
    return [values] if isinstance(values, bytes) else [v if isinstance(v, str) else struct.pack("<I", v) for v in values]


def sqlite_bytes(packages):
    """As rpm 4.16 and later make it."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "db")
        db = sqlite3.connect(path)
        db.execute("CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT,blob BLOB NOT NULL)")
        for table, tag in TABLES.items():
            db.execute("CREATE TABLE '%s' (key '%s' NOT NULL, hnum INTEGER NOT NULL, idx INTEGER NOT NULL, FOREIGN KEY "
                       "(hnum) REFERENCES 'Packages'(hnum))" % (table, "BLOB" if tag in (261, 1128) else "TEXT"))
            db.execute("CREATE INDEX '%s_key_idx' ON '%s'(key ASC)" % (table, table))
        for number, package in enumerate(packages, 1):
            blob = header(package)
            db.execute("INSERT INTO Packages VALUES (?, ?)", (number, blob))
            for table, tag in TABLES.items():
                db.executemany("INSERT INTO '%s' VALUES (?, ?, ?)" % table,
                               [(key, number, i) for i, key in enumerate(_keys(blob, tag))])
        db.commit()
        db.execute("PRAGMA journal_mode=WAL")
        db.close()
        with open(path, "rb") as f:
            return f.read()


def ndb_bytes(packages):
    slots, blobs, block = b"RpmP" + struct.pack("<IIII12x", 0, 1, 1, len(packages) + 1), b"", 256
    for number, package in enumerate(packages, 1):
        blob = header(package)
        size = (16 + len(blob) + 12 + 15) // 16
        whole = b"BlbS" + struct.pack("<III", number, 1, len(blob)) + blob
        tail = struct.pack("<II", 0, len(blob)) + b"BlbE"
        blobs += whole + bytes(size * 16 - len(whole) - len(tail)) + tail
        slots += b"Slot" + struct.pack("<III", number, block, size)
        block += size
    slots += (b"Slot" + bytes(12)) * ((4096 - len(slots)) // 16)
    return slots + blobs


def database(path, text):
    packages = parse(text)
    return ndb_bytes(packages) if path.endswith("Packages.db") else sqlite_bytes(packages)


def listed(data):
    """NAME -> its paths, of an rpmdb.sqlite."""
    with tempfile.NamedTemporaryFile() as f:
        f.write(data)
        f.flush()
        db = sqlite3.connect("file:%s?mode=ro&immutable=1" % f.name, uri=True)
        found = {}
        for (blob,) in db.execute("SELECT blob FROM Packages ORDER BY hnum"):
            have = read(blob)
            folders = have.get(1118, [])
            found[have[1000][0]] = [folders[d] + n for d, n in zip(have.get(1116, []), have.get(1117, []))]
        db.close()
        return found
