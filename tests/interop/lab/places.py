# SPDX-License-Identifier: MIT
"""Where the laboratory keeps things: what it fetched and built once (the cache), and what belongs
to machines that run now (a session's folder). Both are folders of ours and may be deleted.
"""
import contextlib
import fcntl
import os
import pathlib
import shutil
import tempfile

LAB = pathlib.Path(__file__).resolve().parent
GUEST = LAB / "guest"
ROOT = LAB.parents[2]


def cache():
    """Kernel packages, tools, initramfs. SMCLAB_LAB_CACHE moves it."""
    own = ROOT / "build" / "lab"
    if not (ROOT / "CMakeLists.txt").exists():  # installed, not in the source tree
        home = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
        own = pathlib.Path(home) / "smclab-lab"
    folder = pathlib.Path(os.environ.get("SMCLAB_LAB_CACHE") or own)
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()


@contextlib.contextmanager
def locked_cache():
    """The cache, for one builder at a time."""
    folder = cache()
    with open(folder / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def named_session():
    """The folder of the machines that `smclab vm up` starts: one set for a user."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and os.access(runtime, os.W_OK):
        return pathlib.Path(runtime) / "smclab-vm"
    return pathlib.Path(tempfile.gettempdir()) / f"smclab-vm-{os.getuid()}"


def new_session():
    """A folder for machines that live as long as this program. Folders of programs that were
    killed before they could tidy up go now."""
    for old in pathlib.Path(tempfile.gettempdir()).glob("smclab-lab-*-*"):
        if not os.path.exists(f"/proc/{old.name.split('-')[2]}"):
            shutil.rmtree(old, ignore_errors=True)
    return pathlib.Path(tempfile.mkdtemp(prefix=f"smclab-lab-{os.getpid()}-"))


def built(path=""):
    """The build whose programs the machines see as /build. SMCLAB_LAB_BUILD moves it."""
    return pathlib.Path(os.environ.get("SMCLAB_LAB_BUILD") or ROOT / "build" / "default") / path
