# SPDX-License-Identifier: MIT
"""SMC-R in a machine: soft-RoCE on its wires, the modules, a UEID – without one x86 offers no
SMC-Rv2 – and what the kernel tells of it afterwards. rxe lives in the first network namespace
only, which is where all commands run.
"""
import json

UEID = "SMCLAB-UEID1"
PNETID = "NET1"
# crc32_generic: rxe wants it, and modprobe does not know.
RXE_MODULES = ("crc32_generic", "ib_core", "ib_uverbs", "rdma_ucm", "rdma_rxe")


class Smc:
    """A machine's SMC. `module` is smc, or the path of a changed one (see v1_module.py)."""

    def __init__(self, machine):
        self._machine = machine

    def up(self, ueid=UEID, links=1, module="smc"):
        """Loads and sets up everything. Without `ueid` no v2 is offered; `links=0` is a host
        without a RoCE device."""
        lines = ["set -e"]
        if links:
            lines.append(f"for m in {' '.join(RXE_MODULES)}; do modprobe $m; done")
        for link in range(links):
            lines.append(f"rdma link add rxe{link} type rxe netdev eth{link}")
        lines += self._load(module)
        lines += [f"smcctl ueid add {ueid}"] if ueid else []
        for link in range(links):
            lines.append(f"smcctl pnet add {PNETID} eth eth{link} ib rxe{link}")
        self._machine.run("\n".join(lines)).check()

    @staticmethod
    def _load(module):
        if not module.startswith("/"):
            return [f"modprobe {module}", "modprobe smc_diag"]
        # smc needs ib_core, which modprobe would have loaded with it.
        return ["modprobe ib_core", f"insmod {module}", "modprobe smc_diag"]

    def down(self):
        """Back to a kernel that has never heard of SMC: link groups would linger for minutes."""
        self._machine.run(
            "rmmod smc_diag smc 2>/dev/null; rmmod smc_v1 2>/dev/null; "
            "for d in /sys/class/infiniband/*; do "
            "[ -e $d ] && rdma link delete ${d##*/}; done; true"
        ).check()

    def set(self, **parameters):
        """net.smc.NAME = value: rmem, wmem, autocorking_size, smcr_testlink_time, …"""
        for name, value in parameters.items():
            self._machine.run(f"sysctl -qw net.smc.{name}={value}").check()

    def sockets(self):
        """Every SMC socket: transport, fallback reason, cursors."""
        return self._ask("sockets")

    def links(self):
        # The kernel tells of each link after its group.
        return [row["link"] for row in self._ask("links") if "link" in row]

    def groups(self):
        return [row["group"] for row in self._ask("groups")]

    def stats(self):
        return self._ask("stats")[0]["stats"]

    def _ask(self, what):
        return self._machine.json(["smcctl", what])


def peer(place, *words):
    """The words that start smcpeer in a machine or in the host's namespace."""
    return [place.tool("smcpeer"), *map(str, words)]


def results(done):
    """What smcpeer printed: a dictionary for each connection."""
    return [json.loads(line) for line in done.out.splitlines() if line.startswith("{")]
