"""What other tools unpack of an image, as facts to compare with tests/lib/merged.py."""

import json
import os
import shutil
import stat
import subprocess
import tarfile

KINDS = {stat.S_IFREG: "file", stat.S_IFDIR: "dir", stat.S_IFLNK: "link", stat.S_IFIFO: "fifo", stat.S_IFCHR: "char",
         stat.S_IFBLK: "block"}


def data_of(path, kind, st):
    if kind == "link":
        return os.fsdecode(os.readlink(path))
    if kind == "file":
        with open(path, "rb") as file:
            return file.read()
    return (os.major(st.st_rdev), os.minor(st.st_rdev)) if kind in ("char", "block") else ""


def facts_of(path):
    st = os.lstat(path)
    kind = KINDS[stat.S_IFMT(st.st_mode)]
    xattrs = {os.fsdecode(n): os.getxattr(path, n, follow_symlinks=False) for n in os.listxattr(path, follow_symlinks=False)}
    return (kind, 0o777 if kind == "link" else stat.S_IMODE(st.st_mode), st.st_uid, st.st_gid, st.st_mtime_ns,
            data_of(path, kind, st), tuple(sorted(xattrs.items()))), st


def unpacked(root):
    """path -> facts of all that lies below ROOT, and the names of files that have several."""
    root, found, inodes = os.fsencode(root), {}, {}
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            full = os.path.join(folder, name)
            path = tuple(os.fsdecode(os.path.relpath(full, root)).split("/"))
            found[path], st = facts_of(full)
            if found[path][0] != "dir" and st.st_nlink > 1:
                inodes.setdefault(st.st_ino, []).append(path)
    return found, sorted(sorted(names) for names in inodes.values() if len(names) > 1)


def without_time(facts):
    return facts[:4] + facts[5:] if facts else facts


def differences(have, want, name):
    """Times of links, and of folders that nobody named, are the tools' own."""
    lines = []
    for path in sorted(set(have) | set(want)):
        mine, theirs = have.get(path), want.get(path)
        loose = mine and theirs and (theirs[0] == "link" or (theirs[0] == "dir" and theirs[4] == 0))
        if (without_time(mine) != without_time(theirs)) if loose else mine != theirs:
            lines.append("%s, %r: unpacked %.300r, the model %.300r" % (name, path, mine, theirs))
    return lines


def run(*words):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    return None if done.returncode == 0 else "%s: %s" % (" ".join(words[:3]), done.stderr.decode("utf-8", "replace"))


def umoci(archive, folder):
    layout, bundle = folder + ".layout", folder + ".bundle"
    os.makedirs(layout)
    with tarfile.open(archive) as tar:
        tar.extractall(layout)
    problem = run("umoci", "unpack", "--image", layout + ":random:1", bundle)
    return (None, None, problem) if problem else (*unpacked(bundle + "/rootfs"), None)


def podman(archive, folder):
    store = ["podman", "--root", folder + ".store", "--runroot", folder + ".run", "--storage-driver", "vfs"]
    problem = run(*store, "load", "-q", "-i", archive)
    if problem:
        return None, None, problem
    mounted = subprocess.run([*store, "image", "mount", "random:1"], stdout=subprocess.PIPE, check=False).stdout.decode().strip()
    found = unpacked(mounted) if mounted else (None, None)
    run(*store, "image", "umount", "--all")
    run(*store, "rmi", "--all", "--force")
    return (*found, None if mounted else "podman cannot mount the image")


def why_not(tool):
    if not shutil.which(tool):
        return "no " + tool
    if os.geteuid():
        return "only root can unpack owners and devices"
    if tool == "podman":
        done = subprocess.run(["podman", "info", "--format", "json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        try:
            return None if done.returncode == 0 and "store" in json.loads(done.stdout) else "podman does not start here"
        except ValueError:
            return "podman does not start here"
    return None


def judges():
    """(name, function or why not, how many images)"""
    return [(tool, why_not(tool) or judge, times) for tool, judge, times in (("umoci", umoci, 8), ("podman", podman, 2))]
