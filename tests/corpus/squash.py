"""Layers and what `slim --keep-all` makes of them: every name with all of its attributes (docs/merge.md has the rules)."""

import os
import struct

import squashed
from image import BLOCK, Image, Layer, _padded, pax_records
from layers import acl, header, pax, raw
from readers import Tests, differ, slimmed

TESTS = Tests()


def image_of(layers):
    image = Image({"Entrypoint": ["/x"]})
    image.layers += layers
    return image


def squash(name, layers, *lines, form="oci"):
    """LAYERS, lowest first, are written as LINES of tests/lib/squashed.py."""
    def check(folder):
        path, out = os.path.join(folder, "in.tar"), os.path.join(folder, "out.tar")
        image_of(layers).save(path, form)
        done = slimmed(path, out, "-q", "--keep-all", "-c", "none")
        return done.error if done.status else differ(squashed.text(done.archive), list(lines))
    TESTS.add("squash: " + name, check)


# --- what replaces what -----------------------------------------------------------------------------------------------

squash("a folder over a folder: its attributes, the old children",
       [Layer().dir("d", 0o700, uid=5, mtime=9, xattrs={"user.a": b"1"}).file("d/a"), Layer().dir("d", 0o755)],
       "d dir 755", "d/a file 644 ''")
squash("a folder over a file", [Layer().file("d", b"x"), Layer().dir("d").file("d/a")], "d dir 755", "d/a file 644 ''")
squash("a file over a folder", [Layer().dir("d").file("d/a"), Layer().file("d", b"x")], "d file 644 'x'")
squash("a folder over a link to a folder leaves the link's target alone",
       [Layer().dir("real").file("real/a").link("d", "real"), Layer().dir("d").file("d/b")],
       "d dir 755", "d/b file 644 ''", "real dir 755", "real/a file 644 ''")
squash("a link over a folder with children", [Layer().dir("d").file("d/a"), Layer().link("d", "else")], "d -> else")
squash("a file over a link to a folder", [Layer().dir("r").link("d", "r"), Layer().file("d", b"x")], "d file 644 'x'", "r dir 755")
squash("a device over a file, a fifo over a device",
       [Layer().file("a").device("b", "b", 7, 1), Layer().device("a", "c", 1, 9).fifo("b", 0o600)],
       "a char 1,9 666", "b fifo 600")
squash("a file over a file takes nothing of the old one",
       [Layer().file("a", b"old", 0o4755, uid=7, xattrs={"user.a": b"1"}), Layer().file("a", b"new")], "a file 644 'new'")
squash("the last of two entries of a path in one layer", [Layer().file("a", b"1").link("a", "b").file("a", b"3", 0o600)],
       "a file 600 '3'")
squash("a folder's entry behind those of its children", [Layer().file("d/a", b"x").dir("d", 0o1777, mtime=4)],
       "d dir 1777 @4", "d/a file 644 'x'")
squash("parents that nobody names", [Layer().file("a/b/c", b"x", 0o600, uid=9)], "a dir 755", "a/b dir 755", "a/b/c file 600 9:0 'x'")
squash("a parent that is a file of a lower layer", [Layer().file("a", b"x"), Layer().file("a/b", b"y")],
       "a dir 755", "a/b file 644 'y'")
squash("the same layer twice", [Layer().dir("d").file("d/a", b"x"), Layer().whiteout("d/a"), Layer().dir("d").file("d/a", b"x")],
       "d dir 755", "d/a file 644 'x'")
squash("empty layers between others", [Layer().end(blank=False), Layer().file("a"), Layer(), Layer().end(blank=False), Layer().file("b")],
       "a file 644 ''", "b file 644 ''")
squash("only empty layers", [Layer(), Layer()])
squash("300 layers", [Layer().file("f%03d" % (n % 7), b"%d" % n) for n in range(300)],
       *["f%03d file 644 '%d'" % (n, 294 + n - (0 if n < 6 else 7)) for n in range(7)])

# --- whiteouts --------------------------------------------------------------------------------------------------------

squash("a whiteout takes a folder with all below it", [Layer().file("d/e/a").file("k"), Layer().whiteout("d")], "k file 644 ''")
squash("a whiteout does not take what its own layer brings", [Layer().file("a", b"1"), Layer().file("a", b"2").whiteout("a")],
       "a file 644 '2'")
squash("… wherever it stands", [Layer().file("a", b"1"), Layer().whiteout("a").file("a", b"2")], "a file 644 '2'")
squash("a folder taken away and made anew has none of the old children",
       [Layer().file("d/a").file("d/b"), Layer().whiteout("d").dir("d").file("d/c")], "d dir 755", "d/c file 644 ''")
squash("an opaque folder behind its new children", [Layer().file("d/a"), Layer().dir("d").file("d/b").opaque("d")],
       "d dir 755", "d/b file 644 ''")
squash("an opaque root", [Layer().file("a").file("d/b"), Layer().opaque("").file("c")], "c file 644 ''")
squash("a whiteout below what its layer hides", [Layer().file("d/a"), Layer().opaque("d").whiteout("d/a").dir("d")], "d dir 755")
squash("a whiteout of nothing makes no folder", [Layer().file("a"), Layer().whiteout("none/b")], "a file 644 ''")
squash("a whiteout of nothing in a file", [Layer().file("a"), Layer().whiteout("a/b")], "a file 644 ''")
squash("a whiteout behind a link to a folder", [Layer().file("r/a").file("r/b").link("d", "r"), Layer().whiteout("d/a")],
       "d -> r", "r dir 755", "r/b file 644 ''")
squash("an opaque folder that replaces a link does not empty the link's target",
       [Layer().file("r/a").link("d", "r"), Layer().dir("d").opaque("d").file("d/b")],
       "d dir 755", "d/b file 644 ''", "r dir 755", "r/a file 644 ''")
squash("a whiteout of a link leaves its target", [Layer().file("r/a").link("d", "r"), Layer().whiteout("d")],
       "r dir 755", "r/a file 644 ''")
squash("what is hidden can come back", [Layer().file("a", b"1"), Layer().whiteout("a"), Layer().file("a", b"3")], "a file 644 '3'")
squash("a whiteout of a name with .wh. in it", [Layer().file("x.wh.y").file(".whale"), Layer().whiteout("x.wh.y")], ".whale file 644 ''")
squash("a whiteout whose entry is a device, as overlayfs has them inside",
       [Layer().file("a"), Layer().device(".wh.a", "c", 0, 0).file("b")], "b file 644 ''")
squash("a character device 0,0 is a device", [Layer().file("a"), Layer().device("a", "c", 0, 0)], "a char 0,0 666")

# --- links ------------------------------------------------------------------------------------------------------------

squash("a hard link to a lower layer's file", [Layer().file("b", b"x"), Layer().hardlink("a", "b")], "a file 644 'x'", "b = a")
squash("a hard link to a name replaced later", [Layer().file("b", b"x").hardlink("c", "b"), Layer().file("b", b"new")],
       "b file 644 'new'", "c file 644 'x'")
squash("a hard link to a name hidden later", [Layer().file("b", b"x").hardlink("c", "b"), Layer().whiteout("b")], "c file 644 'x'")
squash("a hard link to a name replaced before, in one layer",
       [Layer().file("b", b"old"), Layer().file("b", b"new").hardlink("c", "b")], "b file 644 'new'", "c = b")
squash("hard links over three layers", [Layer().file("c", b"x"), Layer().hardlink("b", "c"), Layer().hardlink("a", "b").whiteout("c")],
       "a file 644 'x'", "b = a")
squash("a hard link's own attributes are the file's", [Layer().file("a", b"x"), Layer().hardlink("b", "a", mode=0o4711, uid=3, gid=4, mtime=5)],
       "a file 4711 3:4 @5 'x'", "b = a")
squash("a hard link's attributes are added", [Layer().file("a", b"x", xattrs={"user.a": b"1", "user.b": b"2"}),
       Layer().hardlink("b", "a", xattrs={"user.b": b"3"})], "a file 644 user.a=31 user.b=33 'x'", "b = a")
squash("a hard link to a symbolic link", [Layer().link("b", "nowhere"), Layer().hardlink("a", "b")], "a -> nowhere", "b = a")
squash("a hard link to a device and a fifo", [Layer().device("n", "c", 1, 3).fifo("p").hardlink("a", "n").hardlink("b", "p")],
       "a char 1,3 666", "b fifo 644", "n = a", "p = b")
squash("a hard link behind a link", [Layer().file("r/f", b"x").link("d", "r"), Layer().hardlink("a", "d/f")],
       "a file 644 'x'", "d -> r", "r dir 755", "r/f = a")
squash("a hard link with ./ or / before its target",
       [raw(header(b"b", size=1) + _padded(b"x"), header(b"a", b"1", link=b"./b"), header(b"c", b"1", link=b"/b"))],
       "a file 644 'x'", "b = a", "c = a")
squash("a file of AUFS with several names", [Layer().dir(".wh..wh.plnk").file(".wh..wh.plnk/5.9", b"shared", 0o600)
       .hardlink("a", ".wh..wh.plnk/5.9", mode=0o600).hardlink("d/b", ".wh..wh.plnk/5.9", mode=0o600)],
       "a file 600 'shared'", "d dir 755", "d/b = a")
squash("AUFS's folder of a lower layer is gone", [Layer().file(".wh..wh.plnk/5.9", b"x"), Layer().file("a", b"y")], "a file 644 'y'")
squash("entries below a link to a folder", [Layer().dir("usr/lib").link("lib", "usr/lib"), Layer().file("lib/a", b"x")],
       "lib -> usr/lib", "usr dir 755", "usr/lib dir 755", "usr/lib/a file 644 'x'")
squash("… below an absolute one, and one with ..", [Layer().dir("usr/lib").link("lib", "/usr/../usr/lib/"), Layer().file("lib/a")],
       "lib -> /usr/../usr/lib/", "usr dir 755", "usr/lib dir 755", "usr/lib/a file 644 ''")
squash("… below one that would leave the root", [Layer().dir("b").link("a", "../../../b"), Layer().file("a/f")],
       "a -> ../../../b", "b dir 755", "b/f file 644 ''")
squash("… below one that leads nowhere yet", [Layer().link("a", "new/folder"), Layer().file("a/f")],
       "a -> new/folder", "new dir 755", "new/folder dir 755", "new/folder/f file 644 ''")
squash("targets are kept byte for byte", [Layer().link("a", "//x/../y/.").link("b", b"\xff").link("c", "x" * 3000).link("d", " ")],
       "a -> //x/../y/.", "b -> \udcff", "c -> " + "x" * 3000, "d ->  ")
squash("a chain of 40 links is followed", [Layer().dir("l0").link("l1", "l0").file("l0/a")] +
       [Layer().link("l%d" % n, "l%d" % (n - 1)) for n in range(2, 41)] + [Layer().file("l40/b")],
       *sorted(["l0 dir 755", "l0/a file 644 ''", "l0/b file 644 ''"] + ["l%d -> l%d" % (n, n - 1) for n in range(1, 41)],
               key=lambda line: line.split(" ")[0].split("/")))

# --- attributes -------------------------------------------------------------------------------------------------------

squash("an entry for the root is the root's", [Layer().dir("./", 0o711, uid=4).file("a")], "a file 644 ''")
squash("times to the nanosecond, before 1970, far ahead",
       [Layer().file("a", pax={"mtime": "1600000000.000000001"}).file("b", pax={"mtime": "-0.999999999"}).file("c", pax={"mtime": "-1.5"})
        .file("d", mtime=-2**31).file("e", mtime=2**40).file("f", pax={"mtime": "0.1"})],
       "a file 644 @1600000000.000000001 ''", "b file 644 @-0.999999999 ''", "c file 644 @-1.5 ''", "d file 644 @-2147483648 ''",
       "e file 644 @1099511627776 ''", "f file 644 @0.1 ''")
squash("owners over 2^21, up to the last", [Layer().file("a", uid=2**21, gid=2**21 + 1).file("b", uid=2**32 - 2, gid=2**31)],
       "a file 644 2097152:2097153 ''", "b file 644 4294967294:2147483648 ''")
squash("all bits of a mode", [Layer().file("a", mode=0o7777).file("b", mode=0).dir("c", 0o7000).fifo("d", 0o1)],
       "a file 7777 ''", "b file 0 ''", "c dir 7000", "d fifo 1")
CAPABILITIES = {2: struct.pack("<5I", 0x02000001, 1 << 10, 0, 0, 0), 3: struct.pack("<6I", 0x03000001, 1 << 10, 0, 0, 0, 100000)}
for revision, value in CAPABILITIES.items():
    squash("file capabilities, revision %d" % revision, [Layer().file("a", xattrs={"security.capability": value})],
           "a file 644 security.capability=%s ''" % value.hex())
squash("a file's capabilities go with the file that replaces it", [Layer().file("a", xattrs={"security.capability": CAPABILITIES[2]}),
       Layer().file("a", b"x")], "a file 644 'x'")
EVERY = bytes(range(256))
squash("an attribute with every byte, a long one, an odd name",
       [Layer().file("a", xattrs={"user.all": EVERY}).file("b", xattrs={"user.long": b"\0" * 60000}).file("c", xattrs={"user.ü x": b"1"})],
       "a file 644 user.all=%s ''" % EVERY.hex(), "b file 644 user.long=%s ''" % ("00" * 60000), "c file 644 user.ü x=31 ''")
squash("attributes of folders, links and devices", [Layer().dir("d", xattrs={"user.a": b"1"}).link("l", "d", xattrs={"trusted.a": b"2"})
       .device("n", xattrs={"trusted.b": b"3"})],
       "d dir 755 user.a=31", "l -> d trusted.a=32", "n char 1,3 666 trusted.b=33")
ACCESS = acl((1, 7, 2**32 - 1), (2, 5, 1000), (4, 5, 2**32 - 1), (16, 7, 2**32 - 1), (32, 1, 2**32 - 1))
squash("ACLs as the kernel has them", [Layer().dir("d", xattrs={"system.posix_acl_access": bytes.fromhex(ACCESS),
       "system.posix_acl_default": bytes.fromhex(ACCESS)})],
       "d dir 755 system.posix_acl_access=%s system.posix_acl_default=%s" % (ACCESS, ACCESS))
squash("ACLs as text, for access and by default",
       [pax({"SCHILY.acl.access": b"user::rwx,user:bob:r-x:1000,group::r-x,mask::rwx,other::--x",
             "SCHILY.acl.default": b"user::rwx,user:bob:r-x:1000,group::r-x,mask::rwx,other::--x"},
            header(b"d/", b"5", mode=b"0000755\0"))],
       "d dir 771 system.posix_acl_access=%s system.posix_acl_default=%s" % (ACCESS, ACCESS))
squash("attributes of a host stay behind", [Layer().file("a", xattrs={"security.selinux": b"x\0", "trusted.overlay.origin": b"y",
       "user.k": b"z"})], "a file 644 user.k=7a ''")
squash("an attribute as libarchive writes it alone",
       [pax({"LIBARCHIVE.xattr.user.a%20b": b"AAH/"}, header(b"a"))], "a file 644 user.a b=0001ff ''")

# --- names ------------------------------------------------------------------------------------------------------------

ODD = ["a\nb", "\r\t", " ", "\\", "*?[]", "%s%n", "-rf", "~", "$(x)`'\"", "\x7f\x01", "\u202e", "\udc80\udcff", "...", "ü", "u\u0308", ".wh", "x" * 255]


def files(names):
    layer = Layer()
    for name in names:
        layer.file(name)
    return layer


squash("odd names", [files(ODD)], *[name + " file 644 ''" for name in sorted(ODD)])
squash("odd names are hidden", [files(ODD), Layer().whiteout(ODD[0]).whiteout(ODD[11])],
       *[name + " file 644 ''" for name in sorted(set(ODD) - {ODD[0], ODD[11]})])
squash("names that differ in a byte, in case, in a slash", [files(["ab", "aB", "a.b", "a0", "a/b"])],
       "a dir 755", "a/b file 644 ''", "a.b file 644 ''", "a0 file 644 ''", "aB file 644 ''", "ab file 644 ''")
DEEP = "/".join("%03d" % n + "x" * 200 for n in range(20))
squash("a path as long as can be", [Layer().file(DEEP + "/" + "y" * (4095 - len(DEEP) - 1), b"x")],
       *["/".join(DEEP.split("/")[:n]) + " dir 755" for n in range(1, 21)],
       DEEP + "/" + "y" * (4095 - len(DEEP) - 1) + " file 644 'x'")
squash("names of old and new headers",
       [raw(header(b"v7/", b"\0", magic=bytes(8), mode=b"0000755\0"), header(b"v7/f", b"\0", magic=bytes(8)),
            header(b"gnu/", b"5", magic=b"ustar  \0", mode=b"0000755\0"), header(b"g", rest=bytes(80) + b"pre/fix"))],
       "gnu dir 755", "pre dir 755", "pre/fix dir 755", "pre/fix/g file 644 ''", "v7 dir 755", "v7/f file 644 ''")

# --- content ----------------------------------------------------------------------------------------------------------

squash("sizes around a block", [Layer().file("a", b"x" * 511).file("b", b"x" * 512).file("c", b"x" * 513).file("d", b"")],
       "a file 644 511 bytes", "b file 644 512 bytes", "c file 644 513 bytes", "d file 644 ''")
squash("a sparse file of old GNU", [raw(header(b"s", b"S", 1, b"ustar  \0", rest=bytes(80 + 41) + b"%011o\0%011o\0" % (1024, 1) + bytes(72) +
       b"\0%011o\0" % 1030), _padded(b"x"))], "s file 644 1030 bytes")
squash("a sparse file of nothing but a hole", [pax({"GNU.sparse.major": b"1", "GNU.sparse.minor": b"0", "GNU.sparse.name": b"s",
       "GNU.sparse.realsize": b"700"}, header(b"x", size=BLOCK), _padded(b"1\n700\n0\n"))], "s file 644 700 bytes")

squash("a sparse file without a hole, its map before its content", [pax({"GNU.sparse.major": b"1", "GNU.sparse.minor": b"0",
       "GNU.sparse.name": b"s", "GNU.sparse.realsize": b"3"}, header(b"x", size=BLOCK + 3), _padded(b"1\n0\n3\n"), _padded(b"abc"))],
       "s file 644 'abc'")
squash("a sparse file of old GNU without a hole", [raw(header(b"s", b"S", 3, b"ustar  \0", rest=bytes(80 + 41) +
       b"%011o\0%011o\0" % (0, 3) + bytes(72) + b"\0%011o\0" % 3), _padded(b"abc"))], "s file 644 'abc'")


def sparse_content(folder):
    """Holes read as zeros, pieces where they belong."""
    records = pax_records({"GNU.sparse.size": b"3000", "GNU.sparse.numblocks": b"2", "GNU.sparse.map": b"512,3,2000,2"})
    layer = raw(header(b"p", b"x", len(records)), _padded(records), header(b"s", size=5), _padded(b"abcde"))
    path, out = os.path.join(folder, "in.tar"), os.path.join(folder, "out.tar")
    image_of([layer]).save(path)
    done = slimmed(path, out, "-q", "--keep-all")
    if done.status:
        return done.error
    (_, data), = [pair for pair in done.archive.entries() if pair[0].name == "s"]
    return differ(data, bytes(512) + b"abc" + bytes(1485) + b"de" + bytes(998))


def large(folder):
    """A file of 9 GiB, all hole but its end. (tests/unit/tar.c writes such sizes.)"""
    size = 9 << 30
    records = pax_records({"GNU.sparse.major": b"1", "GNU.sparse.minor": b"0", "GNU.sparse.name": b"big",
                           "GNU.sparse.realsize": b"%d" % size})
    body = _padded(b"1\n%d\n4\n" % (size - 4)) + b"tail"
    layer = raw(header(b"p", b"x", len(records)), _padded(records), header(b"x", size=len(body)), _padded(body))
    path, out = os.path.join(folder, "in.tar"), os.path.join(folder, "out.tar")
    image_of([layer]).save(path)
    done = slimmed(path, out, "-n", "--keep-all")
    return done.error if done.status else differ(done.out.count(b"9.7 GB"), 3)


TESTS.add("squash: what a sparse file holds", sparse_content)
TESTS.add("squash: a file of 9 GiB", large)
