#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""emu.py BUILD [--bytes N]: streams of our software RNIC and of TCP between two network namespaces
on one veth pair, by the same program; the middle one of three runs each. Needs root.

Seconds of processor are user and system time of both processes; what the kernel does for them in
interrupts is counted nowhere.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

CLIENT, SERVER, PORT = "10.9.0.1", "10.9.0.2", 45_000
RUNS = 3
# name: MTU of the pair, words of both programs, what must carry them
ROWS = {
    "TCP": (1500, ["--plain"], "tcp"),
    "emu, path MTU 1024": (1500, ["--assume-offered"], "smc_r"),
    "TCP, MTU 9000": (9000, ["--plain"], "tcp"),
    "emu, path MTU 4096": (9000, ["--assume-offered"], "smc_r"),
}


def run(*words):
    subprocess.run(list(map(str, words)), check=True)


class Cable:
    """A veth pair from this namespace to another, in which `inside` words run a program."""

    def __init__(self):
        stay = "echo; exec sleep infinity"
        self._holder = subprocess.Popen(["unshare", "--net", "sh", "-c", stay],
                                        stdout=subprocess.PIPE)
        self._holder.stdout.readline()  # by now it has left
        self.inside = ["nsenter", f"--net=/proc/{self._holder.pid}/ns/net"]
        run("ip", "link", "add", "veth0", "type", "veth", "peer", "name", "veth1", "netns",
            self._holder.pid)
        for enter, end, address in (([], "veth0", CLIENT), (self.inside, "veth1", SERVER)):
            run(*enter, "ip", "link", "set", "lo", "up")
            run(*enter, "ip", "link", "set", end, "up")
            run(*enter, "ip", "address", "add", f"{address}/24", "dev", end)

    def set_mtu(self, mtu):
        run("ip", "link", "set", "veth0", "mtu", mtu)
        run(*self.inside, "ip", "link", "set", "veth1", "mtu", mtu)

    def close(self):
        self._holder.kill()
        self._holder.wait()


def ended(child):
    """(JSON that it printed, its seconds of processor)."""
    printed = child.stdout.read()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0, printed
    return json.loads(printed), used.ru_utime + used.ru_stime


def stream(cable, peer, size, words):
    """(carried by, bytes a second, seconds of processor) of one transfer."""
    both = ["--port", str(PORT), "--ueid", "SMCLAB-UEID1", *words]
    server = subprocess.Popen([*cable.inside, peer, "server", "--on", SERVER, *both],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        server.stderr.readline()  # "listening"
        client = subprocess.Popen([peer, "client", SERVER, "--on", CLIENT, *both, "--mode",
                                   "stream", "--bytes", str(size)], stdout=subprocess.PIPE)
        told, used = ended(client)
        _, used_too = ended(server)
    finally:
        if server.returncode is None:
            server.kill()
    assert told["complete"], told
    # A stream that a single turn of the program's loop has carried took no time by its clock.
    return told["transport"], size / max(told["seconds"], 1e-6), used + used_too


def rows(build, size):
    cable = Cable()
    try:
        for name, (mtu, words, transport) in ROWS.items():
            cable.set_mtu(mtu)
            runs = [stream(cable, build / "smclab-peer", size, words) for _ in range(RUNS)]
            assert {carried for carried, _, _ in runs} == {transport}, runs
            yield (name, statistics.median(r[1] for r in runs),
                   statistics.median(r[2] for r in runs))
    finally:
        cable.close()


def main():
    about = argparse.ArgumentParser(description=__doc__)
    about.add_argument("build", type=pathlib.Path)
    about.add_argument("--bytes", type=int, default=500_000_000)
    about.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = about.parse_args()
    if os.geteuid() != 0:
        print("skipped: root is needed, for network namespaces")
        sys.exit(77)
    if not options.inside:  # nothing here is to be seen from outside
        os.execvp("unshare", ["unshare", "--net", sys.executable, "-B", *sys.argv, "--inside"])
    print(f"{options.bytes:,} bytes one way, the middle one of {RUNS} runs")
    print(f"{'stream':<22}{'MB/s':>8}{'of TCP':>9}{'ns of processor a byte':>25}")
    tcp = 0
    for name, rate, used in rows(options.build.resolve(), options.bytes):
        tcp = rate if name.startswith("TCP") else tcp
        print(f"{name:<22}{rate / 1e6:>8.0f}{rate / tcp:>9.2f}{used / options.bytes * 1e9:>25.2f}",
              flush=True)


if __name__ == "__main__":
    main()
