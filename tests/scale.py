#!/usr/bin/env python3
"""Images that are large in one way each: slim takes about as long for each file or byte of them as for any other.

Each case took more than a minute, or would have, when something in it was quadratic. The limit is processor time, many
times what is needed, so that a slow machine and sanitizers do not fail it.
"""
import json
import os
import resource
import subprocess
import sys
import tempfile

import elf
from image import Image

SECONDS = 60
LOADER = "/lib64/ld-linux-x86-64.so.2"
PROGRAM = elf.build(flags=["static"])


def image(*entrypoint):
    new = Image({"Entrypoint": list(entrypoint or ["/bin/app"]), "Env": ["PATH=/bin"]})
    new.layer().file("/bin/app", PROGRAM, mode=0o755).file("/bin/sh", PROGRAM, mode=0o755)
    return new


def allowlist(count=40000):
    """An allowlist of one line for each file, half of them by name alone."""
    new = image()
    for n in range(count):
        new.layers[0].file("/data/f%d" % n)
    with open("allow", "w") as out:
        out.writelines(("f%d\n" if n % 2 else "/data/f%d\n") % n for n in range(count))
    return new, ["--allow", "allow"], ["/data/f0", "/data/f%d" % (count - 1)]


def sources(count=8000):
    """A chain of scripts, each of which reads the next one."""
    new = image("/bin/s0")
    for n in range(count):
        new.layers[0].file("/bin/s%d" % n, "#!/bin/sh\n. /bin/s%d\nx=$x:%d\n" % (n + 1, n), mode=0o755)
    return new, [], ["/bin/s%d" % (count - 1)]


def libraries(count=3000):
    """A program with many libraries, each of which needs the next one."""
    new = image("/bin/main")
    new.layers[0].file(LOADER, elf.build(soname="ld-linux-x86-64.so.2"), mode=0o755)
    new.layers[0].file("/bin/main", elf.build(interp=LOADER, needed=["l%d.so" % n for n in range(count)]), mode=0o755)
    for n in range(count):
        new.layers[0].file("/lib/l%d.so" % n, elf.build(soname="l%d.so" % n, needed=["l%d.so" % ((n + 1) % count)]))
    return new, [], ["/lib/l%d.so" % (count - 1)]


def whiteouts(count=40000):
    """A layer that takes away all that the one below it has."""
    new = image()
    for n in range(count):
        new.layers[0].file("/data/f%d" % n)
    new.layer()
    for n in range(count):
        new.layers[1].whiteout("/data/f%d" % n)
    return new, ["--keep", "/data"], ["/data"]


def links(count=40000):
    """A chain of hard links, and links to its end."""
    new = image()
    new.layers[0].file("/data/h0", "x")
    for n in range(1, count):
        new.layers[0].hardlink("/data/h%d" % n, "/data/h%d" % (n - 1)).link("/data/s%d" % n, "h%d" % (n - 1))
    return new, ["--keep", "/data"], ["/data/s%d" % (count - 1), "/data/h0"]


def script(count=150000):
    """A script of megabytes, with as many variables."""
    new = image("/bin/run")
    lines = ["v%d=/etc/f%d; cat \"$v%d\"\n" % (n, n, n) for n in range(count)]
    new.layers[0].file("/bin/run", "#!/bin/sh\n" + "".join(lines[:count // 2]), mode=0o755).file("/etc/f77", "x")
    return new, [], ["/etc/f77"]


def commands(count=20000):
    """A script that starts as many others, each of which is started by a word."""
    new = image("/bin/run")
    new.layers[0].file("/bin/run", "#!/bin/sh\n" + "".join("c%d -x /etc/d%d\n" % (n, n) for n in range(count)), mode=0o755)
    for n in range(count):
        new.layers[0].file("/bin/c%d" % n, "#!/bin/sh\necho %d\n" % n, mode=0o755).file("/etc/d%d" % n, "x")
    return new, [], ["/bin/c%d" % (count - 1), "/etc/d%d" % (count - 1)]


def programs(count=4000):
    """Many small ELF files, each with a library of its own."""
    new = image("/bin/run")
    new.layers[0].file(LOADER, elf.build(soname="ld-linux-x86-64.so.2"), mode=0o755)
    new.layers[0].file("/bin/run", "#!/bin/sh\n" + "".join("p%d\n" % n for n in range(count)), mode=0o755)
    for n in range(count):
        new.layers[0].file("/bin/p%d" % n, elf.build(interp=LOADER, needed=["m%d.so" % n]), mode=0o755)
        new.layers[0].file("/lib/m%d.so" % n, elf.build(soname="m%d.so" % n))
    return new, [], ["/lib/m%d.so" % (count - 1)]


def node_modules(count=6000):
    """Packages of Node.js, each of which loads the next one and files of its own."""
    new = image("node", "/app/main.js")
    new.layers[0].file("/bin/node", PROGRAM, mode=0o755)
    new.layers[0].file("/app/main.js", "require('p0');\n").file("/app/package.json", '{"dependencies": {"p0": "1"}}')
    for n in range(count):
        at = "/app/node_modules/p%d/" % n
        new.layers[0].file(at + "package.json", '{"name": "p%d", "dependencies": {"p%d": "1"}}' % (n, n + 1))
        new.layers[0].file(at + "index.js", "require('./lib/a'); const x = require('p%d');\n" % (n + 1))
        new.layers[0].file(at + "lib/a.js", "module.exports = ['text', `t${1}`, /x/];\n" * 4)
    return new, [], ["/app/node_modules/p%d/lib/a.js" % (count - 1)]


def modules(count=8000):
    """Modules of Python, each of which imports the next one, in packages of a hundred."""
    new = image("python3", "/app/main.py")
    home = "/usr/lib/python3.11/"
    new.layers[0].file("/usr/bin/python3.11", PROGRAM, mode=0o755).link("/bin/python3", "/usr/bin/python3.11")
    new.layers[0].file(home + "os.py", "x").file("/app/main.py", "import k0.m0\n")
    for n in range(count):
        if n % 100 == 0:
            new.layers[0].file(home + "site-packages/k%d/__init__.py" % (n // 100))
        new.layers[0].file(home + "site-packages/k%d/m%d.py" % (n // 100, n),
                           "from k%d import m%d\nx = 'k%d.m%d'\n" % ((n + 1) // 100, n + 1, n // 100, n))
    return new, [], [home + "site-packages/k%d/m%d.py" % ((count - 1) // 100, count - 1)]


def depth(count=1000):
    """Folders as deep as names can be, in many branches."""
    new = image()
    for n in range(count // 20):
        new.layers[0].file("/data" + "/%d" % n + "/d" * (count // 2) + "/f")
    return new, ["--keep", "/data"], ["/data/0" + "/d" * (count // 2) + "/f"]


def search_path(words=20000, folders=50000):
    """A PATH of many folders, and as many names that are none."""
    new = Image({"Entrypoint": ["sh", "-c", "".join("p%d;" % n for n in range(words))],
                 "Env": ["PATH=" + ":".join("/b%d" % n for n in range(folders))]})
    new.layer().file("/b%d/sh" % (folders - 1), PROGRAM, mode=0o755)
    return new, [], ["/b%d/sh" % (folders - 1)]


def variables(count=200000):
    """As many variables in the environment as a script asks for."""
    new = image("/bin/run")
    new.config_object["Env"] += ["V%d=f%d" % (n, n) for n in range(count)]
    new.layers[0].file("/bin/run", "#!/bin/sh\n" + "".join("cat /d/$V%d\n" % n for n in range(count)), mode=0o755)
    new.layers[0].file("/d/f77")
    return new, [], ["/d/f77"]


def forest(links=12, depth=12):
    """Links to their own folder: a pattern matches twelve names on each of twelve levels."""
    new = image("/bin/run")
    for n in range(links):
        new.layers[0].link("/d/l%d" % n, ".")
    pattern = "/d" + "/*" * depth
    new.layers[0].file("/bin/run", "#!/bin/sh\n. %s/x\ncat /d/*/*/*/x\n" % pattern, mode=0o755)
    new.layers[0].file("/d/x", "cat /d/y\n").file("/d/y")
    return new, [], ["/d/x", "/d/y", "/d/l0", "/d/l%d" % (links - 1)]


def entry_points(count=300):
    """Packages each of which has entry points into a hundred others, and asks for all of them."""
    new = image()
    new.config_object["Entrypoint"] = ["/usr/bin/python3", "/a.py"]
    layer, site = new.layers[0], "/usr/lib/python3/dist-packages"
    layer.file("/usr/bin/python3.11", PROGRAM, mode=0o755).link("/usr/bin/python3", "python3.11")
    layer.file("/usr/lib/python3.11/os.py").file("/a.py", "import d1\n")
    for n in range(count):
        layer.file("%s/d%d/__init__.py" % (site, n), "from importlib.metadata import entry_points\nentry_points(group='g')\n")
        info = "%s/d%d-1.dist-info" % (site, n)
        layer.file(info + "/METADATA", "Name: d%d\nVersion: 1\n" % n)
        layer.file(info + "/RECORD", "d%d/__init__.py,,\n" % n)
        layer.file(info + "/entry_points.txt", "[g]\n" + "".join("e%d = d%d:f\n" % (k, (n + k) % count) for k in range(100)))
    return new, [], ["%s/d%d/__init__.py" % (site, n) for n in range(count)]


def python(*source, env=()):
    new = Image({"Entrypoint": ["/usr/bin/python3", "/a.py"], "Env": ["PATH=/bin", *env]})
    layer = new.layer().file("/usr/bin/python3.11", PROGRAM, mode=0o755).link("/usr/bin/python3", "python3.11")
    layer.file("/usr/lib/python3.11/os.py").file("/a.py", "".join(source))
    return new, layer


def python_path(count=25000):
    """As many folders on Python's path as names that are imported."""
    new, layer = python(*("import m%d\n" % n for n in range(count)), env=["PYTHONPATH=" + ":".join("/d/%d" % n for n in range(count))])
    for n in range(count):
        layer.dir("/d/%d" % n)
    layer.file("/d/200/m7.py")
    return new, [], ["/d/200/m7.py"]


def groups(count=30000):
    """A package with very many entry points in one group, and settings that name the group as often."""
    new, layer = python("import d\n")
    info = "/usr/lib/python3/dist-packages/d-1.dist-info"
    layer.file(info + "/METADATA", "Name: d\nVersion: 1\n").file("/usr/lib/python3/dist-packages/d/__init__.py")
    layer.file(info + "/RECORD", "d/__init__.py,,\n").file(info + "/entry_points.txt", "[g.g]\n" + "e = d:f\n" * count)
    layer.file("/etc/app.ini", "[g.g]\na = g.g\n" * count)
    return new, [], ["/usr/lib/python3/dist-packages/d/__init__.py"]


def node(source, env=()):
    new = Image({"Entrypoint": ["node", "/app/main.js"], "Env": ["PATH=/bin", *env], "WorkingDir": "/app"})
    return new, new.layer().file("/bin/node", PROGRAM, mode=0o755).file("/app/main.js", source)


def node_path(count=6000):
    """As many folders in NODE_PATH as packages that are loaded."""
    new, layer = node("".join("require('m%d');\n" % n for n in range(count)), ["NODE_PATH=" + ":".join("/d/%d" % n for n in range(count))])
    for n in range(count):
        layer.dir("/d/%d" % n)
    layer.file("/d/50/m7/index.js")
    return new, [], ["/d/50/m7/index.js"]


def exports(count=40000):
    """A package.json of patterns, and as many names that none of them matches."""
    new, layer = node("".join("require('p/a%d');\n" % n for n in range(count)))
    layer.file("/app/node_modules/p/package.json", json.dumps({"name": "p", "exports": {"./b%d*" % n: "./c*.js" for n in range(count)}}))
    layer.file("/app/node_modules/p/c.js")
    return new, [], ["/app/node_modules/p/c.js"]


def names_in_part(count=25000):
    """Modules that are loaded by names of which a part is known, and as many files that may be meant."""
    new, layer = node("".join("require('./m/' + x + '%d');\n" % n for n in range(count)))
    for n in range(count):
        layer.file("/app/m/%d.js" % n, "require('./' + y); require(z);\n")
    return new, [], ["/app/m/0.js", "/app/m/%d.js" % (count - 1)]


def locales(count=300000):
    """A script of assignments that do not end."""
    new = image("/bin/run")
    new.layers[0].file("/bin/run", "#!/bin/sh\n" + "LANG=" * count, mode=0o755)
    return new, [], ["/bin/run"]


def stanzas(count=40000):
    """A package that the database names again and again, with a long list of files."""
    new = image("/bin/app")
    new.layers[0].file("/var/lib/dpkg/status", "Package: a\nStatus: install ok installed\nVersion: 1\n\n" * count)
    new.layers[0].file("/var/lib/dpkg/info/a.list", "/bin/app\n/bin/none\n" * count)
    return new, [], ["/bin/app", "/var/lib/dpkg/status"]


def includes(count=6000):
    """Settings each of which includes all of them."""
    new = image("/bin/nginx")
    new.layers[0].file("/bin/nginx", PROGRAM, mode=0o755).file("/etc/nginx/nginx.conf", "include /etc/nginx/c/*;\n")
    for n in range(count):
        new.layers[0].file("/etc/nginx/c/%d.conf" % n, "include /etc/nginx/c/*;\n")
    return new, [], ["/etc/nginx/c/0.conf", "/etc/nginx/c/%d.conf" % (count - 1)]


def rounds(count=12000):
    """Packages' programs each of which starts the next one: every round of the trace finds one more."""
    new = image("/bin/t0")
    layer = new.layers[0].file("/var/lib/dpkg/status", "".join(
        "Package: p%d\nStatus: install ok installed\nVersion: 1\nSource: s\n\n" % n for n in range(count)))
    for n in range(count):
        layer.file("/bin/t%d" % n, "#!/bin/sh\nt%d\n" % (n + 1), mode=0o755).file("/usr/share/p%d" % n, "x")
        layer.file("/var/lib/dpkg/info/p%d.list" % n, "/bin/t%d\n/usr/share/p%d\n" % (n, n))
    return new, [], ["/bin/t%d" % (count - 1), "/usr/share/p%d" % (count - 1)]


def plugins(count=2000):
    """Plugins each of which names their folder."""
    new = image("/bin/main")
    layer = new.layers[0].file(LOADER, elf.build(soname="ld-linux-x86-64.so.2"), mode=0o755)
    plugin = dict(undef=["dlopen"], strings=["/usr/lib/plug", "p%s.so"])
    layer.file("/bin/main", elf.build(interp=LOADER, **plugin), mode=0o755)
    for n in range(count):
        layer.file("/usr/lib/plug/p%d.so" % n, elf.build(soname="p%d.so" % n, **plugin))
    return new, [], ["/usr/lib/plug/p0.so", "/usr/lib/plug/p%d.so" % (count - 1)]


def applets(count=6000):
    """Very many names of a multi-call program, by links of either kind."""
    new = image("/bin/run")
    layer = new.layers[0].file("/bin/run", "#!/bin/sh\n" + "".join("a%d\n" % n for n in range(count)), mode=0o755)
    layer.file("/bin/busybox", PROGRAM, mode=0o755)
    for n in range(count):
        layer.link("/bin/a%d" % n, "busybox").hardlink("/usr/bin/b%d" % n, "/bin/busybox")
    return new, [], ["/bin/a%d" % (count - 1), "/usr/bin/b%d" % (count - 1)]


def limit():
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def run(case):
    new, options, wanted = case()
    new.save("in.tar")
    command = [os.environ["SLIM"], "-q", "--compression", "none", *options, "in.tar", "out.tar"]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, errors="replace", preexec_fn=limit)
    if done.returncode:
        return "status %d: %s" % (done.returncode, done.stderr[-2000:])
    listed = subprocess.run("tar -xOf out.tar --wildcards 'blobs/sha256/*' | tar -tf - --ignore-zeros 2>/dev/null",
                            shell=True, stdout=subprocess.PIPE, text=True, errors="replace").stdout
    names = {"/" + line.strip("/") for line in listed.splitlines()}
    missing = [path for path in wanted if path not in names]
    return "not in the result: " + " ".join(missing) if missing else None


def growth(cases):
    """Prints how the time grows: what is linear takes four times as long for four times as much."""
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for case in cases:
            full, seconds = case.__defaults__[0], []
            for part in (16, 4, 1):
                new, options, _ = case(full // part)
                new.save("in.tar")
                before = resource.getrusage(resource.RUSAGE_CHILDREN)
                subprocess.run([os.environ["SLIM"], "-q", "-n", *options, "in.tar"], check=True)
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
            print("%-14s %8d %s" % (case.__name__, full, " ".join("%7.2f" % s for s in seconds)), flush=True)


def main():
    cases = [allowlist, sources, libraries, whiteouts, links, script, commands,
             programs, node_modules, modules, depth, search_path, variables, forest, entry_points, python_path, groups,
             node_path, exports, names_in_part, locales, stanzas, includes, rounds, plugins, applets]
    if sys.argv[1:2] == ["--growth"]:
        return growth([case for case in cases if not sys.argv[2:] or case.__name__ in sys.argv[2:]])
    print("1..%d" % len(cases))
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for number, case in enumerate(cases, 1):
            why = run(case)
            failed += why is not None
            print("%sok %d - %s%s" % ("not " if why else "", number, case.__name__, "\n# " + why if why else ""), flush=True)
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
