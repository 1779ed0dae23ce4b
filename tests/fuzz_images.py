#!/usr/bin/env python3
"""Random images through the real slim: what --keep-all writes, and what stays of a slimmed image, is as the independent
model has it (tests/lib/merged.py). Of portable images umoci and podman say the same as the model.

IMAGE_SEED is the first seed, IMAGE_ROUNDS how many; with IMAGE_SECONDS rounds go on for so long. A difference prints its
seed and keeps the image in IMAGE_KEEP, a folder. The last line is a summary.
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

from image import Archive
from merged import merge
import random_image
import squashed
import trees

SLIM = os.environ.get("SLIM", "./slim")
def expected(model, kept=None):
    """The same of the model; of the names KEPT alone, if given."""
    facts = {path: inode.facts() for path, inode in model.names.items() if path or model.root_named}
    if kept is None:
        return facts, model.groups()
    groups = [[name for name in names if name in kept] for names in model.groups()]
    return {path: facts[path] for path in kept if path in facts}, sorted(names for names in groups if len(names) > 1)


def differences(have, want):
    for path in sorted(set(have) | set(want)):
        if have.get(path) != want.get(path):
            yield "%r: slim %.300r, the model %.300r" % (path, have.get(path), want.get(path))


class Round:
    """One seed: an image, its model, and what went wrong."""

    def __init__(self, seed, folder, portable=False):
        self.seed, self.folder = seed, folder
        self.image = random_image.make(random.Random("%s%d" % ("portable" * portable, seed)), portable)
        self.path = self.image.save(os.path.join(folder, "in.tar"))
        self.out = os.path.join(folder, "out.tar")

    def slim(self, *options):
        if os.path.exists(self.out):
            os.remove(self.out)
        done = subprocess.run([SLIM, "-q", *options, self.path, self.out], stderr=subprocess.PIPE, check=False, timeout=120)
        return done.returncode, done.stderr.decode("utf-8", "replace")

    def compare(self, options, kept_only):
        status, message = self.slim(*options)
        if self.image.model is None:
            return [] if status == 1 and not os.path.exists(self.out) else ["the model refuses, slim: %d %s" % (status, message)]
        if status:
            return ["status %d: %s" % (status, message)]
        archive = Archive(self.out)
        have, have_groups = squashed.read(archive)
        want, want_groups = expected(self.image.model, set(have) if kept_only else None)
        lines = list(differences(have, want))
        if have_groups != want_groups:
            lines.append("hard links: slim %r, the model %r" % (have_groups, want_groups))
        return lines

    def squashed(self):
        how = self.image.rng.choice(["none", "gzip:1"] if self.image.portable else ["none", "gzip:1", "zstd:1"])
        return self.compare(["--keep-all", "-c", how], False)

    def slimmed(self):
        """Some names are asked for; what they need stays as well, and all of it as it was."""
        model = self.image.model
        if model is None or random_image.APP not in model.names:
            return []
        plain = [p for p in model.names if p and all(part.isalnum() and part.isascii() for part in p)]
        wanted = self.image.rng.sample(sorted(plain), min(3, len(plain)))
        lines = self.compare([w for path in wanted for w in ("--keep", "/" + "/".join(path))], True)
        if not lines:
            have, _ = squashed.read(Archive(self.out))
            lines = ["%r was asked for and is not there" % (path,) for path in wanted + [random_image.APP] if path not in have]
        return lines

    def told(self):
        yield "seed %d: %s" % (self.seed, self.image.words)
        for number, entries in enumerate(self.image.layers):
            for one in entries:
                yield "layer %d: %.300r" % (number, one)


def keep(folder, seed):
    to = os.environ.get("IMAGE_KEEP")
    if to:
        shutil.copytree(folder, os.path.join(to, "seed-%d" % seed), dirs_exist_ok=True)


class Count:
    def __init__(self):
        self.rounds = self.merged = self.failed = 0


def one_round(seed, count):
    with tempfile.TemporaryDirectory() as folder:
        this = Round(seed, folder)
        lines = this.squashed() or this.slimmed()
        count.rounds += 1
        count.merged += this.image.model is not None
        if lines:
            count.failed += 1
            keep(folder, seed)
            print("\n".join("# " + line for line in [*this.told(), *lines]), flush=True)


def judged(seed, judge):
    """What JUDGE, another tool, unpacks of a portable image, against the model."""
    with tempfile.TemporaryDirectory() as folder:
        this = Round(seed, folder, portable=True)
        lines = this.squashed()
        want, groups = expected(merge(this.image.layers))
        for name, path in (("the image", this.path), ("slim's", this.out)):
            have, have_groups, problem = judge(path, os.path.join(folder, name.replace(" ", "-")))
            lines += [problem] if problem else trees.differences(have, want, name)
            if not problem and have_groups != groups:
                lines.append("%s: hard links %r, the model %r" % (name, have_groups, groups))
        if lines:
            keep(folder, seed)
            print("\n".join("# " + line for line in [*this.told(), *lines]), flush=True)
        return not lines


def report(number, good, name):
    print("%s %d - %s" % ("ok" if good else "not ok", number, name), flush=True)
    return 0 if good else 1


def rounds(first):
    """Seeds, as many as the environment asks for."""
    seconds = float(os.environ.get("IMAGE_SECONDS", "0"))
    wanted, start, seed = int(os.environ.get("IMAGE_ROUNDS", "120")), time.monotonic(), first
    while time.monotonic() - start < seconds if seconds else seed < first + wanted:
        yield seed
        seed += 1


def main():
    first, count = int(os.environ.get("IMAGE_SEED", "1")), Count()
    judges = trees.judges()
    print("1..%d" % (2 + len(judges)))
    try:
        for seed in rounds(first):
            one_round(seed, count)
    except KeyboardInterrupt:
        print("# interrupted")
    failed = report(1, not count.failed, "%d random images: slim agrees with the model" % count.rounds)
    failed += report(2, count.merged * 2 >= count.rounds, "%d of them were merged, the others refused" % count.merged)
    for number, (name, judge, times) in enumerate(judges, 3):
        if isinstance(judge, str):
            print("ok %d - %s # SKIP %s" % (number, name, judge))
            continue
        good = [judged(seed, judge) for seed in range(first, first + times)]
        failed += report(number, all(good), "%s agrees with slim and the model about %d images" % (name, len(good)))
    print("# fuzz-images: %d images, %d merged, %d differ" % (count.rounds, count.merged, count.failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
