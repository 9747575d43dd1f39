# SPDX-License-Identifier: MIT
"""A network namespace of this host that takes the place of the second machine: its tap is the
other end of the machine's wire, and programs of this host run inside it.
"""
import os
import pathlib
import re
import shlex
import signal
import subprocess

from . import needs, places, wires
from .kernel import run
from .running import Running

_NAME = "smclab-{owner}"
_OWNED = re.compile(r"smclab-(\d+)\b")
# As in the machines: an IPv6 address is sure at once (guest/init).
_SURE = """for sure in /proc/sys/net/ipv6/conf/*/accept_dad; do
[ ! -e "$sure" ] || echo 0 >"$sure"; done"""


class Host:
    """Same words as a Machine: start, run, put, path."""

    def __init__(self, folder, owner):
        self.name, self.folder = "host", pathlib.Path(folder)
        self.namespace = _NAME.format(owner=owner)
        self._jobs = 0

    @property
    def scratch(self):
        return str(self.folder)

    @property
    def inside(self):
        return (needs.program("ip"), "netns", "exec", self.namespace)

    def make(self, links=1):
        self.folder.mkdir(parents=True)
        _sweep()
        ip = needs.program("ip")
        run([ip, "netns", "add", self.namespace])
        run([*self.inside, "sh", "-c", _SURE])
        run([ip, "-n", self.namespace, "link", "set", "lo", "up"])
        for link in range(links):
            tap = f"tap{link}"
            run([ip, "-n", self.namespace, "tuntap", "add", "dev", tap, "mode", "tap"])
            run([ip, "-n", self.namespace, "link", "set", tap, "address", wires.mac(1, link), "up"])
            run([ip, "-n", self.namespace, "address", "add", f"{wires.address(1, link)}/24",
                 "dev", tap])
            off = "rx off tx off sg off tso off gso off gro off".split()
            run([*self.inside, needs.program("ethtool"), "-K", tap, *off])

    def remove(self):
        _remove(self.namespace)

    def start(self, command):
        """Begins a program of this host in the namespace and returns a Running."""
        words = ["sh", "-c", command] if isinstance(command, str) else [str(w) for w in command]
        self._jobs += 1
        return HostJob(self, words, self.folder / f"job{self._jobs}")

    def run(self, command, patience_s=60):
        return self.start(command).wait(patience_s)

    def path(self, name):
        return self.folder / name

    inside_path = path

    @staticmethod
    def tool(name):
        """Path of one of our guest tools, which run here as well."""
        return str(places.cache() / "tools" / name)

    def link(self, up, link=0):
        """The tap's cable in or out."""
        state = "up" if up else "down"
        run([needs.program("ip"), "-n", self.namespace, "link", "set", f"tap{link}", state])


class HostJob(Running):
    """A command in the namespace."""

    def __init__(self, host, words, folder):
        folder.mkdir()
        super().__init__(f"host$ {shlex.join(words)}", folder / "out", folder / "err")
        with open(self.out_path, "wb") as out, open(self.err_path, "wb") as err:
            self._child = subprocess.Popen(
                [*host.inside, *words], cwd=folder, stdin=subprocess.DEVNULL, stdout=out,
                stderr=err, start_new_session=True,
            )

    def poll(self):
        return self._child.poll()

    def end(self):
        if self.poll() is None:
            os.killpg(self._child.pid, signal.SIGTERM)

    def kill(self):
        if self.poll() is None:
            os.killpg(self._child.pid, signal.SIGKILL)
            self._child.wait()


def _namespaces():
    return re.findall(r"^(smclab-\S+)", run([needs.program("ip"), "netns", "list"]), re.M)


def _remove(namespace):
    """Ends what still runs inside, and takes its taps away with it."""
    if namespace not in _namespaces():
        return
    ip = needs.program("ip")
    for number in run([ip, "netns", "pids", namespace]).split():
        try:
            os.kill(int(number), signal.SIGKILL)
        except ProcessLookupError:
            continue
    run([ip, "netns", "del", namespace])


def _sweep():
    """Namespaces of laboratories whose program was killed before it could tidy up."""
    for namespace in _namespaces():
        owner = _OWNED.fullmatch(namespace)
        if owner and not os.path.exists(f"/proc/{owner[1]}"):
            _remove(namespace)
