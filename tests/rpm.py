#!/usr/bin/env python3
"""rpm's database in the result: which packages and files it lists, that hostile ones do no harm, and what rpm says. TAP."""

import io
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "lib"))

import elf  # noqa: E402
import image  # noqa: E402
import rpmdb  # noqa: E402

SLIM = os.environ.get("SLIM") or os.path.join(HERE, "..", "slim")
PLACE = "/usr/lib/sysimage/rpm/rpmdb.sqlite"
FILES = {"/usr/sbin/serverd": elf.build(flags="static"), "/usr/bin/unasked": b"x", "/etc/serverd.conf": b"x",
         "/usr/share/serverd/table": b"x", "/usr/share/doc/serverd/README": b"x", "/usr/share/other/data": b"x",
         "/usr/share/licenses/serverd/COPYING": b"x", "/usr/lib/whole/x": b"x"}
DATABASE = """
package other-3-1.noarch
/usr/share/other/data
package serverd-1.0-2.x86_64 epoch=3 signed=yes requires=rtld(GNU_HASH) provides=server
/etc/serverd.conf config
/usr/bin/unasked
/usr/sbin/serverd
/usr/share/doc/serverd folder
/usr/share/doc/serverd/README doc
/usr/share/licenses/serverd folder
/usr/share/licenses/serverd/COPYING license
/usr/share/serverd folder
/usr/share/serverd/table
/var/log/serverd.log ghost
package whole-1-1.noarch
/usr/lib/whole/x
package meta-1-1.noarch requires=serverd
"""
KEPT = {"serverd": ["/etc/serverd.conf", "/usr/sbin/serverd", "/usr/share/licenses/serverd",
                    "/usr/share/licenses/serverd/COPYING", "/usr/share/serverd", "/usr/share/serverd/table"],
        "whole": ["/usr/lib/whole/x"]}
SPEC = """
Name: %(name)s
Version: 1.0
Release: 2
Summary: a
License: MIT
BuildArch: noarch
%%description
x
%%install
for f in %(files)s; do mkdir -p %%{buildroot}${f%%%%/*}; echo "$f" >%%{buildroot}$f; done
chmod 755 %%{buildroot}%(program)s
%%files
%(list)s
"""


class Tests:
    def __init__(self):
        self.count = self.failed = 0

    def ok(self, good, name, *lines):
        self.count += 1
        self.failed += not good
        print("%s %d - %s" % ("ok" if good else "not ok", self.count, name))
        for line in lines if not good else ():
            print("# %s" % (line,))

    def equal(self, have, want, name, *lines):
        self.ok(have == want, name, "have: %r" % (have,), "want: %r" % (want,), *lines)

    def skip(self, name, why):
        self.count += 1
        print("ok %d - %s # SKIP %s" % (self.count, name, why))


def run(*command):
    done = subprocess.run(command, capture_output=True, check=False)
    return done.returncode, (done.stdout + done.stderr).decode(errors="replace")


def make(folder, database, files=None, entry="/usr/sbin/serverd", keep="/usr/lib/whole/x"):
    found = image.Image(config={"Entrypoint": [entry]})
    layer = found.layer()
    for path, data in {**(FILES if files is None else files), PLACE: database}.items():
        layer.file(path, data, mode=0o755 if "bin/" in path else 0o644)
    path = os.path.join(folder, "in.tar")
    found.save(path)
    return path, ("-q", "--keep", keep)


def slim(folder, source, *arguments):
    out = os.path.join(folder, "out%d.tar" % len(os.listdir(folder)))
    status, text = run(SLIM, *arguments, source, out)
    return status, text, out


def unpacked(folder, archive):
    root = tempfile.mkdtemp(dir=folder)
    with tarfile.open(fileobj=io.BytesIO(image.decompress(image.Archive(archive).layer()))) as tar:
        tar.extractall(root)
    return root


def database_of(folder, archive):
    with open(unpacked(folder, archive) + PLACE, "rb") as f:
        return f.read()


def test_reduced(t, folder):
    source, arguments = make(folder, rpmdb.sqlite_bytes(rpmdb.parse(DATABASE)))
    status, text, out = slim(folder, source, *arguments)
    t.equal((status, text), (0, ""), "an image with rpm's database is slimmed")
    data = database_of(folder, out)
    t.equal(rpmdb.listed(data), KEPT, "it lists what survives, and of that the files that are there")
    t.ok(len(data) < len(rpmdb.sqlite_bytes(rpmdb.parse(DATABASE))) + 1, "it is no larger")
    path = os.path.join(folder, "db")
    with open(path, "wb") as f:
        f.write(data[:18] + b"\1\1" + data[20:])
    db = sqlite3.connect(path)
    t.equal(data[18:20], b"\2\2", "it is in the mode that it was in")
    t.equal(db.execute("PRAGMA integrity_check").fetchall(), [("ok",)], "SQLite finds it whole")
    numbers = {n for table in rpmdb.TABLES for (n,) in db.execute("SELECT hnum FROM '%s'" % table)}
    t.equal(numbers, {2, 3}, "no table has a package that is gone")
    t.equal(db.execute("SELECT key, idx FROM Basenames WHERE hnum = 2 ORDER BY idx").fetchall(),
            [(os.path.basename(p), i) for i, p in enumerate(KEPT["serverd"])], "files are found by their names")
    blobs = dict(db.execute("SELECT hnum, blob FROM Packages"))
    whole = rpmdb.header(rpmdb.parse(DATABASE)[2])
    t.equal(blobs[3], whole, "a package whose files all stay is left as it was signed")
    t.ok(268 not in rpmdb.read(blobs[2]), "a list that was made shorter is not said to be signed")
    t.equal(db.execute("SELECT key FROM Sha1header WHERE hnum = 2").fetchall(), [tuple(rpmdb.read(blobs[2])[269])],
            "the digest of the shorter list is found")
    db.close()
    with open(out, "rb") as a, open(slim(folder, source, *arguments)[2], "rb") as b:
        t.ok(a.read() == b.read(), "the same input gives the same bytes")
    again = slim(folder, out, *arguments)[2]
    t.ok(database_of(folder, again) == data, "slimming the result changes nothing")
    whole = slim(folder, source, "-q", "--keep-all")[2]
    t.ok(database_of(folder, whole) == rpmdb.sqlite_bytes(rpmdb.parse(DATABASE)), "--keep-all leaves it alone")


def schema(*statements):
    with tempfile.NamedTemporaryFile() as f:
        db = sqlite3.connect(f.name)
        for statement in statements:
            db.execute(statement)
        db.commit()
        db.close()
        with open(f.name, "rb") as g:
            return g.read()


def hostile():
    good = rpmdb.sqlite_bytes(rpmdb.parse(DATABASE))
    packages = "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB)"
    endless = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n AS hnum, 'x' AS blob FROM r"
    yield "empty", b""
    yield "only a header", good[:100]
    yield "cut in a page", good[:len(good) // 2 + 100]
    yield "an endless view", schema("CREATE VIEW Packages AS " + endless)
    yield "a trigger", schema(packages, "CREATE TRIGGER x AFTER DELETE ON Packages BEGIN DELETE FROM Packages; END")
    yield "a virtual table", schema("CREATE VIRTUAL TABLE Packages USING fts4(hnum, blob)")
    yield "no table of packages", schema("CREATE TABLE x (y)")
    yield "headers that are none", schema(packages, "INSERT INTO Packages VALUES (1, x'00'), (2, NULL), (3, 'text')")
    yield "an index that runs a function", schema(
        packages, "CREATE INDEX i ON Packages (hex(zeroblob(20000000 + hnum)))", "INSERT INTO Packages VALUES (1, 'x')")
    for offset in range(100, len(good), len(good) // 12):
        yield "byte %d" % offset, good[:offset] + b"\xff" * 8 + good[offset + 8:]


def test_hostile(t, folder):
    for name, data in hostile():
        source, arguments = make(folder, data)
        status, text, _ = slim(folder, source, *arguments)
        t.ok(status in (0, 1) and (status == 0 or "rpm database" in text), "%s: read or refused" % name, status, text)
        shutil.rmtree(folder)
        os.mkdir(folder)


def rpm_says(root, *arguments):
    return run("rpm", "--root", root, "--dbpath", os.path.dirname(PLACE), *arguments)


def test_real_reader(t, folder):
    if not shutil.which("rpm"):
        return t.skip("the real rpm reads the result", "rpm is not installed")
    source, arguments = make(folder, rpmdb.sqlite_bytes(rpmdb.parse(DATABASE)))
    root = unpacked(folder, slim(folder, source, *arguments)[2])
    t.equal(sorted(rpm_says(root, "-qa")[1].split()), ["serverd-1.0-2.x86_64", "whole-1-1.noarch"], "rpm -qa")
    t.equal(rpm_says(root, "-ql", "serverd")[1].split(), KEPT["serverd"], "rpm -ql")
    t.equal(rpm_says(root, "-qf", "/usr/sbin/serverd")[1].strip(), "serverd-1.0-2.x86_64", "rpm -qf")
    t.equal(rpm_says(root, "-qc", "serverd")[1].split(), ["/etc/serverd.conf"], "rpm -qc")
    t.equal(rpm_says(root, "-q", "--whatprovides", "server")[1].strip(), "serverd-1.0-2.x86_64", "rpm --whatprovides")
    return None


def build(folder, name, program, *paths):
    files = [p.split(" ")[-1] for p in paths]
    with open(os.path.join(folder, name + ".spec"), "w", encoding="utf-8") as f:
        f.write(SPEC % {"name": name, "files": " ".join(files), "list": "\n".join(paths), "program": program})
    status, text = run("rpmbuild", "-bb", "--define", "_topdir " + folder, os.path.join(folder, name + ".spec"))
    return None if status else os.path.join(folder, "RPMS", "noarch", name + "-1.0-2.noarch.rpm")


def test_real_writer(t, folder):
    if not shutil.which("rpmbuild"):
        return t.skip("a database that the real rpm wrote", "rpmbuild is not installed")
    packages = [build(folder, "tool", "/usr/bin/tool", "/usr/bin/tool", "/usr/bin/unasked", "/usr/share/tool/x",
                      "%config /etc/tool.conf", "%doc /usr/share/doc/tool/README"),
                build(folder, "gone", "/usr/bin/gone", "/usr/bin/gone")]
    root = os.path.join(folder, "root")
    os.mkdir(root)
    status, text = run("rpm", "--root", root, "--dbpath", os.path.dirname(PLACE), "--define", "_db_backend sqlite",
                       "--nodeps", "-i", *packages)
    t.equal(status, 0, "rpm installs what rpmbuild made", text)
    with open(root + PLACE, "rb") as f:
        database = f.read()
    files = {p: ("%s\n" % p).encode() for p in ("/usr/bin/tool", "/usr/bin/unasked", "/usr/share/tool/x", "/etc/tool.conf",
                                                 "/usr/share/doc/tool/README", "/usr/bin/gone")}
    source, arguments = make(folder, database, files, entry="/usr/bin/tool", keep="/usr/share/tool/x")
    status, text, out = slim(folder, source, *arguments)
    root = unpacked(folder, out)
    t.equal(rpm_says(root, "-qa")[1].split(), ["tool-1.0-2.noarch"], "rpm -qa of its own database")
    t.equal(rpm_says(root, "-ql", "tool")[1].split(), ["/etc/tool.conf", "/usr/bin/tool", "/usr/share/tool/x"],
            "rpm -ql of its own database")
    verified = rpm_says(root, "-V", "--nodeps", "--nouser", "--nogroup", "--nomtime", "tool")
    t.equal(verified, (0, ""), "rpm -V finds all of it, as it was")
    os.unlink(root + "/usr/share/tool/x")
    verified = rpm_says(root, "-V", "--nodeps", "--nouser", "--nogroup", "--nomtime", "tool")
    t.ok("missing" in verified[1], "rpm -V would find what is missing", verified)
    t.equal(rpm_says(root, "--rebuilddb")[0], 0, "rpm --rebuilddb accepts every header")
    t.equal(rpm_says(root, "-qa")[1].split(), ["tool-1.0-2.noarch"], "rpm -qa after that")
    return None


def main():
    t = Tests()
    for test in (test_reduced, test_hostile, test_real_reader, test_real_writer):
        with tempfile.TemporaryDirectory() as outer:
            folder = os.path.join(outer, "x")
            os.mkdir(folder)
            test(t, folder)
    print("1..%d" % t.count)
    return 1 if t.failed else 0


if __name__ == "__main__":
    sys.exit(main())
