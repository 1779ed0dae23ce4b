"""Archives of every form, slimmed by the real slim: pipes, folders, compressions, indexes and platforms."""

import base64
import hashlib
import json
import os
import random
import subprocess

import elf
import image
import squashed
from bounded import Done
from image import Archive, Image, hexa, sha256, to_json
from readers import SLIM, Tests, differ, slimmed

TESTS = Tests()
TREE = ["bin dir 755", "bin/app file 755 %d bytes" % len(elf.build(flags=["static"])), "srv dir 755", "srv/a file 644 'a'"]


def app(arch="amd64", tag="test:latest", **more):
    made = Image({"Entrypoint": ["/bin/app"]}, arch=arch, tags=[tag], **more)
    made.layer().file("bin/app", elf.build(flags=["static"]), 0o755).file("srv/a", b"old")
    made.layer().file("srv/a", b"a")
    return made


def squashes(folder, given, *options, stdin=None, tree=TREE):
    out = os.path.join(folder, "out.tar")
    done = Done([SLIM, "-q", "--keep-all", *options, given, out], stdin)
    return done.error if done.status else differ(squashed.text(Archive(out)), tree)


# --- forms, as files and through pipes --------------------------------------------------------------------------------

def piped(form, layers, outer):
    def check(folder):
        path = os.path.join(folder, "in.tar")
        app().save(path, form, layers, outer)
        with subprocess.Popen(["cat", path], stdout=subprocess.PIPE) as cat:
            return squashes(folder, "-", stdin=cat.stdout) or squashes(folder, path)
    TESTS.add("through a pipe: %s, layers %s, outer %s" % (form, layers, outer), check)


for form, layers, outer in (("docker", "none", "none"), ("docker", "none", "gzip"), ("podman", "zstd", "none"),
                            ("podman", "none", "xz"), ("oci", "zstd", "none"), ("oci", "gzip", "zstd"), ("oci", "xz", "bzip2"),
                            ("hybrid", "gzip", "none"), ("hybrid", "none", "gzip-multi"), ("hybrid", "zstd-chunked", "zstd-multi")):
    piped(form, layers, outer)


def compressed(how, form):
    def check(folder):
        path = os.path.join(folder, "in")
        app().save(path, form, how)
        return squashes(folder, path)
    TESTS.add("layers as %s in %s" % (how, form), check)


for how in "gzip-named", "stargz", "zstd-chunked", "xz-multi":
    for form in "docker", "oci-dir":
        compressed(how, form)


def estargz(folder):
    """Its landmark and table of contents are files of the layer: a squash has them as other engines do."""
    made = app()
    made.layer("stargz").file(".no.prefetch.landmark", b"\x0f").file("stargz.index.json", b'{"version":1,"entries":[]}')
    path = os.path.join(folder, "in.tar")
    made.save(path, "oci")
    return squashes(folder, path, tree=sorted([".no.prefetch.landmark file 644 '\\x0f'", *TREE,
                                               "stargz.index.json file 644 '{\"version\":1,\"entries\":[]}'"])) or \
        leave(folder, path, (".no.prefetch.landmark", "stargz.index.json"))


def leave(folder, path, names):
    """What nothing in a slimmed image asks for."""
    done = slimmed(path, os.path.join(folder, "slim.tar"), "-q")
    return done.error if done.status else differ([n for n in names if (n,) in squashed.read(done.archive)[0]], [])


TESTS.add("eStargz: landmark and table of contents", estargz)


def chunked_notes(folder):
    """Notes about the old layer are gone with it, those about the image stay."""
    made, path, out = app(annotations={"a": "b"}), os.path.join(folder, "in.tar"), os.path.join(folder, "out.tar")
    members = made.members("oci", "zstd-chunked")
    value = json.loads(members.pop(members.manifests[0]))
    value["layers"][0]["annotations"] = {"io.github.containers.zstd-chunked.manifest-position": "1:2:3:4"}
    data = to_json(value)
    members.blob(data)
    members.edit("index.json", lambda i: i["manifests"][0].update(digest=sha256(data), size=len(data)))
    members.write(path)
    done = slimmed(path, out, "-q")
    if done.status:
        return done.error
    manifest = done.archive.manifests()[0]
    return differ((manifest.get("annotations"), "annotations" in manifest["layers"][0]), ({"a": "b"}, False))


TESTS.add("zstd:chunked: the layer's notes go with it", chunked_notes)


def shuffled(form):
    def check(folder):
        members, path = app().members(form), os.path.join(folder, "in.tar")
        names = list(members)
        random.Random(form).shuffle(names)
        for name in names:
            members.move_last(name)
        members.write(path)
        return squashes(folder, path)
    TESTS.add("members in any order: " + form, check)


for form in "docker", "podman", "oci", "hybrid":
    shuffled(form)


def surplus(folder):
    """What nobody names may be anything: other blobs, folders, links that lead nowhere, a second index of something else."""
    members, path = app().members("hybrid"), os.path.join(folder, "in.tar")
    members.blob(b"whatever")
    members.update({"blobs/sha256/" + "0" * 64: ("link", "nowhere"), "nested/index.json": b"{", "a/": ("dir",), "VERSION": b"9"})
    members.write(path)
    return squashes(folder, path)


TESTS.add("members that nobody names, in a hybrid", surplus)


def old_names(folder):
    """crane and kaniko: the config's name is its digest, the layers' names end in .tar.gz."""
    made, path, out = app(), os.path.join(folder, "in.tar"), image.Members()
    layers = [image.compress(layer.tar(), "gzip") for layer in made.layers]
    config = to_json(made.config())
    names = [hexa(sha256(data)) + ".tar.gz" for data in layers]
    out.update({sha256(config): config, **dict(zip(names, layers))})
    out["manifest.json"] = to_json([{"Config": sha256(config), "RepoTags": ["test:latest"], "Layers": names}])
    out.write(path)
    return squashes(folder, path)


TESTS.add("a config named by its digest, layers .tar.gz", old_names)


def free_names(folder):
    """Bazel and nix: names that say nothing."""
    made, path, out = app(), os.path.join(folder, "in.tar"), image.Members()
    out.update({"./config": to_json(made.config()), "./0": made.layers[0].tar(), "./deep/er/1": made.layers[1].tar()})
    out["./manifest.json"] = to_json([{"Config": "config", "RepoTags": None, "Layers": ["./0", "deep//er/1"], "Parent": "x",
                                       "LayerSources": {}}])
    out.write(path)
    return squashes(folder, path)


TESTS.add("names that say nothing, and members nobody asked for", free_names)


def carried_layout(folder):
    """Every blob but the layers' stands in a descriptor's `data`; nothing else does."""
    members, path = app().members("oci"), os.path.join(folder, "in.tar")
    value = json.loads(members.pop(members.manifests[0]))
    value["config"]["data"] = base64.b64encode(members.pop(members.configs[0])).decode()
    data = to_json(value)
    members.edit("index.json", lambda i: i["manifests"][0].update(digest=sha256(data), size=len(data),
                                                                  data=base64.b64encode(data).decode()))
    members.write(path)
    return squashes(folder, path)


TESTS.add("a config that its descriptor carries", carried_layout)


def sha512(folder):
    """Blobs under sha512."""
    members, path = app().members("oci"), os.path.join(folder, "in.tar")
    value = json.loads(members.pop(members.manifests[0]))
    for layer in value["layers"]:
        blob = members.pop("blobs/sha256/" + hexa(layer["digest"]))
        layer["digest"] = "sha512:" + hashlib.sha512(blob).hexdigest()
        members["blobs/sha512/" + hexa(layer["digest"])] = blob
    data = to_json(value)
    members.blob(data)
    members.edit("index.json", lambda i: i["manifests"][0].update(digest=sha256(data), size=len(data)))
    members.write(path)
    return squashes(folder, path)


TESTS.add("layers by sha512", sha512)


def extended_json(folder):
    """Unknown members, numbers and nulls of the config survive as they were written."""
    odd = {"big": 9007199254740993, "null": None, "deep": {"a": [1, {"b": []}]}, "text": "\u2028\"\\"}
    made, path, out = app(extra={"x-odd": odd, "os.version": "1.2"}), os.path.join(folder, "in.tar"), os.path.join(folder, "out.tar")
    made.config_object.update({"Labels": {"k": "v\u00fc"}, "X": 1, "StopTimeout": None, "ExposedPorts": {"80/tcp": {}}})
    made.save(path, "oci")
    done = slimmed(path, out, "-q")
    if done.status:
        return done.error
    config = done.archive.config()
    return differ((config["x-odd"], config["os.version"], config["config"]), (odd, "1.2", made.config_object))


TESTS.add("a config with members nobody knows", extended_json)

# --- indexes and platforms --------------------------------------------------------------------------------------------


def nested(levels, outer):
    def check(folder):
        members, path = app().members("oci"), os.path.join(folder, "in.tar")
        image.nest(members, levels)
        members.write(path, outer)
        return squashes(folder, path)
    TESTS.add("an index %d deep, outer %s" % (levels, outer), check)


nested(1, "none")
nested(5, "gzip")
nested(14, "none")

# architecture, variant, machine, loader, name of the folders of libraries
ARCHITECTURES = [
    ("amd64", None, "x86_64", "/lib64/ld-linux-x86-64.so.2", "x86_64-linux-gnu"),
    ("386", None, "i386", "/lib/ld-linux.so.2", "i386-linux-gnu"),
    ("arm64", "v8", "aarch64", "/lib/ld-linux-aarch64.so.1", "aarch64-linux-gnu"),
    ("arm", "v7", "arm", "/lib/ld-linux-armhf.so.3", "arm-linux-gnueabihf"),
    ("arm", "v5", "armel", "/lib/ld-linux.so.3", "arm-linux-gnueabi"),
    ("riscv64", None, "riscv64", "/lib/ld-linux-riscv64-lp64d.so.1", "riscv64-linux-gnu"),
    ("s390x", None, "s390x", "/lib/ld64.so.1", "s390x-linux-gnu"),
    ("ppc64le", None, "ppc64le", "/lib64/ld64.so.2", "powerpc64le-linux-gnu"),
    ("mips64le", None, "mips64le", "/lib64/ld.so.1", "mips64el-linux-gnuabi64"),
    ("mips", None, "mips", "/lib/ld.so.1", "mips-linux-gnu"),
    ("sparc64", None, "sparc64", "/lib64/ld-linux.so.2", "sparc64-linux-gnu"),
    ("loong64", None, "loongarch64", "/lib64/ld-linux-loongarch-lp64d.so.1", "loongarch64-linux-gnu"),
]


def machine_app(arch, variant, machine, loader, triple):
    """A program with a library in the multiarch folder, and one with the same name for another machine before it."""
    made = Image({"Entrypoint": ["/bin/app"]}, arch=arch, variant=variant)
    other = "x86_64" if machine != "x86_64" else "aarch64"
    layer = made.layer().file(loader, elf.build(soname=os.path.basename(loader), machine=machine), 0o755)
    layer.file("/bin/app", elf.build(interp=loader, needed=["liba.so.1"], machine=machine), 0o755)
    layer.file("/usr/lib/%s/liba.so.1" % triple, elf.build(soname="liba.so.1", needed=["libb.so.2"], machine=machine))
    layer.file("/lib/%s/libb.so.2.0" % triple, elf.build(soname="libb.so.2", machine=machine))
    layer.link("/lib/%s/libb.so.2" % triple, "libb.so.2.0")
    layer.file("/usr/lib/liba.so.1", elf.build(soname="liba.so.1", machine=other)).file("/usr/lib/%s/libc.so.9" % triple, elf.build())
    return made


def machine_files(loader, triple):
    return sorted(["bin/app", loader[1:], "usr/lib/%s/liba.so.1" % triple, "lib/%s/libb.so.2" % triple, "lib/%s/libb.so.2.0" % triple])


def files_of(archive, number):
    found, _ = squashed.read(archive, number)
    return sorted("/".join(path) for path, facts in found.items() if facts[0] != "dir")


def one_platform(row):
    def check(folder):
        path = os.path.join(folder, "in.tar")
        machine_app(*row).save(path, "oci")
        done = slimmed(path, os.path.join(folder, "out.tar"), "-q")
        return done.error if done.status else differ(files_of(done.archive, 0), machine_files(*row[3:]))
    TESTS.add("slimmed: %s%s by its own loader" % (row[0], "/" + row[1] if row[1] else ""), check)


for row in ARCHITECTURES:
    one_platform(row)


def all_platforms(folder):
    """An index of all of them with an attestation: an index again, each slimmed, the attestation dropped, and said."""
    path, out = os.path.join(folder, "in.tar"), os.path.join(folder, "out.tar")
    image.save_platforms([machine_app(*row) for row in ARCHITECTURES], path, attestation=True)
    done = slimmed(path, out)
    if done.status:
        return done.error
    got = [(done.archive.config(n)["architecture"], files_of(done.archive, n)) for n in range(len(done.archive.manifests()))]
    index = json.loads(done.archive.blob(done.archive.json("index.json")["manifests"][0]["digest"]))
    platforms = [(d["platform"]["architecture"], d["platform"].get("variant")) for d in index["manifests"]]
    return differ(got, [(row[0], machine_files(*row[3:])) for row in ARCHITECTURES]) or \
        differ(platforms, [row[:2] for row in ARCHITECTURES]) or \
        differ("1 attestation or artifact left out" in done.error, True)


TESTS.add("slimmed: twelve platforms in one pass, into an index again", all_platforms)


def one_of_all(folder):
    path, out = os.path.join(folder, "in.tar"), os.path.join(folder, "out.tar")
    image.save_platforms([machine_app(*row) for row in ARCHITECTURES], path)
    done = slimmed(path, out, "-q", "--platform", "linux/arm")
    if done.status:
        return done.error
    return differ([(c["architecture"], c["variant"]) for c in [done.archive.config()]], [("arm", "v7")]) or \
        differ(len(done.archive.manifests()), 1)


TESTS.add("slimmed: one platform of twelve, the highest variant", one_of_all)


def shared_layers(folder):
    """Platforms that share a layer, as images of scripts do."""
    path, out = os.path.join(folder, "in.tar"), os.path.join(folder, "out.tar")
    image.save_platforms([app(arch) for arch in ("amd64", "arm64", "s390x")], path)
    done = slimmed(path, out, "-q", "--keep-all")
    return done.error if done.status else \
        differ([squashed.text(done.archive, n) for n in range(3)], [TREE] * 3)


TESTS.add("platforms that share their layers", shared_layers)


def dropped_platform(folder):
    """`docker save --platform` leaves the index whole: what lacks is said."""
    members, path = image.platform_members([app(), app("arm64")]), os.path.join(folder, "in.tar")
    members.missing(members.manifests[1])
    members.write(path)
    done = slimmed(path, os.path.join(folder, "out.tar"), "--keep-all")
    return done.error if done.status else \
        differ((squashed.text(done.archive), "an image is left out: manifest: sha256:" in done.error), (TREE, True))


TESTS.add("a platform that is not in the archive is said to lack", dropped_platform)


def several(form):
    def check(folder):
        path, out = os.path.join(folder, "in.tar"), os.path.join(folder, "out.tar")
        image.save_images([app(tag="a:1"), app(tag="b:1", extra={"author": "b"})], path, form)
        done = slimmed(path, out, "-q", "--keep-all", "--image", "b:1")
        return done.error if done.status else \
            differ((squashed.text(done.archive), done.archive.config()["author"], done.archive.json("manifest.json")[0]["RepoTags"]),
                   (TREE, "b", ["b:1"]))
    TESTS.add("one of several images: " + form, check)


for form in "docker", "podman", "oci", "hybrid":
    several(form)


def encrypted(media, text):
    def check(folder):
        members, path = app().members("oci"), os.path.join(folder, "in.tar")
        value = json.loads(members.pop(members.manifests[0]))
        value["layers"][1]["mediaType"] = media
        data = to_json(value)
        members.blob(data)
        members.edit("index.json", lambda i: i["manifests"][0].update(digest=sha256(data), size=len(data)))
        if "foreign" in media or "nondistributable" in media:
            members.missing(members.layers[1])
        members.write(path)
        done = slimmed(path, os.path.join(folder, "out.tar"))
        return differ((done.status, text in done.error and "layer 2 of 2" in done.error, done.archive), (1, True, None))
    TESTS.add("refused: a layer of type " + media.split("/")[1], check)


for media in ("application/vnd.oci.image.layer.v1.tar+encrypted", "application/vnd.oci.image.layer.v1.tar+zstd+encrypted",
              "application/vnd.docker.image.rootfs.diff.tar.gzip+encrypted"):
    encrypted(media, "is encrypted")
for media in ("application/vnd.oci.image.layer.nondistributable.v1.tar", "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
              "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"):
    encrypted(media, "is a foreign layer")
for media in "application/vnd.wasm.content.layer.v1+wasm", "application/vnd.oci.image.layer.v1.squashfs", "text/html":
    encrypted(media, "is no layer's")
