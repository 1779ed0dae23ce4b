#!/usr/bin/env python3
"""The README's example: testdata/orders.tar, slimmed, still does all that it did, with podman and in a plain chroot."""

import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "lib"))

import image  # noqa: E402

SLIM = os.environ.get("SLIM") or os.path.join(HERE, "..", "slim")
ORDERS = os.path.join(HERE, "..", "testdata", "orders.tar")
NAME = "localhost/orders:latest"
HEALTH = ["/bin/sh", "-c", "jq -e 'length > 0' \"$ORDERS\" >/dev/null || exit 1"]
# what is asked of the image: words behind the entrypoint, and a piece of the right answer
QUESTIONS = [([], "tea\t7\t2"), (["summary"], "4 orders on file"), (["sum"], "d66f945b3f60"), (["whoami"], "orders"),
             (["cat", "/etc/nsswitch.conf"], "hosts: files dns"), (HEALTH, "")]


class Podman:
    """An own store, so that nobody's images are touched."""

    def __init__(self, folder):
        self.base = ["podman", "--root", folder + "/store", "--runroot", folder + "/run", "--storage-driver", "vfs",
                     "--cgroup-manager", "cgroupfs"]

    def load(self, path):
        subprocess.run(self.base + ["load", "-q", "-i", path], check=True, capture_output=True)

    def ask(self, words):
        for _ in range(3):
            done = subprocess.run(self.base + ["run", "--rm", "--network=none", NAME, *words], capture_output=True)
            if b"no such exit code" not in done.stderr:  # podman 4.3 loses one now and then on a busy machine
                break
        return done

    def close(self):
        subprocess.run(self.base + ["rmi", "-af"], capture_output=True)
        subprocess.run(self.base + ["system", "reset", "-f"], capture_output=True)

    def why_not(self):
        if not shutil.which("podman"):
            return "podman is not installed"
        try:
            self.load(ORDERS)
        except subprocess.CalledProcessError as problem:
            return "podman cannot load images here: " + problem.stderr.decode(errors="replace").strip()[-200:]
        done = self.ask([])
        return None if done.returncode == 0 else ("podman cannot run containers here: "
                                                  + done.stderr.decode(errors="replace").strip()[-200:])


class Chroot:
    """The unpacked layers as the root; the entrypoint is started as a runtime would."""

    def __init__(self, folder):
        self.folder, self.root, self.config, self.count = folder, None, None, 0

    def load(self, path):
        archive = image.Archive(path)
        self.count += 1
        self.root = os.path.join(self.folder, "root%d" % self.count)
        os.mkdir(self.root)
        os.chmod(self.folder, 0o755)
        self.config = archive.config()["config"]
        for number in range(len(archive.manifests()[0]["layers"])):
            self.unpack(archive.layer(number))
        os.makedirs(self.root + "/dev", exist_ok=True)
        if not os.path.exists(self.root + "/dev/null"):
            os.mknod(self.root + "/dev/null", 0o20666, os.makedev(1, 3))
            os.chmod(self.root + "/dev/null", 0o666)

    def unpack(self, layer):
        with tarfile.open(fileobj=io.BytesIO(layer)) as tar:
            for info in tar:
                folder, name = os.path.split(info.name)
                if name.startswith(".wh."):
                    os.remove(os.path.join(self.root, folder, name[4:]))
                else:
                    tar.extract(info, self.root, numeric_owner=True)

    def user(self):
        with open(self.root + "/etc/passwd", encoding="ascii") as passwd:
            found = next(line.split(":") for line in passwd if line.startswith(self.config["User"] + ":"))
        return int(found[2]), int(found[3])

    def ask(self, words):
        user, group = self.user()

        def enter():
            os.chroot(self.root)
            os.chdir(self.config["WorkingDir"])
            os.setgroups([])
            os.setgid(group)
            os.setuid(user)

        environment = dict(item.split("=", 1) for item in self.config["Env"])
        return subprocess.run(["/usr/local/bin/" + self.config["Entrypoint"][0], *(words or self.config["Cmd"])],
                              env=environment, preexec_fn=enter, cwd="/", capture_output=True)

    def close(self):
        pass

    def why_not(self):
        if os.geteuid() != 0:
            return "chroot needs root"
        if os.uname().machine != "x86_64":
            return "the image is for x86-64"
        try:
            self.load(ORDERS)
            done = self.ask([])
        except (OSError, subprocess.SubprocessError) as problem:
            return "chroot does not work here: %s" % problem
        return None if done.returncode == 0 else "chroot does not work here: " + done.stderr.decode(errors="replace")


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def say(self, good, text, detail=""):
        self.count += 1
        self.failed += not good
        print("%s %d - %s" % ("ok" if good else "not ok", self.count, text))
        for line in detail.splitlines() if not good else []:
            print("#   " + line)
        sys.stdout.flush()

    def skip(self, text, why):
        self.count += 1
        print("ok %d - %s # SKIP %s" % (self.count, text, " ".join(why.split())))


def slim(source, out):
    done = subprocess.run([SLIM, source, out], capture_output=True, text=True)
    return done.returncode == 0, done.stderr


def contents(path):
    with open(path, "rb") as f:
        return f.read()


def the_file(tap, folder):
    out, again, further = (os.path.join(folder, n) for n in ("out.tar", "again.tar", "further.tar"))
    good, text = slim(ORDERS, out)
    tap.say(good, "slim takes the image", text)
    if not good:
        return None
    before, after = os.path.getsize(ORDERS), os.path.getsize(out)
    tap.say(after * 3 < before * 2, "the result has less than two thirds of the size", "%d, was %d" % (after, before))
    good, text = slim(ORDERS, again)
    tap.say(good and contents(out) == contents(again), "a second run gives the same bytes", text)
    good, text = slim(out, further)
    same = good and image.Archive(out).layer() == image.Archive(further).layer()
    tap.say(same, "slimming it again changes nothing", text)
    was, now = image.Archive(ORDERS).config(), image.Archive(out).config()
    different = [k for k in {**was, **now} if k not in ("rootfs", "history") and was.get(k) != now.get(k)]
    tap.say(not different, "the config is as it was, but for rootfs and history", "changed: %s" % different)
    return out


def questions(tap, name, runner, out):
    why_not = runner.why_not() if out else "there is no result to run"
    if why_not:
        for words, _ in QUESTIONS:
            tap.skip("%s: %s" % (name, " ".join(words[:2]) or "no arguments"), why_not)
        return
    before = [runner.ask(words) for words, _ in QUESTIONS]
    runner.load(out)
    for (words, piece), was in zip(QUESTIONS, before):
        now = runner.ask(words)
        same = (was.returncode, was.stdout) == (now.returncode, now.stdout)
        right = was.returncode == 0 and piece.encode() in was.stdout
        tap.say(same and right, "%s: %s" % (name, " ".join(words[:2]) or "no arguments"),
                "before: %s\nafter: %s" % (was, now))


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="slim-demo-") as folder:
        out = the_file(tap, folder)
        for name, runner in (("podman", Podman(folder + "/podman")), ("chroot", Chroot(folder))):
            try:
                questions(tap, name, runner, out)
            finally:
                runner.close()
    print("1..%d" % tap.count)
    return 1 if tap.failed else 0


sys.exit(main())
