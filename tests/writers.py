#!/usr/bin/env python3
"""What slim writes: deterministic, whole, and read by other tools as it was meant. Tools that lack are skipped."""
import hashlib
import json
import os
import random
import shutil
import stat
import struct
import subprocess
import sys
import tarfile
import tempfile

from image import Archive, Image, hexa, save_platforms, sha256

SLIM = os.environ.get("SLIM", "./slim")
# The whole output for golden_image() without compression. The history has slim's version in it, so the digest changes
# with that; else a change means that the same input no longer gives the same bytes.
GOLDEN = os.path.join(os.environ.get("TOP_SRCDIR", "."), "tests/golden.sha256")
CAPABILITY = struct.pack("<5I", 0x02000001, 1 << 10, 0, 0, 0)  # linux/capability.h, revision 2: cap_net_bind_service
LONG = "/".join(["d" * 120, "e" * 120, "f" * 90])


def odd_image(special=True):
    """Names, owners, times and attributes that need every kind of pax record."""
    image = Image({"Entrypoint": ["/bin/app"], "Env": ["A=b"], "Labels": {"l": "v"}}, tags=("odd:1",),
                  extra={"x-unknown": {"big": 9007199254740993, "null": None}})
    image.layer().file("bin/app", "#!/bin/app\n", mode=0o4755, uid=3000000, gid=7, mtime=1600000000) \
        .file(LONG, "long", mtime=-5).file("p" * 100 + "/" + "q" * 100, "split") \
        .file(b"n\xff\xfe", "raw").file("\u00fc/\u00e9", "utf-8").file("new\nline", "") \
        .file("frac", "x", pax={"mtime": "1600000000.123456000"}) \
        .file("attributes", "x", xattrs={"user.b": b"\0\n=x", "user.a": b"1", "security.capability": CAPABILITY}) \
        .link("way", "../../../" + "t" * 200).link("raw-way", b"\xff") \
        .file("one", "shared" * 1000).hardlink("two", "one").hardlink("dir/three", "two") \
        .file("gone", "x").dir("sticky", mode=0o1777, mtime=3).dir("emptied").file("emptied/x", "")
    image.layer("gzip").whiteout("gone").opaque("emptied").hardlink("four", "two").file("one", "of its own")
    if special:
        image.layer().device("null").device("disk", "b", 8, 1).fifo("pipe").dir("./", mode=0o711)
    return image


def bulk_image():
    """Enough bytes for many chunks, some of them incompressible."""
    rng = random.Random(7)
    image = Image({"Entrypoint": ["/app"]}, tags=("bulk",))
    layer = image.layer().file("app", "#!/app\n", mode=0o755)
    for i in range(40):
        layer.file("data/%02d" % i, rng.randbytes(200000) + b"text %d " % i * 40000)
    return image


class Tests:
    def __init__(self, folder):
        self.folder, self.number, self.failed = folder, 0, False

    def path(self, name):
        return os.path.join(self.folder, name)

    def report(self, good, name, *lines):
        self.number += 1
        self.failed |= not good
        for line in () if good else lines:
            print("\n".join("# " + part for part in str(line).splitlines()))
        print("%s %d - %s" % ("ok" if good else "not ok", self.number, name), flush=True)

    def skip(self, name, why):
        self.number += 1
        print("ok %d - %s # SKIP %s" % (self.number, name, why), flush=True)

    def equal(self, have, want, name):
        self.report(have == want, name, "have: %r" % (have,), "want: %r" % (want,))

    def slim(self, image, out, *options, env=None):
        run = subprocess.run([SLIM, "-q", "--keep-all"] + list(options) + [image, self.path(out)],
                             capture_output=True, env=dict(os.environ, **(env or {})), check=False)
        if run.returncode:
            raise AssertionError("slim: status %d: %s" % (run.returncode, run.stderr.decode()))
        return self.path(out)


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def run(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)


# --- the bytes ----------------------------------------------------------------------------------------------------

def test_golden(t):
    image = t.path("golden-in.tar")
    odd_image().save(image)
    out = t.slim(image, "golden.tar", "-c", "none", env={"SOURCE_DATE_EPOCH": "86400"})
    with open(GOLDEN, encoding="ascii") as file:
        t.equal(digest(out), file.read().split()[0], "the golden digest")


def test_jobs(t):
    image = t.path("bulk.tar")
    bulk_image().save(image, form="oci")
    for how in ("zstd", "gzip", "gzip:1", "none"):
        all_of_them = {digest(t.slim(image, "jobs.tar", "-c", how, "-j", jobs)) for jobs in ("1", "2", "7")}
        t.equal(len(all_of_them), 1, "%s: the same bytes with 1, 2 and 7 jobs" % how)
        content = b"".join(data for info, data in Archive(t.path("jobs.tar")).entries())
        t.equal(len(content), 7 + 40 * 200000 + 40000 * (10 * 7 + 30 * 8), "%s: all content is there" % how)


def test_again(t):
    image = t.path("again-in.tar")
    odd_image().save(image, form="podman")
    for how in ("zstd", "gzip", "none"):
        once = t.slim(image, "once.tar", "-c", how)
        twice = t.slim(once, "twice.tar", "-c", how)
        t.equal(digest(twice), digest(once), "%s: slimming again changes nothing" % how)


def test_mode(t):
    old = os.umask(0o027)
    image = t.path("mode-in.tar")
    odd_image().save(image)
    out = t.slim(image, "mode.tar")
    os.umask(old)
    t.equal(stat.S_IMODE(os.stat(out).st_mode), 0o640, "the umask is respected")
    t.equal([n for n in os.listdir(t.folder) if n.startswith(".")], [], "no temporary file stays")


# --- the layer ----------------------------------------------------------------------------------------------------

def test_layer(t):
    image = t.path("layer-in.tar")
    odd_image().save(image, form="oci")
    entries = Archive(t.slim(image, "layer.tar", "-c", "none")).entries()
    raw = [os.fsencode(info.name) + (b"/" if info.isdir() else b"") for info, _ in entries]
    t.equal(raw[0], b"./" if raw[0] != b"." else b".", "the root comes first")
    t.equal(raw[1:], sorted(raw[1:]), "names are sorted")
    t.equal(len(set(raw)), len(raw), "no name twice")
    by_name = {os.fsencode(info.name): (info, data) for info, data in entries}
    check_kinds(t, by_name)
    check_attributes(t, by_name)


def check_kinds(t, by_name):
    t.report(b"gone" not in by_name and b"emptied/x" not in by_name, "whiteouts are applied")
    t.equal(by_name[LONG.encode()][1], b"long", "a long name")
    t.equal(by_name[b"n\xff\xfe"][1], b"raw", "a name that is no UTF-8")
    t.equal(by_name["\u00fc/\u00e9".encode()][1], b"utf-8", "a name in UTF-8")
    t.equal(by_name[b"p" * 100 + b"/" + b"q" * 100][1], b"split", "a name that fits ustar in two parts")
    t.equal(by_name[b"way"][0].linkname, "../../../" + "t" * 200, "a long link")
    t.equal(os.fsencode(by_name[b"raw-way"][0].linkname), b"\xff", "a link that is no UTF-8")
    t.equal(by_name[b"one"][1], b"of its own", "a replaced name of a file")
    links = [by_name[name][0] for name in (b"dir/three", b"four", b"two")]
    t.equal([(i.isreg(), i.linkname, i.size) for i in links],
            [(True, "", 6000), (False, "dir/three", 0), (False, "dir/three", 0)], "the first kept name has the content")
    t.equal([(by_name[n][0].type, by_name[n][0].devmajor, by_name[n][0].devminor) for n in (b"null", b"disk", b"pipe")],
            [(b"3", 1, 3), (b"4", 8, 1), (b"6", 0, 0)], "devices and a fifo")


def check_attributes(t, by_name):
    app, frac = by_name[b"bin/app"][0], by_name[b"frac"][0]
    t.equal((app.mode, app.uid, app.gid, app.mtime, app.uname), (0o4755, 3000000, 7, 1600000000, ""), "owner and mode")
    t.equal(frac.pax_headers["mtime"], "1600000000.123456", "a time with a fraction, as short as can be")
    t.equal(by_name[LONG.encode()][0].mtime, -5, "a time before 1970")
    t.equal(by_name[b"sticky"][0].mode, 0o1777, "a folder's mode")
    have = by_name[b"attributes"][0].pax_headers
    t.equal(list(have), sorted(have), "pax records are sorted")
    t.equal(os.fsencode(have["SCHILY.xattr.user.b"]), b"\0\n=x", "an xattr with any byte")
    kinds = {key for info, data in by_name.values() for key in info.pax_headers}
    t.equal({k for k in kinds if "atime" in k or "ctime" in k}, set(), "no times of reading")


# --- the documents ------------------------------------------------------------------------------------------------

def test_documents(t):
    source = odd_image()
    source.annotations = {"a.b": "c"}
    image = t.path("documents-in.tar")
    source.save(image, form="oci")
    archive = Archive(t.slim(image, "documents.tar", "-t", "new/name", env={"SOURCE_DATE_EPOCH": "86400"}))
    config, before = archive.config(), json.loads(json.dumps(source.config()))
    history = config.pop("history")
    t.equal(config.pop("rootfs"), {"type": "layers", "diff_ids": [sha256(archive.layer())]}, "the one diff ID")
    t.equal(history[:-1], [dict(entry, empty_layer=True) for entry in before.pop("history")], "old history is empty")
    t.equal((history[-1]["created"], history[-1]["created_by"].split()[0], history[-1].get("empty_layer")),
            ("1970-01-02T00:00:00Z", "slim", None), "one new entry, of SOURCE_DATE_EPOCH")
    before.pop("rootfs")
    t.equal(config, before, "all else of the config is as it was")
    manifest = archive.manifests()[0]
    t.equal(manifest.get("annotations"), {"a.b": "c"}, "the manifest's annotations stay")
    t.equal(archive.json("manifest.json")[0]["RepoTags"], ["new/name:latest"], "a name without a tag gets latest")
    t.equal(archive.json("index.json")["manifests"][0]["annotations"]["org.opencontainers.image.ref.name"],
            "new/name:latest", "the index has the same name")
    t.equal(archive.json("manifest.json")[0]["Layers"], ["blobs/sha256/" + hexa(manifest["layers"][0]["digest"])],
            "both manifests name one layer")


def test_platforms(t):
    image = t.path("platforms-in.tar")
    images = []
    for arch in ("amd64", "arm64"):
        images.append(Image({"Entrypoint": ["/app"]}, arch=arch))
        images[-1].layer().file("app", "#!/app\n", mode=0o755)
    save_platforms(images, image, tags=("multi:1",))
    archive = Archive(t.slim(image, "platforms.tar", "-c", "gzip"))
    top = archive.json("index.json")["manifests"]
    t.equal([d["mediaType"] for d in top], ["application/vnd.oci.image.index.v1+json"], "one entry: an index of platforms")
    t.equal([archive.config(i)["architecture"] for i in (0, 1)], ["amd64", "arm64"], "both platforms are there")
    t.equal(len(archive.names), len(set(archive.names)), "a layer that both share is there once")
    t.equal(digest(t.slim(t.path("platforms.tar"), "platforms2.tar", "-c", "gzip")), digest(t.path("platforms.tar")),
            "slimming platforms again changes nothing")
    if not shutil.which("skopeo"):
        t.skip("skopeo reads either platform", "no skopeo")
        return
    for arch in ("amd64", "arm64"):
        got = run("skopeo", "--insecure-policy", "--override-arch", arch, "inspect", "--config",
                  "oci-archive:" + t.path("platforms.tar"))
        t.report(b'"architecture":"%s"' % arch.encode() in got.stdout.replace(b" ", b""), "skopeo reads " + arch,
                 got.stdout.decode())


# --- other tools --------------------------------------------------------------------------------------------------

def listing(root):
    """What an unpacked tree has to show: path -> type, mode, owner, link target or content, xattrs."""
    found, inodes = {}, {}
    for folder, folders, files in os.walk(os.fsencode(root)):
        for name in folders + files:
            path = os.path.join(folder, name)
            st, key = os.lstat(path), os.path.relpath(path, os.fsencode(root))
            kind = stat.S_IFMT(st.st_mode)
            data = os.readlink(path) if kind == stat.S_IFLNK else b""
            if kind == stat.S_IFREG:
                with open(path, "rb") as file:
                    data = file.read()
            if kind != stat.S_IFDIR and st.st_nlink > 1:
                inodes.setdefault(st.st_ino, []).append(key)
            xattrs = {n: os.getxattr(path, n, follow_symlinks=False) for n in os.listxattr(path, follow_symlinks=False)}
            found[key] = (kind, stat.S_IMODE(st.st_mode), st.st_uid, st.st_gid, data, xattrs,
                          int(st.st_mtime) if kind != stat.S_IFLNK else 0)
    return found, sorted(sorted(names) for names in inodes.values())


def listing_of_layer(archive):
    found, groups = {}, {}
    for info, data in archive.entries():
        key = os.fsencode(info.name)
        if info.name in (".", "./"):
            continue
        if info.islnk():
            target = os.fsencode(info.linkname)
            found[key] = found[target]
            groups.setdefault(target, [target]).append(key)
            continue
        kind = {tarfile.DIRTYPE: stat.S_IFDIR, tarfile.SYMTYPE: stat.S_IFLNK}.get(info.type, stat.S_IFREG)
        xattrs = {k[len("SCHILY.xattr."):]: os.fsencode(v) for k, v in info.pax_headers.items()
                  if k.startswith("SCHILY.xattr.")}
        mode = 0o777 if kind == stat.S_IFLNK else info.mode
        found[key] = (kind, mode, info.uid, info.gid, os.fsencode(info.linkname) if kind == stat.S_IFLNK else data, xattrs,
                      int(info.mtime // 1) if kind != stat.S_IFLNK else 0)
    return found, sorted(sorted(names) for names in groups.values())


def differences(have, want):
    return ["%r: have %r, want %r" % (key, have.get(key), want.get(key))
            for key in sorted(set(have) | set(want)) if have.get(key) != want.get(key)]


def compare_trees(t, root, archive, name, earliest=None):
    """EARLIEST: the time below which this tool does not go."""
    have, have_links = listing(root)
    want, want_links = listing_of_layer(archive)
    if earliest is not None:
        want = {key: facts[:-1] + (max(earliest, facts[-1]),) for key, facts in want.items()}
    wrong = differences(have, want)
    t.report(not wrong, name + ": every file as the layer has it", *wrong[:5])
    t.equal(have_links, want_links, name + ": hard links")


def test_umoci(t):
    if not shutil.which("umoci") or os.geteuid():
        t.skip("umoci", "no umoci, or not root")
        return
    image = t.path("umoci-in.tar")
    odd_image(special=False).save(image)
    out = t.slim(image, "umoci.tar", "-c", "gzip")
    os.makedirs(t.path("layout"))
    with tarfile.open(out) as tar:
        tar.extractall(t.path("layout"))
    got = run("umoci", "unpack", "--image", t.path("layout") + ":odd:1", t.path("bundle"))
    t.report(got.returncode == 0, "umoci unpacks", got.stdout.decode())
    if got.returncode == 0:
        compare_trees(t, t.path("bundle/rootfs"), Archive(out), "umoci")


def test_skopeo(t):
    if not shutil.which("skopeo"):
        t.skip("skopeo", "no skopeo")
        return
    image = t.path("skopeo-in.tar")
    odd_image().save(image)
    for how in ("zstd", "gzip", "none"):
        out = t.slim(image, "skopeo-%s.tar" % how, "-c", how)
        for source in ("oci-archive:%s" % out, "oci-archive:%s:odd:1" % out, "docker-archive:%s" % out,
                       "docker-archive:%s:odd:1" % out):
            shutil.rmtree(t.path("copied"), ignore_errors=True)
            got = run("skopeo", "--insecure-policy", "copy", source, "dir:" + t.path("copied"))
            t.report(got.returncode == 0, "skopeo copies %s, %s" % (source.replace(out, "OUT"), how), got.stdout.decode())


def test_podman(t):
    if not shutil.which("podman") or os.geteuid():
        t.skip("podman", "no podman, or not root")
        return
    podman = ["podman", "--root", t.path("storage"), "--runroot", t.path("run"), "--storage-driver", "vfs"]
    image = t.path("podman-in.tar")
    odd_image(special=False).save(image)
    probe = run(*podman, "images")
    if probe.returncode:
        t.skip("podman", "podman does not start here")
        return
    bulk = t.path("podman-bulk.tar")
    bulk_image().save(bulk)
    for how in ("zstd", "gzip"):
        got = run(*podman, "load", "-i", t.slim(bulk, "podman-many.tar", "-c", how, "--keep-all"))
        t.report(got.returncode == 0 and b"bulk" in got.stdout, "podman loads many pieces, " + how, got.stdout.decode())
    for how in ("zstd", "gzip", "none"):
        out = t.slim(image, "podman.tar", "-c", how)
        got = run(*podman, "load", "-i", out)
        t.report(got.returncode == 0 and b"odd:1" in got.stdout, "podman loads " + how, got.stdout.decode())
    mounted = run(*podman, "image", "mount", "odd:1")
    t.report(mounted.returncode == 0, "podman mounts the image", mounted.stdout.decode())
    if mounted.returncode == 0:
        compare_trees(t, mounted.stdout.decode().strip(), Archive(t.path("podman.tar")), "podman", earliest=0)
    run(*podman, "image", "umount", "--all")
    run(*podman, "rmi", "--all", "--force")


def main():
    tests = [test_golden, test_jobs, test_again, test_mode, test_layer, test_documents, test_platforms, test_umoci,
             test_skopeo, test_podman]
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR", "/var/tmp")) as folder:
        t = Tests(folder)
        for test in tests:
            if len(sys.argv) > 1 and test.__name__ not in sys.argv[1:]:
                continue
            try:
                test(t)
            except (AssertionError, KeyError, OSError) as error:
                t.report(False, test.__name__, repr(error))
    print("1..%d" % t.number)
    return t.failed


if __name__ == "__main__":
    sys.exit(main())
