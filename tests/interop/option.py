# SPDX-License-Identifier: MIT
"""The SMC-R option in the SYNs of this host, by `smclab setup synopt`, for as long as a test needs
it. It is for the whole host: whoever had it before keeps it, and of several laboratories the last
one takes it back.
"""
import contextlib
import fcntl
import pathlib
import subprocess
import tempfile

from lab import Missing

_PINS = pathlib.Path("/sys/fs/bpf/smclab")
# Locked, shared, by each user; what is in it says that one of them set the option up.
_USERS = pathlib.Path(tempfile.gettempdir(), "smclab-synopt.users")


@contextlib.contextmanager
def option_in_syns(smclab):
    with open(_USERS, "a+", encoding="ascii") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        had = _PINS.exists()
        done = subprocess.run([smclab, "setup", "synopt"], capture_output=True, text=True,
                              check=False)
        if done.returncode != 0:
            raise Missing(done.stderr.strip())
        if not had:
            users.write("set up by a test\n")
            users.flush()
        try:
            yield
        finally:
            _leave(users, smclab)


def _leave(users, smclab):
    """The last one out, if it was set up by one of us."""
    with contextlib.suppress(BlockingIOError):
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        users.seek(0)
        if users.read():
            users.truncate(0)
            subprocess.run([smclab, "setup", "synopt", "--undo"], check=False,
                           stdout=subprocess.DEVNULL)
