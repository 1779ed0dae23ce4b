"""Layers: every kind of entry and header that formats allow is read right, everything that is ambiguous is refused."""

import os
import struct
import subprocess
import tarfile

from image import BLOCK, Image, Layer, _padded, pax_records, tar_entry
from readers import Dump, Tests, content, differ, refused

TESTS = Tests()


def read(folder, layer, compression="none", form="docker"):
    image = Image()
    image.layers.append(layer)
    path = os.path.join(folder, "in.tar")
    image.save(path, form=form, compression=compression)
    return Dump(path)


def sees(name, layer, *lines):
    """The entries are these; a line may leave out what follows the last field that it names."""
    def check(folder):
        dump = read(folder, layer)
        if dump.status or len(dump.entries()) != len(lines):
            return "status %d: %s\n%s" % (dump.status, dump.error, "\n".join(dump.entries()))
        for got, want in zip(dump.entries(), lines):
            if got != want and not got.startswith(want + " "):
                return differ(got, want)
        return None
    TESTS.add(name, check)


def refuses(name, layer, text):
    TESTS.add("refused: " + name, lambda folder: refused(read(folder, layer), text))


def header(name=b"f", kind=b"0", size=0, magic=b"ustar\x0000", link=b"", mode=b"0000644\0", uid=b"0000000\0",
           size_field=None, mtime=b"00000000000\0", rest=b""):
    """One header block, field by field."""
    size_field = size_field if size_field is not None else b"%011o\0" % size
    block = bytearray(name.ljust(100, b"\0") + mode + uid + b"0000000\0" + size_field + mtime + b" " * 8 + kind +
                      link.ljust(100, b"\0") + magic)
    block += rest
    block += bytes(BLOCK - len(block))
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def raw(*parts):
    layer = Layer()
    for part in parts:
        layer.bytes(part)
    return layer


def pax(records, *following):
    body = records if isinstance(records, bytes) else pax_records(records)
    return raw(header(b"PaxHeaders/x", b"x", len(body)) + _padded(body), *following)


# --- entries --------------------------------------------------------------------------------------------------------

sees("every type of entry",
     Layer().dir("/d", 0o1777, uid=1, gid=2, mtime=7).file("/d/f", b"hello", 0o6755).link("/l", "../../x//y/")
     .hardlink("/h", "/d/f", mode=0o600).device("/n", "c", 1, 3).device("/b", "b", 259, 1048575).fifo("/p"),
     "file path=d mode=41777 owner=1:2 mtime=7.000000000",
     "file path=d/f mode=106755 owner=0:0 mtime=0.000000000 size=5 content=" + content(b"hello"),
     "file path=l mode=120777 owner=0:0 mtime=0.000000000 target=../../x//y/",
     "hardlink path=h link=d/f mode=100600",
     "file path=n mode=20666 owner=0:0 mtime=0.000000000 device=1,3",
     "file path=b mode=60666 owner=0:0 mtime=0.000000000 device=259,1048575",
     "file path=p mode=10644")
sees("owners to the last number", Layer().file("/f", uid=2**32 - 2, gid=2**31), "file path=f mode=100644 owner=4294967294:2147483648")
sees("an owner in base-256", raw(header(uid=b"\x80\0\0\0\xff\xff\xff\xfe")), "file path=f mode=100644 owner=4294967294:0")
sees("times with a fraction, before 1970 too",
     Layer().file("/a", mtime=1.5).file("/b", mtime=-1.25).file("/c", mtime=-7).file("/d", mtime=2**34),
     "file path=a mode=100644 owner=0:0 mtime=1.500000000", "file path=b mode=100644 owner=0:0 mtime=-2.750000000",
     "file path=c mode=100644 owner=0:0 mtime=-7.000000000", "file path=d mode=100644 owner=0:0 mtime=17179869184.000000000")
sees("times in the last second before 1970, and as long as can be",
     Layer().file("/a", pax={"mtime": "-0.000000001"}).file("/b", pax={"mtime": "-0.0"}).file("/c", mtime=0.25)
     .file("/d", pax={"mtime": "1.0000000019999"}),
     "file path=a mode=100644 owner=0:0 mtime=-1.999999999", "file path=b mode=100644 owner=0:0 mtime=0.000000000",
     "file path=c mode=100644 owner=0:0 mtime=0.250000000", "file path=d mode=100644 owner=0:0 mtime=1.000000001")
sees("attributes: kept sorted, a host's left out",
     Layer().file("/f", xattrs={"user.b": b"1\n\0", "security.capability": b"\x01", "user.a": b"2",
                                "security.selinux": b"s\0", "trusted.overlay.opaque": b"y"}),
     "file path=f mode=100644 owner=0:0 mtime=0.000000000 xattr:security.capability=01 xattr:user.a=32 "
     "xattr:user.b=310a00")
sees("the last record of an attribute counts",
     pax(pax_records({"SCHILY.xattr.user.a": b"1"}) + pax_records({"SCHILY.xattr.user.a": b"2"}), header()),
     "file path=f mode=100644 owner=0:0 mtime=0.000000000 xattr:user.a=32")


def acl(*entries):
    return (struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *e) for e in entries)).hex()


NO_ID = 2**32 - 1
sees("an ACL as text becomes the attribute",
     pax({"SCHILY.acl.access": b"user::rwx,user:bob:r-x:1000,group::r-x,group:g:-w-:7,mask::rwx,other::--x"}, header()),
     "file path=f mode=100771 owner=0:0 mtime=0.000000000 xattr:system.posix_acl_access=" +
     acl((1, 7, NO_ID), (2, 5, 1000), (4, 5, NO_ID), (8, 2, 7), (16, 7, NO_ID), (32, 1, NO_ID)))

# --- names ----------------------------------------------------------------------------------------------------------

sees("names are cleaned",
     raw(*(header(n) for n in (b"./a", b"/b", b"c//d", b"e/./f", b"g/../h"))),
     "file path=a", "file path=b", "file path=c/d", "file path=e/f", "file path=h")
sees("the root is an entry", raw(header(b"./", b"5", mode=b"0000750\0")), "file path= mode=40750")
sees("names are bytes: newlines, invalid UTF-8, long ones",
     Layer().file("a\nb").file(b"x\xff").file("é" * 60 + "/f").link(b"l", b"\xfe" * 120),
     "file path=a\\x0ab", "file path=x\\xff", "file path=" + "\\xc3\\xa9" * 60 + "/f", "file path=l mode=120777 owner=0:0 "
     "mtime=0.000000000 target=" + "\\xfe" * 120)
sees("a name of 255 bytes", Layer().file("n" * 255), "file path=" + "n" * 255)
sees("the prefix of a POSIX header", raw(header(b"f", rest=bytes(32 + 32 + 16 + 8) [:80] + b"deep/folder")),
     "file path=deep/folder/f")
sees("an old header: a slash makes a folder", raw(header(b"d/", b"\0", magic=bytes(8))), "file path=d mode=40644")
sees("GNU long names, in either order",
     raw(header(b"././@LongLink", b"L", 151) + _padded(b"n" * 150 + b"\0"),
         header(b"././@LongLink", b"K", 150) + _padded(b"t" * 150), header(b"n", b"2", link=b"t", magic=b"ustar  \0"),
         header(b"././@LongLink", b"K", 120) + _padded(b"u" * 120),
         header(b"././@LongLink", b"L", 120) + _padded(b"m" * 120), header(b"n", b"2", link=b"t", magic=b"ustar  \0")),
     "file path=%s mode=120644 owner=0:0 mtime=0.000000000 target=%s" % ("n" * 150, "t" * 150),
     "file path=%s mode=120644 owner=0:0 mtime=0.000000000 target=%s" % ("m" * 120, "u" * 120))
refuses("a name that leaves the root", raw(header(b"a/../../b")), "layer 1 of 1: 'a/../../b': the name")
refuses("a hard link's target that leaves the root", Layer().file("/a").raw(
    tarfile.TarInfo("h")).hardlink("/i", "../../etc/passwd"), "hard link target")
refuses("a component of 256 bytes", Layer().file("n" * 256), "longer than 255")
refuses("a path of more than 4096 bytes", Layer().file("n/" * 2100 + "n"), "409")
refuses("a NUL in a pax name", pax({"path": b"a\0b"}, header()), "NUL")
refuses("a NUL in a GNU name", raw(header(b"././@LongLink", b"L", 4) + _padded(b"a\0b\0"), header()), "NUL")
refuses("a root that is a file", raw(header(b".")), "root")

# --- whiteouts ------------------------------------------------------------------------------------------------------

sees("whiteouts",
     Layer().file("a/.wh.b").file(".wh.c").file("d/.wh..wh..opq").file(".wh..wh..opq").dir("e/.wh.f"),
     "whiteout path=a/b", "whiteout path=c", "opaque path=d", "opaque path=", "whiteout path=e/f")
sees("names that only look like whiteouts", Layer().file(".wh").file(".whale").file("x.wh.y").file("a/.w"),
     "file path=.wh", "file path=.whale", "file path=x.wh.y", "file path=a/.w")
sees("metadata of AUFS is passed over", Layer().dir(".wh..wh.plnk").file(".wh..wh.aufs").file(".wh..wh.orph/x", b"x").file("a"),
     "file path=a")
sees("but not what its hard links lead to",
     Layer().dir(".wh..wh.plnk").file(".wh..wh.plnk/7.8", b"x").link(".wh..wh.plnk/l", "a").hardlink("a", ".wh..wh.plnk/7.8"),
     "file path=.wh..wh.plnk/7.8", "hardlink path=a link=.wh..wh.plnk/7.8")
sees("a whiteout that is a sparse file", pax({"GNU.sparse.numblocks": b"1", "GNU.sparse.map": b"0,1", "GNU.sparse.size": b"9000"},
     header(b".wh.x", size=1) + _padded(b"a"), header(b"y")), "whiteout path=x", "file path=y")
sees("a whiteout with content", Layer().file(".wh.a", b"x" * 700).file("b", b"y"), "whiteout path=a", "file path=b")
for odd in ".wh.", ".wh..", ".wh...", "a/.wh.", "a/.wh...":
    refuses("whiteout '%s'" % odd, Layer().file(odd), "names no file")
refuses("a file below a whiteout", Layer().file("a/.wh.b/c"), "below a whiteout")

# --- content --------------------------------------------------------------------------------------------------------

for how in "none", "gzip", "gzip-multi", "zstd", "zstd-multi", "bzip2", "xz":
    for shape in "docker", "oci":
        def compressed(folder, how=how, shape=shape):
            big = bytes(range(256)) * 3000
            dump = read(folder, Layer().file("a", big).file("b", b"").file("c", b"z"), how, shape)
            sums = [e.rsplit("=", 1)[1] for e in dump.entries()]
            return dump.error or differ(sums, [content(big), content(b""), content(b"z")])
        TESTS.add("content: %s in %s" % (how, shape), compressed)


def sparse(folder, *options):
    """GNU tar's own sparse files: two pieces of data, a hole at the end, nothing but a hole."""
    files = {"pieces": (3 << 20, [(0, b"start"), (1 << 20, b"middle")]), "hole": (5 << 20, []),
             "many": (8 << 20, [(i << 18, b"x%d" % i) for i in range(1, 31)]), "plain": (600, [(0, b"p" * 600)])}
    want = []
    for name, (size, pieces) in files.items():
        with open(os.path.join(folder, name), "wb") as out:
            out.truncate(size)
            for at, data in pieces:
                out.seek(at)
                out.write(data)
        with open(os.path.join(folder, name), "rb") as data:
            want.append("size=%d content=%s" % (size, content(data.read())))
    tar = subprocess.run(["tar", "-C", folder, "-S", *options, "-cf", "-", *files], stdout=subprocess.PIPE, check=True)
    dump = read(folder, Layer().bytes(tar.stdout).end(blank=False))
    got = [" ".join(e.split(" ")[-2:]) for e in dump.entries()]
    return dump.error or differ(got, want)


TESTS.add("sparse: GNU", lambda folder: sparse(folder, "--format=gnu"))
for version in "0.0", "0.1", "1.0":
    TESTS.add("sparse: pax " + version,
              lambda folder, version=version: sparse(folder, "--format=posix", "--sparse-version=" + version))
sees("type 7 is a file", raw(header(b"f", b"7", 3) + _padded(b"abc")), "file path=f mode=100644 owner=0:0 "
     "mtime=0.000000000 size=3 content=" + content(b"abc"))
sees("a size in a pax record", pax({"size": b"3"}, header(size_field=bytes(12)) + _padded(b"abc")),
     "file path=f mode=100644 owner=0:0 mtime=0.000000000 size=3 content=" + content(b"abc"))
sees("a size in base-256", raw(header(size_field=b"\x80" + bytes(10) + b"\x03") + _padded(b"abc")),
     "file path=f mode=100644 owner=0:0 mtime=0.000000000 size=3")
sees("sizes of folders and links are ignored", raw(header(b"d", b"5", 4096), header(b"l", b"2", 9, link=b"x"), header()),
     "file path=d", "file path=l", "file path=f")
sees("global headers are ignored", raw(header(b"g", b"g", 14) + _padded(b"14 comment=abc"), header()), "file path=f")
refuses("a sparse map out of order", pax({"GNU.sparse.numblocks": b"2", "GNU.sparse.map": b"10,1,0,1",
        "GNU.sparse.size": b"20"}, header(size=2) + _padded(b"ab")), "sparse map")
refuses("a sparse file's size without a map", pax({"GNU.sparse.numblocks": b"2", "GNU.sparse.size": b"20"},
        header(size=2) + _padded(b"ab")), "size: does not fit the content")
refuses("a sparse file's size without a map, and less than there is", pax({"GNU.sparse.size": b"1"},
        header(size=2) + _padded(b"ab")), "size: does not fit the content")
refuses("a sparse file that claims an exabyte", pax({"GNU.sparse.numblocks": b"1", "GNU.sparse.map": b"0,1",
        "GNU.sparse.size": b"1152921504606846976"}, header(size=1) + _padded(b"a")), "holes included")
refuses("a folder with content by pax", pax({"size": b"512"}, header(b"d", b"5"), header(b"hidden")), "no content")
refuses("a hard link with content by pax", pax({"size": b"512"}, header(b"h", b"1", link=b"x"), header(b"hidden")),
        "no content")
refuses("a hard link whose size reads in two ways", pax({"comment": b"x"}, header(b"a"), header(b"h", b"1", 512, link=b"a"),
        header(b"hidden")), "hard link with content")

# --- the tar itself -------------------------------------------------------------------------------------------------

sees("no end mark", Layer().file("a", b"x").end(blank=False), "file path=a")
sees("one zero block at the end", Layer().file("a", b"x").end(blank=False, tail=bytes(BLOCK)), "file path=a")
sees("bytes behind the end", Layer().file("a", b"x").end(tail=b"whatever" * 200), "file path=a")
sees("nothing but an end", Layer())
sees("nothing at all", Layer().end(blank=False))
refuses("an entry behind a zero block", Layer().file("a").bytes(bytes(BLOCK)).file("b"), "zero block")
refuses("a wrong checksum", raw(header(b"a"), b"X" + header(b"b")[1:]), "checksum")
refuses("a first header that is none", raw(b"X" * BLOCK), "checksum")
refuses("content cut off", Layer().bytes(header(size=2000) + b"x" * 1000).end(blank=False), "in the middle")
refuses("the last byte cut off", Layer().bytes(header(size=2000) + b"x" * 1999).end(blank=False), "in the middle")
refuses("a header cut off", Layer().bytes(header() + header()[:100]).end(blank=False), "in the middle")
refuses("a pax header without its entry", pax({"path": b"x"}).end(blank=False), "in the middle")
refuses("a negative size", raw(header(size_field=b"\xff" * 12)), "size field")
refuses("a size beyond all bounds", raw(header(size_field=b"\x80" + b"\xff" * 11)), "size field")
refuses("a size that is no number", raw(header(size_field=b"12x45678901\0")), "size field")
refuses("a negative owner", raw(header(uid=b"\xff" * 8)), "owner")
refuses("an owner of 2^32 - 1", Layer().file("/f", uid=2**32 - 1), "owner")
for kind in b"V", b"M", b"N", b"D", b"A", b"X", b"8", b"\x01":
    refuses("type %r" % kind, raw(header(b"f", kind)), "unknown type")
refuses("old GNU sparse without GNU's magic", raw(header(b"f", b"S")), "unknown type")
for name, body in (("no length", b"path=x\n"), ("a length too large", b"99 path=x\n"), ("no newline", b"9 path=xy"),
                   ("no key", b"5 =x\n"), ("a length of its own length", b"2 \n"), ("no equals sign", b"7 path\n"),
                   ("a size that is no number", b"10 size=x\n"), ("a negative size", b"11 size=-1\n")):
    refuses("pax record: " + name, pax(body, header()), "pax header")
refuses("two pax headers for one entry",
        pax({"path": b"x"}, header(b"y", b"x", 10) + _padded(b"10 path=z\n"), header()), "second pax header")
refuses("a pax header of 2 MiB", raw(header(b"x", b"x", 2 << 20) + bytes(2 << 20), header()), "1 MiB")


# --- digests --------------------------------------------------------------------------------------------------------

def broken(form, compression, how, text):
    def check(folder):
        image = Image()
        image.layer().file("a", b"x" * 5000)
        members = image.members(form, compression)
        how(members, members.layers[0])
        path = os.path.join(folder, "in.tar")
        members.write(path)
        return refused(Dump(path), text)
    TESTS.add("refused: %s layer of %s broken: %s" % (compression, form, text), check)


broken("docker", "none", lambda m, n: m.flip(n, 600), "diff ID is sha256:")
broken("oci", "none", lambda m, n: m.flip(n, 600), "diff ID is sha256:")
broken("oci", "gzip", lambda m, n: m.flip(n, 8), "digest is sha256:")
broken("oci", "gzip", lambda m, n: m.truncate(n), "its descriptor says")
broken("podman", "gzip", lambda m, n: m.truncate(n), "layer 1 of 1")
broken("podman", "zstd", lambda m, n: m.truncate(n), "layer 1 of 1")
