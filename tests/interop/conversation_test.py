#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The same conversation as the kernel's: each workload is played by two kernels, then by a host of
ours with a kernel, as client and as server. `smclab compare` holds the captures against each
other, and every difference has to be one that is explained (tests/compare/explained.py).

conversation_test.py [--subset] SMCLAB [FOLDER]: FOLDER keeps the captures.
"""
import contextlib
import importlib
import pathlib
import subprocess
import sys

import matrix_test
import witness
import workloads
from lab import Lab, Missing, capture, peer, results
from lab.smc import UEID
from lab.wires import address

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "compare"))
explained = importlib.import_module("explained")

PATIENCE_S = 60
MACHINE, HOST = address(0), address(1)


def carried(work, *ended):
    """Both programs say that all went well, and over what."""
    for printed in ended:
        assert len(printed) == work.connections, printed
        for one in printed:
            whole = one.get("end", "done") == "done" and one.get("complete", True)
            assert one["intact"] and whole, one
            assert (one["transport"].replace("_", "-") == "smc-r") == work.over_smc, one


def fresh(lab, work):
    """Kernels that remember no link group, the client's with another UEID if the workload says."""
    for machine in lab.machines:
        machine.smc.down()
    lab.smc_up()
    if work.client_ueid and len(lab.machines) == 2:
        lab.b.run(f"smcctl ueid flush && smcctl ueid add {work.client_ueid}").check()


def family(work, role):
    return ["--family", "tcp"] if work.plain == role else []


def by_kernels(lab, work, path):
    """Two kernels."""
    fresh(lab, work)
    with capture(lab.a, path, "eth0"):
        words = peer(lab.a, "server", *work.server_words(), *family(work, "server"))
        server = lab.a.start(words).wait_for("listening")
        words = peer(lab.b, "client", MACHINE, *work.client_words(), *family(work, "client"))
        client = lab.b.run(words, PATIENCE_S).check()
        served = server.wait(PATIENCE_S)
    carried(work, results(client), results(served))


class Ours:
    """A host of ours in the namespace, in one role, and the machine's kernel in the other."""

    def __init__(self, lab, smclab, role):
        self.lab, self.role = lab, role
        self.program = smclab.parent / "smclab-peer"

    def words(self, work):
        mine = {"client": ["client", MACHINE, *work.client_words(), "--max-links", 2],
                "server": ["server", *work.server_words()]}[self.role]
        ueid = self.role == "client" and work.client_ueid or UEID
        words = [self.program, *mine, "--on", HOST, "--versions", 2, "--ueid", ueid]
        return list(map(str, words))

    def play(self, work, path):
        fresh(self.lab, work)
        if self.role == "server" and work.client_ueid:
            self.lab.a.run(f"smcctl ueid flush && smcctl ueid add {work.client_ueid}").check()
        with capture(self.lab.host, path, "tap0"):
            ours, theirs = self.as_client(work) if self.role == "client" else self.as_server(work)
        carried(work, results(ours), results(theirs))

    def as_client(self, work):
        words = peer(self.lab.a, "server", *work.server_words(), *family(work, "server"))
        serving = self.lab.a.start(words).wait_for("listening")
        ours = self.lab.host.run(self.words(work), PATIENCE_S)
        return ours, serving.wait(PATIENCE_S)

    def as_server(self, work):
        serving = self.lab.host.start(self.words(work)).wait_for("listening")
        words = peer(self.lab.a, "client", HOST, *work.client_words(), *family(work, "client"))
        theirs = self.lab.a.run(words, PATIENCE_S)
        return serving.wait(PATIENCE_S), theirs


def play(smclab, folder, works):
    """Every workload by two kernels, then with ours in each role it can have."""
    with Lab(machines=2) as lab:
        for work in works:
            by_kernels(lab, work, folder / f"kernels-{work.name}.pcap")
    judge = explained.Judge(smclab)
    with Lab(machines=1, tap=True) as lab:
        for work in works:
            for role in ("client", "server"):
                if work.plain == role:
                    continue  # a host of ours without SMC is no host of ours
                path = folder / f"our-{role}-{work.name}.pcap"
                Ours(lab, smclab, role).play(work, path)
                judge.compare(folder / f"kernels-{work.name}.pcap", path,
                              f"v2 {work.name}, ours the {role}")
    return judge


@contextlib.contextmanager
def option_in_syns(smclab):
    undo = matrix_test.option_in_syns(smclab)
    try:
        yield
    finally:
        if undo:
            subprocess.run([smclab, "setup", "synopt", "--undo"], check=False)


def main():
    words = [word for word in sys.argv[1:] if word != "--subset"]
    works = workloads.SUBSET if "--subset" in sys.argv else workloads.ALL
    smclab = pathlib.Path(words[0]).resolve()
    folder = pathlib.Path(words[1] if len(words) > 1 else "build/interop/conversation").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with option_in_syns(smclab):
            judge = play(smclab, folder, works)
    except Missing as missing:
        print(f"skipped: {missing}")
        return witness.SKIPPED
    return 0 if judge.good() else 1


if __name__ == "__main__":
    sys.exit(main())
