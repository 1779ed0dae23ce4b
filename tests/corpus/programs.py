"""Programs, scripts and databases made to confuse the tracers: what is named stays, byte for byte, within a bounded time and
memory; what cannot be read ends in a doubt or in a message, never in a crash."""

import io
import json
import os
import struct
import zipfile

import elf
import squashed
from image import Image
from readers import Tests, differ, slimmed

TESTS = Tests()
LOADER = "/lib64/ld-linux-x86-64.so.2"
GOOD = elf.build(interp=LOADER, needed=["liba.so"], strings=["/etc/x"])
LIBRARY = elf.build(soname="liba.so", needed=["libb.so"], define=["one"], undef=["dlopen"])


def built(files, config=None):
    """FILES: path -> bytes, or (kind, target) of a link."""
    made = Image(dict({"Entrypoint": ["/bin/app"], "Env": ["PATH=/bin"]}, **(config or {})))
    layer = made.layer().file(LOADER, elf.build(soname="ld-linux-x86-64.so.2"), 0o755)
    for path, data in files.items():
        if isinstance(data, tuple):
            layer.link(path, data[1])
        else:
            layer.file(path, data, 0o755 if "bin/" in path else 0o644)
    return made


def stays(name, files, *kept, config=None, options=(), status=0, text=""):
    """slim ends with STATUS and TEXT; what is kept is there as it was."""
    def check(folder):
        path, out = os.path.join(folder, "in.tar"), os.path.join(folder, "out.tar")
        built(files, config).save(path)
        done = slimmed(path, out, "-q", *options)
        if done.status != status or text not in done.error:
            return "status %d: %s; want %d %r" % (done.status, done.error, status, text)
        found = squashed.read(done.archive)[0] if done.archive else {}
        return differ({p: found.get(tuple(p[1:].split("/")), [None] * 6)[5] == files[p] for p in kept}, dict.fromkeys(kept, True))
    TESTS.add("hostile: " + name, check)


# --- ELF: one field of a good file at a time --------------------------------------------------------------------------

# name, offset and width in the header of a 64-bit file
HEADER_FIELDS = [("e_type", 16, 2), ("e_machine", 18, 2), ("e_version", 20, 4), ("e_entry", 24, 8), ("e_phoff", 32, 8),
                 ("e_shoff", 40, 8), ("e_flags", 48, 4), ("e_ehsize", 52, 2), ("e_phentsize", 54, 2), ("e_phnum", 56, 2),
                 ("e_shentsize", 58, 2), ("e_shnum", 60, 2), ("e_shstrndx", 62, 2), ("EI_CLASS", 4, 1), ("EI_DATA", 5, 1),
                 ("EI_VERSION", 6, 1), ("EI_OSABI", 7, 1)]
SEGMENT_FIELDS = [("p_type", 0, 4), ("p_offset", 8, 8), ("p_vaddr", 16, 8), ("p_filesz", 32, 8), ("p_memsz", 40, 8), ("p_align", 48, 8)]


def segment(data, kind):
    """Where the first program header of KIND stands."""
    at, count = struct.unpack_from("<Q", data, 32)[0], struct.unpack_from("<H", data, 56)[0]
    return next(at + 56 * n for n in range(count) if struct.unpack_from("<I", data, at + 56 * n)[0] == kind)


def broken(data, at, width, value):
    changed = bytearray(data)
    changed[at:at + width] = (value % (1 << 8 * width)).to_bytes(width, "little")
    return bytes(changed)


def elf_case(name, at, width):
    """Whatever stands there, in a library that a program needs: both stay."""
    for shown, value in (("0", 0), ("all bits", -1), ("the file's size", len(LIBRARY)), ("half of all", 1 << 8 * width - 1)):
        if value % (1 << 8 * width) == int.from_bytes(LIBRARY[at:at + width], "little"):
            continue
        stays("ELF: %s is %s" % (name, shown), {"/bin/app": GOOD, "/lib/liba.so": broken(LIBRARY, at, width, value), "/lib/libb.so": LIBRARY},
              "/bin/app", options=("--keep", "/lib/liba.so"))


for field, at, width in HEADER_FIELDS:
    elf_case(field, at, width)
for kind, title in ((elf.PT_LOAD, "PT_LOAD"), (elf.PT_DYNAMIC, "PT_DYNAMIC")):
    for field, at, width in SEGMENT_FIELDS:
        elf_case(title + "." + field, segment(LIBRARY, kind) + at, width)


def dynamic(tag):
    """Where the value of a dynamic tag stands."""
    at = struct.unpack_from("<Q", LIBRARY, segment(LIBRARY, elf.PT_DYNAMIC) + 8)[0]
    while struct.unpack_from("<Q", LIBRARY, at)[0] != elf.DT[tag]:
        at += 16
    return at + 8


for tag in "needed", "strtab", "strsz", "symtab", "syment", "soname", "hash":
    elf_case("DT_" + tag.upper(), dynamic(tag), 8)
for cut in 0, 3, 4, 16, 63, 64, 200, len(GOOD) // 2, len(GOOD) - 1:
    stays("ELF: a program cut at %d bytes" % cut, {"/bin/app": GOOD[:cut], "/lib/liba.so": LIBRARY, "/lib/libb.so": LIBRARY},
          "/bin/app")
stays("ELF: an interpreter that is the program itself", {"/bin/app": elf.build(interp="/bin/app")}, "/bin/app")
stays("ELF: an interpreter that is a folder", {"/bin/app": elf.build(interp="/bin"), "/bin/x": b""}, "/bin/app")
stays("ELF: an interpreter of 4000 bytes", {"/bin/app": elf.build(interp="/" + "x/" * 2000)}, "/bin/app")
stays("ELF: libraries that need each other", {"/bin/app": elf.build(interp=LOADER, needed=["a.so"]),
      "/lib/a.so": elf.build(soname="a.so", needed=["b.so"]), "/lib/b.so": elf.build(soname="b.so", needed=["a.so", "b.so"])},
      "/bin/app", "/lib/a.so", "/lib/b.so")
stays("ELF: 20,000 needed libraries that are not there", {"/bin/app": elf.build(interp=LOADER, needed=["n%d.so" % n for n in range(20000)])},
      "/bin/app")
stays("ELF: a search path of 10,000 folders", {"/bin/app": elf.build(interp=LOADER, needed=["a.so"], runpath=":".join(
      "/d%d/$ORIGIN/$LIB/$PLATFORM" % n for n in range(10000)) + ":/opt"), "/opt/a.so": elf.build(soname="a.so")}, "/bin/app", "/opt/a.so")
stays("ELF: ../ in what a program needs", {"/bin/app": elf.build(interp=LOADER, needed=["../../../etc/passwd", "/../../a.so"]),
      "/a.so": elf.build(), "/etc/passwd": b"root:x:0:0::/:/bin/sh\n"}, "/bin/app", "/a.so")

# --- entry cycles -----------------------------------------------------------------------------------------------------

stays("an entrypoint that is a link to itself", {"/bin/app": ("link", "app")}, status=3, text="'/bin/app' is not in it")
stays("an entrypoint of two links in a circle", {"/bin/app": ("link", "b"), "/bin/b": ("link", "app")}, status=3, text="'/bin/app' is not in it")
stays("an entrypoint that is a folder", {"/bin/app/x": b""}, status=3, text="'/bin/app' is not in it")
stays("a script that is its own interpreter", {"/bin/app": b"#!/bin/app\n"}, "/bin/app")
stays("scripts that interpret each other", {"/bin/app": b"#!/bin/b\n", "/bin/b": b"#!/bin/c\n", "/bin/c": b"#!/bin/app\n"},
      "/bin/app", "/bin/b", "/bin/c")
stays("a chain of 3000 interpreters", {"/bin/app": b"#!/bin/i0\n", **{"/bin/i%d" % n: b"#!/bin/i%d\n" % (n + 1) for n in range(3000)}},
      "/bin/app", "/bin/i5")
stays("an interpreter's name of 1 MiB", {"/bin/app": b"#!" + b"/x" * (1 << 19)}, "/bin/app")
stays("an interpreter with a NUL in its name", {"/bin/app": b"#!/bin/sh\0x\n", "/bin/sh": GOOD}, "/bin/app")
stays("an empty program", {"/bin/app": b""}, "/bin/app")
stays("a health check that starts itself", {"/bin/app": b"#!/bin/sh\n/bin/app\n", "/bin/sh": elf.build(flags=["static"])}, "/bin/app", "/bin/sh",
      config={"Healthcheck": {"Test": ["CMD-SHELL", "/bin/app || /bin/app"]}, "Shell": ["/bin/app"]})

# --- scripts ----------------------------------------------------------------------------------------------------------

SHELL = elf.build(flags=["static"])
SCRIPTS = {
    "100,000 open brackets": b"(" * 100000, "100,000 open substitutions": b"$(" * 100000, "50,000 nested ifs": b"if a; then " * 50000,
    "quotes that do not end": b"echo '" + b"x" * 100000, "a here-document that does not end": b"cat <<END\n" + b"x\n" * 50000,
    "1000 here-documents on a line": b"cat" + b" <<E" * 1000 + b"\n", "a text that doubles itself": b"x=ab\n" + b"x=$x$x$x$x\n" * 200 + b". $x\n",
    "a loop without end": b"while :; do x=$x/a; . $x; done\n", "a function that calls itself": b"f() { f; f; }\nf\n",
    "a case of 20,000 patterns": b"case $1 in\n" + b"".join(b"a%d) x;;\n" % n for n in range(20000)) + b"esac\n",
    "a script that reads itself": b". /bin/app\nsource /bin/app\n", "bytes of all kinds": bytes(range(256)) * 4000,
    "one line of 5 MiB": b"echo " + b"a " * (5 << 19), "100,000 aliases": b"".join(b"alias a%d=a%d\n" % (n, n + 1) for n in range(100000)),
    "arithmetic without end": b"echo $((" + b"1+(" * 50000, "10,000 braces": b"echo " + b"{a,b}" * 10000 + b"\n",
    "a text that is a script that is a script": b"sh -c 'sh -c \"sh -c \\\"" * 3000,
    "globs that match everywhere": b"cat /*/*/*/*/*/*/*/*/*/**/**/**\n" * 200,
}
for title, text in SCRIPTS.items():
    stays("shell: " + title, {"/bin/app": b"#!/bin/sh\n" + text, "/bin/sh": SHELL}, "/bin/app", "/bin/sh")

PYTHON = {"/usr/bin/python3": elf.build(interp=LOADER, needed=["libpython3.11.so.1.0"]), "/usr/lib/libpython3.11.so.1.0": elf.build(),
          "/usr/lib/python3.11/os.py": b"import sys\n", "/usr/lib/python3.11/encodings/__init__.py": b""}
PYTHONS = {
    "100,000 open brackets": b"(" * 100000, "f-strings in f-strings": b'f"{' * 50000, "a string that does not end": b"'''" + b"x" * 100000,
    "a line of 5 MiB": b"x = [" + b"1," * (5 << 19) + b"]\n", "imports of each other": b"import a, b\nfrom . import *\nfrom ........ import x\n",
    "100,000 imports": b"".join(b"import m%d\n" % n for n in range(100000)), "indents without end": b"".join(b" " * (n % 3000) + b"if x:\n" for n in range(6000)),
    "bytes of all kinds": bytes(range(256)) * 4000, "an import that is computed": b"__import__('a' * 10**9 + chr(0))\n" * 1000}
for title, text in PYTHONS.items():
    stays("Python: " + title, {**PYTHON, "/bin/app": b"#!/usr/bin/python3\n" + text, "/bin/a.py": b"import b\n", "/bin/b.py": b"import a\n"},
          "/bin/app", "/usr/bin/python3")
stays("Python: .pth files that lead in circles", {**PYTHON, "/bin/app": b"#!/usr/bin/python3\nimport x\n",
      "/usr/lib/python3/dist-packages/a.pth": b"/usr/lib/python3/dist-packages\n../../../../..\n/\n" * 3000 + b"import os; exec(1)\n"}, "/bin/app")

NODE = {"/usr/bin/node": elf.build(interp=LOADER, define=["node_module_register"])}
NODES = {
    "100,000 open brackets": b"[" * 100000, "templates in templates": b"`${" * 50000, "a pattern or a division": b"/a/b/" * 100000,
    "packages that need each other": b"require('a'); require('b'); require('.'); require('..')\n", "a line of 5 MiB": b"x=[" + b"1," * (5 << 19) + b"]\n",
    "a string that does not end": b"'" + b"\\\n" * 100000, "100,000 requires": b"".join(b"require('m%d');" % n for n in range(100000)),
    "bytes of all kinds": bytes(range(256)) * 4000}
for title, text in NODES.items():
    stays("JavaScript: " + title, {**NODE, "/bin/app": b"#!/usr/bin/node\n" + text,
          "/bin/node_modules/a/package.json": b'{"main":"../b","exports":{".":{"node":{"a":"../../b"}}}}', "/bin/node_modules/a/index.js": b"require('b')",
          "/bin/node_modules/b/package.json": b"{" * 50000, "/bin/node_modules/b/index.js": b"require('a')"}, "/bin/app", "/usr/bin/node")
stays("JavaScript: a package.json whose names are all stars", {**NODE, "/bin/app": b"#!/usr/bin/node\n" + b"".join(
      b"require('s/a%d%s');\n" % (n, b"x" * 3000) for n in range(100)),
      "/bin/node_modules/s/package.json": b'{"exports":{"./a*":"./' + b"*" * 1000000 + b'"}}'}, "/bin/app", options=("--max-memory", "500M"))

# --- settings and databases -------------------------------------------------------------------------------------------

PLAIN = {"/bin/app": elf.build(interp=LOADER, needed=["liba.so"], undef=["getpwnam", "getaddrinfo", "dlopen"], strings=["/etc/app.conf"]),
         "/lib/liba.so": elf.build(soname="liba.so")}
STATUS = b"Package: a\nStatus: install ok installed\nVersion: 1\n\n"


def archive(names, data=b"x" * 100):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name in names:
            file.writestr(name, data)
    return out.getvalue()


DATABASES = {
    "ld.so.conf includes itself": {"/etc/ld.so.conf": b"include /etc/ld.so.conf\ninclude /etc/*.conf\n/opt\n" * 100},
    "ld.so.cache of noise": {"/etc/ld.so.cache": b"glibc-ld.so.cache1.1" + bytes(range(256)) * 4000},
    "ld.so.cache of 2^32 - 1 entries": {"/etc/ld.so.cache": b"glibc-ld.so.cache1.1" + b"\xff" * 4 + bytes(24) + bytes(100)},
    "nsswitch.conf of 100,000 services": {"/etc/nsswitch.conf": b"passwd: " + b"s [a=b] " * 100000 + b"\nhosts: ../../x\n"},
    "passwd of 100,000 lines": {"/etc/passwd": b"a:x:%d:0::/:/bin/sh\n" * 100000},
    "passwd of one line": {"/etc/passwd": b"root:" + b"x" * (2 << 20)},
    "dpkg: a status of one line": {"/var/lib/dpkg/status": b"Package: " + b"a" * (2 << 20)},
    "dpkg: no empty lines": {"/var/lib/dpkg/status": b"Package: a\n" * 100000},
    "dpkg: 20,000 packages that need each other": {"/var/lib/dpkg/status": b"".join(
        b"Package: p%d\nStatus: install ok installed\nDepends: p%d, p%d\nProvides: v\n\n" % (n, (n + 1) % 20000, n * 7 % 20000) for n in range(20000))},
    "dpkg: lists that lead out": {"/var/lib/dpkg/status": STATUS, "/var/lib/dpkg/info/a.list": b"/.\n/../../../etc/passwd\n//\n/bin/../bin/app\n\0\n"},
    "dpkg: a list of noise": {"/var/lib/dpkg/status": STATUS, "/var/lib/dpkg/info/a.list": bytes(range(256)) * 4000},
    "dpkg: diversions in a circle": {"/var/lib/dpkg/status": STATUS, "/var/lib/dpkg/diversions": b"/bin/app\n/bin/b\n:\n/bin/b\n/bin/app\n:\n" * 1000},
    "apk: a database of one line": {"/lib/apk/db/installed": b"P:" + b"a" * (2 << 20)},
    "apk: files before packages": {"/lib/apk/db/installed": b"F:../..\nR:../etc/passwd\n" * 50000},
    "rpm: SQLite of noise": {"/var/lib/rpm/rpmdb.sqlite": b"SQLite format 3\0" + bytes(range(256)) * 4000},
    "rpm: ndb of noise": {"/var/lib/rpm/Packages.db": b"RpmP" + bytes(range(256)) * 4000},
    "rpm: a Berkeley database of noise": {"/var/lib/rpm/Packages": bytes(12) + b"\x61\x15\x06\0" + bytes(range(256)) * 4000},
    "links in a circle where settings are": {"/etc/app.conf": ("link", "app.conf"), "/etc/nsswitch.conf": ("link", "/etc/passwd"), "/etc/passwd": ("link", "nsswitch.conf")},
    "an archive of classes whose sizes lie": {"/bin/x.jar": archive(["a.class"]).replace(struct.pack("<I", 100), b"\xff" * 4)},
    "an archive of classes of 30,000 members": {"/bin/x.jar": archive(["c/%d.class" % n for n in range(30000)], b"")},
    "certificates of noise": {"/etc/ssl/certs/ca-certificates.crt": bytes(range(256)) * 4000, "/etc/ssl/openssl.cnf": b".include /etc/ssl/openssl.cnf\n" * 1000},
    "zones and locales that lead out": {"/etc/localtime": ("link", "../../../../usr/share/zoneinfo/../../../etc/passwd"), "/etc/locale.conf": b"LANG=../../../etc/passwd\n"},
}
for title, files in DATABASES.items():
    stays(title, {**PLAIN, **files}, "/bin/app", "/lib/liba.so")
stays("package.json of 100,000 dependencies", {**NODE, "/srv/package.json": json.dumps(
      {"dependencies": {"d%d" % n: "*" for n in range(100000)}, "scripts": {"start": "npm start"}, "main": "."}).encode(),
      "/bin/app": b"#!/usr/bin/node\nrequire('/srv')\n"}, "/bin/app", config={"WorkingDir": "/srv"})
stays("an environment of 20,000 variables", PLAIN, "/bin/app", config={"Env": ["V%d=/etc/$V%d:../.." % (n, n + 1) for n in range(20000)] +
      ["PATH=" + "/p:" * 20000 + "/bin", "LD_PRELOAD=" + "/x.so:" * 20000, "LD_LIBRARY_PATH=../..:" * 1000]})
stays("a command line of 50,000 words", PLAIN, "/bin/app", config={"Cmd": ["/etc/../etc/w%d" % n for n in range(50000)]})
stays("a command of 1 MiB", {**PLAIN, "/bin/sh": SHELL}, "/bin/app", config={"Cmd": ["/bin/sh", "-c", "a;" * (1 << 19)]})
stays("a user and a working folder that lead out", PLAIN, "/bin/app", config={"User": "../../root:../..", "WorkingDir": "../../../../.."})
