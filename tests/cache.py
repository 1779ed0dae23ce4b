#!/usr/bin/env python3
"""--cache: the result is the same whatever the folder holds, and however it is used. Images of several layers are slimmed
without a cache, with an empty one, a full one, a damaged one, one that is too small, and by many runs at once."""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "lib"))

import elf  # noqa: E402
from image import Image  # noqa: E402

SLIM = os.environ.get("SLIM") or os.path.join(HERE, "..", "slim")
ENV = dict(os.environ, SOURCE_DATE_EPOCH="86400")
MEGA = 1 << 20


def make_image(top=b"one"):
    """Layers of more than a piece, some bytes of which compress; the last layer tells two images apart."""
    noise = random.Random(11)
    image = Image({"Entrypoint": ["/bin/app"]}, tags=("app:1",))
    layer = image.layer()
    layer.file("/bin/app", elf.build(interp="/lib64/ld-linux-x86-64.so.2", needed=["liba.so"]), mode=0o755)
    layer.file("/lib64/ld-linux-x86-64.so.2", elf.build(), mode=0o755)
    layer.file("/usr/lib/liba.so", elf.build(soname="liba.so"), mode=0o755)
    for i in range(50):
        layer.file("/srv/data/%02d" % i, noise.randbytes(20000) + b"text %d " % i * 20000)
    image.layer().file("/srv/more", noise.randbytes(MEGA) + bytes(8 * MEGA))
    image.layer().file("/srv/top", top)
    return image


class Tests:
    def __init__(self, folder):
        self.folder, self.number, self.failures = folder, 0, 0
        self.cache = os.path.join(folder, "cache")

    def path(self, name):
        return os.path.join(self.folder, name)

    def report(self, good, name, *lines):
        self.number += 1
        self.failures += not good
        print("%s %d - %s" % ("ok" if good else "not ok", self.number, name))
        for line in lines if not good else ():
            print("# " + str(line).replace("\n", "\n# "))
        sys.stdout.flush()

    def run(self, *words, cache=True):
        options = ["--cache", self.cache] if cache else []
        command = [words[0]] if words[0] in ("why", "inspect", "compare") else []
        return subprocess.run([SLIM, *command, *options, *words[len(command):]], capture_output=True, env=ENV)

    def result(self, source, *options, cache=True):
        """What comes out: status, image, report, and what was said; the cache's folder is not part of it."""
        out, told = self.path("out.tar"), self.path("report.json")
        for path in (out, told):
            if os.path.exists(path):
                os.unlink(path)
        done = self.run("-q", "--keep-all", "--report", told, *options, source, out, cache=cache)
        return done.returncode, read(out), read(told), done.stderr

    def same(self, source, name, *options):
        want = self.result(source, *options, cache=False)
        have = self.result(source, *options)
        self.report(have == want, name, "status %d, wanted %d" % (have[0], want[0]), have[3], want[3],
                    "the image is another" if have[1] != want[1] else "the image is the same",
                    "the report is another" if have[2] != want[2] else "the report is the same")

    def counts(self, source, *options):
        """found, not found, damaged, made"""
        done = self.run("-v", "--keep-all", *options, source, self.path("out.tar"))
        line = [x for x in done.stderr.decode().splitlines() if x.startswith("slim: --cache")][-1]
        return [int(word) for word in line.replace(",", "").split() if word.isdigit()]

    def entries(self):
        return sorted(n for n in os.listdir(self.cache) if len(n) == 69 and n.startswith("slim-"))

    def clear(self):
        shutil.rmtree(self.cache, ignore_errors=True)


def read(path):
    try:
        with open(path, "rb") as f:
            return f.read()
    except FileNotFoundError:
        return None


def save(t, name, image, **form):
    path = t.path(name)
    image.save(path, **form)
    return path


FORMS = {"docker": {"form": "docker"}, "oci-gzip": {"form": "oci", "compression": "gzip"},
         "oci-zstd": {"form": "oci", "compression": "zstd"}, "docker-gzip": {"form": "docker", "compression": "gzip"},
         "outer-gzip": {"form": "docker", "outer": "gzip"}}


def test_forms(t):
    for name, form in FORMS.items():
        one = save(t, "one.tar", make_image(), **form)
        two = save(t, "two.tar", make_image(b"another top"), **form)
        t.clear()
        t.same(one, name + ": an empty cache")
        t.same(one, name + ": a full one")
        t.same(two, name + ": only the top layer changed")
        for how in ("gzip:1", "none") if name == "oci-gzip" else ():
            t.same(two, "%s: -c %s, empty" % (name, how), "-c", how)
            t.same(two, "%s: -c %s, full" % (name, how), "-c", how)
        found, missing, damaged, made = t.counts(one)
        # a docker-archive has no digests of compressed layers: each is read anew
        t.report(found > 0 and not missing and not damaged and not made, name + ": everything is found",
                 (found, missing, damaged, made))


def test_commands(t):
    one = save(t, "one.tar", make_image())
    for words in (["-n", one], ["inspect", one], ["why", one, "/usr/lib/liba.so"], ["compare", one, one]):
        want = t.run(*words, cache=False)
        t.clear()
        for state in ("empty", "full"):
            have = t.run(*words)
            # the summary of a run ends with its time
            good = have.returncode == want.returncode and have.stderr == want.stderr and \
                have.stdout.rsplit(b"; in", 1)[0] == want.stdout.rsplit(b"; in", 1)[0]
            t.report(good, "%s, %s cache" % (words[0], state), have.stderr)


def damage(t, chance):
    """Each way in turn: a byte flipped, cut off, made longer, emptied, under another's name."""
    names = t.entries()
    for i, name in enumerate(names):
        path = os.path.join(t.cache, name)
        data = bytearray(read(path))
        at = chance.randrange(len(data))
        how = (i + chance.randrange(2)) % 5
        if how == 0:
            data[at] ^= 1 << chance.randrange(8)
        elif how == 1:
            del data[at:]
        elif how == 2:
            data += b"x"
        elif how == 3:
            data.clear()
        else:
            data[:] = read(os.path.join(t.cache, names[i - 1]))
        with open(path, "wb") as f:
            f.write(data)


def test_damage(t):
    chance = random.Random(5)
    for name in ("docker", "oci-gzip"):
        one = save(t, "one.tar", make_image(), **FORMS[name])
        t.clear()
        t.result(one)
        for number in range(4):
            damage(t, chance)
            t.same(one, "%s: damaged, %d" % (name, number))
        damage(t, chance)
        damaged = t.counts(one)[2]
        t.report(damaged > 0, name + ": damage is noticed", damaged)
        found, missing, damaged, made = t.counts(one)
        t.report(found and not missing and not damaged, name + ": and mended", (found, missing, damaged, made))


def flip(path, at):
    with open(path, "r+b") as f:
        f.seek(at)
        byte = f.read(1)
        f.seek(at)
        f.write(bytes([byte[0] ^ 0x40]))


def test_damaged_input(t):
    """What is refused without a cache is refused with one, in the same words."""
    for name in FORMS:
        one = save(t, "one.tar", make_image(), **FORMS[name])
        bad = t.path("bad.tar")
        t.clear()
        t.result(one)
        size = os.path.getsize(one)
        for at in (size // 2, size - size // 3):
            shutil.copy(one, bad)
            flip(bad, at)
            want = t.result(bad, cache=False)
            have = t.result(bad)
            t.report(have == want and want[0] == 1 and have[1] is None, "%s: byte %d flipped is refused" % (name, at),
                     have[0], have[3], want[0], want[3])


def test_lies(t):
    """A layer that is another than its diff ID says never becomes known under it."""
    image = make_image()
    members = image.members(form="oci")
    members.flip(members.layers[0], 6000000)
    bad = t.path("bad.tar")
    members.write(bad)
    good = save(t, "one.tar", make_image(), form="oci")
    t.clear()
    t.report(t.result(bad)[0] == 1, "a lie is refused")
    t.same(good, "and nothing of it is known")
    t.report(t.result(bad)[0] == 1, "a lie is refused again")


def test_limits(t):
    one, two = save(t, "one.tar", make_image()), save(t, "two.tar", make_image(b"x" * 9 * MEGA))
    for size in ("1K", "3M"):
        t.clear()
        t.same(one, "at most %s, empty" % size, "--cache-size", size)
        t.same(two, "at most %s, another image" % size, "--cache-size", size)
        t.same(one, "at most %s, again" % size, "--cache-size", size)
        held = sum(os.path.getsize(os.path.join(t.cache, n)) for n in t.entries())
        t.report(held <= {"K": 1 << 10, "M": MEGA}[size[-1]] * int(size[:-1]), "no more than %s" % size, held)


def test_many_at_once(t):
    one = save(t, "one.tar", make_image(), **FORMS["oci-gzip"])
    want = t.result(one, cache=False)[1]
    for size in ("1G", "8M"):
        t.clear()
        outs = [t.path("out%d.tar" % i) for i in range(4)]
        runs = [subprocess.Popen([SLIM, "-q", "--keep-all", "--cache", t.cache, "--cache-size", size, one, out], env=ENV,
                                 stderr=subprocess.PIPE) for out in outs]
        said = [r.communicate()[1] for r in runs]
        good = all(r.returncode == 0 for r in runs) and all(read(out) == want for out in outs) and not any(said)
        t.report(good, "four runs at once, %s" % size, [r.returncode for r in runs], said)
        t.same(one, "and one after them, %s" % size, "--cache-size", size)
        for out in outs:
            os.unlink(out)


def test_killed(t):
    one = save(t, "one.tar", make_image(), **FORMS["oci-gzip"])
    t.clear()
    chance = random.Random(3)
    for _ in range(6):
        run = subprocess.Popen([SLIM, "-q", "--keep-all", "--cache", t.cache, one, t.path("out.tar")], env=ENV)
        time.sleep(chance.random() * 0.4)
        run.send_signal(signal.SIGKILL)
        run.wait()
    t.same(one, "after runs that were killed")
    t.report(not [n for n in os.listdir(t.cache) if n.startswith("slim-new")], "nothing of them is left",
             os.listdir(t.cache))


def test_folders(t):
    """A folder that cannot be used: it is said, and the run does without."""
    one = save(t, "one.tar", make_image())
    want = t.result(one, cache=False)

    def without(name, words):
        have = t.result(one)
        t.report(have == want, name, have[0], have[3])
        done = t.run("--keep-all", one, t.path("out.tar"))
        t.report(words in done.stderr and done.returncode == 0, name + ", and it is said", done.stderr)

    t.clear()
    os.mkdir(t.cache)
    os.chmod(t.cache, 0o777)
    without("others can write to it", b"others can write to it")
    t.clear()
    with open(t.cache, "w"):
        pass
    without("a file", b"going on without")
    os.unlink(t.cache)
    keep, t.cache = t.cache, t.path("absent/cache")
    without("its parent is not there", b"No such file or directory")
    t.cache = keep
    if os.geteuid() == 0:
        os.mkdir(t.cache, 0o700)
        os.chown(t.cache, 1, 1)
        without("another user's", b"belongs to another user")
        t.clear()
    done = t.run("-n", one)
    t.report(done.returncode == 0 and os.stat(t.cache).st_mode & 0o777 == 0o700, "a new folder is its owner's alone")


def test_foreign_files(t):
    one = save(t, "one.tar", make_image())
    t.clear()
    t.result(one)
    names = {"notes.txt": b"mine", "slim-": b"x", "slim-" + "0" * 63: b"x", "slim-new-": b"x", ".slim-0": b"x"}
    for name, data in names.items():
        with open(os.path.join(t.cache, name), "wb") as f:
            f.write(data)
    os.symlink("notes.txt", os.path.join(t.cache, "slim-" + "1" * 64))
    os.mkdir(os.path.join(t.cache, "slim-" + "2" * 64))
    t.same(one, "beside files of others", "--cache-size", "1K")
    good = all(read(os.path.join(t.cache, n)) == d for n, d in names.items())
    good = good and os.path.islink(os.path.join(t.cache, "slim-" + "1" * 64))
    t.report(good and os.path.isdir(os.path.join(t.cache, "slim-" + "2" * 64)), "they stay", os.listdir(t.cache))


def test_full_disk(t):
    """A small tmpfs of its own, where root may mount one."""
    one = save(t, "one.tar", make_image(), **FORMS["oci-gzip"])
    t.clear()
    os.mkdir(t.cache, 0o700)
    mounted = os.geteuid() == 0 and not subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m,mode=700", "tmpfs", t.cache], capture_output=True).returncode
    if not mounted:
        print("ok %d - a full disk # SKIP no tmpfs can be mounted here" % (t.number + 1))
        t.number += 1
        return
    try:
        t.same(one, "a full disk")
        t.same(one, "a full disk, again")
        t.report(not [n for n in os.listdir(t.cache) if n.startswith("slim-new")], "no half file stays")
    finally:
        subprocess.run(["umount", t.cache])


def main():
    with tempfile.TemporaryDirectory(prefix="slim-cache-") as folder:
        t = Tests(folder)
        for test in (test_forms, test_commands, test_damage, test_damaged_input, test_lies, test_limits, test_many_at_once,
                     test_killed, test_folders, test_foreign_files, test_full_disk):
            test(t)
    print("1..%d" % t.number)
    return 1 if t.failures else 0


sys.exit(main())
