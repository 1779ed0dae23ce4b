"""Image archives for tests, made from nothing but the standard library (and the `zstd` command).

    image = Image({"Entrypoint": ["/bin/app"]}, tags=["app:1"])
    layer = image.layer()                           # bottom first; layer(compression="zstd") for just this one
    layer.file("/bin/app", b"...", mode=0o755).link("/bin/sh", "dash")
    image.save("in.tar", form="docker", compression="gzip", outer="none")

    save_images([a, b], "in.tar")                   # one archive, several images
    save_platforms([amd64, arm64], "in.tar")        # one image for several platforms: an index in an OCI layout

    members = image.members(form="oci")             # the archive before it is written: name -> Member, in order
    members.flip(members.layers[0], 100)            # … so that a test can break it
    members.write("bad.tar")

Forms:
    docker   as `docker save` before 25: <id>/layer.tar, a repeated layer is a link ../<id>/layer.tar
    podman   as `podman save` and skopeo: <diff id>.tar, and <id>/layer.tar links to it
    oci      an OCI layout in an archive
    hybrid   as `docker save` since 25: an OCI layout and manifest.json over the same blobs
    oci-dir  an OCI layout in a folder
Compressions (of layers and, as `outer`, of the archive): none, gzip, gzip-multi (several members), gzip-named (a header
    with every optional field), stargz (members and footer as eStargz), zstd, zstd-multi (several frames, one of them
    skippable), zstd-chunked (frames and a manifest in skippable ones), bzip2, xz, xz-multi.

Everything is deterministic: times are 0 unless given. Names are str (bytes that are no UTF-8 as surrogates) or bytes.
"""

import bz2
import copy
import gzip
import hashlib
import io
import json
import lzma
import os
import subprocess
import tarfile
import zlib

BLOCK = 512
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def hexa(digest):
    return digest.split(":", 1)[1]


def to_json(value):
    return json.dumps(value, separators=(",", ":")).encode()


def _bytes(data):
    return data.encode("utf-8", "surrogateescape") if isinstance(data, str) else bytes(data)


def _text(name):
    return name.decode("utf-8", "surrogateescape") if isinstance(name, bytes) else name


# --- compression ------------------------------------------------------------------------------------------------


def _zstd(data):
    return subprocess.run(["zstd", "-q", "-c", "-3"], input=data, stdout=subprocess.PIPE, check=True).stdout


def _gzip(data):
    return gzip.compress(data, 6, mtime=0)


def _parts(data, count=3):
    size = max(1, -(-len(data) // count))
    return [data[i:i + size] for i in range(0, len(data), size)] or [b""]


def _gzip_named(data):
    """RFC 1952: FEXTRA, FNAME, FCOMMENT and FHCRC."""
    head = bytes.fromhex("1f8b081e0000000002ff") + b"\x08\0" + b"AB\x04\0free" + b"layer.tar\0" + b"a comment\0"
    head += (zlib.crc32(head) & 0xffff).to_bytes(2, "little")
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    body = packer.compress(data) + packer.flush()
    return head + body + zlib.crc32(data).to_bytes(4, "little") + (len(data) % 2**32).to_bytes(4, "little")


def _stargz(data):
    """Members at each chunk, and the footer: an empty member whose extra field says where the table of contents is."""
    chunks = b"".join(map(_gzip, _parts(data, 4)))
    extra = b"SG\x16\0" + b"%016xSTARGZ" % len(chunks)
    footer = bytes.fromhex("1f8b08040000000000ff") + len(extra).to_bytes(2, "little") + extra + b"\x01\0\0\xff\xff"
    return chunks + footer + bytes(8)


def _skippable(data, kind=0):
    return bytes([0x50 + kind]) + b"\x2a\x4d\x18" + len(data).to_bytes(4, "little") + data


def _zstd_chunked(data):
    """Frames of chunks, then the manifest and a footer that names it, each in a skippable frame."""
    chunks, manifest = b"".join(map(_zstd, _parts(data, 4))), _zstd(b'{"version":1,"entries":[]}')
    footer = len(chunks + manifest).to_bytes(8, "little") + bytes(24) + b"GNUlInUx"
    return chunks + _skippable(manifest) + _skippable(footer)


_SKIPPABLE_FRAME = _skippable(b"skip")

COMPRESSIONS = {
    "none": bytes,
    "gzip": _gzip,
    "gzip-multi": lambda data: b"".join(map(_gzip, _parts(data))),
    "zstd": _zstd,
    "zstd-multi": lambda data: _SKIPPABLE_FRAME + b"".join(map(_zstd, _parts(data))) + _SKIPPABLE_FRAME,
    "gzip-named": _gzip_named,
    "stargz": _stargz,
    "zstd-chunked": _zstd_chunked,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "xz-multi": lambda data: b"".join(map(lzma.compress, _parts(data))),
}


def _suffix(how):
    """Of a layer's media type."""
    return "" if how == "none" else "+gzip" if how == "stargz" else "+" + how.split("-")[0]


def compress(data, how):
    return COMPRESSIONS[how](data)


# --- one layer --------------------------------------------------------------------------------------------------


def pax_records(records):
    """The body of a pax header; the values are bytes."""
    body = b""
    for key, value in sorted(records.items()):
        rest = b" " + _bytes(key) + b"=" + value + b"\n"
        size = len(rest)
        while len(str(size)) + len(rest) != size:
            size = len(str(size)) + len(rest)
        body += str(size).encode() + rest
    return body


def _padded(data):
    return data + bytes(-len(data) % BLOCK)


def _ustar(info):
    return info.tobuf(tarfile.USTAR_FORMAT, "utf-8", "surrogateescape")


def tar_entry(info, data=b"", xattrs=None, pax=None):
    """The bytes of one entry; a pax header goes before it where ustar has no room."""
    info = copy.copy(info)
    records = {key: _bytes(value) for key, value in (pax or {}).items()}
    for key, value in (xattrs or {}).items():
        records["SCHILY.xattr." + key] = _bytes(value)
    for field, key in (("name", "path"), ("linkname", "linkpath")):
        value = _bytes(getattr(info, field))
        if len(value) > 99:
            records[key] = value
            setattr(info, field, _text(value[:80]))
    for field, limit in (("uid", 8**7), ("gid", 8**7), ("mtime", 8**11), ("size", 8**11)):
        value = getattr(info, field)
        if value < 0 or value >= limit or value != int(value):
            records[field] = str(value).encode()
            setattr(info, field, max(0, int(value)) % limit)
        else:
            setattr(info, field, int(value))
    head = b""
    if records:
        body = pax_records(records)
        extra = tarfile.TarInfo("PaxHeaders/entry")
        extra.type, extra.size = tarfile.XHDTYPE, len(body)
        head = _ustar(extra) + _padded(body)
    return head + _ustar(info) + _padded(data)


class Layer:
    """One layer; every method returns the layer, so that calls chain. Paths may start with a slash."""

    def __init__(self, compression=None, below=None):
        self.compression = compression
        self.below = below      # the layer before
        self.attributes = {}    # path -> what hard links to it take over
        self.entries = []
        self.blank_end = True
        self.tail = b""

    def _add(self, path, kind, data=b"", mode=0o644, uid=0, gid=0, mtime=0, xattrs=None, pax=None, linkname="",
             major=0, minor=0, size=None):
        info = tarfile.TarInfo(_text(path).lstrip("/"))
        info.type, info.mode, info.uid, info.gid, info.mtime = kind, mode, uid, gid, mtime
        info.linkname, info.devmajor, info.devminor = _text(linkname), major, minor
        info.size = len(data) if size is None else size
        self.attributes[info.name] = {"mode": mode, "uid": uid, "gid": gid, "mtime": mtime, "xattrs": xattrs}
        self.entries.append(tar_entry(info, data, xattrs, pax))
        return self

    def file(self, path, data=b"", mode=0o644, **attributes):
        return self._add(path, tarfile.REGTYPE, _bytes(data), mode, **attributes)

    def dir(self, path, mode=0o755, **attributes):
        return self._add(_text(path).rstrip("/") + "/", tarfile.DIRTYPE, mode=mode, **attributes)

    def link(self, path, target, mode=0o777, **attributes):
        return self._add(path, tarfile.SYMTYPE, mode=mode, linkname=target, **attributes)

    def hardlink(self, path, target, **attributes):
        """As tar writes it: with the attributes of the target, unless others are given."""
        target, layer = _text(target).lstrip("/"), self
        while layer and target not in layer.attributes:
            layer = layer.below
        return self._add(path, tarfile.LNKTYPE, linkname=target,
                         **{**(layer.attributes[target] if layer else {}), **attributes})

    def device(self, path, kind="c", major=1, minor=3, mode=0o666, **attributes):
        kind = tarfile.CHRTYPE if kind == "c" else tarfile.BLKTYPE
        return self._add(path, kind, mode=mode, major=major, minor=minor, **attributes)

    def fifo(self, path, mode=0o644, **attributes):
        return self._add(path, tarfile.FIFOTYPE, mode=mode, **attributes)

    def whiteout(self, path):
        head, name = os.path.split(_text(path))
        return self.file(os.path.join(head, ".wh." + name))

    def opaque(self, path):
        return self.file(os.path.join(_text(path), ".wh..wh..opq"))

    def raw(self, info, data=b"", **more):
        """A tarfile.TarInfo as it is; `more`: xattrs, pax."""
        self.entries.append(tar_entry(info, data, **more))
        return self

    def bytes(self, data):
        """Bytes into the middle of the tar, whatever they are."""
        self.entries.append(data)
        return self

    def end(self, blank=True, tail=b""):
        """Whether two zero blocks end the tar, and what follows them."""
        self.blank_end, self.tail = blank, tail
        return self

    def tar(self):
        return b"".join(self.entries) + (bytes(2 * BLOCK) if self.blank_end else b"") + self.tail


# --- archives ---------------------------------------------------------------------------------------------------


class Members(dict):
    """The members of an archive in their order: bytes, ("link", target) or ("dir",)."""

    def __init__(self):
        super().__init__()
        self.layers = []   # member names of the layers' blobs, image after image, bottom first
        self.configs = []  # … and of the configs
        self.manifests = []

    def blob(self, data, listed=None):
        name = "blobs/sha256/" + hexa(sha256(data))
        self[name] = data
        if listed is not None:
            listed.append(name)
        return name

    def flip(self, name, offset=None):
        data = bytearray(self[name])
        data[len(data) // 2 if offset is None else offset] ^= 0x40
        self[name] = bytes(data)

    def truncate(self, name, size=None):
        self[name] = self[name][:len(self[name]) // 2 if size is None else size]

    def missing(self, name):
        del self[name]

    def move_last(self, name):
        self[name] = self.pop(name)

    def edit(self, name, change):
        """Change a JSON document in place: change(value) returns the new one, or None when it changed it itself."""
        value = json.loads(self[name])
        new = change(value)
        self[name] = to_json(value if new is None else new)

    def tar(self):
        out = []
        for name, member in self.items():
            info = tarfile.TarInfo(name)
            if isinstance(member, tuple):
                info.type = tarfile.SYMTYPE if member[0] == "link" else tarfile.DIRTYPE
                info.linkname = member[1] if member[0] == "link" else ""
                info.mode = 0o777 if member[0] == "link" else 0o755
                out.append(tar_entry(info))
            else:
                info.size = len(member)
                out.append(tar_entry(info, member))
        return b"".join(out) + bytes(2 * BLOCK)

    def write(self, path, outer="none"):
        with open(path, "wb") as out:
            out.write(compress(self.tar(), outer))

    def write_dir(self, path):
        for name, member in self.items():
            target = os.path.join(path, name)
            if isinstance(member, tuple):
                os.makedirs(target, exist_ok=True)
                continue
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "wb") as out:
                out.write(member)


class Image:
    def __init__(self, config=None, os="linux", arch="amd64", variant=None, tags=("test:latest",), history=True,
                 extra=None, annotations=None):
        self.config_object = config if config is not None else {}
        self.os, self.arch, self.variant = os, arch, variant
        self.tags = list(tags)
        self.history = history
        self.extra = extra or {}            # further top-level members of the config document
        self.annotations = annotations      # of the manifest
        self.layers = []
        self.wrong_diff_ids = {}            # layer number -> digest to write instead
        self.wrong_sizes = {}               # layer number -> size to write into the descriptor

    def layer(self, compression=None):
        self.layers.append(Layer(compression, self.layers[-1] if self.layers else None))
        return self.layers[-1]

    def config(self):
        diff_ids = [self.wrong_diff_ids.get(i, sha256(layer.tar())) for i, layer in enumerate(self.layers)]
        document = {"architecture": self.arch, "os": self.os}
        if self.variant:
            document["variant"] = self.variant
        document["created"] = "2020-01-02T03:04:05Z"
        document["config"] = self.config_object
        document["rootfs"] = {"type": "layers", "diff_ids": diff_ids}
        if self.history:
            document["history"] = [{"created": "2020-01-02T03:04:05Z", "created_by": "layer %d" % i}
                                   for i in range(len(self.layers))]
        document.update(self.extra)
        return document

    def platform(self):
        platform = {"architecture": self.arch, "os": self.os}
        if self.variant:
            platform["variant"] = self.variant
        return platform

    def members(self, form="docker", compression="none"):
        return members([self], form, compression)

    def save(self, path, form="docker", compression="none", outer="none"):
        return save_images([self], path, form, compression, outer)


def _add_docker_old(out, image, compression):
    """<id>/layer.tar as docker before 25; a layer that was there before becomes a link."""
    seen, names = {}, []
    for number, layer in enumerate(image.layers):
        blob = compress(layer.tar(), layer.compression or compression)
        folder = hexa(sha256(b"%d %s" % (number, hashlib.sha256(blob).hexdigest().encode())))
        name = folder + "/layer.tar"
        out[folder + "/"] = ("dir",)
        out[folder + "/VERSION"] = b"1.0"
        out[folder + "/json"] = to_json({"id": folder})
        out[name] = ("link", "../" + seen[blob]) if blob in seen else blob
        seen.setdefault(blob, name)
        names.append(name)
    out.layers += names
    return _docker_entry(out, image, names)


def _add_podman(out, image, compression):
    """<diff id>.tar as podman and skopeo, with the old names as links to it."""
    names = []
    for number, layer in enumerate(image.layers):
        tar = layer.tar()
        name = hexa(sha256(tar)) + ".tar"
        out[name] = compress(tar, layer.compression or compression)
        folder = hexa(sha256(b"%d %s" % (number, name.encode())))
        out[folder + "/layer.tar"] = ("link", "../" + name)
        out[folder + "/VERSION"] = b"1.0"
        out[folder + "/json"] = to_json({"id": folder})
        names.append(name)
    out.layers += names
    return _docker_entry(out, image, names)


def _docker_entry(out, image, layers):
    config = to_json(image.config())
    name = hexa(sha256(config)) + ".json"
    out[name] = config
    out.configs.append(name)
    return {"Config": name, "RepoTags": image.tags or None, "Layers": layers}


def _descriptor(media_type, data, **more):
    return {"mediaType": media_type, "digest": sha256(data), "size": len(data), **more}


def _add_oci(out, image, compression):
    """The blobs of one image; returns the manifest's descriptor and, for manifest.json, the docker entry."""
    config, layers, names = to_json(image.config()), [], []
    for number, layer in enumerate(image.layers):
        how = layer.compression or compression
        blob = compress(layer.tar(), how)
        names.append(out.blob(blob, out.layers))
        layers.append(_descriptor(OCI_LAYER + _suffix(how), blob))
        layers[-1]["size"] = image.wrong_sizes.get(number, len(blob))
    document = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": _descriptor(OCI_CONFIG, config),
                "layers": layers}
    if image.annotations:
        document["annotations"] = image.annotations
    manifest = to_json(document)
    config_name = out.blob(config, out.configs)
    out.blob(manifest, out.manifests)
    descriptor = _descriptor(OCI_MANIFEST, manifest, platform=image.platform())
    return descriptor, {"Config": config_name, "RepoTags": image.tags or None, "Layers": names}


def _with_tags(descriptor, tags, hybrid):
    if not tags:
        return [descriptor]
    out = []
    for tag in tags:
        annotations = {"org.opencontainers.image.ref.name": tag.rpartition(":")[2] if hybrid else tag}
        if hybrid:
            annotations["io.containerd.image.name"] = tag
        out.append({**descriptor, "annotations": annotations})
    return out


def _layout(out, index, entries):
    out["index.json"] = to_json({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": index})
    if entries is not None:
        out["manifest.json"] = to_json(entries)
    out["oci-layout"] = b'{"imageLayoutVersion":"1.0.0"}'
    return out


def members(images, form="docker", compression="none"):
    """The members of an archive that holds IMAGES."""
    out = Members()
    if form in ("docker", "podman"):
        add = _add_docker_old if form == "docker" else _add_podman
        out["manifest.json"] = to_json([add(out, image, compression) for image in images])
        out["repositories"] = b"{}"
        out.move_last("repositories")
        return out
    out["blobs/"] = out["blobs/sha256/"] = ("dir",)
    index, entries = [], []
    for image in images:
        descriptor, entry = _add_oci(out, image, compression)
        index += _with_tags(descriptor, image.tags, form == "hybrid")
        entries.append(entry)
    return _layout(out, index, entries if form == "hybrid" else None)


def nest(members, levels, width=1):
    """Put LEVELS of indexes above what index.json names; each names the one below it WIDTH times."""
    entries = json.loads(members["index.json"])["manifests"]
    for _ in range(levels):
        data = to_json({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries * width})
        members.blob(data)
        entries = [_descriptor(OCI_INDEX, data)]
    members["index.json"] = to_json({"schemaVersion": 2, "manifests": entries})


def platform_members(images, tags=("test:latest",), compression="none", attestation=False):
    """An OCI layout whose index.json names one nested index with a manifest for each platform."""
    out = Members()
    out["blobs/"] = out["blobs/sha256/"] = ("dir",)
    manifests = [_add_oci(out, image, compression)[0] for image in images]
    if attestation:
        manifests.append(_attestation(out, manifests[0]["digest"]))
    index = to_json({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": manifests})
    out.blob(index)
    return _layout(out, _with_tags(_descriptor(OCI_INDEX, index), list(tags), False), None)


def _attestation(out, about):
    """What buildx adds beside an image: a manifest that is no image."""
    statement, config = b'{"_type":"https://in-toto.io/Statement/v0.1"}', to_json({"os": "unknown",
                                                                                   "architecture": "unknown"})
    manifest = to_json({"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": _descriptor(OCI_CONFIG, config),
                        "layers": [_descriptor("application/vnd.in-toto+json", statement)]})
    for data in (statement, config, manifest):
        out.blob(data)
    return _descriptor(OCI_MANIFEST, manifest, platform={"architecture": "unknown", "os": "unknown"},
                       annotations={"vnd.docker.reference.type": "attestation-manifest",
                                    "vnd.docker.reference.digest": about})


def _write(out, path, form, outer):
    if form == "oci-dir":
        out.write_dir(path)
    else:
        out.write(path, outer)
    return out


def save_images(images, path, form="docker", compression="none", outer="none"):
    return _write(members(images, form, compression), path, form, outer)


def save_platforms(images, path, form="oci", compression="none", outer="none", **more):
    return _write(platform_members(images, compression=compression, **more), path, form, outer)


# --- reading back, for what slim wrote ----------------------------------------------------------------------------


def tar_entries(data):
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return [(info, tar.extractfile(info).read() if info.isreg() else b"") for info in tar.getmembers()]


class Archive:
    """An archive as a test reads it: documents, layers, entries. Digests are checked."""

    def __init__(self, path):
        self.tar = tarfile.open(path)
        self.names = [os.path.normpath(m.name) for m in self.tar.getmembers()]

    def read(self, name):
        return self.tar.extractfile(name).read()

    def json(self, name):
        return json.loads(self.read(name))

    def blob(self, digest):
        data = self.read("blobs/sha256/" + hexa(digest))
        assert sha256(data) == digest, "blob %s has digest %s" % (digest, sha256(data))
        return data

    def manifests(self):
        """The image manifests of index.json, nested indexes included."""
        todo, out = list(self.json("index.json")["manifests"]), []
        while todo:
            document = json.loads(self.blob(todo.pop(0)["digest"]))
            if "manifests" in document:
                todo += document["manifests"]
            else:
                out.append(document)
        return out

    def config(self, number=0):
        return json.loads(self.blob(self.manifests()[number]["config"]["digest"]))

    def layer(self, number=0, image=0):
        """The uncompressed bytes of a layer."""
        descriptor = self.manifests()[image]["layers"][number]
        return decompress(self.blob(descriptor["digest"]))

    def entries(self, number=0, image=0):
        """The layer's entries in order: pairs of a tarfile.TarInfo and its bytes."""
        return tar_entries(self.layer(number, image))


def decompress(data):
    if data[:2] == b"\x1f\x8b":
        return gzip.decompress(data)
    if data[:4] == b"\x28\xb5\x2f\xfd" or data[1:4] == b"\x2a\x4d\x18":
        return subprocess.run(["zstd", "-q", "-d", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout
    return data
