#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""machines.py BUILD [--bytes N]: streams between two laboratory machines over one wire, in one run:
our core on soft-RoCE devices and on its software RNIC, the kernel's own SMC-R, rsockets, TCP. Three
runs each, in turns; the middle one counts.

The machines' processors are emulated where there is no KVM: ratios tell something, rates do not.
rstream, of Debian's rdmacm-utils, streams over rsockets and over TCP, so that the two programs can
be held against each other.
"""
import argparse
import os
import pathlib
import statistics
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "interop"))
os.environ.setdefault("SMCLAB_LAB_CACHE", str(ROOT / "build" / "lab"))

from lab import Lab, Missing, results  # noqa: E402
from lab.running import wait_until  # noqa: E402
from lab.smc import UEID  # noqa: E402

SERVER, RUNS, CHUNK, PATIENCE_S = "10.0.0.1", 3, 65_536, 300
PLUGIN = "libsmclab_verbs.so"
RSTREAM, PORT = "/usr/bin/rstream", ":7471"
LISTENERS = "ss -ltn | grep LISTEN; rdma resource show cm_id | grep LISTEN"


class Race:
    def __init__(self, lab, build, size):
        self.lab, self.build, self.size = lab, build, size
        self._programs = {}

    def bring(self, machine, path):
        """Words that start a program of this host in a machine."""
        key = (machine.name, path)
        if key not in self._programs:
            self._programs[key] = machine.bring(path)
        return self._programs[key]

    def both(self, words):
        """Standard output of the client (in b), with `words(machine, role)` in both machines."""
        serving = self.lab.a.start(words(self.lab.a, "server"))
        serving.wait_for("listening")
        asked = self.lab.b.run(words(self.lab.b, "client"), PATIENCE_S).check()
        serving.wait(PATIENCE_S).check()
        return asked

    def of_peers(self, words, transport):
        """Bytes a second of smcpeer or smclab-peer."""
        (told,) = results(self.both(words))
        assert told["transport"] == transport, told
        return self.size / told["seconds"]

    # --- who runs -----------------------------------------------------------------------------

    def asked(self, role):
        stream = ["client", SERVER, "--mode", "stream", "--bytes", self.size]
        return stream if role == "client" else ["server"]

    def kernel(self, family, transport):
        """Sockets of the machines' kernels."""
        return self.of_peers(lambda machine, role: [
            machine.tool("smcpeer"), *self.asked(role), "--family", family], transport)

    def tcp(self):
        return self.kernel("tcp", "tcp")

    def smc(self):
        return self.kernel("smc", "smc-r")

    def ours(self, *more):
        own = {"a": self.lab.address(0), "b": self.lab.address(1)}
        return self.of_peers(lambda machine, role: [
            *self.bring(machine, self.build / "smclab-peer"), *self.asked(role), "--on",
            own[machine.name], "--ueid", UEID, "--assume-offered", "--patience-s", PATIENCE_S,
            *more], "smc_r")

    def emu(self):
        return self.ours()

    def verbs(self):
        for machine in self.lab.machines:
            self.bring(machine, self.build / PLUGIN)
        return self.ours("--verbs")

    def rstream(self, *more):
        """Its table ends with seconds, Gbit/s and a time a transfer; the bytes go one way first and
        then back.
        """
        words = [*more, "-S", CHUNK, "-C", max(1, self.size // CHUNK // 2)]
        client = [*self.bring(self.lab.b, RSTREAM), *words, "-s", SERVER]
        serving = self.lab.a.start([*self.bring(self.lab.a, RSTREAM), *words])
        # It does not say when it listens, but the kernel does.
        wait_until(lambda: PORT in self.lab.a.run(LISTENERS).out, PATIENCE_S, "rstream to listen")
        asked = self.lab.b.run(client, PATIENCE_S)
        asked.check()
        serving.wait(PATIENCE_S)
        return float(asked.out.split()[-2]) * 1e9 / 8

    def rstream_tcp(self):
        return self.rstream("-T", "s")


# Soft-RoCE takes UDP 4791 of a machine, so our software RNIC runs before it is there.
TCP = ("TCP", "tcp")
BEFORE = (TCP, ("smclab, software RNIC", "emu"))
BEHIND = (TCP, ("SMC-R of Linux on rxe", "smc"), ("smclab on rxe (verbs)", "verbs"),
          ("rsockets on rxe (rstream)", "rstream"), ("TCP (rstream)", "rstream_tcp"))


def show(race, rows):
    """Prints rows. All run in turns and are compared with TCP of the same turn: a busy host slows
    down all alike.
    """
    turns = [[getattr(race, method)() for _, method in rows] for _ in range(RUNS)]
    for row, (name, _) in enumerate(rows):
        rate = statistics.median(turn[row] for turn in turns)
        ratio = statistics.median(turn[row] / turn[0] for turn in turns)
        print(f"{name:<28}{rate / 1e6:>8.1f}{ratio:>9.2f}", flush=True)


def main():
    about = argparse.ArgumentParser(description=__doc__)
    about.add_argument("build", type=pathlib.Path)
    about.add_argument("--bytes", type=int, default=20_000_000)
    options = about.parse_args()
    if not os.path.exists(RSTREAM):
        raise Missing(f"{RSTREAM} (apt-get install rdmacm-utils)")
    os.environ["SMCLAB_LAB_BUILD"] = str(options.build.resolve())
    with Lab(machines=2) as lab:
        print(f"{options.bytes:,} bytes one way, the middle one of {RUNS} runs, "
              f"Linux {lab.release}")
        print(f"{'stream':<28}{'MB/s':>8}{'of TCP':>9}")
        race = Race(lab, options.build.resolve(), options.bytes)
        show(race, BEFORE)
        lab.smc_up()
        show(race, BEHIND)


if __name__ == "__main__":
    try:
        main()
    except Missing as missing:
        print(f"skipped: {missing}")
        sys.exit(77)
