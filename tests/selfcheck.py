#!/usr/bin/env python3
"""The self-check, on selections that lack one thing each: every one is seen, and nothing else is."""
import os
import subprocess
import sys
import tempfile

import elf
from image import Image

CHECK = os.path.join(os.environ.get("TOP_BUILDDIR", "."), "tests/lib/selfcheck")
LOADER = "/lib64/ld-linux-x86-64.so.2"
CONFIG = {"Entrypoint": ["app", "/etc/app.conf"], "Cmd": ["/srv/data", "-v"], "User": "app:staff", "WorkingDir": "/srv/work",
          "Env": ["PATH=/usr/bin:/bin"], "Healthcheck": {"Test": ["CMD-SHELL", "probe -q || exit 1"]}}

# What is left out, and the message: nothing (None), or what follows "self-check: the result would lack ".
CASES = [
    ((), None),
    (("/usr/share",), None),
    (("/usr/bin/app",), "'/usr/bin/app', which the entrypoint needs"),
    (("/etc/app.conf",), "'/etc/app.conf', which the entrypoint needs"),
    (("/srv/data",), "'/srv/data', which the command needs"),
    (("/srv/work",), "'/srv/work', which the working folder needs"),
    (("/etc/passwd",), "'/etc/passwd', which the user needs"),
    (("/etc/group",), "'/etc/group', which the user's group needs"),
    (("/bin/sh",), "'/bin/sh', which the health check needs, and 1 more"),
    (("/bin/dash",), "'/bin/dash', which the health check needs, and 2 more"),
    (("/usr/bin/probe",), "'/usr/bin/probe', which the health check needs"),
    ((LOADER,), "'%s', which /usr/bin/app needs" % LOADER),
    (("/usr/lib/libone.so.1",), "'/usr/lib/libone.so.1', which /usr/bin/app needs"),
    (("/usr/lib/libone.so.1.2",), "'/usr/lib/libone.so.1.2', which /usr/bin/app needs, and 1 more"),
    (("/opt/libtwo.so",), "'/opt/libtwo.so', which /usr/bin/app needs"),
    (("/usr/bin/env",), "'/usr/bin/env', which /usr/bin/script needs"),
    (("/usr/bin/interpreter",), "'/usr/bin/interpreter', which /usr/bin/script needs"),
    (("/usr/lib/way",), "'/usr/lib/way', which /usr/lib/link needs"),
    (("/usr/lib/end",), "'/usr/lib/end', which /usr/lib/link needs, and 1 more"),
    (("/usr/lib/link", "/usr/lib/way", "/usr/lib/end"), None),
    (("--drop=/opt/**", "/opt/libtwo.so"), None),
]


def make_image(path):
    image = Image(CONFIG)
    image.layer().file("usr/bin/app", elf.build(interp=LOADER, needed=["libone.so.1"], runpath="/usr/lib"), mode=0o755) \
        .file(LOADER[1:], elf.build(soname="ld-linux-x86-64.so.2"), mode=0o755) \
        .file("usr/lib/libone.so.1.2", elf.build(soname="libone.so.1", needed=["libtwo.so"], runpath="/opt")) \
        .link("usr/lib/libone.so.1", "libone.so.1.2").file("opt/libtwo.so", elf.build(soname="libtwo.so")) \
        .file("usr/lib/lonely.so", elf.build(needed=["libnone.so"], runpath="/usr/lib")) \
        .file("usr/bin/probe", "#!/bin/sh\n", mode=0o755).file("bin/dash", "", mode=0o755).link("bin/sh", "dash") \
        .file("usr/bin/script", "#! /usr/bin/env -S -i A=b interpreter -x\n", mode=0o755) \
        .file("usr/bin/env", "", mode=0o755).file("usr/bin/interpreter", "", mode=0o755) \
        .file("usr/bin/broken", "#!/none\n", mode=0o755).file("usr/share/text", "#!/bin/none\n") \
        .file("etc/passwd", "app:x:1:1::/:/none\n").file("etc/group", "").file("etc/app.conf", "").file("srv/data", "") \
        .dir("srv/work").link("usr/lib/link", "way").link("usr/lib/way", "end").file("usr/lib/end", "") \
        .link("usr/lib/dangling", "none")
    image.save(path)


def main():
    if not os.access(CHECK, os.X_OK):
        print("1..0 # SKIP tests/lib/selfcheck is not built")
        return 0
    print("1..%d" % (len(CASES) + 1))
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "in.tar")
        make_image(path)
        for number, (left_out, message) in enumerate(CASES, 1):
            options = [word for word in left_out if word.startswith("--")]
            run = subprocess.run([CHECK] + options + [path] + [w for w in left_out if w not in options],
                                 capture_output=True, check=False)
            error = run.stderr.decode().strip()
            want = "self-check: the result would lack " + message if message else ""
            good = run.returncode == (3 if message else 0) and (error == want or (options and "left out" in error))
            failed |= not good
            print("" if good else "# status %d: %s\n# want: %s\n" % (run.returncode, error, want), end="")
            print("%s %d - without %s" % ("ok" if good else "not ok", number, " ".join(left_out) or "nothing"))
        warning = subprocess.run([CHECK, "--drop=/opt/**", path, "/opt"], capture_output=True, check=False).stderr.decode()
        good = "/usr/bin/app needs /opt/libtwo.so, which is left out as asked for" in warning
        print("%s %d - what the user drops is a warning" % ("ok" if good else "not ok", len(CASES) + 1))
    return failed or not good


if __name__ == "__main__":
    sys.exit(main())
