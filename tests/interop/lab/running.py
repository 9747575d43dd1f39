# SPDX-License-Identifier: MIT
"""A command that runs, in a machine or on this host: the same few words for both."""
import time
from dataclasses import dataclass

_STEP_S = 0.01


class LabError(Exception):
    """Something in the laboratory did not do what it had to."""


class GuestGone(LabError):
    """A machine ended or is silent, with what it said last."""


def wait_until(condition, patience_s, what):
    """Until `condition()` is true; what was waited for is in the error."""
    deadline = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > deadline:
            raise LabError(f"waited {patience_s} s for {what}")
        time.sleep(_STEP_S)


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    what: str
    code: int
    out: str
    err: str

    def check(self):
        """This, if the command ended with 0."""
        if self.code != 0:
            raise LabError(f"{self.what}\nended with {self.code}\n{self.out}{self.err}")
        return self


class Running:
    """`out` and `err` grow while it runs."""

    def __init__(self, what, out, err):
        self.what, self.out_path, self.err_path = what, out, err

    @property
    def out(self):
        return _text(self.out_path)

    @property
    def err(self):
        return _text(self.err_path)

    def poll(self):
        """The exit code, or None while it runs."""
        raise NotImplementedError

    def end(self):
        """SIGTERM, on which tcpdump and the like end in order."""
        raise NotImplementedError

    def kill(self):
        """SIGKILL to it and all that it started; nothing if it has ended."""
        raise NotImplementedError

    def wait(self, patience_s=60):
        """Done. One that takes longer is killed, and that is an error."""
        deadline = time.monotonic() + patience_s
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                self.kill()
                raise LabError(f"{self.what}\nstill ran after {patience_s} s\n{self.out}{self.err}")
            time.sleep(_STEP_S)
        return Done(self.what, code, self.out, self.err)

    def wait_for(self, text, patience_s=20):
        """Until `text` stands in its output; a command that ends before is an error."""

        def seen():
            if text in self.out or text in self.err:
                return True
            if self.poll() is not None and text not in self.out + self.err:
                raise LabError(f"{self.what}\nended without '{text}'\n{self.out}{self.err}")
            return False

        wait_until(seen, patience_s, f"'{text}' from {self.what}")
        return self


def _text(path):
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
