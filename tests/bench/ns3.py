#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""ns3.py BUILD [--bytes N]: events and data packets that ns-3 plays in a second of processor time,
on a bulk transfer over SMC-R and, for the ratio, over ns-3's own TCP. The best of five runs each: a
second of processor is the same on a busy machine, but its caches are not.
"""
import argparse
import pathlib
import re
import subprocess
import sys

RUNS = 5
# name, options of the example
ROWS = (
    ("TCP, segments of 1448", ["--factory=ns3::TcpSocketFactory",
                               "--ns3::TcpSocket::SegmentSize=1448"]),
    ("SMC-R, path MTU 1024", []),
    ("SMC-R, 0.1 % lost", ["--loss=0.001"]),
)
_SAID = re.compile(r"(\d+) of (\d+) bytes in .*\n(\d+) events, (\d+) data packets, (\S+) s")


def play(program, size, options):
    """(events, data packets, seconds of processor) of one run, in which all bytes arrived."""
    done = subprocess.run([program, f"--bytes={size}", *options], capture_output=True, text=True,
                          check=True)
    got, wanted, events, packets, seconds = _SAID.match(done.stdout).groups()
    assert got == wanted, done.stdout
    return int(events), int(packets), float(seconds)


def main():
    about = argparse.ArgumentParser(description=__doc__)
    about.add_argument("build", type=pathlib.Path)
    about.add_argument("--bytes", type=int, default=100_000_000)
    options = about.parse_args()
    program = options.build / "ns3-module" / "examples" / "smcr-bulk"
    if not program.exists():
        sys.exit(f"ns3.py: {program} was not built (./dev deps ns3)")
    print(f"{options.bytes:,} bytes one way, the best of {RUNS} runs")
    print(f"{'bulk over':<24}{'events/s':>12}{'packets/s':>12}{'ns a byte':>12}{'of TCP':>9}")
    tcp = None
    for name, more in ROWS:
        runs = [play(program, options.bytes, more) for _ in range(RUNS)]
        events, packets, seconds = min(runs, key=lambda run: run[2])
        tcp = tcp or seconds
        print(f"{name:<24}{events / seconds:>12,.0f}{packets / seconds:>12,.0f}"
              f"{seconds / options.bytes * 1e9:>12.1f}{tcp / seconds:>9.2f}", flush=True)


if __name__ == "__main__":
    main()
