"""Images for the command-line tests, and a look at what came out.

cli_image.py make NAME OUT [FORM [COMPRESSION [OUTER]]]   build an image of the table below
cli_image.py list ARCHIVE [IMAGE]         the layer's entries, sorted, one a line: TYPE PATH
cli_image.py show ARCHIVE FIELD           layers, media, tags, entrypoint, platforms, history, created, label
"""

import sys

import elf
import image

LOADER = "/lib64/ld-linux-x86-64.so.2"
LIB = "/usr/lib/x86_64-linux-gnu/"
STATUS = """Package: base
Status: install ok installed
Version: 1.0
Architecture: amd64
Maintainer: nobody
Description: base

Package: other
Status: install ok installed
Version: 2.0
Architecture: amd64
Maintainer: nobody
Description: other

Package: data
Status: install ok installed
Version: 3.0
Architecture: all
Maintainer: nobody
Description: data

"""
DATA = ("ballast.bin", "deep/four.txt", "deep/three.dat", "one.dat", "two.dat")
OTHER = "/.\n/bin\n/bin/other\n" + LIB + "libb.so.1\n"
DATA_LIST = "/.\n" + "".join("/usr/share/data/%s\n" % name for name in DATA)


def program(*needed):
    return elf.build(interp=LOADER, needed=list(needed))


def library(name, *needed):
    return elf.build(soname=name, needed=list(needed))


def app(tag="app:1", arch="amd64", config=None, ballast=b"b" * 100000):
    """A program with a library, a second one with another, data of all kinds, three packages, a file that layer 2 hides."""
    img = image.Image(dict({"Entrypoint": ["/bin/app"], "Cmd": ["serve"], "Env": ["PATH=/bin"], "Labels": {"k": "v"}},
                           **(config or {})), arch=arch, tags=[tag])
    low = img.layer()
    low.dir("/bin").dir("/etc").dir("/lib64").file(LOADER, library("ld-linux-x86-64.so.2"), mode=0o755)
    low.file("/bin/app", program("liba.so.1"), mode=0o755).file("/bin/other", program("libb.so.1"), mode=0o755)
    low.file(LIB + "liba.so.1", library("liba.so.1")).file(LIB + "libb.so.1", library("libb.so.1"))
    low.file("/etc/passwd", b"root:x:0:0:root:/root:/bin/sh\n").file("/etc/group", b"root:x:0:\n")
    low.file("/opt/hidden", b"h" * 5000)
    low.dir("/var/lib/dpkg/info").file("/var/lib/dpkg/status", STATUS.encode())
    low.file("/var/lib/dpkg/info/base.list", b"/.\n/bin\n/bin/app\n")
    low.file("/var/lib/dpkg/info/other.list", OTHER.encode())
    low.file("/var/lib/dpkg/info/data.list", DATA_LIST.encode())
    high = img.layer()
    high.whiteout("/opt/hidden")
    for name in DATA:
        high.file("/usr/share/data/" + name, ballast if name == "ballast.bin" else name.encode() * 10)
    return img


def two(tag="app:2"):
    """An image that differs from app()."""
    return app(tag, config={"Cmd": ["second"]})


def built():
    """app() with one more layer on top."""
    img = app("built:1")
    img.layer().file("/opt/more", b"more")
    return img


def hand():
    """What somebody would write by hand for app()."""
    img = image.Image({"Entrypoint": ["/bin/app"]}, tags=["hand:1"])
    img.layer().file("/bin/app", program("liba.so.1"), mode=0o755).file(LIB + "liba.so.1", library("liba.so.1"))
    return img


def no_entrypoint():
    return app(config={"Entrypoint": None, "Cmd": None})


def make(name, out, form="docker", compression="none", outer="none"):
    images = {"app": app, "two": two, "built": built, "hand": hand, "no-entrypoint": no_entrypoint}
    if name == "both":
        return image.save_images([app(), two()], out, form, compression, outer)
    if name == "platforms":
        return image.save_platforms([app(), app(arch="arm64")], out, compression=compression, outer=outer,
                                    attestation=True)
    return images[name]().save(out, form=form, compression=compression, outer=outer)


def entries(path, number="0"):
    for info, _ in image.Archive(path).entries(0, int(number)):
        kind = "dir" if info.isdir() else "link" if info.issym() else "file"
        yield "%s /%s" % (kind, info.name.strip("/"))


def show(path, field):
    archive = image.Archive(path)
    manifests = archive.manifests()
    if field == "layers":
        return [len(m["layers"]) for m in manifests]
    if field == "media":
        return [layer["mediaType"] for m in manifests for layer in m["layers"]]
    if field == "tags":
        return [tag for entry in archive.json("manifest.json") for tag in entry["RepoTags"] or []]
    configs = [archive.config(i) for i in range(len(manifests))]
    return [{"entrypoint": lambda c: c["config"]["Entrypoint"] + (c["config"].get("Cmd") or []),
             "platforms": lambda c: c["os"] + "/" + c["architecture"], "history": lambda c: len(c["history"]),
             "created": lambda c: c["created"], "label": lambda c: c["config"]["Labels"]}[field](c) for c in configs]


def main(command, *arguments):
    if command == "make":
        make(*arguments)
    elif command == "list":
        print("\n".join(sorted(entries(*arguments))))
    else:
        print("\n".join(str(v) for v in show(*arguments)))


if __name__ == "__main__":
    main(*sys.argv[1:])
