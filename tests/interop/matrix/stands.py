# SPDX-License-Identifier: MIT
"""Where our host stands, and what its RNIC is: software on a tap of this host, or a soft-RoCE
device of a second machine through libibverbs. Opposite stands, in both, machine a with the
kernel's own SMC. In both our SYNs bear the real SMC-R option, by `smclab setup synopt`.

    with OnTap(smclab) as stand:
        stand.lab, stand.place, stand.device   # the laboratory; where our program runs; its wire
        stand.program("server", …)             # the words that start smclab-peer there
"""
import contextlib
import pathlib

from lab import Lab, Missing
from lab.smc import RXE_MODULES
from lab.wires import address
from option import option_in_syns

MACHINE, OURS = address(0), address(1)
PLUGIN = "libsmclab_verbs.so"


class Stand:
    """Up inside the block. Missing says what this host lacks."""

    name = ""
    device = ""
    device_removal = ""  # a command
    _words = ()  # that start smclab-peer
    _hostile = ()

    def __init__(self, smclab):
        self.smclab = pathlib.Path(smclab).resolve()
        self.peer = self.smclab.with_name("smclab-peer")
        self.lab = None

    def __enter__(self):
        self.lab = self._laboratory()
        self.lab.__enter__()
        try:
            self._prepare()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.lab.__exit__()

    @property
    def place(self):
        """Same words for the namespace of this host and for a machine."""
        return self.lab.b

    def program(self, role, *words):
        where = [role, MACHINE] if role == "client" else [role]
        return list(map(str, [*self._words, *where, "--on", OURS, *words]))

    @property
    def hostile(self):
        """Words that start smclab-hostile in the machine with the kernel's SMC."""
        machine = self.lab.a
        if not self._hostile:
            self._hostile = machine.bring(self.smclab.with_name("smclab-hostile"))
            machine.run([*machine.bring(self.smclab), "setup", "synopt"]).check()
        return self._hostile

    def remains(self):
        """What our program has left behind, a line each."""
        return self.place.run(self._remains).out.splitlines()

    def fresh(self):
        """Ours keeps nothing from one cell to the next but what the kernel holds for it."""


class OnTap(Stand):
    """The software RNIC, on UDP 4791 of a namespace of this host."""

    name = "soft RNIC"
    device = "tap0"
    device_removal = "ip link delete tap0"
    # A process in the namespace, or a socket of one.
    _remains = "ss -Hanup; ss -Hatnp | grep smclab-peer"
    _option = contextlib.nullcontext()

    def __enter__(self):
        """The option first, since that is quickly found missing."""
        with contextlib.ExitStack() as stack:
            stack.enter_context(option_in_syns(self.smclab))
            super().__enter__()
            self._option = stack.pop_all()
        return self

    def __exit__(self, *_):
        with self._option:
            super().__exit__()

    def _laboratory(self):
        return Lab(machines=1, tap=True)

    def _prepare(self):
        self._words = [self.peer]


class OnVerbs(Stand):
    """A device of soft-RoCE in machine b, whose kernel has no SMC of its own."""

    name = "verbs on rxe"
    device = "eth0"
    device_removal = "rdma link delete rxe0"
    interface_removal = ("echo $(basename $(readlink -f /sys/class/net/eth0/device)) "
                         ">/sys/bus/virtio/drivers/virtio_net/unbind")
    _remains = ("pidof smclab-peer; "
                "for what in qp cq mr; do rdma resource show $what; done | grep smclab")

    def _laboratory(self):
        if not self.smclab.with_name(PLUGIN).exists():
            raise Missing(f"{PLUGIN} was not built (apt-get install libibverbs-dev)")
        return Lab(machines=2)

    def _prepare(self):
        machine = self.lab.b
        machine.bring(self.smclab.with_name(PLUGIN))
        smclab = machine.bring(self.smclab)
        self._words = machine.bring(self.peer)
        machine.run(f"for m in {' '.join(RXE_MODULES)}; do modprobe $m; done").check()
        self.fresh()
        done = machine.run([*smclab, "setup", "synopt"])
        if done.code != 0:
            raise Missing(f"the machine's kernel: {done.err.strip()}")

    def program(self, role, *words):
        return super().program(role, "--verbs", *words)

    def fresh(self):
        """The device, if a cell took it away."""
        self.lab.b.run("[ -e /sys/class/infiniband/rxe0 ] || "
                       "rdma link add rxe0 type rxe netdev eth0").check()


STANDS = (OnTap, OnVerbs)
