#!/usr/bin/env python3
"""The imitated loaders against the real ones, on forests of libraries made from seeds. TAP.

Each forest is a small root: programs, libraries in many folders, search paths of every kind, decoys, a cache made by
the real ldconfig. In a chroot of it the machine's own glibc and musl loaders list what a program loads; slim must find
the same names at the same paths, in the same order. Environment: FORESTS (how many random ones), SEED (only that one),
KEEP=1 (print the forest, too, when it agrees).
"""

import os
import random
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

import elf

GLIBC, MUSL = "/lib64/ld-linux-x86-64.so.2", "/lib/ld-musl-x86_64.so.1"
TRIPLET = "x86_64-linux-gnu"
LIST = os.path.join(os.environ.get("TOP_BUILDDIR", "."), "tests/lib/ldso-list")


class Forest:
    """A root and the runs in it: entries maps a path to ("elf", attributes), ("link", target), ("file", bytes)."""

    def __init__(self, name, libc):
        self.name, self.libc, self.entries = name, libc, {}
        self.environment, self.ldconfig, self.after, self.program = {}, None, {}, "/bin/app"
        self.ordered = True

    def elf(self, path, **attributes):
        self.entries[path] = ("elf", attributes)
        return self

    def link(self, path, target):
        self.entries[path] = ("link", target)
        return self

    def file(self, path, text):
        self.entries[path] = ("file", text.encode())
        return self

    def show(self):
        lines = ["forest %s (%s)" % (self.name, self.libc), "environment %r ldconfig %r" % (self.environment, self.ldconfig)]
        lines += ["  %s %s %s" % (path, kind, what) for path, (kind, what) in self.entries.items()]
        lines += ["  after ldconfig: %s %s" % item for item in self.after.items()]
        return "\n".join(lines)


def write_entry(root, path, entry):
    where = root + path
    os.makedirs(os.path.dirname(where), exist_ok=True)
    if os.path.lexists(where):
        os.unlink(where)
    kind, what = entry
    if kind == "link":
        os.symlink(what, where)
    else:
        with open(where, "wb") as out:
            out.write(elf.build(**what) if kind == "elf" else what)
        os.chmod(where, 0o755)


def lay_out(forest, root):
    for folder in ("lib", "lib64", "sbin", "bin"):
        os.makedirs(root + "/usr/" + folder, exist_ok=True)
        os.symlink("usr/" + folder, root + "/" + folder)
    os.makedirs(root + "/etc", exist_ok=True)
    loader = GLIBC if forest.libc == "glibc" else MUSL
    real = "/usr/lib/%s/ld-linux-x86-64.so.2" % TRIPLET if forest.libc == "glibc" else MUSL
    os.makedirs(os.path.dirname(root + real), exist_ok=True)
    shutil.copy(os.path.realpath(loader), root + real)
    if forest.libc == "glibc":
        os.symlink("../lib/%s/ld-linux-x86-64.so.2" % TRIPLET, root + "/usr/lib64/ld-linux-x86-64.so.2")
    for path, entry in forest.entries.items():
        write_entry(root, path, entry)
    if forest.ldconfig is not None:
        subprocess.run(["/sbin/ldconfig", "-r", root] + forest.ldconfig, check=False, stderr=subprocess.DEVNULL)
        shutil.rmtree(root + "/var", ignore_errors=True)
    for path, entry in forest.after.items():
        if entry is None:
            if os.path.lexists(root + path):
                os.unlink(root + path)
        else:
            write_entry(root, path, entry)


def tar_of(root, path):
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        for name in sorted(os.listdir(root)):
            tar.add(os.path.join(root, name), name)


def in_root(root, words, environment):
    def enter():
        os.chroot(root)
        os.chdir("/")
    # A loader that does not come back (glibc with filters in a circle) says nothing to compare with.
    return subprocess.run(words, env=environment, preexec_fn=enter, capture_output=True, text=True, errors="replace",
                          timeout=5)


def absolute(path):
    return path if path.startswith("/") else "/" + path


def parse_list(text):
    out = []
    for line in text.splitlines():
        line = re.sub(r" \(0x[0-9a-f]+\)$", "", line.strip())
        name, arrow, path = line.partition(" => ")
        if name.startswith("linux-vdso") or not line:
            continue
        out.append((name, path if path == "not found" else absolute(path if arrow else name)))
    return out


def real_glibc(forest, root):
    """What the loader lists, and whether it gave up."""
    os.makedirs(root + "/proc/self")
    program = os.path.realpath(root + forest.program)[len(os.path.realpath(root)):]
    os.symlink(program, root + "/proc/self/exe")  # what $ORIGIN of a started program comes from
    run = in_root(root, [forest.program], dict(forest.environment, LD_TRACE_LOADED_OBJECTS="1"))
    shutil.rmtree(root + "/proc")
    loads = [(n, p) for n, p in parse_list(run.stdout) if n != GLIBC and p != GLIBC]
    return loads, run.returncode != 0, run.stdout + run.stderr


def is_self(name):
    return re.match(r"lib(c|pthread|rt|m|dl|util|xnet)\.", name)


def real_musl(forest, root):
    run = in_root(root, [MUSL, "--list", forest.program], forest.environment)
    loads = [(n, p) for n, p in parse_list(run.stdout) if p != MUSL]
    for line in run.stderr.splitlines():
        found = re.match(r"Error loading shared library (\S*): (.*?)(?: \(needed by .*)?$", line)
        if found and not is_self(found.group(1)):
            loads.append((found.group(1), "not found" if re.match("No such file|No error", found.group(2)) else "refused"))
    return loads, False, run.stdout + run.stderr


def imitated(forest, tar, levels):
    words = [LIST, tar, forest.program, forest.environment.get("LD_LIBRARY_PATH", ""),
             forest.environment.get("LD_PRELOAD", "")]
    run = subprocess.run(words + (levels if forest.libc == "glibc" else []), capture_output=True, text=True, timeout=30)
    loads, gave_up = [], False
    for line in run.stdout.splitlines():
        name, _, rest = line.partition(" => ")
        path, *marks = rest.rsplit(" ") if rest != "not found" and not rest.startswith("not found ") else \
            ["not found"] + rest[len("not found"):].split()
        if "variant" in marks or "again" in marks or (path == "not found" and "preload" in marks):
            continue
        if path == MUSL or ("fatal" in marks and {"preload", "optional"} & set(marks)):
            continue
        if "fatal" in marks and forest.libc == "glibc":
            gave_up = True
        else:
            loads.append((name, "refused" if "fatal" in marks else path))
    return loads, gave_up, run.stdout + run.stderr


def compare(forest, levels):
    """None, or what differs."""
    with tempfile.TemporaryDirectory(prefix="ldso-") as scratch:
        root, tar = scratch + "/root", scratch + "/root.tar"
        os.mkdir(root)
        lay_out(forest, root)
        tar_of(root, tar)
        try:
            real = real_glibc(forest, root) if forest.libc == "glibc" else real_musl(forest, root)
        except subprocess.TimeoutExpired:
            real = None
        ours = imitated(forest, tar, levels)
    if real is None:
        return None
    if real[1] or ours[1]:
        same = real[1] == ours[1]
    elif forest.libc == "musl":  # its errors come on another stream: their place among the loads is not known
        found = [[x for x in loads[0] if x[1] != "not found" and x[1] != "refused"] for loads in (real, ours)]
        missing = [set(loads[0]) - set(found[0]) - set(found[1]) for loads in (real, ours)]
        same = found[0] == found[1] and missing[0] == missing[1]
    else:
        same = real[0] == ours[0] if forest.ordered else set(real[0]) == set(ours[0])
    return None if same else "%s\n--- the loader says\n%s\n--- slim says\n%s" % (forest.show(), real[2], ours[2])


# --- random forests ------------------------------------------------------------------------------------------------

NAMES = ["liba.so.1", "libb.so.1", "libc1.so", "libd.so.2", "libe.so", "libf.so.6", "libg.so.1", "libh.so"]
FOLDERS = ["/usr/lib", "/usr/lib/" + TRIPLET, "/opt/a", "/opt/b", "/opt/a/lib", "/usr/local/lib", "/srv/x", "/usr/lib64",
           "/opt/b/lib/" + TRIPLET, "/opt/lib64", "/opt/x86_64"]
ELEMENTS = FOLDERS + ["$ORIGIN", "${ORIGIN}/../lib", "$ORIGIN/lib", "/opt/b/$LIB", "/opt/${PLATFORM}", "", "/missing",
                      "/opt/a/", "/opt//b///", "$FOO/x", "/opt/$LIBX", "${ORIGIN", "/opt/a/../b", "lib", "./opt/a",
                      "$ORIGIN/../b:/srv/x", "/lib", "/lib/../opt/b"]
HWCAPS = ["glibc-hwcaps/x86-64-v2", "glibc-hwcaps/x86-64-v3", "glibc-hwcaps/x86-64-v4"]
LEGACY = ["tls", "x86_64", "tls/x86_64", "haswell", "x86_64/x86_64", "avx512_1"]


def chance(r, percent):
    return r.random() * 100 < percent


def search_list(r, separators=":"):
    text = r.choice(ELEMENTS)
    for _ in range(r.randrange(3)):
        text += r.choice(separators) + r.choice(ELEMENTS)
    return text


def needed_name(r, forest):
    if chance(r, 4):
        return r.choice(["/opt/a/", "/srv/x/", "$ORIGIN/", "/opt/a/../b/", "opt/b/"]) + r.choice(NAMES)
    if chance(r, 4):
        return r.choice(["libmissing.so", "ld-linux-x86-64.so.2" if forest.libc == "glibc" else "libc.so", "lib"])
    return r.choice(NAMES)


def attributes(r, forest, name):
    a = {"needed": [needed_name(r, forest) for _ in range(r.choice([0, 0, 1, 1, 2, 3]))]}
    if name:
        a["soname"] = name if chance(r, 75) else r.choice(NAMES)
        if chance(r, 12):
            del a["soname"]
    if chance(r, 30):
        a["rpath"] = search_list(r)
    if chance(r, 25):
        a["runpath"] = search_list(r)
    flags = [f for f, p in (("nodeflib", 8), ("origin", 10)) if chance(r, p)]
    if forest.libc == "glibc" and name and chance(r, 5):
        a[r.choice(["filter", "auxiliary"])] = [r.choice(NAMES)]
        forest.ordered = False
    return dict(a, flags=flags, hash=r.choice(["sysv", "both"]))


def decoy(r, a):
    a = dict(a, machine=r.choice(["aarch64", "i386", "riscv64", "x32"]))
    return a


def add_library(r, forest, name):
    folder = r.choice(FOLDERS)
    if forest.libc == "glibc" and chance(r, 12):
        folder += "/" + r.choice(HWCAPS if chance(r, 70) else LEGACY)
    a = attributes(r, forest, name)
    if chance(r, 8):
        a = decoy(r, a)
    path = folder + "/" + name
    if chance(r, 25):
        real = "%s/%s.%d" % (folder if chance(r, 70) else r.choice(FOLDERS), name, r.randrange(9))
        forest.elf(real, **a)
        forest.link(path, real if chance(r, 40) else os.path.relpath(real, folder))
    elif chance(r, 4):
        forest.link(path, r.choice(["/nowhere", "liba.so.1", "../" + r.choice(NAMES)]))
    elif chance(r, 1):
        forest.file(path, "/* linker script */\n")
    else:
        forest.elf(path, **a)


def add_cache(r, forest):
    folders = r.sample(FOLDERS, r.randrange(4))
    forest.file("/etc/ld.so.conf", "include /etc/ld.so.conf.d/*.conf\n" + "".join(f + "\n" for f in folders[1:]))
    forest.file("/etc/ld.so.conf.d/x.conf", "".join(f + "\n" for f in folders[:1]))
    forest.ldconfig = r.choice([[], [], ["-X"], ["-c", "compat"], ["-c", "old"]])
    for _ in range(r.choice([0, 0, 0, 1, 2])):
        path = r.choice(sorted(forest.entries))
        if path.startswith(("/opt", "/srv", "/usr/lib")) and path != forest.program:
            forest.after[path] = None


def random_forest(seed):
    r = random.Random(seed)
    forest = Forest("seed %d" % seed, "musl" if chance(r, 30) else "glibc")
    loader = GLIBC if forest.libc == "glibc" else MUSL
    forest.program = r.choice(["/usr/bin/app", "/opt/a/app", "/opt/b/bin/app"])
    for name in NAMES[:r.randrange(3, len(NAMES) + 1)]:
        for _ in range(r.choice([1, 1, 2, 3])):
            add_library(r, forest, name)
    a = attributes(r, forest, None)
    a["needed"] = a["needed"] or [r.choice(NAMES)]
    forest.elf(forest.program, **dict(a, interp=loader, flags=a["flags"] + (["exec"] if chance(r, 20) else [])))
    if chance(r, 40):
        forest.environment["LD_LIBRARY_PATH"] = search_list(r, ":;" if forest.libc == "glibc" else ":\n")
    if chance(r, 12):
        forest.environment["LD_PRELOAD"] = r.choice([" ", ":"]).join(
            r.choice([r.choice(NAMES), "/opt/a/" + r.choice(NAMES)]) for _ in range(r.randrange(1, 3)))
    if forest.libc == "glibc":
        if chance(r, 8):
            forest.file("/etc/ld.so.preload", "# a comment %s\n%s %s\n" % tuple(r.choice(NAMES) for _ in range(3)))
        if chance(r, 60):
            add_cache(r, forest)
    elif chance(r, 30):
        forest.file("/etc/ld-musl-x86_64.path", search_list(r, ":\n") + r.choice(["", "\n"]))
    return forest


# --- fixed ones: each a rule, or a disagreement that was found ---------------------------------------------------------


def fixed():
    app = {"interp": GLIBC}
    f = Forest("A5: RPATH of the loader's loader", "glibc")
    f.elf("/bin/app", **app, needed=["liba.so"], rpath="/opt/a:/opt/b").elf("/opt/a/liba.so", needed=["libb.so"])
    yield f.elf("/opt/b/libb.so")
    f = Forest("A5: RUNPATH is for its own file alone", "glibc")
    f.elf("/bin/app", **app, needed=["liba.so"], runpath="/opt/a:/opt/b").elf("/opt/a/liba.so", needed=["libb.so"])
    yield f.elf("/opt/b/libb.so")
    f = Forest("A3: a SONAME satisfies a later need", "glibc")
    f.elf("/bin/app", **app, needed=["liba.so", "libb.so"], rpath="/opt/a")
    yield f.elf("/opt/a/liba.so", soname="libb.so").elf("/opt/a/libb.so")
    f = Forest("A15: musl does not look at the SONAME", "musl")
    f.elf("/bin/app", interp=MUSL, needed=["liba.so", "libb.so"], rpath="/opt/a")
    yield f.elf("/opt/a/liba.so", soname="libb.so").elf("/opt/a/libb.so")
    f = Forest("A9: a cache entry whose file is gone leads to the default folders", "glibc")
    f.elf("/bin/app", **app, needed=["liba.so"]).elf("/usr/local/lib/liba.so", soname="liba.so")
    f.file("/etc/ld.so.conf", "/usr/local/lib\n").elf("/usr/lib/liba.so", soname="other.so")
    f.ldconfig, f.after = [], {"/usr/local/lib/liba.so": None}
    yield f
    f = Forest("A10: a file for another machine is passed over", "glibc")
    f.elf("/bin/app", **app, needed=["liba.so"], rpath="/opt/a:/opt/b").elf("/opt/a/liba.so", machine="aarch64")
    yield f.elf("/opt/b/liba.so")
    f = Forest("A10: one of the other byte order, too", "glibc")
    f.elf("/bin/app", **app, needed=["liba.so"], rpath="/opt/a:/opt/b").elf("/opt/a/liba.so", machine="s390x")
    yield f.elf("/opt/b/liba.so")
    f = Forest("A4: the name that is not found is the one with its tokens replaced", "glibc")
    yield f.elf("/bin/app", **app, needed=["$ORIGIN/libgone.so", "liba.so"]).elf("/lib/liba.so")
    f = Forest("A10: a preloaded file that is refused is passed over, its SONAME too", "glibc")
    f.elf("/bin/app", **app, needed=["liba.so"]).elf("/lib/liba.so")
    f.file("/opt/liba.so", "text\n")
    f.environment["LD_PRELOAD"] = "/opt/liba.so"
    yield f
    f = Forest("A13: an auxiliary library that is refused is passed over", "glibc")
    f.elf("/bin/app", **app, needed=["liba.so"]).elf("/lib/liba.so", auxiliary=["libx.so"], needed=["libb.so"])
    f.elf("/lib/libb.so")
    f.ordered = False
    yield f.file("/lib/libx.so", "text\n")
    f = Forest("A15: musl does not look at the machine of a file", "musl")
    yield f.elf("/bin/app", interp=MUSL, needed=["liba.so"]).elf("/lib/liba.so", machine="aarch64")
    f = Forest("A15: a path file without a folder in it leaves nothing to search", "musl")
    f.elf("/bin/app", interp=MUSL, needed=["liba.so"]).elf("/lib/liba.so")
    yield f.file("/etc/ld-musl-x86_64.path", "\n")
    f = Forest("A8: what a processor's variant needs is loaded after all", "glibc")
    f.elf("/bin/app", **app, needed=["liba.so", "libv.so"], rpath="/opt/a")
    f.elf("/opt/a/glibc-hwcaps/x86-64-v2/liba.so", needed=["libv.so"]).elf("/opt/a/liba.so")
    yield f.elf("/opt/a/libv.so")


def skip_reason():
    if sys.platform != "linux" or os.uname().machine != "x86_64":
        return "the loaders of x86-64 Linux are needed"
    for path in (GLIBC, MUSL, "/sbin/ldconfig"):
        if not os.path.exists(path):
            return path + " is needed"
    if os.geteuid() != 0:
        return "only root can chroot"
    return None


def processor_levels():
    text = subprocess.run([GLIBC, "--help"], capture_output=True, text=True).stdout
    return re.findall(r"^  (x86-64-v\d) \(supported, searched\)", text, re.M), "x86_64 (AT_PLATFORM" in text


def main():
    reason = skip_reason()
    if reason:
        print("1..0 # SKIP " + reason)
        return 0
    levels, plain = processor_levels()
    if not plain:
        LEGACY[:] = ["tls"]
    if "SEED" in os.environ:
        forests = [random_forest(int(os.environ["SEED"]))]
    else:
        forests = list(fixed()) + [random_forest(s) for s in range(int(os.environ.get("FORESTS", "150")))]
    failed = 0
    print("1..%d" % len(forests), flush=True)
    for number, forest in enumerate(forests, 1):
        difference = compare(forest, levels)
        failed += difference is not None
        print("%s %d - %s: %s" % ("not ok" if difference else "ok", number, forest.libc, forest.name), flush=True)
        if difference or os.environ.get("KEEP"):
            print("\n".join("# " + line for line in (difference or forest.show()).splitlines()), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
