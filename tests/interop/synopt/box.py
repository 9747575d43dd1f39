# SPDX-License-Identifier: MIT
"""A box for tests of the SMC-R option: this process and all that it starts get mounts, a network, a
BPF file system and a control group of their own. `smclab setup synopt` in here reaches nobody else,
and what it pins goes when the last process in here ends.
"""
import atexit
import ctypes
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from lab.host import Host  # noqa: E402
from lab.needs import Missing, program  # noqa: E402
from lab.running import wait_until  # noqa: E402,F401
from tally import SKIPPED  # noqa: E402

PINS = "/sys/fs/bpf/smclab"
_NEWNS, _NEWNET = 0x0002_0000, 0x4000_0000  # of unshare(2)
_OLDEST = (5, 10)  # the kernel that lets BPF write options of TCP


def run(*words, **settings):
    """Standard output of a command that must end with 0."""
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, **settings)
    assert done.returncode == 0, f"{words}\n{done.stdout}{done.stderr}"
    return done.stdout


class Place(Host):
    """Where programs run: in here, or by `inside` in one more namespace. The words are those of the
    laboratory's places, so that its captures can be taken here."""

    def __init__(self, folder, inside=()):
        self.name, self.folder, self._inside, self._jobs = "box", pathlib.Path(folder), inside, 0
        self.folder.mkdir(exist_ok=True)

    @property
    def inside(self):
        return self._inside


def _unshare(what):
    if ctypes.CDLL(None, use_errno=True).unshare(what) != 0:
        raise Missing(f"namespaces: {os.strerror(ctypes.get_errno())}")


def _mount(*words):
    done = subprocess.run(["mount", *words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Missing(f"mount {' '.join(words)}: {done.stderr.splitlines()[:1]}")


def _control_groups():
    """Where the tree is mounted; where it is not, it is now."""
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        for line in mounts:
            _, place, kind, *_ = line.split()
            if kind == "cgroup2":
                return place
    place = tempfile.mkdtemp(prefix="smclab-cgroup-")
    atexit.register(os.rmdir, place)
    _mount("-t", "cgroup2", "none", place)
    return place


def _own_group(top):
    """Its list of processes, kept open; in a box inside a box the top is our own."""
    with open("/proc/self/cgroup", encoding="ascii") as groups:
        path = [line.strip()[3:] for line in groups if line.startswith("0::")][0]
    return open(f"{top if not os.path.isdir(top + path) else top + path}/cgroup.procs", "w",
                encoding="ascii")


def _move_to(processes):
    processes.write(str(os.getpid()))
    processes.close()


def _enter_group():
    """A group of our own, which takes the place of the tree's root for those in here."""
    top = _control_groups()
    own = f"{top}/smclab-test-{os.getpid()}"
    before = _own_group(top)
    os.mkdir(own)
    _move_to(open(f"{own}/cgroup.procs", "w", encoding="ascii"))
    _mount("--bind", own, top)

    def leave():
        subprocess.run(["umount", "-l", top], check=False)
        _move_to(before)
        os.rmdir(own)

    atexit.register(leave)
    return top


def enter():
    """From here on inside; where the group is mounted. Missing says why this machine cannot."""
    if os.geteuid() != 0:
        raise Missing("root, for namespaces and BPF")
    for name in ("ip", "tcpdump", "tshark", "setpriv", "bpftool", "ethtool"):
        program(name)
    release = os.uname().release
    if tuple(map(int, release.split(".")[:2])) < _OLDEST:
        raise Missing(f"Linux {'.'.join(map(str, _OLDEST))}; this is {release}")
    _unshare(_NEWNS | _NEWNET)
    _mount("--make-rprivate", "/")
    group = _enter_group()
    _mount("-t", "bpf", "bpf", "/sys/fs/bpf")
    run("ip", "link", "set", "lo", "up")
    return group


def set_up(smclab):
    """`smclab setup synopt`; a build that has no BPF compiler is this machine's lack."""
    done = subprocess.run([smclab, "setup", "synopt"], capture_output=True, text=True, check=False)
    if "built without" in done.stderr:
        raise Missing(done.stderr.strip())
    assert done.returncode == 0, done.stderr


def play(main, *arguments):
    """Calls main(...) and ends the program: with 77 and the reason where something is missing."""
    try:
        main(*arguments)
    except Missing as missing:
        print(f"skipped: {missing}")
        sys.exit(SKIPPED)
