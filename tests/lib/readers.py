"""What slim's readers see of an image, by tests/lib/dump-image, and TAP for tests that ask them."""

import hashlib
import os
import tempfile

from bounded import Done, Unbounded
from image import Archive

SLIM = os.environ.get("SLIM", "./slim")
DUMP = os.path.join(os.environ.get("TOP_BUILDDIR", "."), "tests", "lib", "dump-image")


class Dump:
    """The outcome of one run: status, the error's text, and the facts (one line each)."""

    def __init__(self, *arguments, stdin=None):
        done = Done([DUMP, *arguments], stdin)
        self.status, self.error = done.status, done.error
        self.lines = done.out.decode("utf-8", "replace").splitlines()

    def starting(self, word):
        return [line[len(word) + 1:] for line in self.lines if line.split(" ", 1)[0] == word]

    def entries(self):
        return [line for line in self.lines if line.split(" ", 1)[0] in ("file", "hardlink", "whiteout", "opaque")]


def slimmed(path, out, *options):
    """A run of slim; `archive` is what it wrote."""
    done = Done([SLIM, *options, path, out])
    done.archive = Archive(out) if os.path.isfile(out) else None
    return done


def content(data):
    return hashlib.sha256(data).hexdigest()[:16]


class Tests:
    """Named checks. A check is a function of a folder of its own that returns None or what went wrong."""

    def __init__(self):
        self.checks = []

    def add(self, name, check):
        self.checks.append((name, check))

    def run(self, plan=True):
        """Prints them as TAP; the number of those that failed."""
        if plan:
            print("1..%d" % len(self.checks), flush=True)
        return sum(report(number, name, check) for number, (name, check) in enumerate(self.checks, 1))


def report(number, name, check):
    with tempfile.TemporaryDirectory() as folder:
        try:
            problem = check(folder)
        except Unbounded as error:
            problem = str(error)
    print("%s %d - %s" % ("not ok" if problem else "ok", number, name), flush=True)
    for line in str(problem or "").splitlines():
        print("# " + line, flush=True)
    return bool(problem)


def differ(got, want):
    return None if got == want else "got  %r\nwant %r" % (got, want)


def refused(dump, text):
    """The input was refused with status 1 and a message that holds TEXT; a crash is something else."""
    if dump.status == 1 and text in dump.error and not dump.starting("layer"):
        return None
    return "status %d, error %r, output %r; want an error with %r" % (dump.status, dump.error, dump.lines, text)
