#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""smcr-bulk-test.py PROGRAM: the example, by what stands on its cable. Its captures must be clean
(tshark, each ICRC), SMC-R must have moved the bytes, and with loss it must finish as well.
"""
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.join(ROOT, "tests", "wire"))

from clean_capture import faults  # noqa: E402
from tshark import packets  # noqa: E402


def play(program, *options):
    """What the example printed; it must succeed."""
    done = subprocess.run([program, *options], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{options}: exit {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def count(capture, what):
    """Frames of a capture that a display filter finds."""
    fields = ["-Y", what, "-T", "fields", "-e", "frame.number"]
    return len(packets.run(capture, fields).split())


def check_capture(program, folder):
    said = play(program, "--bytes=300000", f"--pcap={folder}/bulk")
    assert said.startswith("300000 of 300000 bytes"), said
    for node in (0, 1):
        capture = f"{folder}/bulk-{node}-0.pcap"
        found, looked_at = faults(capture)
        assert not found, found[:20]
        assert looked_at > 300, f"{looked_at} RoCE frames are too few for these bytes"
        assert count(capture, "tcp.flags.syn == 1 && tcp.options.experimental") == 2
        assert count(capture, "smc.clc_msg") == 3, "Proposal, Accept, Confirm"
        assert count(capture, "tcp.port == 7609 && tcp.len > 100") == 0, "data over TCP"


def main():
    with tempfile.TemporaryDirectory() as folder:
        check_capture(sys.argv[1], folder)
    said = play(sys.argv[1], "--bytes=20000000", "--loss=0.001")
    assert said.startswith("20000000 of 20000000 bytes"), said
    print("the example's captures are clean, and it finishes with loss")


if __name__ == "__main__":
    main()
