# SPDX-License-Identifier: MIT
"""One QEMU machine: its command line, its life and its end. A machine is a folder (console, share,
doorbell) and a process, so that another program can find both again.
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import threading
from dataclasses import dataclass, field

from . import needs, places, lifeline
from .channel import Channel
from .initramfs import libraries
from .running import GuestGone, LabError, wait_until
from .smc import Smc

BOOT_S = 120
_DRAIN_S = 0.002
_LIBRARIES = "/usr/lib/x86_64-linux-gnu"
_KERNEL_LINE = (
    "console=ttyS0 loglevel=4 mitigations=off nokaslr audit=0 tsc=reliable random.trust_cpu=on "
    "panic=-1 net.ifnames=0"
)
_OFFLOADS_OFF = (
    "csum=off,gso=off,guest_csum=off,guest_tso4=off,guest_tso6=off,guest_ufo=off,"
    "host_tso4=off,host_tso6=off,host_ufo=off,mrg_rxbuf=on"
)


@dataclass
class Plan:
    """What a machine is started from."""

    kernel: pathlib.Path
    initramfs: pathlib.Path
    accelerator: tuple
    memory_mib: int = 768
    wires: list = field(default_factory=list)  # a Wire for eth0, eth1, …
    inside: tuple = ()  # words before QEMU's own: how to enter a network namespace
    lasting: bool = False  # outlives this program


class Machine:
    scratch = "/tmp"  # a folder inside, in memory

    def __init__(self, name, folder):
        self.name, self.folder = name, pathlib.Path(folder)
        self.share = self.folder / "share"
        self.channel = Channel(self)
        self.uptime_s = None
        self.smc = Smc(self)
        self._wires = []
        self._thawed = threading.Event()

    # --- life ---------------------------------------------------------------------------------

    def boot(self, plan):
        (self.share / "jobs").mkdir(parents=True)
        command = [*plan.inside, *self._command_line(plan)]
        handed = [wire.descriptor for wire in plan.wires if wire.descriptor is not None]
        with open(self.folder / "qemu", "wb") as said:
            child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, pass_fds=handed,
                start_new_session=True,
                preexec_fn=None if plan.lasting else lifeline.die_with_parent,
            )
        lifeline.remember(self.folder / "process", child.pid)
        self._wires = plan.wires

    def _command_line(self, plan):
        words = [needs.program("qemu-system-x86_64"), *plan.accelerator, "-machine", "q35,usb=off"]
        words += ["-smp", "1", "-m", str(plan.memory_mib), "-nodefaults", "-display", "none"]
        words += ["-no-reboot", "-kernel", plan.kernel, "-initrd", plan.initramfs]
        words += ["-append", f"{_KERNEL_LINE} lab_name={self.name}"]
        words += ["-serial", f"file:{self.folder}/console"]
        words += ["-serial", f"unix:{self.channel.serial},server=on,wait=off"]
        words += ["-object", "rng-random,filename=/dev/urandom,id=rng"]
        words += ["-device", "virtio-rng-pci,rng=rng"]
        words += _shared("lab", self.share)
        if places.built().is_dir():
            words += _shared("build", places.built(), ",readonly=on")
        for number, wire in enumerate(plan.wires):
            words += ["-netdev", f"{wire.backend},id=net{number}"]
            device = f"virtio-net-pci,netdev=net{number},mac={wire.mac}"
            words += ["-device", f"{device},{_OFFLOADS_OFF}"]
        return [str(word) for word in words]

    def wait_ready(self, patience_s=BOOT_S):
        self.uptime_s = self.channel.wait_ready(patience_s)
        return self

    @property
    def alive(self):
        return lifeline.alive(self.folder / "process")

    def check_alive(self):
        """Raises GuestGone with the machine's last words if it has ended."""
        if not self.alive:
            raise GuestGone(f"machine {self.name} has ended\n{self.last_words()}")

    def last_words(self, lines=15):
        text = ""
        for name in ("qemu", "console"):
            if (path := self.folder / name).exists():
                text += path.read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:]) or "(it said nothing)"

    def stop(self, patience_s=5):
        """Power off, and if it does not listen, the plug."""
        try:
            self.thaw()
            self.channel.ring("quit")
            wait_until(lambda: not self.alive, patience_s, f"{self.name} to power off")
        except (LabError, OSError):
            pass
        self.kill()

    def kill(self):
        """Pulls the plug."""
        self._thawed.set()
        lifeline.end(self.folder / "process", signal.SIGKILL)
        for wire in self._wires:
            wire.close()

    def freeze(self, for_good=False):
        """Stops the processor: to its peers the machine is silent but there. A wire between two
        machines then fills and holds the other one's frames back, as no Ethernet would for long;
        `for_good` empties it, and afterwards the machine is of no further use."""
        lifeline.end(self.folder / "process", signal.SIGSTOP)
        if for_good:
            self._thawed.clear()
            threading.Thread(target=self._drain, daemon=True).start()

    def _drain(self):
        while not self._thawed.wait(_DRAIN_S):
            for wire in self._wires:
                wire.drain()

    def thaw(self):
        self._thawed.set()
        lifeline.end(self.folder / "process", signal.SIGCONT)

    # --- commands and files -------------------------------------------------------------------

    def start(self, command):
        """Begins a command, words or a shell script, and returns a Running."""
        return self.channel.start(command)

    def run(self, command, patience_s=60):
        """A command from beginning to end; returns Done."""
        return self.start(command).wait(patience_s)

    def json(self, command):
        """The JSON lines that a command prints."""
        return [json.loads(line) for line in self.run(command).check().out.splitlines()]

    def put(self, path, name=None):
        """Copies a file into the machine's share and returns its path there."""
        name = name or os.path.basename(path)
        shutil.copy(path, self.share / name)
        return f"/lab/{name}"

    def path(self, name):
        """Where this host sees /lab/NAME."""
        return self.share / name

    @staticmethod
    def inside_path(name):
        """Where the machine itself sees /lab/NAME."""
        return f"/lab/{name}"

    @staticmethod
    def tool(name):
        return name

    def link(self, up, link=0):
        """A device of the machine up or down."""
        self.run(f"ip link set eth{link} {'up' if up else 'down'}").check()

    def bring(self, program):
        """Words that start a program of this host in the machine: it is read from /build, or
        copied, and its libraries come with it."""
        program = pathlib.Path(program).resolve()
        beside = self.share / "lib"
        beside.mkdir(exist_ok=True)
        for library in libraries(program):
            if not (beside / os.path.basename(library)).exists():
                shutil.copy(library, beside)
        # From memory, where the loader looks by itself; what the machine has already, it keeps.
        self.run(f"cp -n /lab/lib/* {_LIBRARIES}/").check()
        if program.is_relative_to(places.built().resolve()):
            inside = pathlib.Path("/build") / program.relative_to(places.built().resolve())
        else:
            inside = self.put(program)
        return [str(inside)]


def _shared(tag, folder, more=""):
    return ["-virtfs", f"local,path={folder},mount_tag={tag},id={tag},security_model=none{more}"]
