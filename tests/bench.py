#!/usr/bin/env python3
"""Time slim beside what no program can leave out (reading, hashing, inflating the same bytes), on images made of this
machine's /usr. `make bench` runs it; docs/performance.md explains the table.

    bench.py [--slim BIN] [-n ROUNDS] [--megabytes N] [--only NAME,…] [ARCHIVE…]

Every round runs each command once, in turn, so that a slow minute hits them all; figures are medians of the rounds. The
inputs lie in a folder of TMPDIR (default /var/tmp), which is removed: about three times N, and 1.5 GB for `million`.
With ARCHIVEs these are measured instead.
"""
import argparse
import gzip
import hashlib
import io
import json
import os
import shutil
import statistics
import subprocess
import tarfile
import tempfile
import time

MB = 1 << 20
BLOCK = 512


# --- inputs -----------------------------------------------------------------------------------------------------------

def files_of_usr(limit):
    """Regular files below /usr, in a fixed order, until they have LIMIT bytes."""
    total = 0
    for folder, folders, names in os.walk("/usr"):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(folder, name)
            if not os.path.isfile(path) or os.path.islink(path) or not os.access(path, os.R_OK):
                continue
            yield path
            total += os.path.getsize(path)
            if total >= limit:
                return


def add_program(tar):
    """An entrypoint that the kernel can start, with what it loads."""
    for path in ["/bin/cat"] + libraries_of("/bin/cat"):
        tar.add(os.path.realpath(path), arcname=path[1:])


def libraries_of(program):
    text = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
    return sorted({word for line in text.splitlines() for word in line.split() if word.startswith("/")})


def layer_of(path, files, prefixes=("",), program=False):
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as tar:
        if program:
            add_program(tar)
        for prefix in prefixes:
            for name in files:
                tar.add(name, arcname=prefix + name[1:])


def digest_of(path):
    sha = hashlib.sha256()
    with open(path, "rb") as f:
        while chunk := f.read(MB):
            sha.update(chunk)
    return "sha256:" + sha.hexdigest()


class Archive:
    """An OCI layout in one tar file. Blobs are written as holes where they hold nothing but zeros."""

    def __init__(self, path):
        self.out = open(path, "wb")
        self.config = {"os": "linux", "architecture": "amd64", "config": {"Entrypoint": ["/bin/cat", "/etc/hostname"]},
                       "rootfs": {"type": "layers", "diff_ids": []}, "history": []}
        self.layers = []

    def member(self, name, size):
        info = tarfile.TarInfo(name)
        info.size = size
        self.out.write(info.tobuf(tarfile.GNU_FORMAT))

    def end_member(self, size):
        self.out.seek(-size % BLOCK, os.SEEK_CUR)

    def small(self, name, data):
        self.member(name, len(data))
        self.out.write(data)
        self.end_member(len(data))

    def blob(self, value):
        data = json.dumps(value).encode()
        digest = hashlib.sha256(data).hexdigest()
        self.small("blobs/sha256/" + digest, data)
        return {"digest": "sha256:" + digest, "size": len(data)}

    def layer(self, path, compressed):
        self.config["rootfs"]["diff_ids"].append(digest_of(path))
        kind = "application/vnd.oci.image.layer.v1.tar"
        if compressed:
            with open(path, "rb") as f, gzip.open(path + ".gz", "wb", 6) as z:
                shutil.copyfileobj(f, z, MB)
            path, kind = path + ".gz", kind + "+gzip"
        size, digest = os.path.getsize(path), digest_of(path)
        self.layers.append({"mediaType": kind, "digest": digest, "size": size})
        self.member("blobs/sha256/" + digest[7:], size)
        with open(path, "rb") as f:
            while chunk := f.read(MB):
                if chunk.count(0) == len(chunk):
                    self.out.seek(len(chunk), os.SEEK_CUR)
                else:
                    self.out.write(chunk)
        self.end_member(size)

    def close(self):
        manifest = self.blob({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "layers": self.layers,
                              "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **self.blob(self.config)}})
        manifest["mediaType"] = "application/vnd.oci.image.manifest.v1+json"
        self.small("oci-layout", b'{"imageLayoutVersion": "1.0.0"}')
        self.small("index.json", json.dumps({"schemaVersion": 2, "manifests": [manifest]}).encode())
        self.out.write(bytes(2 * BLOCK))
        self.out.close()


def image(path, layers, compressed=False):
    archive = Archive(path)
    for layer in layers:
        archive.layer(layer, compressed)
    archive.close()
    return path


def many_files(path, count=1000000, large=1000, size=9 * MB):
    """COUNT small files in 1,000 folders and LARGE ones, which are holes: about 10 GB that take 1 GB of disk."""
    with open(path, "wb") as out:
        tar = tarfile.open(fileobj=io.BytesIO(), mode="w", format=tarfile.GNU_FORMAT)
        add_program(tar)
        out.write(tar.fileobj.getvalue())
        for n in range(count):
            info = tarfile.TarInfo("srv/d%03d/f%06d" % (n % 1000, n))
            info.size = 100
            out.write(info.tobuf(tarfile.GNU_FORMAT) + (b"%099d\n" % n).ljust(BLOCK, b"\0"))
        for n in range(large):
            info = tarfile.TarInfo("srv/large/f%04d" % n)
            info.size = size
            out.write(info.tobuf(tarfile.GNU_FORMAT))
            out.seek(size + -size % BLOCK, os.SEEK_CUR)
        out.write(bytes(2 * BLOCK))


def make_inputs(work, megabytes, only):
    """(name, archive, layers) of each input that is asked for; LAYERS are gzip files, or None."""
    files = list(files_of_usr(megabytes * MB))
    parts = [files[:len(files) // 2], files[len(files) // 2:len(files) * 5 // 6], files[len(files) * 5 // 6:]]
    layers = [os.path.join(work, "layer%d" % i) for i in range(len(parts))]
    if {"raw", "gzip"} & only:
        for i, part in enumerate(parts):
            layer_of(layers[i], part, program=i == 0)
    if "raw" in only:
        yield "raw layers", image(os.path.join(work, "raw.tar"), layers), None
    if "gzip" in only:
        yield "gzip layers", image(os.path.join(work, "gzip.tar"), layers, True), [layer + ".gz" for layer in layers]
    part = list(files_of_usr(megabytes * MB // 16))
    for times in (1, 4, 16) if "growth" in only else ():
        layer = os.path.join(work, "grown")
        layer_of(layer, part, ["srv/%d/" % n for n in range(times)], program=True)
        yield "%dx" % times, image(os.path.join(work, "grown.tar"), [layer]), None
    if "million" in only:
        layer = os.path.join(work, "million")
        many_files(layer)
        yield "a million files", image(os.path.join(work, "million.tar"), [layer]), None


# --- measuring --------------------------------------------------------------------------------------------------------

def timed(command, work):
    """Seconds, processor seconds, peak MiB."""
    start = time.monotonic()
    child = subprocess.Popen(["bash", "-c", command], cwd=work, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = child.stderr.read()
    _, status, used = os.wait4(child.pid, 0)
    if status:
        raise SystemExit("%s: %s" % (command, errors.decode(errors="replace")[-300:]))
    return time.monotonic() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def commands(slim, archive, layers):
    yield "slim", "exec '%s' -q '%s' out.tar" % (slim, archive)
    yield "slim -n", "exec '%s' -q -n '%s'" % (slim, archive)
    yield "floor: read", "cat '%s' | cat >/dev/null" % archive
    yield "floor: sha256", "exec openssl dgst -sha256 '%s'" % archive
    if layers:
        tool = "igzip" if shutil.which("igzip") else "gzip"
        yield "floor: " + tool, "for f in %s; do %s -dc < $f | cat >/dev/null; done" % (" ".join(layers), tool)


def phases(slim, archive, work):
    report = os.path.join(work, "report.json")
    subprocess.run([slim, "-q", "--timings", "--report", report, archive, os.path.join(work, "out.tar")], check=True)
    with open(report, encoding="utf-8") as f:
        seconds = json.load(f)["timings"]
    total = seconds.pop("total") or 1
    return ", ".join("%s %.0f %%" % (name, 100 * spent / total) for name, spent in seconds.items())


def measure(options, work, name, archive, layers):
    rows = dict(commands(options.slim, archive, layers))
    taken = {row: [] for row in rows}
    for n in range(options.n + 1):
        for row, command in rows.items():
            taken[row].append(timed(command, work))
    base = statistics.median(t[0] for t in taken["slim"][1:])  # the first round warms the page cache
    print("\n%s: %.0f MB, median of %d" % (name, os.path.getsize(archive) / 1e6, options.n))
    print("%-16s %8s %8s %6s %10s" % ("", "wall s", "cpu s", "MiB", "slim takes"))
    for row, figures in taken.items():
        wall, cpu, peak = (statistics.median(f[i] for f in figures[1:]) for i in range(3))
        print("%-16s %8.2f %8.2f %6.0f %9.2fx" % (row, wall, cpu, peak, base / wall))
    print("phases: " + phases(options.slim, archive, work), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slim", default=os.environ.get("SLIM") or "slim")
    parser.add_argument("-n", type=int, default=3)
    parser.add_argument("--megabytes", type=int, default=640)
    parser.add_argument("--only", default="raw,gzip,growth,million")
    parser.add_argument("archives", nargs="*")
    options = parser.parse_args()
    options.slim = shutil.which(options.slim) or parser.error("no such program: " + options.slim)
    options.slim = os.path.abspath(options.slim)
    with tempfile.TemporaryDirectory(prefix="slim-bench-", dir=os.environ.get("TMPDIR") or "/var/tmp") as work:
        if options.archives:
            for path in options.archives:
                measure(options, work, os.path.basename(path), os.path.abspath(path), None)
            return
        for name, archive, layers in make_inputs(work, options.megabytes, set(options.only.split(","))):
            measure(options, work, name, archive, layers)


if __name__ == "__main__":
    main()
