"""Runs of slim, or of a part of it, that may not take more than a bounded time and memory, whatever the input is."""

import os
import resource
import subprocess
import tempfile

SECONDS = 60             # of processor time; a sanitizer needs its share
MEMORY = 1 << 30


class Unbounded(AssertionError):
    pass


class Done:
    """status, out (bytes), error (text), and what it took: memory in bytes, seconds of processor time."""

    def __init__(self, command, stdin=None, env=None, seconds=SECONDS, memory=MEMORY):
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            process = subprocess.Popen(command, stdin=stdin, stdout=out, stderr=err, env=env,
                                       preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds)))
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = self.status = os.waitstatus_to_exitcode(status)
            out.seek(0)
            err.seek(0)
            self.out, self.error = out.read(), err.read().decode("utf-8", "replace").strip()
        self.memory, self.seconds = usage.ru_maxrss << 10, usage.ru_utime + usage.ru_stime
        if self.status < 0:
            raise Unbounded("%s: signal %d after %.0f s" % (command[0], -self.status, self.seconds))
        if self.memory > memory:
            raise Unbounded("%s: %d MiB of memory" % (command[0], self.memory >> 20))
