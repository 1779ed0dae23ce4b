"""Archives: every form is opened and shows the same image; selection; what is broken or ambiguous is refused."""

import base64
import json
import os
import subprocess

import image
from image import Image, hexa, sha256, to_json
from readers import Dump, Tests, differ, refused

TESTS = Tests()


def app(tag="test:latest", text=b"hello", **more):
    made = Image({"Entrypoint": ["/app"]}, tags=[tag] if tag else [], **more)
    made.layer().file("app", text, 0o755)
    made.layer().file("etc/x", text + b"2").whiteout("app")
    return made


def written(members, folder, name="in.tar", outer="none"):
    path = os.path.join(folder, name)
    members.write(path, outer)
    return path


# --- forms ----------------------------------------------------------------------------------------------------------

FORMS = {"docker": "docker-archive", "podman": "docker-archive", "oci": "OCI layout", "hybrid": "hybrid",
         "oci-dir": "OCI layout"}
FACTS = ["image linux/amd64", "ref test:latest", "entrypoint /app"]


def check_facts(dump, form):
    if dump.status:
        return dump.error
    lines = [line for line in dump.lines if line.split()[0] in ("form", "image", "ref", "entrypoint")]
    return differ(lines, ["form " + form, *FACTS]) or differ(len(dump.entries()), 3)


def form(name, outer="none", how="file"):
    def check(folder):
        path = os.path.join(folder, "in")
        app().save(path, form=name, outer=outer)
        if how == "pipe":
            with subprocess.Popen(["cat", path], stdout=subprocess.PIPE) as cat:
                dump = Dump("-", stdin=cat.stdout)
        elif how == "stdin":
            with open(path, "rb") as data:
                dump = Dump("-", stdin=data)
        else:
            dump = Dump(path)
        return check_facts(dump, FORMS[name])
    TESTS.add("form: %s, outer %s, as %s" % (name, outer, how), check)


for shape in FORMS:
    form(shape)
for compression in "gzip", "gzip-multi", "zstd", "zstd-multi", "bzip2", "xz":
    form("docker", compression)
form("hybrid", "none", "pipe")
form("oci", "zstd", "pipe")
form("docker", "none", "stdin")
form("docker", "gzip", "stdin")


def repeated_layer(folder):
    made = Image()
    for _ in range(3):
        made.layer().file("same", b"x")
    made.save(os.path.join(folder, "in.tar"), form="docker")
    dump = Dump(os.path.join(folder, "in.tar"))
    return dump.error or differ(len(dump.entries()), 3)


TESTS.add("a layer that occurs again is a link to the first", repeated_layer)


def with_members(name, change, want, shape="docker", make=app):
    """The archive's members after CHANGE; WANT: None for an archive that still reads, else a piece of the message."""
    def check(folder):
        members = make().members(shape)
        change(members)
        dump = Dump(written(members, folder))
        return refused(dump, want) if want else check_facts(dump, FORMS[shape])
    TESTS.add(("refused: " if want else "") + name, check)


def rename_all(members, prefix):
    for name in list(members):
        members[prefix + name] = members.pop(name)


def put_twice(members):
    good = members["manifest.json"]
    members["./manifest.json"] = good
    members["manifest.json"] = b"[broken"
    members.move_last("./manifest.json")


def link_to(members, name, *hops):
    members["real"] = members[name]
    members[name] = ("link", "../" + hops[0])
    for here, there in zip(hops, hops[1:] + ("real",)):
        members[here] = ("link", there)


def change_manifest(change):
    return lambda members: members.edit("manifest.json", change)


def set_config(value):
    def change(entries):
        entries[0]["Config"] = value
    return change_manifest(change)


with_members("members may have ./ before their names", lambda m: rename_all(m, "./"), None)
with_members("the last member of a name counts", put_twice, None)
with_members("members that nobody names are let be", lambda m: m.update({"../evil": b"x", "dev": ("dir",)}), None)
with_members("a layer through three links", lambda m: link_to(m, m.layers[0], "a", "b", "c"), None)
with_members("links in a circle", lambda m: m.update({m.layers[0]: ("link", "../b"), "b": ("link", m.layers[0])}),
             "too many links")
with_members("a link to nothing", lambda m: m.update({m.layers[0]: ("link", "nowhere")}), "is not in the archive")
with_members("a link that leaves the archive", lambda m: m.update({m.layers[0]: ("link", "../../../etc/passwd")}), "leads out")
with_members("a config of the host", set_config("/etc/passwd"), "'/etc/passwd' is not in the archive")
with_members("a config that leaves the archive", set_config("../../etc/passwd"), "leads out")
with_members("a layer that is a folder", lambda m: m.update({m.layers[0]: ("dir",)}), "no plain file")
with_members("no config", lambda m: m.missing(m.configs[0]), "is not in the archive")
with_members("no layer", lambda m: m.missing(m.layers[1]), "layer 2 of 2: ")
with_members("a config changed", lambda m: m.flip(m.configs[0], 20), "its content has the digest")
with_members("fewer layers than diff IDs", change_manifest(lambda e: e[0]["Layers"].pop() and None), "2 of them for 1 layers")
with_members("no image", lambda m: m.update({"manifest.json": b"[]"}), "no image in it")
with_members("a manifest.json that is no array", lambda m: m.update({"manifest.json": b"{}"}), "manifest.json: must be an array")
with_members("broken JSON", lambda m: m.update({"manifest.json": b'[{"Config": nul}]'}), "manifest.json: 1:15: ")
with_members("a key twice", lambda m: m.update({"manifest.json": b'[{"Config":"a","Config":"b"}]'}), "duplicate")
with_members("wrong types", change_manifest(lambda e: e[0].update(Layers="x")), "manifest.json: [0].Layers: must be an array")


# --- what is no image archive ---------------------------------------------------------------------------------------

def no_archive(name, members, text):
    def check(folder):
        made = image.Members()
        made.update(members)
        return refused(Dump(written(made, folder)), text)
    TESTS.add("refused: " + name, check)


no_archive("docker export", {"bin/": ("dir",), "etc/": ("dir",), "usr/": ("dir",), "etc/passwd": b"x"}, "docker export")
no_archive("before Docker 1.10", {"repositories": b"{}", "a/layer.tar": b"x"}, "before 1.10")
no_archive("any other tar", {"a": b"x"}, "neither index.json nor manifest.json")
no_archive("half a layout", {"index.json": b"{}"}, "oci-layout")


def file_of(data, text):
    def check(folder):
        path = os.path.join(folder, "in")
        with open(path, "wb") as out:
            out.write(data)
        return refused(Dump(path), text)
    return check


TESTS.add("refused: no tar", file_of(b"hello" * 1000, "no tar archive"))
TESTS.add("refused: an empty file", file_of(b"", "no "))
TESTS.add("refused: gzip of nonsense", file_of(image.compress(b"hello" * 1000, "gzip"), "no tar archive"))
TESTS.add("refused: no such file", lambda folder: refused(Dump(os.path.join(folder, "none")), "No such file"))
TESTS.add("refused: a folder that is no layout", lambda folder: refused(Dump(folder), "'oci-layout' is not in the archive"))


def cut(folder):
    data = app().members("docker").tar()
    path = os.path.join(folder, "in.tar")
    with open(path, "wb") as out:
        out.write(data[:len(data) // 2])
    return refused(Dump(path), "in.tar: ")


TESTS.add("refused: an archive cut off", cut)


# --- OCI ------------------------------------------------------------------------------------------------------------

def oci(name, change, want, shape="oci"):
    with_members(name, change, want, shape)


def edit_manifest(change):
    """Change the manifest's document and let index.json name the new one."""
    def apply(members):
        name = members.manifests[0]
        value = json.loads(members.pop(name))
        change(value)
        data = to_json(value)
        members.blob(data)

        def point(index):
            index["manifests"][0].update(digest=sha256(data), size=len(data))
        members.edit("index.json", point)
    return apply


def edit_index(change):
    return lambda members: members.edit("index.json", lambda index: change(index["manifests"]))


def first(**more):
    return edit_index(lambda entries: entries[0].update(more))


def edit_layer(**more):
    return edit_manifest(lambda manifest: manifest["layers"][1].update(more))


oci("another layout version", lambda m: m.update({"oci-layout": b'{"imageLayoutVersion":"2.0.0"}'}), "imageLayoutVersion")
oci("a digest with a path in it", first(digest="sha256:../../../../etc/passwd"), "manifests[0].digest: ")
oci("a digest in capitals", lambda m: m.edit("index.json", lambda i: i["manifests"][0].update(
    digest="sha256:" + "A" * 64)), "manifests[0].digest: ")
oci("a negative size in a descriptor", first(size=-1), "index.json: manifests[0].size: must not be negative")
oci("a size that is no integer", first(size=1.5), "must be a whole number")
oci("a size that is wrong", first(size=7), "its descriptor says 7")
oci("a manifest changed", lambda m: m.flip(m.manifests[0], 30), "its content has the digest")
oci("a config of a layout changed", lambda m: m.flip(m.configs[0], 30), "its content has the digest")
oci("a layer absent", lambda m: m.missing(m.layers[0]), "layer 1 of 2: sha256:")
oci("a foreign layer absent", lambda m: (edit_layer(
    mediaType="application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", urls=["u"])(m), m.missing(m.layers[1])),
    "layer 2 of 2 is a foreign layer")
oci("a foreign layer that is there", edit_layer(mediaType="application/vnd.oci.image.layer.nondistributable.v1.tar"), None)
oci("an encrypted layer", edit_layer(mediaType=image.OCI_LAYER + "+gzip+encrypted"), "is encrypted")
oci("a layer of an unknown type", edit_layer(mediaType="text/plain"), "is no layer's")
oci("Docker's types in a layout", edit_layer(mediaType=image.DOCKER_LAYER), None)
oci("a wrong label for a compression", edit_layer(mediaType=image.OCI_LAYER + "+zstd"), None)
oci("schema 1", first(mediaType="application/vnd.docker.distribution.manifest.v1+prettyjws"), "schema 1")
oci("a manifest that is an index too", edit_manifest(lambda m: m.update(manifests=[])), "manifests: has no place")
oci("a manifest with another type inside", edit_manifest(lambda m: m.update(mediaType=image.OCI_INDEX)), "mediaType")
oci("an artifact alone", edit_manifest(lambda m: m.update(artifactType="x/y")), "only attestations or artifacts")
oci("an entry of an unknown type beside the image", edit_index(lambda e: e.insert(0, {
    "mediaType": "text/plain", "digest": "sha256:" + "0" * 64, "size": 1})), None)
oci("an attestation beside the image", edit_index(lambda e: e.append({
    "mediaType": image.OCI_MANIFEST, "digest": "sha256:" + "0" * 64, "size": 1,
    "platform": {"os": "unknown", "architecture": "unknown"}})), None)
oci("an entry without a media type", edit_index(lambda e: e[0].pop("mediaType") and None), None)
oci("an entry without a platform", edit_index(lambda e: e[0].pop("platform") and None), None)


def carried(members):
    """The manifest and a layer stand in descriptors' `data` alone."""
    layer = members.pop(members.layers[1])
    edit_manifest(lambda m: m["layers"][1].update(data=base64.b64encode(layer).decode()))(members)
    def carry(index):
        name = "blobs/sha256/" + hexa(index["manifests"][0]["digest"])
        index["manifests"][0]["data"] = base64.b64encode(members.pop(name)).decode()
    members.edit("index.json", carry)


oci("blobs that descriptors carry", carried, None)
oci("data with another digest", first(data="AAAA", size=3), "data: does not have the descriptor's digest")
oci("data that is no base64", first(data="A*A="), "data: is no base64")
oci("data of another size", first(data="AAAA"), "data: does not have the descriptor's size")


def one_digest_twice(folder):
    members = app().members("oci")
    members.edit("index.json", lambda i: i["manifests"].append(
        {**i["manifests"][0], "annotations": {"org.opencontainers.image.ref.name": "other:1"}}))
    dump = Dump(written(members, folder))
    return dump.error or differ(dump.starting("ref"), ["test:latest", "other:1"])


TESTS.add("two names of one digest are one image", one_digest_twice)


def nested(levels, width, want):
    def check(folder):
        members = app().members("oci")
        image.nest(members, levels, width)
        dump = Dump(written(members, folder))
        return refused(dump, want) if want else dump.error or differ(len(dump.entries()), 3)
    return check


TESTS.add("an index in an index in an index", nested(3, 1, None))
TESTS.add("each level names the next one twice: no explosion", nested(12, 2, None))
TESTS.add("refused: indexes nested without end", nested(40, 1, "nested more than"))


# --- hybrids --------------------------------------------------------------------------------------------------------

def other_config(members):
    data = to_json({"os": "linux", "architecture": "amd64", "rootfs": {"type": "layers", "diff_ids": []}})
    name = members.blob(data)
    members.edit("manifest.json", lambda e: e[0].update(Config=name, Layers=[]))


with_members("a hybrid whose halves differ", other_config, "ambiguous", "hybrid")


def extra_tag(folder):
    members = app().members("hybrid")
    members.edit("manifest.json", lambda e: e[0]["RepoTags"].append("more:2"))
    dump = Dump(written(members, folder))
    return dump.error or differ(dump.starting("ref"), ["test:latest", "more:2"])


TESTS.add("a hybrid's tags are those of both halves", extra_tag)


# --- several images and platforms -----------------------------------------------------------------------------------

def several(shape):
    def check(folder):
        path = os.path.join(folder, "in.tar")
        image.save_images([app("host/library/a:1", b"1"), app("b:latest", b"2"), app("host/c:dev", b"3")], path, shape)
        problem = refused(Dump(path), "several images; choose one by --image: host/library/a:1, b:latest, host/c:dev")
        for ask, want in (("a:1", "host/library/a:1"), ("host/library/a:1", "host/library/a:1"),
                          ("b", "b:latest"), ("c:dev", "host/c:dev"), ("dev", "host/c:dev"), ("1", "host/library/a:1")):
            dump = Dump("--image", ask, path)
            problem = problem or dump.error or differ(dump.starting("ref"), [want])
        return problem or refused(Dump("--image", "nope", path), "no image 'nope'; there are: host/library/a:1, ")
    return check


for shape in "docker", "podman", "oci", "hybrid":
    TESTS.add("several images: " + shape, several(shape))


def by_digest(folder):
    path = os.path.join(folder, "in.tar")
    members = image.save_images([app("a:1", b"1"), app("b:1", b"2")], path, "oci")
    manifest, config = (name.rsplit("/", 1)[1] for name in (members.manifests[1], members.configs[0]))
    for ask, want in ((manifest, "b:1"), ("sha256:" + manifest, "b:1"), (config[:12], "a:1"), ("sha256:" + config[:20], "a:1")):
        dump = Dump("--image", ask, path)
        problem = dump.error or differ(dump.starting("ref"), [want])
        if problem:
            return problem
    return refused(Dump("--image", config[:11], path), "no image")


TESTS.add("an image by its digest", by_digest)
PLATFORMS = [("amd64", None), ("arm", "v6"), ("arm", "v7"), ("arm64", "v8"), ("s390x", None)]


def platforms(ask, want, **more):
    def check(folder):
        path = os.path.join(folder, "in.tar")
        image.save_platforms([app(arch=arch, variant=variant) for arch, variant in PLATFORMS], path, **more)
        dump = Dump(*(["--platform", ask] if ask else []), path)
        if not isinstance(want, list):
            return refused(dump, want)
        return dump.error or differ(dump.starting("image"), want)
    TESTS.add("platform %s of %s" % (ask, "an index"), check)


platforms(None, ["linux/amd64", "linux/arm/v6", "linux/arm/v7", "linux/arm64/v8", "linux/s390x"], attestation=True)
platforms("linux/amd64", ["linux/amd64"])
platforms("linux/x86_64", ["linux/amd64"])
platforms("linux/arm64", ["linux/arm64/v8"])
platforms("linux/arm", ["linux/arm/v7"])
platforms("linux/arm/v8", ["linux/arm/v7"])
platforms("linux/arm/v6", ["linux/arm/v6"])
platforms("linux/arm/v5", "no image for linux/arm/v5; there are: linux/amd64, ")
platforms("windows/amd64", "no image for windows/amd64")


def absent_platform(folder):
    members = image.platform_members([app(), app(arch="arm64")])
    members.missing(members.manifests[1])
    dump = Dump(written(members, folder))
    problem = dump.error or differ(dump.starting("image"), ["linux/amd64"])
    members.missing(members.layers[1])
    return problem or refused(Dump(written(members, folder)), "is not in the archive")


TESTS.add("a platform whose blobs are absent is left out, unless it is the only one", absent_platform)


def same_platform(folder):
    path = os.path.join(folder, "in.tar")
    image.save_platforms([app(), app(text=b"other")], path)
    return refused(Dump(path), "several images")


TESTS.add("refused: two images of one platform in an index", same_platform)


# --- folders --------------------------------------------------------------------------------------------------------

def linked_blob(folder):
    path = os.path.join(folder, "layout")
    members = app().members("oci")
    members.write_dir(path)
    blob = os.path.join(path, members.layers[0])
    os.rename(blob, blob + ".real")
    os.symlink(blob + ".real", blob)
    return refused(Dump(path), "a link, which is not followed")


def fifo_blob(folder):
    path = os.path.join(folder, "layout")
    members = app().members("oci")
    members.write_dir(path)
    os.remove(os.path.join(path, "index.json"))
    os.mkfifo(os.path.join(path, "index.json"))
    return refused(Dump(path), "no plain file")


TESTS.add("refused: a layout folder with a link for a blob", linked_blob)
TESTS.add("refused: a layout folder with a fifo", fifo_blob)
