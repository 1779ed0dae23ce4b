#!/usr/bin/env python3
"""slim --strip on real and odd ELF files: what goes, what must not change, and that the result still runs. TAP."""

import base64
import hashlib
import io
import json
import os
import random
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "lib"))

import image  # noqa: E402

SLIM = os.environ.get("SLIM") or os.path.join(HERE, "..", "slim")
LOADER = "/lib64/ld-linux-x86-64.so.2"
PROGRAM = """
#include <stdio.h>
#include <string.h>
extern const char *greet(const char *who);
static int times = 2;
int main(int argc, char **argv) {
	for (int i = 0; i < times; i++)
		puts(greet(argc > 1 ? argv[1] : "you"));
	return strlen(argv[0]) == 0;
}
"""
LIBRARY = """
#include <stdio.h>
static __thread char buffer[100];
const char *greet(const char *who) { snprintf(buffer, sizeof(buffer), "hello %s", who); return buffer; }
"""


class Tests:
    def __init__(self):
        self.count = self.failed = 0

    def ok(self, good, name, *lines):
        self.count += 1
        self.failed += not good
        print("%s %d - %s" % ("ok" if good else "not ok", self.count, name))
        if not good:
            for line in lines:
                print("# %s" % line)

    def equal(self, have, want, name):
        self.ok(have == want, name, "have: %.300r" % (have,), "want: %.300r" % (want,))

    def skip(self, name, why):
        self.count += 1
        print("ok %d - %s # SKIP %s" % (self.count, name, why))


class Elf:
    """Just enough of an ELF file to compare two."""

    def __init__(self, data):
        self.data, self.wide = data, data[4] == 2
        self.e = "<" if data[5] == 1 else ">"
        form = "HHIQQQIHHHHHH" if self.wide else "HHIIIIIHHHHHH"
        h = struct.unpack_from(self.e + form, data, 16)
        self.phoff, self.shoff, self.phentsize, self.phnum, self.shentsize, self.shnum, self.names = h[4], h[5], *h[8:]
        self.size = h[7]
        self.segments = [self.segment(i) for i in range(self.phnum)]
        raw = [self.section(i) for i in range(self.shnum)]
        table = raw[self.names]
        names = data[table[4]:table[4] + table[5]]
        self.sections = [(names[s[0]:].split(b"\0")[0].decode(), *s[1:]) for s in raw]

    def segment(self, i):
        at = self.phoff + i * self.phentsize
        if self.wide:
            kind, _, offset, _, _, filesz, _, _ = struct.unpack_from(self.e + "IIQQQQQQ", self.data, at)
        else:
            kind, offset, _, _, filesz, _, _, _ = struct.unpack_from(self.e + "IIIIIIII", self.data, at)
        return kind, offset, filesz

    def section(self, i):
        return struct.unpack_from(self.e + ("IIQQQQIIQQ" if self.wide else "IIIIIIIIII"), self.data,
                                  self.shoff + i * self.shentsize)

    def names_of_sections(self):
        return [s[0] for s in self.sections]

    def content(self, name):
        s = next(s for s in self.sections if s[0] == name)
        return self.data[s[4]:s[4] + s[5]]

    def headers(self):
        """The program headers, and the file's header without the numbers that locate the section headers."""
        blank = bytearray(self.data[:self.size])
        places = ((40, 8), (60, 4)) if self.wide else ((32, 4), (48, 4))
        for at, length in places:
            blank[at:at + length] = bytes(length)
        return bytes(blank), self.data[self.phoff:self.phoff + self.phnum * self.phentsize]

    def loaded(self):
        blank = self.headers()[0] + self.data[self.size:]
        return [blank[offset:offset + size] for kind, offset, size in self.segments]

    def mapped(self):
        """Sections in memory with their numbers, which dynamic symbols refer to, but for links to a symbol table."""
        linked = [s[:6] + (s[6] if self.sections[s[6]][2] & 2 else 0,) + s[7:] for s in self.sections]
        return [(i, *s) for i, s in enumerate(linked) if s[2] & 2]


def odd_elf(wide, big, osabi=0, tail=b"", gap=b"", unknown=b"read by the program itself"):
    """An executable file of any class and byte order, with a section in memory behind one that goes."""
    e = ">" if big else "<"
    ehdr, phdr, shdr = (64, 56, 64) if wide else (52, 32, 40)
    parts = [("", 0, 0, b""), (".text", 1, 6, b"\x90" * 300), (".debug_first", 1, 0, b"d" * 5000),
             (".rodata", 1, 2, b"r" * 100), (".mine", 1, 0, unknown), (".debug_info", 1, 0, b"D" * 9000),
             (".symtab", 2, 0, bytes(48)), (".strtab", 3, 0, b"\0main\0"), (".shstrtab", 3, 0, b"")]
    names, places = b"", []
    for name, *_ in parts:
        places.append(len(names))
        names += name.encode() + b"\0"
    parts[-1] = (".shstrtab", 3, 0, names)
    body, headers = b"", b""
    for (name, kind, flags, data), place in zip(parts, places):
        if name == ".symtab":
            body += gap
        offset = ehdr + phdr + len(body)
        body += data + bytes(-len(data) % 8)
        headers += struct.pack(e + ("IIQQQQIIQQ" if wide else "IIIIIIIIII"), place, kind, flags,
                               offset + 0x10000 if flags else 0, offset if kind else 0, len(data),
                               7 if name == ".symtab" else 0, 0, 8 if kind else 0, 0)
    loaded = ehdr + phdr + 304 + 5000 + 104
    shoff = ehdr + phdr + len(body)
    if wide:
        segment = struct.pack(e + "IIQQQQQQ", 1, 5, 0, 0x10000, 0x10000, loaded, loaded, 0x1000)
    else:
        segment = struct.pack(e + "IIIIIIII", 1, 0, 0x10000, 0x10000, loaded, loaded, 5, 0x1000)
    header = bytes([0x7f, 69, 76, 70, 2 if wide else 1, 2 if big else 1, 1, osabi]) + bytes(8)
    header += struct.pack(e + ("HHIQQQIHHHHHH" if wide else "HHIIIIIHHHHHH"), 2, 0x3e if wide else 8, 1, 0x10000 + ehdr + phdr,
                          ehdr, shoff, 0, ehdr, phdr, 1, shdr, len(parts), 8)
    return header + segment + body + headers + tail


class Bench:
    def __init__(self, t, folder):
        self.t, self.folder = t, folder

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        with open(self.path(name), "rb") as f:
            return f.read()

    def slim(self, img, *options, out="out.tar"):
        """The entries of the layer that slim makes of IMG (or of a file's name)."""
        if not isinstance(img, str):
            img.save(self.path("in.tar"))
            img = "in.tar"
        subprocess.run([SLIM, "-q", *options, self.path(img), self.path(out)], check=True)
        return layer_of(self.path(out))

    def compile(self, out, source, *options):
        with open(self.path("source.c"), "w") as f:
            f.write(source)
        subprocess.run(["gcc", "-g", "-o", self.path(out), self.path("source.c"), *options], check=True)
        return self.read(out)


def layer_of(path):
    with tarfile.open(path) as archive:
        manifest = json.load(archive.extractfile("manifest.json"))
        data = archive.extractfile(manifest[0]["Layers"][0]).read()
    plain = subprocess.run(["zstd", "-dc"], input=data, stdout=subprocess.PIPE, check=True).stdout
    out = {}
    with tarfile.open(fileobj=io.BytesIO(plain)) as layer:
        for m in layer:
            out["/" + m.name] = (m, layer.extractfile(m).read() if m.isfile() else None)
    return out


def simple(files, config=None):
    """An image that keeps all of FILES: path -> bytes or (bytes, attributes)."""
    img = image.Image(config or {"Entrypoint": ["/app"]})
    layer = img.layer()
    for path, data in files.items():
        data, attributes = data if isinstance(data, tuple) else (data, {})
        layer.file(path, data, mode=0o755, mtime=1234567, **attributes)
    return img


def same_in_memory(t, before, after, name):
    b, a = Elf(before), Elf(after)
    t.equal(a.headers(), b.headers(), "%s: program headers are the same" % name)
    t.ok(a.loaded() == b.loaded(), "%s: every segment is the same, byte for byte" % name)
    t.equal(a.mapped(), b.mapped(), "%s: sections in memory have the same numbers and places" % name)
    for s in a.mapped():
        if s[2] != 8 and b.content(s[1]) != a.content(s[1]):
            t.ok(False, "%s: %s" % (name, s[1]))


def test_odd(bench):
    t = bench.t
    for wide, big in ((True, False), (True, True), (False, False), (False, True)):
        name = "class %d, %s endian" % (64 if wide else 32, "big" if big else "little")
        before = odd_elf(wide, big)
        entry, after = bench.slim(simple({"/app": before}), "--keep-all", "--strip")["/app"]
        same_in_memory(t, before, after, name)
        t.equal(Elf(after).names_of_sections(), ["", ".text", "", ".rodata", ".mine", ".shstrtab"],
                "%s: the unknown section stays, a hole is where one in the middle was" % name)
        t.equal(Elf(after).content(".mine"), Elf(before).content(".mine"), "%s: it says the same" % name)
        t.equal((entry.mtime, entry.mode & 0o7777), (1234567, 0o755), "%s: time and mode stay" % name)


def test_left_alone(bench):
    t = bench.t
    elf = odd_elf(True, False)
    broken = bytearray(elf)
    struct.pack_into("<H", broken, 62, 200)  # the names of sections: no such section
    outside = bytearray(elf)
    struct.pack_into("<Q", outside, Elf(elf).shoff + 5 * 64 + 24, 1 << 40)
    link = bytearray(elf)
    struct.pack_into("<I", link, Elf(elf).shoff + 4 * 64 + 40, 6)  # .mine refers to .symtab
    alone = {
        "payload": odd_elf(True, False, tail=b"appended"), "gap": odd_elf(True, False, gap=b"between!" * 3),
        "guile": odd_elf(True, False, osabi=255), "object": elf[:16] + b"\1\0" + elf[18:], "core": elf[:16] + b"\4\0" + elf[18:],
        "broken": bytes(broken), "outside": bytes(outside), "link": bytes(link), "short": elf[:-1],
        "summed": elf, "listed/x": elf, "hmac": elf, "libnss.so": elf, "fips.so": elf,
        "measured": (elf, {"xattrs": {"security.ima": b"\3\2"}}),
    }
    files = {"/" + name: data for name, data in alone.items()}
    files.update({"/app": elf, "/summed.sha256": b"x", "/listed/SHA256SUMS": b"x", "/.hmac.hmac": b"x", "/libnss.chk": b"x"})
    kept = bench.slim(simple(files), "--keep-all", "--strip")
    t.ok(len(kept["/app"][1]) < len(elf) - 9000, "the plain file gets smaller")
    for name, data in alone.items():
        t.equal(kept["/" + name][1], data[0] if isinstance(data, tuple) else data, "left alone: %s" % name)
    kept = bench.slim(simple(files), "--keep-all")
    t.equal(kept["/app"][1], elf, "without --strip nothing changes")


def test_corrupt(bench):
    """Files with a few wrong bytes in their tables: each is left alone, or what is in memory is still the same."""
    random_bytes, t = random.Random(7), bench.t
    elf = odd_elf(True, False)
    places = list(range(16, 120)) + list(range(Elf(elf).shoff, len(elf)))
    files = {"/app": elf}
    for number in range(300):
        broken = bytearray(elf)
        for place in random_bytes.sample(places, random_bytes.randint(1, 3)):
            broken[place] = random_bytes.choice((0, 1, 0x7f, 0xff, random_bytes.randrange(256)))
        files["/f%d" % number] = bytes(broken)
    kept = bench.slim(simple(files), "--keep-all", "--strip")
    wrong = [p for p, data in files.items() if kept[p][1] != data and Elf(kept[p][1]).loaded() != Elf(data).loaded()]
    t.equal(wrong, [], "files with wrong bytes in their tables")


def test_guard_of_rpm(bench):
    elf = odd_elf(True, False)
    files = {"/app": elf, "/usr/bin/a": elf, "/usr/local/bin/b": elf, "/var/lib/rpm/rpmdb.sqlite": b"x"}
    kept = bench.slim(simple(files), "--keep-all", "--strip")
    bench.t.equal([len(kept[p][1]) == len(elf) for p in ("/app", "/usr/bin/a", "/usr/local/bin/b")], [False, True, False],
                  "an rpm database guards /usr, and not /usr/local")


def test_names(bench):
    elf = odd_elf(True, False)
    img = simple({"/a": elf, "/c": elf})
    layer = img.layer()
    layer.hardlink("/b", "/a").hardlink("/d", "/c").file("/d.sig", b"x")
    kept = bench.slim(img, "--keep-all", "--strip", "--report", bench.path("r.json"))
    t = bench.t
    first, second = kept["/a"], kept["/b"]
    t.ok(second[0].islnk() and len(first[1]) < len(elf), "further names share what was made smaller")
    t.equal(kept["/c"][1], elf, "a signature beside one name guards all")
    r = json.load(open(bench.path("r.json")))
    sizes = {p["path"]: p["size"] for p in r["images"][0]["kept"]}
    t.equal((sizes["/a"], sizes["/b"]), (len(first[1]),) * 2, "the report has the size that is written")
    t.equal(r["images"][0]["after"]["bytes"], len(first[1]) + len(elf) + 1, "and counts it once")
    t.ok(r["options"]["strip"] is True, "and says that it was asked for")


def test_again(bench):
    elf = odd_elf(True, False)
    img = simple({"/app": elf, "/b": elf})
    bench.slim(img, "--strip", "--keep", "/b", "-j1")
    bench.slim("in.tar", "--strip", "--keep", "/b", "-j2", out="second.tar")
    bench.t.ok(bench.read("out.tar") == bench.read("second.tar"), "the same bytes again")
    bench.slim("out.tar", "--strip", out="third.tar")
    bench.t.ok(bench.read("out.tar") == bench.read("third.tar"), "stripping twice changes nothing")


def test_databases(bench):
    elf, t = odd_elf(True, False), bench.t
    md5 = hashlib.md5(elf).hexdigest()
    q1 = "Q1" + base64.b64encode(hashlib.sha1(elf).digest()).decode()
    status = b"Package: p\nStatus: install ok installed\nVersion: 1\nArchitecture: amd64\n\n"
    sums = "%s  app\n%s  other\n%s  gone\n%s  plain\n" % (md5, "0" * 32, md5, hashlib.md5(b"x").hexdigest())
    apk = "P:q\nV:1\nA:x86_64\nF:\nR:app\na:0:0:755\nZ:%s\nR:plain\nZ:Q1x\n\n" % q1
    files = {"/app": elf, "/other": elf, "/plain": b"x", "/var/lib/dpkg/status": status,
             "/var/lib/dpkg/info/p.list": b"/.\n/app\n/other\n/plain\n/gone\n", "/var/lib/dpkg/info/p.md5sums": sums.encode(),
             "/lib/apk/db/installed": apk.encode()}
    kept = bench.slim(simple(files), "--keep-all", "--strip")
    new = kept["/app"][1]
    want = sums.replace(md5 + "  app", hashlib.md5(new).hexdigest() + "  app").encode()
    t.equal(kept["/var/lib/dpkg/info/p.md5sums"][1], want, "dpkg's checksum of what changed is mended, a wrong one stays")
    t.equal(kept["/var/lib/dpkg/info/p.list"][1], files["/var/lib/dpkg/info/p.list"], "nothing else is told anew")
    want = apk.replace(q1, "Q1" + base64.b64encode(hashlib.sha1(new).digest()).decode()).encode()
    t.equal(kept["/lib/apk/db/installed"][1], want, "so is apk's")
    kept = bench.slim(simple(files), "--strip", "--keep", "/other")
    lines = kept["/var/lib/dpkg/info/p.md5sums"][1].decode().splitlines()
    t.equal(lines[:2], [hashlib.md5(kept["/app"][1]).hexdigest() + "  app", "0" * 32 + "  other"],
            "and in a database that is made smaller")


def lint(path):
    out = subprocess.run(["eu-elflint", "--gnu-ld", path], capture_output=True, text=True).stdout
    return [line for line in out.splitlines() if "No errors" not in line]


def compare_with_strip(bench, name, before, after):
    with open(bench.path("ours"), "wb") as f:
        f.write(after)
    with open(bench.path("theirs"), "wb") as f:
        f.write(before)
    with open(bench.path("before"), "wb") as f:
        f.write(before)
    same_in_memory(bench.t, before, after, name)
    if shutil.which("strip"):
        subprocess.run(["strip", "-R", ".comment", bench.path("theirs")], check=True)
        theirs = os.path.getsize(bench.path("theirs"))
        bench.t.ok(len(after) <= theirs * 1.03 + 64, "%s: as small as strip makes it" % name,
                   "%d, strip %d" % (len(after), theirs))
    if shutil.which("eu-elflint"):
        known = max(len(lint(bench.path(n))) for n in ("before", "theirs")) # of strip's own, too
        bench.t.ok(len(lint(bench.path("ours"))) <= known, "%s: elflint finds nothing new" % name,
                   *lint(bench.path("ours")))
    else:
        bench.t.skip("%s: elflint" % name, "eu-elflint is not here")
    if shutil.which("readelf"):
        out = subprocess.run(["readelf", "-aW", bench.path("ours")], capture_output=True, text=True)
        bench.t.equal(out.stderr, "", "%s: readelf reads all of it" % name)


def test_real(bench):
    t = bench.t
    if not shutil.which("gcc") or not os.path.exists(LOADER):
        t.skip("a real program", "no gcc or no glibc of x86-64 here")
        return
    library = bench.compile("libgreet.so", LIBRARY, "-shared", "-fPIC", "-Wl,-soname,libgreet.so")
    program = bench.compile("app", PROGRAM, "-L" + bench.folder, "-lgreet")
    kept_relocations = bench.compile("relocations", PROGRAM, "-L" + bench.folder, "-lgreet", "-Wl,--emit-relocs")
    listing = subprocess.run([LOADER, "--library-path", bench.folder, "--list", bench.path("app")], capture_output=True, text=True).stdout
    libc = next(line.split()[2] for line in listing.splitlines() if "libc.so.6" in line)
    with open(LOADER, "rb") as f, open(libc, "rb") as g:
        files = {"/app": program, "/lib/x86_64-linux-gnu/libgreet.so": library, LOADER: f.read(),
                 "/lib/x86_64-linux-gnu/libc.so.6": g.read(), "/relocations": kept_relocations}
    kept = bench.slim(simple(files), "--strip", "--keep", "/relocations")
    compare_with_strip(bench, "program", program, kept["/app"][1])
    compare_with_strip(bench, "library", library, kept["/lib/x86_64-linux-gnu/libgreet.so"][1])
    compare_with_strip(bench, "relocations", kept_relocations, kept["/relocations"][1])
    root = bench.path("root")
    for path, (member, data) in kept.items():
        if data is not None:
            os.makedirs(os.path.dirname(root + path), exist_ok=True)
            with open(root + path, "wb") as f:
                f.write(data)
            os.chmod(root + path, member.mode)
    for name in ("/app", "/relocations"):
        run = subprocess.run([root + LOADER, "--library-path", root + "/lib/x86_64-linux-gnu", root + name, "me"],
                             capture_output=True, text=True)
        t.equal((run.returncode, run.stdout, run.stderr), (0, "hello me\n" * 2, ""), "%s runs" % name)


def test_static(bench):
    try:
        before = bench.compile("static", '#include <stdio.h>\nint main(void) { return puts("static") < 0; }', "-static")
    except (OSError, subprocess.CalledProcessError):
        bench.t.skip("a static program", "none can be built here")
        return
    after = bench.slim(simple({"/app": before}), "--strip")["/app"][1]
    compare_with_strip(bench, "static", before, after)
    with open(bench.path("run"), "wb") as f:
        f.write(after)
    os.chmod(bench.path("run"), 0o755)
    run = subprocess.run([bench.path("run")], capture_output=True, text=True)
    bench.t.equal((run.returncode, run.stdout), (0, "static\n"), "static: runs")


def main():
    t = Tests()
    for test in (test_odd, test_left_alone, test_corrupt, test_guard_of_rpm, test_names, test_again, test_databases, test_real, test_static):
        with tempfile.TemporaryDirectory() as folder:
            test(Bench(t, folder))
    print("1..%d" % t.count)
    return 1 if t.failed else 0


if __name__ == "__main__":
    sys.exit(main())
