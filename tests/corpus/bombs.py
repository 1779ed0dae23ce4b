"""Small archives that claim to be large, or that make work grow faster than they do: bounded, and refused where a limit is
passed. The real slim runs, with its defaults or with the limits that a case names."""

import os
import subprocess
import zlib

import elf
import image
import squashed
from image import BLOCK, Image, Layer, _padded, _skippable, pax_records
from layers import header, pax
from odd_tar import octal
from readers import Tests, differ, slimmed

TESTS = Tests()
MIB = 1 << 20
ZEROS = bytes(MIB)


def bomb(name, make, text, *options):
    """MAKE writes the archive at a path; TEXT: a piece of the message, or None when slim copes."""
    def check(folder):
        path = os.path.join(folder, "in.tar")
        make(path)
        done = slimmed(path, os.path.join(folder, "out.tar"), "-q", "--keep-all", *options)
        if text is None:
            return done.error if done.status else None
        return differ((done.status, text in done.error, done.archive), (1, True, None)) and \
            "status %d: %s; want %r" % (done.status, done.error, text)
    TESTS.add(("hostile: " if text is None else "refused: ") + name, check)


def layered(*layers):
    """An image of these layers below one with a program."""
    def make(path):
        made = Image({"Entrypoint": ["/app"]})
        made.layers += layers
        made.layer().file("app", elf.build(flags=["static"]), 0o755)
        made.save(path, "oci")
    return make


# --- compression ------------------------------------------------------------------------------------------------------

def packed_zeros(how, mebibytes):
    """So many MiB of zeros behind one header that claims them."""
    head = header(b"zeros", size=mebibytes * MIB)
    if how == "gzip":
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        return b"".join([packer.compress(head), *(packer.compress(ZEROS) for _ in range(mebibytes)), packer.flush()])
    command = {"zstd": ["zstd", "-q", "-19", "-c"], "xz": ["xz", "-1", "-c"], "bzip2": ["bzip2", "-1", "-c"]}[how]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdin.write(head)
        for _ in range(mebibytes):
            process.stdin.write(ZEROS)
        process.stdin.close()
        return process.stdout.read()


def one_blob(data, outer=False):
    """An archive whose one layer is DATA as it is; its diff ID is never reached."""
    def make(path):
        if outer:
            with open(path, "wb") as out:
                out.write(data())
            return
        made = Image({"Entrypoint": ["/app"]})
        made.layer("none").file("app", b"x", 0o755)
        members = made.members("docker")
        members[members.layers[0]] = data()
        members.write(path)
    return make


for how, mebibytes in (("gzip", 512), ("zstd", 512), ("xz", 160), ("bzip2", 160)):
    bomb("a layer that unpacks to %d MiB: %s" % (mebibytes, how), one_blob(lambda how=how, n=mebibytes: packed_zeros(how, n)),
         "--max-size", "--max-size", "100M")
for how in "gzip", "zstd":
    bomb("an archive that unpacks to 256 MiB: " + how, one_blob(lambda how=how: packed_zeros(how, 256), outer=True),
         "--max-size", "--max-size", "100M")
bomb("a layer packed twice", one_blob(lambda: image.compress(image.compress(Layer().file("a").tar(), "gzip"), "gzip")), "in the middle of an entry")


def window(log):
    """RFC 8878, 3.1.1.1: a frame with a window of 2^LOG and a raw block of nothing."""
    return lambda: b"\x28\xb5\x2f\xfd" + bytes([0, log - 10 << 3]) + b"\x01\0\0"


for log in 28, 31, 41:
    bomb("a zstd window of 2^%d" % log, one_blob(window(log)), "zstd: ")
bomb("a zstd frame that claims 2^63 bytes", one_blob(lambda: b"\x28\xb5\x2f\xfd\xe0" + b"\0" * 7 + b"\x80" + b"\x01\0\0"), "layer 1 of 1: ")
bomb("a zstd dictionary", one_blob(lambda: b"\x28\xb5\x2f\xfd\x03\x58\x01\0\0\0\x01\0\0"), "zstd: ")
bomb("a skippable frame that is longer than the layer", one_blob(lambda: b"\x50\x2a\x4d\x18\xff\xff\xff\xff"), "zstd: ")
bomb("100,000 empty zstd frames", one_blob(lambda: (b"\x28\xb5\x2f\xfd\x20\0\x01\0\0") * 100000), "diff ID")
bomb("100,000 skippable frames", one_blob(lambda: _skippable(b"x") * 100000), "diff ID")
bomb("100,000 empty gzip members", one_blob(lambda: image.compress(b"", "gzip") * 100000), "diff ID")
bomb("a gzip name of 16 MiB that does not end", one_blob(lambda: bytes.fromhex("1f8b0808000000000003") + b"n" * (16 * MIB)), "gzip")
bomb("gzip's extra field beyond the end", one_blob(lambda: bytes.fromhex("1f8b0804000000000003ffff") + b"x"), "gzip")
bomb("gzip with a wrong checksum", one_blob(lambda: image.compress(Layer().file("a").tar(), "gzip")[:-8] + bytes(8)), "gzip")
bomb("gzip with bytes behind it", one_blob(lambda: image.compress(Layer().file("a").tar(), "gzip") + b"behind"), "gzip")
bomb("gzip of an unknown method", one_blob(lambda: bytes.fromhex("1f8b0908000000000003") + b"x" * 99), "gzip")

# --- entries ----------------------------------------------------------------------------------------------------------

def sparse(name, size):
    body = {"GNU.sparse.numblocks": b"1", "GNU.sparse.map": b"0,1", "GNU.sparse.size": b"%d" % size}
    return pax(body, header(name, size=1) + _padded(b"a")).entries


def many(count, entry):
    layer = Layer()
    layer.entries = [part for n in range(count) for part in entry(n)]
    return layer


bomb("300 sparse files of 1 GiB each", layered(many(300, lambda n: sparse(b"s%d" % n, 1 << 30))), "--max-size")
bomb("sparse files over several layers", layered(*(many(3, lambda n: sparse(b"s%d" % n, 1 << 30)) for _ in range(3))),
     "--max-size", "--max-size", "8G")
bomb("a sparse map of 100,000 pieces that overlap",
     layered(pax({"GNU.sparse.major": b"1", "GNU.sparse.minor": b"0", "GNU.sparse.realsize": b"9", "GNU.sparse.name": b"s"},
                 header(b"s", size=400000 + 7 + 505) + _padded(b"100000\n" + b"0\n9\n" * 100000))), "does not fit")
bomb("a sparse map whose count lies",
     layered(pax({"GNU.sparse.major": b"1", "GNU.sparse.minor": b"0", "GNU.sparse.realsize": b"9", "GNU.sparse.name": b"s"},
                 header(b"s", size=512) + _padded(b"9999999\n0\n1\n"))), "layer 1 of 2: ")
bomb("an old sparse map that goes on and on",
     layered(Layer().bytes(header(b"s", b"S", 0, b"ustar  \0", rest=bytes(80 + 41 + 96) + b"\1" + octal(9, 12)))
             .bytes((bytes(504) + b"\1" + bytes(7)) * 20000)), "layer 1 of 2: ")
FILES = many(300000, lambda n: [header(b"f")])
bomb("300,000 entries of one name", layered(FILES), None)
bomb("more entries than --max-files", layered(many(2000, lambda n: [header(b"f%d" % n)])), "--max-files", "--max-files", "1000")
bomb("… over all layers", layered(*(many(400, lambda n: [header(b"f%d" % n)]) for _ in range(3))), "--max-files", "--max-files", "1000")
bomb("2000 nested folders in one name", layered(Layer().file("d/" * 2000 + "f")), None)
bomb("a name of 64 KiB", layered(Layer().file("n" * 65536)), "longer than 255")
bomb("a path of 64 KiB", layered(Layer().file("n/" * 32768 + "n")), "409")
bomb("a link's target of 64 KiB", layered(Layer().link("l", "t/" * 32768)), None)
bomb("an attribute of 900 KiB", layered(Layer().file("a", xattrs={"user.a": b"x" * 900000})), None)
bomb("100,000 attributes of a file", layered(pax(b"".join(pax_records({"SCHILY.xattr.user.%d" % n: b"v"}) for n in range(30000)), header())), None)
bomb("attributes beyond --max-memory", layered(many(300, lambda n: pax({"SCHILY.xattr.user.a": b"x" * 900000}, header(b"f%d" % n)).entries)),
     "memory", "--max-memory", "200M")
bomb("1000 names of a file of 1 MiB", layered(Layer().file("f", ZEROS), many(1000, lambda n: Layer().hardlink("h%d" % n, "f").entries)),
     "each of their names counted (--max-size)", "--max-size", "500M")
bomb("3000 layers", layered(*(Layer().file("f") for _ in range(3000))), None)

# --- links ------------------------------------------------------------------------------------------------------------

bomb("a loop of links on the way", layered(Layer().link("a", "b").link("b", "a").file("a/f")), "too many levels of symbolic links")
bomb("a link to itself on the way", layered(Layer().link("a", "a").file("a/f")), "too many levels of symbolic links")
bomb("a chain of 41 links", layered(Layer().dir("l0"), many(41, lambda n: Layer().link("l%d" % (n + 1), "l%d" % n).entries),
     Layer().file("l41/f")), "too many levels of symbolic links")
bomb("links that double 30 times", layered(Layer().dir("l0"), many(30, lambda n: Layer().link("l%d" % (n + 1), "l%d/../l%d" % (n, n)).entries),
     Layer().file("l30/f")), "too many levels of symbolic links")
bomb("folders that grow through links beyond any path",
     layered(Layer().dir("d"), *(Layer().dir("p/" * 1000).link("q%d" % n, ("q%d/" % (n - 1) if n else "") + "p/" * 1000) for n in range(3)),
             Layer().file("q2/f")), None)
bomb("a whiteout through a loop of links", layered(Layer().link("a", "b").link("b", "a"), Layer().whiteout("a/x").opaque("b")), None)
bomb("a hard link through a loop of links", layered(Layer().link("a", "b").link("b", "a").hardlink("h", "a/x")), "hard link to 'a/x'")
bomb("40,000 hard links, each to the one before", layered(many(40000, lambda n: Layer().hardlink("h%d" % n, "h%d" % (n - 1)).entries if n else
     Layer().file("h0").entries)), None)
bomb("20,000 whiteouts and opaque markers", layered(Layer().file("d/f"), many(20000, lambda n: Layer().whiteout("d/f%d" % n).opaque("e%d" % n).entries)), None)
for name, layer, text in (
        ("a name with .. through a link", Layer().link("a", "/").file("a/../../x"), "leaves"),
        ("a whiteout with .. in its path", Layer().file("../.wh.passwd"), "leaves"),
        ("an opaque marker outside", Layer().file("../../etc/.wh..wh..opq"), "leaves"),
        ("a hard link through ..", Layer().file("a").hardlink("h", "a/../../../etc/shadow"), "hard link target")):
    bomb(name, layered(layer), "layer 1 of 2: ")


def no_way_out(folder):
    """Links and names that lead out of the root lead to its inside; the host's files are neither read nor written."""
    path, out = os.path.join(folder, "in.tar"), os.path.join(folder, "out.tar")
    secret = os.path.join(folder, "secret")
    with open(secret, "w", encoding="ascii") as file:
        file.write("of the host")
    layered(Layer().link("up", "../" * 40 + folder[1:]).link("abs", folder).link("kernel", "/proc/self/root"),
            Layer().file("up/secret", b"inside").file("abs/other", b"inside").file("kernel/f", b"inside"))(path)
    done = slimmed(path, out, "-q", "--keep-all")
    if done.status:
        return done.error
    found, _ = squashed.read(done.archive)
    inside = tuple(secret[1:].split("/"))
    with open(secret, encoding="ascii") as file:
        return differ((found[inside][5], file.read(), sorted(os.listdir(folder))),
                      (b"inside", "of the host", ["in.tar", "out.tar", "secret"]))


TESTS.add("hostile: links that lead out of the root", no_way_out)


def members(count):
    """An archive of very many members."""
    def make(path):
        made = Image({"Entrypoint": ["/app"]})
        made.layer().file("app", b"#!/bin/none\n", 0o755)
        out = made.members("docker").tar()[:-2 * BLOCK]
        with open(path, "wb") as file:
            file.write(out + b"".join(header(b"m%d" % n) for n in range(count)) + bytes(2 * BLOCK))
    return make


bomb("an archive of 200,000 members", members(200000), None)
