#!/usr/bin/env python3
"""Every step of a chain is real: what slim why says of a path ends with the rule and comes from the file that holds the
evidence; the same image, but for that evidence, lets the path go."""

import json
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import elf  # noqa: E402
import image  # noqa: E402
import reports  # noqa: E402

LOADER = "/lib64/ld-linux-x86-64.so.2"
LIB = "/usr/lib/x86_64-linux-gnu/"
PYTHON = "/usr/lib/python3.11/"
APP = "/usr/bin/app"
PROGRAM = elf.build(interp=LOADER)
STATUS = "Package: app\nStatus: install ok installed\nVersion: 1\nArchitecture: amd64\n\n" \
         "Package: data\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n\n"


def needs(name):
    return elf.build(interp=LOADER, needed=[name])


# rule, what the image starts, its files, the file that asks and what it is without the evidence, the path that is asked for.
# An asker "Env" or "Healthcheck" is that part of the config.
CASES = [
    ("needed", [APP], {APP: needs("liba.so.1"), LIB + "liba.so.1": elf.build(soname="liba.so.1")}, APP, PROGRAM,
     LIB + "liba.so.1"),
    ("shebang", ["/usr/bin/start"], {"/usr/bin/start": "#!/usr/bin/tool -f\n", "/usr/bin/tool": PROGRAM},
     "/usr/bin/start", "#!/usr/bin/none -f\n", "/usr/bin/tool"),
    ("command", ["/usr/bin/start"], {"/usr/bin/start": "#!/bin/sh\nexec tool --now\n", "/bin/sh": PROGRAM, "/usr/bin/tool": PROGRAM},
     "/usr/bin/start", "#!/bin/sh\nexec none --now\n", "/usr/bin/tool"),
    ("sourced", ["/usr/bin/start"], {"/usr/bin/start": "#!/bin/sh\n. /usr/share/data/functions\n", "/bin/sh": PROGRAM,
                                     "/usr/share/data/functions": "x=1\n"},
     "/usr/bin/start", "#!/bin/sh\n. /usr/share/none/functions\n", "/usr/share/data/functions"),
    ("config-path", [APP, "-c", "/etc/app.conf"], {APP: PROGRAM, "/etc/app.conf": 'key = "/usr/share/data/key.pem"\n',
                                                   "/usr/share/data/key.pem": "x"},
     "/etc/app.conf", '# key = "/usr/share/data/key.pem"\n', "/usr/share/data/key.pem"),
    ("config-include", [APP, "-c", "/etc/app.conf"], {APP: PROGRAM, "/etc/app.conf": "include /usr/share/data/*.conf;\n",
                                                      "/usr/share/data/one.conf": "x 1;\n"},
     "/etc/app.conf", "include /usr/share/none/*.conf;\n", "/usr/share/data/one.conf"),
    ("python-import", ["/usr/bin/python3.11", "/srv/main.py"],
     {"/usr/bin/python3.11": PROGRAM, PYTHON + "os.py": "x = 1\n", "/srv/main.py": "import six\n",
      PYTHON + "site-packages/six.py": "x = 1\n"}, "/srv/main.py", "import os\n", PYTHON + "site-packages/six.py"),
    ("node-import", ["/usr/bin/node", "/srv/main.js"],
     {"/usr/bin/node": PROGRAM, "/srv/main.js": "require('six');\n", "/usr/share/nodejs/six/package.json": '{"main": "index.js"}',
      "/usr/share/nodejs/six/index.js": "x = 1;\n"}, "/srv/main.js", "require('fs');\n", "/usr/share/nodejs/six/index.js"),
    ("perl-module", ["/usr/bin/perl", "/srv/main.pl"],
     {"/usr/bin/perl": elf.build(interp=LOADER, strings=["/usr/share/perl5"]), "/srv/main.pl": "use Six::Seven;\n",
      "/usr/share/perl5/strict.pm": "1;",
      "/usr/share/perl5/Six/Seven.pm": "package Six::Seven;\n1;\n"},
     "/srv/main.pl", "use Six::Eight;\n", "/usr/share/perl5/Six/Seven.pm"),
    ("copyright", [APP], {APP: PROGRAM, "/usr/share/doc/app/copyright": "x"}, "/var/lib/dpkg/info/app.list", "/etc\n",
     "/usr/share/doc/app/copyright"),
    ("environment", [APP], {APP: PROGRAM, "/usr/share/data/settings.xml": "x"}, "Env", [], "/usr/share/data/settings.xml"),
    ("healthcheck", [APP], {APP: PROGRAM, "/usr/bin/check": PROGRAM}, "Healthcheck", None, "/usr/bin/check"),
]


def build(path, command, files, settings, path_in_data):
    img = image.Image(dict({"Entrypoint": command}, **settings), tags=["app:1"])
    layer = img.layer()
    owned = {name: "data" if name == path_in_data else "app" for name in files}
    lists = {"/var/lib/dpkg/info/%s.list" % package: "".join("%s\n" % f for f in files if owned[f] == package)
             for package in ("app", "data")}
    contents = {LOADER: elf.build(soname="ld-linux-x86-64.so.2"), "/var/lib/dpkg/status": STATUS, **lists, **files}
    for name, data in sorted(contents.items()):
        layer.file(name, data if isinstance(data, bytes) else data.encode(), mode=0o755 if "/bin/" in name else 0o644)
    img.save(path)


def config(asker, path, kept):
    """The part of the config that asks, with the evidence or without."""
    settings = {"Env": ["PATH=/usr/bin:/bin"]}
    if asker == "Env" and kept:
        settings["Env"].append("SETTINGS=" + path)
    if asker == "Healthcheck" and kept:
        settings["Healthcheck"] = {"Test": ["CMD", path]}
    return settings


def answer(folder, path):
    return json.loads(reports.slim(folder, "why", "--json", "in.tar", path))["images"][0]["answers"][0]


def check(tap, folder, case):
    rule, command, files, asker, without, path = case
    target = None if rule == "copyright" else path
    archive, in_config = os.path.join(folder, "in.tar"), asker in ("Env", "Healthcheck")
    build(archive, command, files, config(asker, path, True), target)
    found = answer(folder, path)
    chain = found.get("chain", [])
    last = [step["path"] for step in chain[-2:]]
    good = chain and chain[-1]["rule"] == rule and chain[-1]["evidence"] and last[-1] == path
    if good and not in_config and rule != "copyright": # a licence is asked for by the package's kept file
        good = last[0] == asker
    tap.check(good, "%s: the chain ends with it, and comes from %s" % (rule, asker), [found])
    build(archive, command, files if in_config else {**files, asker: without}, config(asker, path, False), target)
    gone = answer(folder, path)
    tap.check(gone["answer"] == "leaves" and not gone["kept"], "%s: without the evidence the path leaves" % rule, [gone])


def main():
    tap = reports.Tap()
    with tempfile.TemporaryDirectory(prefix="slim-steps-") as folder:
        for case in CASES:
            check(tap, folder, case)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
