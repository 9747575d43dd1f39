# SPDX-License-Identifier: MIT
"""Commands in a machine. A command is a folder in the share: `script` goes in, `out`, `err` and, at
last, `code` come out. The serial port is only the doorbell, held for one line and its answer, so
that several programs can use one machine.
"""
import itertools
import os
import pathlib
import shlex
import socket
import time

from .running import GuestGone, LabError, Running, wait_until

_RING_S = 20


class Channel:
    """`machine` has `folder`, `share`, `name` and `check_alive()`."""

    def __init__(self, machine):
        self._machine = machine

    @property
    def serial(self):
        return self._machine.folder / "doorbell"

    def ring(self, line):
        """Sends one line and waits until the machine has taken it."""
        self._machine.check_alive()
        deadline = time.monotonic() + _RING_S
        with socket.socket(socket.AF_UNIX) as bell:
            bell.settimeout(_RING_S)
            bell.connect(str(self.serial))
            bell.sendall(f"{line}\n".encode())
            answer, wanted = b"", f"taken {line.split()[-1]}".encode()
            while wanted not in answer:
                try:
                    got = bell.recv(4096)
                except TimeoutError:
                    got = b""
                if not got or time.monotonic() > deadline:
                    self._machine.check_alive()
                    raise GuestGone(f"{self._machine.name} does not answer its doorbell")
                answer += got

    def start(self, script):
        """Starts a shell script (or a list of words) and returns its Running."""
        if not isinstance(script, str):
            script = shlex.join(str(word) for word in script)
        job = self._new_job()
        (job / "script").write_text(script + "\n", encoding="utf-8")
        self.ring(f"run {job.name}")
        return GuestJob(self, self._machine, job, script)

    def _new_job(self):
        jobs = self._machine.share / "jobs"
        for number in itertools.count(len(os.listdir(jobs)) + 1):
            try:
                (jobs / str(number)).mkdir()
                return jobs / str(number)
            except FileExistsError:
                continue
        return None

    def wait_ready(self, patience_s):
        """Until the machine has come up; returns its own uptime then, in seconds."""
        ready = self._machine.share / "ready"
        try:
            wait_until(lambda: ready.exists() or self._machine.check_alive(), patience_s, "")
        except GuestGone:
            raise
        except LabError:
            said = self._machine.last_words()
            raise GuestGone(
                f"machine {self._machine.name} did not come up in {patience_s} s\n{said}"
            ) from None
        return float(ready.read_text(encoding="ascii"))


class GuestJob(Running):
    """A command in a machine."""

    def __init__(self, channel, machine, job, script):
        super().__init__(f"{machine.name}$ {script}", job / "out", job / "err")
        self._channel, self._machine, self._job = channel, machine, job

    def poll(self):
        code = pathlib.Path(self._job, "code")
        if code.exists():
            return int(code.read_text(encoding="ascii"))
        self._machine.check_alive()
        return None

    def end(self):
        if self.poll() is None:
            self._channel.ring(f"end {self._job.name}")

    def kill(self):
        if self.poll() is None:
            self._channel.ring(f"kill {self._job.name}")
