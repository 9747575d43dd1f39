#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The same conversation as the kernel's: each workload is played by two kernels, then by a host of
ours with a kernel, as client and as server. `smclab compare` holds the captures against each
other, and every difference has to be one that is explained (tests/compare/explained.py).

conversation_test.py [--subset] SMCLAB [FOLDER]: FOLDER keeps the captures. The kernel is stock, so
SMC-Rv2.1; with SMCLAB_LAB_V1=build once more over SMC-Rv1, with the module that takes soft-RoCE's
addresses.
"""
import os
import pathlib
import sys

INTEROP = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(INTEROP), str(INTEROP.parent / "compare")]

import explained  # noqa: E402
import workloads  # noqa: E402
from lab import Lab, Missing, capture, peer, results  # noqa: E402
from lab.smc import UEID  # noqa: E402
from lab.wires import address  # noqa: E402
from option import option_in_syns  # noqa: E402
from tally import Tally  # noqa: E402

PATIENCE_S = 60
MACHINE, HOST = address(0), address(1)
# RoCE's sends only, by the opcode: with every RDMA write a slow machine's tcpdump falls behind.
SAID = "tcp or (udp port 4791 and (udp[8] < 6 or ip6[48] < 6))"


def carried(work, *ended):
    """Both programs say that all went well, and over what."""
    for printed in ended:
        assert len(printed) == work.connections, printed
        for one in printed:
            whole = one.get("end", "done") == "done" and one.get("complete", True)
            assert one["intact"] and whole, one
            assert (one["transport"].replace("_", "-") == "smc-r") == work.over_smc, one


def fresh(lab, version, client=None, ueid=""):
    """Kernels that remember no link group, the client's with another UEID if there is one."""
    for machine in lab.machines:
        machine.smc.down()
    lab.smc_up(**({"with_v1": True, "ueid": None} if version == "v1" else {}))
    if client and ueid:
        client.run(f"smcctl ueid flush && smcctl ueid add {ueid}").check()


def family(work, role):
    return ["--family", "tcp"] if work.plain == role else []


def by_kernels(lab, version, work, path):
    """Two kernels."""
    fresh(lab, version, lab.b, work.client_ueid)
    with capture(lab.a, path, "eth0", SAID):
        words = peer(lab.a, "server", *work.server_words(), *family(work, "server"))
        server = lab.a.start(words).wait_for("listening")
        words = peer(lab.b, "client", MACHINE, *work.client_words(), *family(work, "client"))
        client = lab.b.run(words, PATIENCE_S).check()
        served = server.wait(PATIENCE_S)
    carried(work, results(client), results(served))


class Ours:
    """A host of ours in the namespace, in one role, and the machine's kernel in the other."""

    def __init__(self, lab, smclab, version, role):
        self.lab, self.version, self.role = lab, version, role
        self.program = smclab.parent / "smclab-peer"

    def words(self, work):
        mine = {"client": ["client", MACHINE, *work.client_words(), "--max-links", 2],
                "server": ["server", *work.server_words()]}[self.role]
        ueid = self.role == "client" and work.client_ueid or UEID
        protocol = {"v1": ["--versions", 1, "--link-local-gid"],
                    "v2": ["--versions", 2, "--ueid", ueid]}[self.version]
        return list(map(str, [self.program, *mine, "--on", HOST, *protocol]))

    def play(self, work, path):
        kernel = self.lab.a if self.role == "server" else None
        fresh(self.lab, self.version, kernel, work.client_ueid)
        with capture(self.lab.host, path, "tap0", SAID):
            ours, theirs = self.as_client(work) if self.role == "client" else self.as_server(work)
        carried(work, results(ours), results(theirs))

    def as_client(self, work):
        words = peer(self.lab.a, "server", *work.server_words(), *family(work, "server"))
        serving = self.lab.a.start(words).wait_for("listening")
        ours = self.lab.host.run(self.words(work), PATIENCE_S).check()
        return ours, serving.wait(PATIENCE_S)

    def as_server(self, work):
        serving = self.lab.host.start(self.words(work)).wait_for("listening")
        words = peer(self.lab.a, "client", HOST, *work.client_words(), *family(work, "client"))
        theirs = self.lab.a.run(words, PATIENCE_S).check()
        return serving.wait(PATIENCE_S), theirs


def play(judge, folder, version, works):
    """Every workload by two kernels, then with ours in each role it can have."""
    with Lab(machines=2) as lab:
        for work in works:
            by_kernels(lab, version, work, folder / f"{version}-{work.name}-kernels.pcap")
    with Lab(machines=1, tap=True) as lab:
        for work in works:
            for role in ("client", "server"):
                if work.plain == role:
                    continue  # a host of ours without SMC is no host of ours
                path = folder / f"{version}-{work.name}-our-{role}.pcap"
                Ours(lab, judge.smclab, version, role).play(work, path)
                judge.compare(folder / f"{version}-{work.name}-kernels.pcap", path,
                              f"{version} {work.name}, ours the {role}")


def main():
    words = [word for word in sys.argv[1:] if word != "--subset"]
    works = workloads.SUBSET if "--subset" in sys.argv else workloads.ALL
    smclab = pathlib.Path(words[0]).resolve()
    folder = pathlib.Path(words[1] if len(words) > 1 else "build/interop/conversation").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with option_in_syns(smclab):
            judge = explained.Judge(smclab)
            play(judge, folder, "v2", works)
            if "--subset" not in sys.argv and os.environ.get("SMCLAB_LAB_V1") == "build":
                play(judge, folder, "v1", [work for work in works if not work.client_ueid])
            else:
                print("not played: SMC-Rv1, whose kernel module SMCLAB_LAB_V1=build compiles")
    except Missing as missing:
        tally = Tally()
        for work in works:
            tally.skipped(f"v2 {work.name}, the kernel's conversation and ours", missing)
        return tally.code()
    return 0 if judge.good() else 1


if __name__ == "__main__":
    sys.exit(main())
