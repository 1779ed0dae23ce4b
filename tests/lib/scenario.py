"""Scenarios: a small image, slim's arguments, and the exact list of files that must stay, in one text file (*.scn).

    # A5: RUNPATH is not inherited          first line: the rule and what is proved; other # lines are remarks
    config {"Entrypoint":["/bin/app"]}      the config's `config` object
    platform linux/arm64                    default: linux/amd64
    archive form=oci compression=zstd outer=gzip    default: docker, none, none (tests/lib/image.py has the names)
    history [{"created_by":"x"}]            the config's history; default: an entry a layer
    layer                                   starts the next layer; the first one may be left out
    elf /bin/app interp=/lib/ld.so needed=liba.so   an ELF file: the attributes are those of tests/lib/elf.py
    file /etc/x "one line\\n"                a file; without a text it is empty
    text /bin/run mode=0755 <<END           a file of several lines, up to the line END
    #!/bin/sh
    END
    zip /app/x.jar a/B.class=TEXT lib/y.jar!c/D.class=TEXT "n.so=elf needed=libz.so.1"
                                            an archive; behind a ! what an archive in it holds
    rpmdb /var/lib/rpm/rpmdb.sqlite <<END   a database of rpm: tests/lib/rpmdb.py has the lines
    END
    link /bin/sh -> dash
    hardlink /bin/b -> /bin/a
    dir /var/empty mode=0700
    fifo /run/f
    device /dev/null
    whiteout /etc/x                         for paths of lower layers
    opaque /etc
    host allow.txt <<END                    a file of the host, beside the input, for args
    END
    args --allow allow.txt                  more arguments of slim
    keep                                    the kept paths that are no folders, all of them, with the rules, all of them
    /bin/app entrypoint
    /lib/liba.so needed<-/bin/app link      rule<-asker, or a rule whoever asked; * allows further rules; alone: any
    /var/empty/ skeleton                    a folder that must stay (others may stay as well), with its rules as above
    drop                                    paths that must not stay
    /etc/y
    doubt /bin/app loads 'x%s.so'           a doubt about this path that has this text in it (- : about no path)
    warn matches nothing                    a piece of standard error
    fail 3 no entrypoint                    instead of keep: the exit status and a piece of the message

file, text, elf, dir and the others take mode= uid= gid= mtime= and xattr.NAME=VALUE. Words with blanks are quoted:
"with \\n \\t \\" \\xNN", or 'as it is'.
"""

import io
import json
import os
import shlex
import subprocess
import tempfile
import zipfile

import elf
import image
import rpmdb

FOLDER_TYPES = ("folder", "dir", "directory")


class ScenarioError(Exception):
    pass


class Scenario:
    def __init__(self, name):
        self.name = name
        self.title = ""
        self.image = image.Image({})
        self.archive = {"form": "docker", "compression": "none", "outer": "none"}
        self.args, self.host = [], {}
        self.keep, self.folders = {}, {}  # path -> list of (rule, asker or None)
        self.drop, self.doubts, self.warnings = [], [], []
        self.fail = None                  # (status, text)


# --- reading ------------------------------------------------------------------------------------------------------

_ESCAPES = {"n": b"\n", "t": b"\t", "r": b"\r", "0": b"\0", "\\": b"\\", '"': b'"'}


def _quoted(text, at):
    """The bytes of a "…" that starts at AT, and where it ends."""
    out, at = b"", at + 1
    while text[at] != '"':
        if text[at] != "\\":
            out, at = out + text[at].encode("utf-8", "surrogateescape"), at + 1
        elif text[at + 1] == "x":
            out, at = out + bytes.fromhex(text[at + 2:at + 4]), at + 4
        else:
            out, at = out + _ESCAPES[text[at + 1]], at + 2
    return out, at + 1


def words(text):
    """Blank-separated words; each may have quoted parts."""
    out, word, at = [], None, 0
    try:
        while at < len(text):
            c = text[at]
            if c == '"':
                part, at = _quoted(text, at)
                word = (word or b"") + part
            elif c == "'":
                end = text.index("'", at + 1)
                word, at = (word or b"") + text[at + 1:end].encode("utf-8", "surrogateescape"), end + 1
            elif c.isspace():
                if word is not None:
                    out.append(word)
                word, at = None, at + 1
            else:
                word, at = (word or b"") + c.encode("utf-8", "surrogateescape"), at + 1
    except (IndexError, KeyError, ValueError):
        raise ValueError("bad quotes: " + text)
    if word is not None:
        out.append(word)
    return [w.decode("utf-8", "surrogateescape") for w in out]


def _number(name, value):
    if name == "mode":
        return int(value, 8)
    return float(value) if name == "mtime" and "." in value else int(value)


def _attributes(items):
    """mode= uid= gid= mtime= xattr.NAME= out of a list; returns the keyword arguments and what is left."""
    found, xattrs, left = {}, {}, []
    for item in items:
        name, equals, value = item.partition("=")
        if equals and name in ("mode", "uid", "gid", "mtime"):
            found[name] = _number(name, value)
        elif equals and name.startswith("xattr."):
            xattrs[name[6:]] = value
        else:
            left.append(item)
    if xattrs:
        found["xattrs"] = xattrs
    return found, left


def _member(text):
    return elf.build(**elf.parse(text[4:])) if text.startswith("elf ") else text.encode("utf-8", "surrogateescape")


def _zip(members):
    """The bytes of an archive: (NAME, TEXT), and (ARCHIVE!NAME, TEXT) for what an archive in it holds."""
    inner, out = {}, io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members:
            outer, bang, rest = name.partition("!")
            if bang:
                inner.setdefault(outer, []).append((rest, text))
            else:
                archive.writestr(zipfile.ZipInfo(name), _member(text), zipfile.ZIP_DEFLATED)
        for name, held in inner.items():
            archive.writestr(zipfile.ZipInfo(name), _zip(held))
    return out.getvalue()


class _Reader:
    """Reads one file; `at` is the number of the line that is being read, for messages."""

    def __init__(self, name, text):
        self.scenario = Scenario(name)
        self.lines = text.split("\n")
        self.at = 0
        self.layer = None
        self.section = None

    def read(self):
        for line in self.next_lines():
            try:
                self.line(line)
            except (ValueError, KeyError, OverflowError) as problem:
                raise ScenarioError("%s.scn:%d: %s" % (self.scenario.name, self.at, problem))
        s = self.scenario
        if (s.fail is None) == (self.section is None and not s.keep):
            raise ScenarioError("%s.scn: either a keep section or a fail line is needed" % s.name)
        if not s.title:
            raise ScenarioError("%s.scn:1: the first line must say what is proved: # RULE: TEXT" % s.name)
        return s

    def next_lines(self):
        while self.at < len(self.lines):
            self.at += 1
            yield self.lines[self.at - 1]

    def line(self, line):
        if line.startswith("#"):
            self.scenario.title = self.scenario.title or line.lstrip("# ")
        elif line.startswith(("/", '"/')) and self.section:
            self.section(line)
        elif line.strip():
            verb, _, rest = line.partition(" ")
            handler = getattr(self, "do_" + verb, None)
            if handler is None:
                raise ValueError("no such directive: " + verb)
            handler(rest.strip())

    def target(self):
        if self.layer is None:
            self.layer = self.scenario.image.layer()
        return self.layer

    def here_text(self, word):
        if not word.startswith("<<") or len(word) < 3:
            raise ValueError("<<END is missing")
        start = self.at
        out = []
        for line in self.next_lines():
            if line == word[2:]:
                return "".join(l + "\n" for l in out)
            out.append(line)
        self.at = start
        raise ValueError("no line %s ends this text" % word[2:])

    def do_config(self, rest):
        self.scenario.image.config_object = json.loads(rest)

    def do_platform(self, rest):
        parts = rest.split("/")
        self.scenario.image.os, self.scenario.image.arch = parts[:2]
        self.scenario.image.variant = parts[2] if len(parts) > 2 else None

    def do_archive(self, rest):
        for item in rest.split():
            name, _, value = item.partition("=")
            if name not in self.scenario.archive:
                raise ValueError("no such archive attribute: " + name)
            self.scenario.archive[name] = value

    def do_history(self, rest):
        self.scenario.image.extra["history"] = json.loads(rest)

    def do_layer(self, rest):
        if rest:
            raise ValueError("layer takes no arguments")
        self.layer = self.scenario.image.layer()

    def do_elf(self, rest):
        path, _, attributes = rest.partition(" ")
        attributes = elf.parse(attributes)
        own = {name: _number(name, attributes.pop(name))
               for name in ("mode", "uid", "gid", "mtime") if name in attributes}
        own.setdefault("mode", 0o755)
        self.target().file(path, elf.build(**attributes), **own)

    def do_file(self, rest):
        path, *items = words(rest)
        attributes, left = _attributes(items)
        if len(left) > 1:
            raise ValueError("a file has one text")
        self.target().file(path, left[0] if left else b"", **attributes)

    def do_zip(self, rest):
        path, *items = words(rest)
        attributes, left = _attributes(items)
        self.target().file(path, _zip([item.partition("=")[::2] for item in left]), **attributes)

    def do_text(self, rest):
        path, *items = words(rest)
        attributes, left = _attributes(items)
        self.target().file(path, self.here_text(left[0] if left else ""), **attributes)

    def do_rpmdb(self, rest):
        path, *items = words(rest)
        attributes, left = _attributes(items)
        text = self.here_text(left[0] if left else "")
        self.target().file(path, rpmdb.database(path, text), **attributes)

    def pair(self, rest):
        items = words(rest)
        attributes, left = _attributes(items)
        if len(left) != 3 or left[1] != "->":
            raise ValueError("PATH -> TARGET is wanted")
        return left[0], left[2], attributes

    def do_link(self, rest):
        path, target, attributes = self.pair(rest)
        self.target().link(path, target, **attributes)

    def do_hardlink(self, rest):
        path, target, attributes = self.pair(rest)
        self.target().hardlink(path, target, **attributes)

    def single(self, rest):
        path, *items = words(rest)
        attributes, left = _attributes(items)
        if left:
            raise ValueError("what is this: " + " ".join(left))
        return path, attributes

    def do_dir(self, rest):
        path, attributes = self.single(rest)
        self.target().dir(path, **attributes)

    def do_fifo(self, rest):
        path, attributes = self.single(rest)
        self.target().fifo(path, **attributes)

    def do_device(self, rest):
        path, attributes = self.single(rest)
        self.target().device(path, **attributes)

    def do_whiteout(self, rest):
        self.target().whiteout(self.single(rest)[0])

    def do_opaque(self, rest):
        self.target().opaque(self.single(rest)[0])

    def do_host(self, rest):
        name, _, end = rest.partition(" ")
        self.scenario.host[name] = self.here_text(end.strip())

    def do_args(self, rest):
        self.scenario.args += shlex.split(rest)

    def do_keep(self, rest):
        if rest:
            raise ValueError("the kept paths go on lines of their own")
        self.section = self.keep_line

    def keep_line(self, line):
        path, *rules = words(line)
        section = self.scenario.keep
        if path.endswith("/"):
            section, path = self.scenario.folders, path[:-1] or "/"
        if path in section:
            raise ValueError("twice: " + path)
        section[path] = [tuple((rule.split("<-", 1) + [None])[:2]) for rule in rules]

    def do_drop(self, rest):
        self.section = lambda line: self.scenario.drop.append(words(line)[0])

    def do_doubt(self, rest):
        path, _, text = rest.partition(" ")
        self.scenario.doubts.append((None if path == "-" else path, text))

    def do_warn(self, rest):
        self.scenario.warnings.append(rest)

    def do_fail(self, rest):
        status, _, text = rest.partition(" ")
        self.scenario.fail = (int(status), text)


def read(path):
    with open(path, encoding="utf-8", errors="surrogateescape") as f:
        return _Reader(os.path.splitext(os.path.basename(path))[0], f.read()).read()


# --- running ------------------------------------------------------------------------------------------------------


class Result:
    def __init__(self, status, stderr, report):
        self.status, self.stderr, self.report = status, stderr, report

    def kept(self):
        """path -> set of (rule, asker or None): of what is no folder, and of the kept folders."""
        files, folders = {}, {}
        for item in self.report["kept"]:
            section = folders if item["type"] in FOLDER_TYPES else files
            section[item["path"]] = {(r["rule"], r["from"]) for r in item["reasons"]}
        return files, folders


def prepare(scenario, folder):
    path = os.path.join(folder, "in.tar")
    scenario.image.save(path, **scenario.archive)
    for name, text in scenario.host.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8", errors="surrogateescape") as out:
            out.write(text)
    return path


def run(scenario, slim, folder):
    path = prepare(scenario, folder)
    report = os.path.join(folder, "report.json")
    command = [slim, "--dry-run", "--report", report, *scenario.args, path]
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, timeout=120)
    stderr = done.stderr.decode("utf-8", "surrogateescape")
    if done.returncode != 0 or not os.path.exists(report):
        return Result(done.returncode, stderr, None)
    with open(report, encoding="utf-8", errors="surrogateescape") as f:
        return Result(done.returncode, stderr, json.load(f)["images"][0])


# --- comparing ----------------------------------------------------------------------------------------------------


def _quote(path):
    if not any(c in path for c in " \t\n\"'\\"):
        return path
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'


def _show(path, reasons):
    return " ".join([_quote(path)] + [_quote(rule + ("<-" + asker if asker else ""))
                                      for rule, asker in sorted(reasons, key=lambda r: (r[0], r[1] or ""))])


def accept(result):
    """The keep section that fits what slim did."""
    if result.report is None:
        return "fail %d %s" % (result.status, result.stderr.strip().rpartition(": ")[2])
    files, _ = result.kept()
    return "\n".join(["keep"] + [_show(path, files[path]) for path in sorted(files)])


def _rule_problems(path, wanted, actual):
    if not wanted:
        return []
    names, wanted_names = {rule for rule, _ in actual}, {rule for rule, _ in wanted}
    open_ended = "*" in wanted_names
    problems = []
    for rule, asker in wanted:
        if rule != "*" and not any(r == rule and asker in (None, a) for r, a in actual):
            problems.append("lacks %s%s" % (rule, "<-" + asker if asker else ""))
    if not open_ended:
        problems += ["has also %s" % rule for rule in sorted(names - wanted_names)]
    return ["%s: %s (actual: %s)" % (path, problem, _show("", actual).strip()) for problem in problems]


def _compare_fail(scenario, result):
    status, text = scenario.fail
    problems = []
    if result.status != status:
        problems.append("exit status %d instead of %d" % (result.status, status))
    if text not in result.stderr:
        problems.append("the message lacks: " + text)
    return problems


def compare(scenario, result):
    """A list of what is wrong: empty when all is well."""
    if scenario.fail:
        problems = _compare_fail(scenario, result)
    elif result.report is None:
        problems = ["exit status %d" % result.status]
    else:
        problems = _compare_report(scenario, result)
    problems += ["standard error lacks: " + text for text in scenario.warnings if text not in result.stderr]
    return problems + ["stderr: " + line for line in result.stderr.splitlines()] if problems else []


def _compare_report(scenario, result):
    files, folders = result.kept()
    problems = ["missing: " + _show(p, scenario.keep[p]) for p in sorted(set(scenario.keep) - set(files))]
    problems += ["too much: " + _show(p, files[p]) for p in sorted(set(files) - set(scenario.keep))]
    for path in sorted(set(files) & set(scenario.keep)):
        problems += _rule_problems(path, scenario.keep[path], files[path])
    problems += ["missing folder: " + p for p in scenario.folders if p not in folders]
    for path in sorted(set(folders) & set(scenario.folders)):
        problems += _rule_problems(path + "/", scenario.folders[path], folders[path])
    problems += ["kept, but listed under drop: " + p for p in scenario.drop
                 if p in files or p.rstrip("/") in folders and p.endswith("/")]
    for path, text in scenario.doubts:
        if not any(d.get("path") == path and text in d["text"] for d in result.report["doubts"]):
            problems.append("no doubt about %s: %s" % (path, text))
    return problems


def check(path, slim):
    """Run the scenario in the file PATH. Returns it (or None), the result (or None) and the list of problems."""
    try:
        scenario = read(path)
    except ScenarioError as problem:
        return None, None, [str(problem)]
    with tempfile.TemporaryDirectory(prefix="slim-scenario-") as folder:
        try:
            result = run(scenario, slim, folder)
        except subprocess.TimeoutExpired:
            return scenario, None, ["slim did not end within two minutes"]
        return scenario, result, compare(scenario, result)
