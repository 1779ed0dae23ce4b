#!/usr/bin/env python3
"""Every system call that can go wrong goes wrong once: slim ends with one clear line and leaves nothing behind, or does
without. A signal after any call ends it, and nothing is left behind either. OUT is old or whole afterwards, also where the
file system knows no files without names. tests/lib/faults.c injects; FAULTS=all tries every call and not a sample."""

import errno
import gzip
import os
import shutil
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "lib"))

import elf  # noqa: E402
import image  # noqa: E402

SLIM = os.environ.get("SLIM") or os.path.join(HERE, "..", "slim")
SAMPLE = 0 if os.environ.get("FAULTS") == "all" else 6
OLD = b"here before"
# what is made to happen to a call; "short" and EINTR must change nothing at all
HARMLESS = ["short", errno.EINTR]
FAULTS = {"read": [errno.EIO] + HARMLESS, "pread": [errno.EIO] + HARMLESS, "write": [errno.ENOSPC, errno.EIO] + HARMLESS,
          "pwrite": [errno.ENOSPC, errno.EIO] + HARMLESS, "open": [errno.EMFILE, errno.EACCES, errno.ENOENT],
          "fstat": [errno.EIO], "fsync": [errno.EIO, errno.ENOSPC], "ftruncate": [errno.EIO],
          "linkat": [errno.EIO, errno.EXDEV], "renameat": [errno.EIO, errno.EACCES], "malloc": [errno.ENOMEM],
          "unlinkat": []}
SIGNALS = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
SIGNALLED = ["open", "read", "pread", "pwrite", "write", "fsync", "linkat", "renameat", "unlinkat"]


def make_input(path):
    made = image.Image({"Entrypoint": ["/bin/app"]}, tags=["app:1"])
    layer = made.layer(compression="gzip")
    layer.file("/bin/app", elf.build(interp="/lib64/ld-linux-x86-64.so.2", needed=["liba.so"]), mode=0o755)
    layer.file("/lib64/ld-linux-x86-64.so.2", elf.build(), mode=0o755)
    layer.file("/usr/lib/liba.so", elf.build(soname="liba.so"), mode=0o755)
    made.layer(compression="zstd").file("/srv/noise", bytes(i * 31 & 255 for i in range(200000)))
    made.save(path, form="oci")


def compile_shim(folder):
    shim = os.path.join(folder, "faults.so")
    words = (os.environ.get("CC") or "cc").split()
    command = words + ["-shared", "-fPIC", "-O1", "-D_GNU_SOURCE", "-o", shim, os.path.join(HERE, "lib", "faults.c")]
    try:
        return shim if subprocess.run(command, capture_output=True).returncode == 0 else None
    except FileNotFoundError:
        return None


class Bench:
    """One way to call slim, with its folders; every run starts from the same state."""

    def __init__(self, folder, shim, piped=False, old=False, cached=None):
        self.folder, self.shim, self.piped, self.old = folder, shim, piped, old
        self.cached, self.cache = cached, os.path.join(folder, "cache")  # None, "empty" or "full"
        self.out, self.spool = os.path.join(folder, "out"), os.path.join(folder, "spool")
        os.makedirs(self.out, exist_ok=True)
        os.makedirs(self.spool, exist_ok=True)
        self.input = os.path.join(folder, "in.tar.gz" if piped else "in.tar")
        self.injected = 0

    def path(self, name):
        return os.path.join(self.out, name)

    def run(self, fault=None):
        for name in os.listdir(self.out):
            os.unlink(self.path(name))
        with open(self.path("out.tar"), "wb") as f:
            f.write(OLD)
        if self.cached and (fault or self.cached == "empty"):
            shutil.rmtree(self.cache, ignore_errors=True)
            if self.cached == "full":
                shutil.copytree(self.cache + ".full", self.cache)
        environ = dict(os.environ, TMPDIR=self.spool)
        count = os.path.join(self.folder, "count")
        if fault:
            environ.update(LD_PRELOAD=self.shim, FAULT=fault, FAULT_COUNT=count)
            if self.old:
                environ["FAULT_OLD"] = "1"
        words = [SLIM, "-q", "-j", "4" if self.old else "1", "--keep", "/srv", "--report", self.path("r.json")]
        words += ["--cache", self.cache] if self.cached else []
        with open(self.input, "rb") as source:
            done = subprocess.run(words + ["-" if self.piped else self.input, self.path("out.tar")],
                                  stdin=source if self.piped else None, capture_output=True, env=environ, timeout=300)
        self.counted = 0
        if fault and os.path.exists(count):
            with open(count) as f:
                self.counted = int(f.read() or 0)
        return done

    def content(self, name):
        if not os.path.exists(self.path(name)):
            return None
        with open(self.path(name), "rb") as f:
            return f.read()

    def reference(self):
        assert self.run().returncode == 0
        self.whole, self.report = self.content("out.tar"), self.content("r.json")
        if self.cached == "full":
            shutil.rmtree(self.cache + ".full", ignore_errors=True)
            shutil.copytree(self.cache, self.cache + ".full")

    def complaint(self, done, harmless, signum=0):
        """What is wrong with a run in which something failed; None: all is well."""
        text = done.stderr.decode(errors="replace")
        if done.returncode not in ((-signum,) if signum else (0, 1)):
            return f"exit status {done.returncode}: {text}"
        if harmless and done.returncode:
            return f"should have changed nothing: {text}"
        if done.returncode == 1 and (text.count("\n") != 1 or not text.startswith("slim: ")):
            return f"not one line: {text!r}"
        if os.listdir(self.spool) or set(os.listdir(self.out)) - {"out.tar", "r.json"}:
            return f"left behind: {os.listdir(self.spool)} {os.listdir(self.out)}"
        out, report = self.content("out.tar"), self.content("r.json")
        if self.cached and not signum and [n for n in os.listdir(self.cache) if n.startswith("slim-new")]:
            return f"left in the cache: {os.listdir(self.cache)}"
        if out not in ((self.whole,) if not done.returncode else (OLD, self.whole)):
            return "OUT is neither old nor whole"
        if report not in ((self.report,) if not done.returncode else (None, self.report)):
            return "the report is neither absent nor whole"
        return None


def sample(count):
    if not SAMPLE or count <= SAMPLE:
        return list(range(1, count + 1))
    return sorted({1 + i * (count - 1) // (SAMPLE - 1) for i in range(SAMPLE)})


def try_call(bench, call, hows):
    """Complaints about CALL going wrong in any of HOWS."""
    if bench.run(f"{call}:0:5").returncode:
        return [f"{call}: does not run under the shim"]
    wrong = []
    for how in hows:
        for n in sample(bench.counted):
            for fault in [f"{call}:{n}:{how}"] + ([f"{call}:{n}+:{how}"] if how == errno.ENOSPC else []):
                bench.injected += 1
                complaint = bench.complaint(bench.run(fault), how in HARMLESS)
                if complaint:
                    wrong.append(f"{fault}: {complaint}")
        bench.run(f"{call}:0:5")  # counts anew
    return wrong + try_signals(bench, call)


def try_signals(bench, call):
    """Complaints about a signal right after CALL."""
    wrong = []
    for n in sample(bench.counted) if call in SIGNALLED else []:
        signum = SIGNALS[n % len(SIGNALS)]
        fault = f"{call}:{n}:sig{signum:d}"
        done = bench.run(fault)
        if done.returncode == 0 and bench.counted < n:
            continue  # with several threads there may be fewer calls of some kinds
        bench.injected += 1
        complaint = bench.complaint(done, False, signum)
        if complaint:
            wrong.append(f"{fault}: {complaint}")
    return wrong


def main():
    with tempfile.TemporaryDirectory() as folder:
        shim = compile_shim(folder)
        make_input(os.path.join(folder, "in.tar"))
        with open(os.path.join(folder, "in.tar"), "rb") as f, gzip.open(os.path.join(folder, "in.tar.gz"), "wb") as z:
            z.write(f.read())
        benches = [("a file", Bench(folder, shim)), ("a compressed pipe", Bench(folder, shim, piped=True)),
                   ("no O_TMPFILE", Bench(folder, shim, old=True)),
                   ("a pipe, no O_TMPFILE", Bench(folder, shim, piped=True, old=True)),
                   ("an empty cache", Bench(folder, shim, cached="empty")),
                   ("a full cache", Bench(folder, shim, cached="full"))]
        if not shim or benches[0][1].run("read:0:5").returncode:
            print("1..0 # SKIP no C compiler, or nothing can be preloaded into this build")
            return
        print(f"1..{len(benches) * len(FAULTS)}")
        number = 0
        for name, bench in benches:
            bench.reference()
            for call, hows in FAULTS.items():
                number += 1
                before = bench.injected
                wrong = try_call(bench, call, hows)
                print(f"{'not ' if wrong else ''}ok {number} - {name}: {call} goes wrong {bench.injected - before} times")
                for line in wrong:
                    print(f"# {line}")
                sys.stdout.flush()
        print(f"# {sum(b.injected for _, b in benches)} faults injected")


main()
