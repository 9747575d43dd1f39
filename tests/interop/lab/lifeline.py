# SPDX-License-Identifier: MIT
"""A process that another program may have started: its number with its birth time, so that a
number that the system has given to somebody else is never signalled.
"""
import contextlib
import ctypes
import os
import pathlib
import signal
import time

_SET_PARENT_DEATH_SIGNAL = 1
_LIBC = ctypes.CDLL(None)
_END_S = 5


def die_with_parent():
    """For a child before its program starts: it ends when we do, even if we are killed. (`We` are
    the thread that starts it: a laboratory is brought up by one that outlives it.)"""
    _LIBC.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)


def _birth(number):
    """When a living process was born, or None."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(number, os.WNOHANG)
    try:
        stat = pathlib.Path(f"/proc/{number}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return None
    words = stat.rpartition(")")[2].split()
    return None if words[0] in "ZX" else words[19]


def remember(path, number):
    path.write_text(f"{number} {_birth(number)}", encoding="ascii")


def _living(path):
    """Its number, or None if it has ended."""
    try:
        number, birth = path.read_text(encoding="ascii").split()
    except FileNotFoundError:
        return None
    return int(number) if birth == _birth(int(number)) else None


def alive(path):
    return _living(path) is not None


def end(path, with_signal):
    """Sends a signal if it lives; after SIGKILL it is gone when this returns."""
    number = _living(path)
    if number is None:
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(number, with_signal)
    deadline = time.monotonic() + _END_S
    while with_signal == signal.SIGKILL and alive(path) and time.monotonic() < deadline:
        time.sleep(0.01)
