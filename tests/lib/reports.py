"""Images whose reports the tests of tests/report look at, and what those tests share."""

import importlib
import json
import os
import subprocess
import sys

import cli_image
import scenario

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.join(HERE, "..", "..")
SLIM = os.environ.get("SLIM") or os.path.join(TOP, "slim")
SCENARIOS = os.path.join(TOP, "tests", "scenarios")
EVERY = 6  # of the scenarios so many are one sample


def hostile():
    """Names and contents that try to leave the page, the JSON and the tables."""
    img = cli_image.app(tag="</script><script>alert('tag')</script>:1".replace("</", "x").replace("<", "y")
                        .replace(">", "z").replace("'", "q").replace("(", "-").replace(")", "-"))
    layer = img.layers[-1]
    for name in (b"</script><script>document.title='broken'</script>", b"<img src=x onerror=document.title='broken'>",
                 b"'\"&amp;\\", b"\xff\xfe", b"line\nbreak\ttab\x01\x7f", "\u202edlrow \u00e9\u2028".encode(), b" ",
                 b"-->", b"]]>", b"__proto__", b"constructor", b"toString", b"\xed\xa0\x80"):
        layer.file(b"/srv/" + name, name * 3)
    layer.hardlink("/srv/second name", "/srv/__proto__").hardlink("/srv/third name", "/srv/__proto__")
    return img


def samples(folder):
    """(name, arguments, archive) one after another; each archive is gone when the next one is made."""
    path = os.path.join(folder, "in.tar")
    for name in ("app", "both", "platforms"):
        cli_image.make(name, path)
        yield name, ["--image", "app:1"] if name == "both" else [], path
    hostile().save(path)
    yield "hostile names", [], path
    yield "hostile names, all of them kept", ["--keep-all"], path
    yield "wishes", ["-k", "/no/such", "-d", "*.dat", "-e", "/bin/other", "-c", "gzip:3", "-t", "new:1",
                     "--strip", "--level", "feature"], path
    for name in sorted(n for n in os.listdir(SCENARIOS) if n.endswith(".scn"))[::EVERY]:
        plan = scenario.read(os.path.join(SCENARIOS, name))
        if not plan.fail:
            yield name, plan.args, scenario.prepare(plan, folder)
    yield "orders", [], os.path.join(TOP, "testdata", "orders.tar")


def slim(folder, *arguments):
    done = subprocess.run([SLIM, *arguments], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=120,
                          check=False)
    if done.returncode:
        raise RuntimeError("slim %s: %s" % (" ".join(arguments), done.stderr.decode(errors="replace")))
    return done.stdout.decode(errors="replace")


def load(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as f:
        return json.load(f)


def module_or_system_python(name):
    """Import NAME; when this Python lacks it and Debian's has it, run this test with Debian's. None: nobody has it."""
    try:
        return importlib.import_module(name)
    except ImportError:
        debian = "/usr/bin/python3"
    if os.path.realpath(sys.executable) == os.path.realpath(debian) or not os.access(debian, os.X_OK):
        return None
    if subprocess.run([debian, "-c", "import " + name], stderr=subprocess.DEVNULL, check=False).returncode:
        return None
    return os.execv(debian, [debian, *sys.argv])


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def check(self, good, name, why=()):
        self.count += 1
        self.failed += not good
        print("%s %d - %s" % ("ok" if good else "not ok", self.count, name), flush=True)
        for line in why if not good else ():
            print("#   " + str(line)[:1000], flush=True)

    def end(self):
        print("1..%d" % self.count)
        return 1 if self.failed else 0


def skip_all(why):
    print("1..0 # SKIP " + why)
    return 0
