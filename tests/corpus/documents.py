"""JSON documents that lie, or are no JSON at all: each is refused with a message that names the document."""

import json
import os

import image
from archives import app, edit_index, edit_manifest
from image import hexa, sha256, to_json
from readers import Dump, Tests, refused

TESTS = Tests()
SHA = "sha256:" + "0" * 64


def case(name, shape, change, *texts):
    def check(folder):
        members, path = app().members(shape), os.path.join(folder, "in.tar")
        change(members)
        members.write(path)
        dump = Dump(path)
        for text in texts:
            problem = refused(dump, text)
            if problem:
                return problem
        return None
    TESTS.add("refused: " + name, check)


def document(member, data, name, *texts):
    shape = "docker" if member == "manifest.json" else "oci"
    case("%s: %s" % (member, name), shape, lambda members: members.update({member: data}), member, *texts)


# --- manifest.json ----------------------------------------------------------------------------------------------------

MANY = b"[" + b",".join([b'{"Config":"a"}'] * 4097) + b"]"
for name, data, text in (
        ("100,000 arrays deep", b"[" * 100000 + b"]" * 100000, "maximum parsing depth"),
        ("100,000 objects deep", b'{"a":' * 100000, "maximum parsing depth"),
        ("more than 20 MiB", b"[" + b" " * (20 << 20) + b"]", "more than 20971520 bytes"),
        ("4097 images", MANY, "more than 4096 images"),
        ("nothing", b"", "manifest.json: "),
        ("blanks", b" \n\t", "manifest.json: "),
        ("a string that does not end", b'[{"Config":"a', "manifest.json: 1:"),
        ("a comma too many", b'[{"Config":"a",}]', "manifest.json: 1:"),
        ("a comment", b'[] // none', "end of file expected"),
        ("two documents", b"[][]", "end of file expected"),
        ("NaN", b'[{"Config":NaN}]', "manifest.json: 1:"),
        ("a byte order mark", b"\xef\xbb\xbf[]", "byte order mark"),
        ("UTF-16", "[]".encode("utf-16"), "manifest.json: "),
        ("no UTF-8", b'[{"Config":"\xff\xfe"}]', "manifest.json: 1:"),
        ("half a surrogate", b'[{"Config":"\\ud800"}]', "manifest.json: 1:"),
        ("a NUL in a string", b'[{"Config":"a\\u0000b"}]', "manifest.json: 1:"),
        ("a NUL in a key", b'[{"Con\\u0000fig":"a"}]', "manifest.json: 1:"),
        ("a control byte in a string", b'[{"Config":"a\x01"}]', "manifest.json: 1:"),
        ("null", b"null", "manifest.json: 1:4: "),
        ("a number", b"7", "manifest.json: "),
        ("null for an image", b"[null]", "[0]: must be an object"),
        ("an array for an image", b"[[]]", "[0]: must be an object"),
        ("a number for a config", b'[{"Config":7,"Layers":[]}]', "[0].Config: must be a string"),
        ("no config", b'[{"Layers":[]}]', "[0].Config: is missing"),
        ("null for a layer", b'[{"Config":"a","Layers":[null]}]', "[0].Layers[0]: must be a string"),
        ("an object for tags", b'[{"Config":"a","Layers":[],"RepoTags":{}}]', "[0].RepoTags: must be an array"),
        ("a number for a tag", b'[{"Config":"a","Layers":[],"RepoTags":[7]}]', "[0].RepoTags[0]: must be a string"),
        ("an empty name for a config", b'[{"Config":"","Layers":[]}]', "is not in the archive"),
        ("itself for a config", b'[{"Config":"manifest.json","Layers":[]}]', "must be an object")):
    document("manifest.json", data, name, text)

# --- the config -------------------------------------------------------------------------------------------------------


def replaced_config(change):
    """Another config under its own digest, so that only what it says is wrong."""
    def apply(members):
        value = json.loads(members.pop(members.configs[0]))
        value = change(value) or value
        data = value if isinstance(value, bytes) else to_json(value)
        name = hexa(sha256(data)) + ".json"
        members[name] = data
        members.edit("manifest.json", lambda entries: entries[0].update(Config=name))
    return apply


def config(name, change, *texts):
    case("config: " + name, "docker", replaced_config(change), *texts)


def of_config(**more):
    return lambda value: value["config"].update(more)


def of_rootfs(**more):
    return lambda value: value["rootfs"].update(more)


config("no rootfs", lambda c: c.pop("rootfs") and None, "rootfs: is missing")
config("rootfs of another type", of_rootfs(type="layerz"), "rootfs.type: must be")
config("rootfs is an array", lambda c: c.update(rootfs=[]), "rootfs: must be an object")
config("no diff IDs", of_rootfs(diff_ids=[]), "0 of them for 2 layers")
config("100,000 diff IDs", of_rootfs(diff_ids=[SHA] * 100000), "100000 of them for 2 layers")
config("a diff ID that is a path", of_rootfs(diff_ids=["sha256:../../../etc/passwd", SHA]), "rootfs.diff_ids[0]")
config("a diff ID of an unknown kind", of_rootfs(diff_ids=["md5:" + "0" * 32, SHA]), "rootfs.diff_ids[0]")
config("a diff ID that is a number", of_rootfs(diff_ids=[7, SHA]), "rootfs.diff_ids[0]: must be a string")
config("diff IDs of other layers", of_rootfs(diff_ids=[SHA, SHA]), "layer 1 of 2", "diff ID is sha256:0000")
config("diff IDs the wrong way round", lambda c: c["rootfs"]["diff_ids"].reverse(), "layer 1 of 2", "diff ID")
config("Env is a string", of_config(Env="A=b"), "config.Env: must be an array")
config("Env holds a number", of_config(Env=["A=b", 7]), "config.Env[1]: must be a string")
config("Entrypoint is an object", of_config(Entrypoint={"0": "/app"}), "config.Entrypoint: must be an array")
config("Cmd holds null", of_config(Cmd=[None]), "config.Cmd[0]: must be a string")
config("User is a number", of_config(User=7), "config.User: must be a string")
config("WorkingDir is an array", of_config(WorkingDir=["/"]), "config.WorkingDir: must be a string")
config("Volumes is a number", of_config(Volumes=7), "config.Volumes: must be")
config("Healthcheck is a string", of_config(Healthcheck="x"), "config.Healthcheck: must be an object")
config("Healthcheck's test is a number", of_config(Healthcheck={"Test": [7]}), "config.Healthcheck.Test[0]: must be a string")
config("config is an array", lambda c: c.update(config=[]), "config: must be an object")
config("the platform is a number", lambda c: c.update(os=7), "os: must be a string")
config("history is an object", lambda c: c.update(history={}), "history: must be an array")
config("an array", lambda c: b"[]", "must be an object")
config("deep", lambda c: b'{"config":' + b"[" * 50000, "maximum parsing depth")
config("a key twice", lambda c: b'{"rootfs":{},"rootfs":{}}', "duplicate")
config("larger than any", lambda c: b'{"a":"' + b"x" * (20 << 20) + b'"}', "more than 20971520 bytes")

# --- index.json and manifests -----------------------------------------------------------------------------------------


def entry(name, texts, **more):
    case("index.json: " + name, "oci", edit_index(lambda entries: entries[0].update(more)), *texts)


document("index.json", b"{}", "no manifests", "manifests: is missing")
document("index.json", b'{"manifests":{}}', "manifests is an object", "manifests: must be an array")
document("index.json", b'{"manifests":[7]}', "a manifest is a number", "manifests[0]: must be an object")
document("index.json", b'{"schemaVersion":3,"manifests":[]}', "another version", "schemaVersion: must be 2")
case("index.json: no image", "oci", lambda m: m.update({"index.json": b'{"manifests":[]}'}), "no image in it")
document("oci-layout", b"7", "a number", "oci-layout")
entry("a digest that is a number", ["manifests[0].digest: must be a string"], digest=7)
entry("no digest", ["manifests[0].digest"], digest=None)
entry("a digest too short", ["manifests[0].digest"], digest="sha256:00")
entry("a digest with more behind it", ["manifests[0].digest"], digest=SHA + "0")
entry("a size that is a string", ["manifests[0].size: must be a whole number"], size="7")
entry("a size of 2^64", ["index.json: "], size=2**64)
entry("a size of 10^400", ["index.json: "], size=10**400)
entry("a platform that is an array", ["manifests[0].platform: must be an object"], platform=[])
entry("an architecture that is a number", ["manifests[0].platform.architecture: must be a string"], platform={"architecture": 7})
entry("a note that is a number", ["manifests[0].annotations"], annotations={"org.opencontainers.image.ref.name": 7})
entry("a media type that is an array", ["manifests[0].mediaType: must be a string"], mediaType=[])


def manifest(name, change, *texts):
    case("manifest: " + name, "oci", edit_manifest(change), *texts)


manifest("no config", lambda m: m.pop("config") and None, "config: is missing")
manifest("no layers", lambda m: m.pop("layers") and None, "layers: is missing")
manifest("layers is an object", lambda m: m.update(layers={}), "layers: must be an array")
manifest("a layer without a digest", lambda m: m["layers"][0].pop("digest") and None, "layers[0].digest: is missing")
manifest("a layer too many", lambda m: m["layers"].append(m["layers"][0]), "2 of them for 3 layers")
manifest("100,000 layers of one blob", lambda m: m.update(layers=[m["layers"][0]] * 100000), "2 of them for 100000 layers")
manifest("a layer whose size is too large", lambda m: m["layers"][0].update(size=10**15), "layer 1 of 2", "its descriptor says")
manifest("a layer whose size is too small", lambda m: m["layers"][1].update(size=1), "layer 2 of 2", "its descriptor says")
manifest("the config for a layer", lambda m: m["layers"][0].update(m["config"], mediaType=image.OCI_LAYER), "layer 1 of 2")
manifest("a layer for the config", lambda m: m["config"].update(m["layers"][0], mediaType=image.OCI_CONFIG), "config")
manifest("of the old kind", lambda m: m.update(schemaVersion=1, fsLayers=[]), "schemaVersion")
