#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""clean_capture.py [--no-smc] [--scapy N] [--play SMCLAB] FILE...: would a stranger find fault?

tshark must dissect all of a capture without an error (checksums apart: soft-RoCE over IPv6 writes
none), must find SMC-R in it unless --no-smc, and every RoCE frame's ICRC must be right: by zlib
for all, by scapy as well for the first N over IPv4 (200; it takes two milliseconds each). With
--play the files are scenarios: SMCLAB plays each in the world, and its capture is judged. All
LLC, which tshark does not know in version 2, must then survive our own decoding and encoding.
"""
import argparse
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from tshark import icrc, packets  # noqa: E402

FAULTS = "_ws.malformed || (_ws.expert.severity==error && !(_ws.expert.group==Checksum))"


def faults(capture, wants_smc=True, most_by_scapy=200):
    """Complaints about a capture."""
    found = [
        f"tshark: {line}"
        for line in packets.run(capture, ["-Y", FAULTS]).decode().splitlines()
    ]
    if wants_smc and not packets.run(capture, ["-Y", "smc", "-T", "fields", "-e", "frame.number"]):
        found.append("tshark finds no SMC-R in it")
    wrong, looked_at = icrc.wrong_frames(capture, most_by_scapy)
    return found + wrong, looked_at


def played(smclab, scenario, folder):
    """The capture of a run in the world."""
    subprocess.run([smclab, "run", "--out", folder, scenario], check=True, capture_output=True)
    capture = os.path.join(folder, "run.pcapng")
    subprocess.run([smclab, "decode", "--verify-encode", capture], check=True, capture_output=True)
    return capture


def main():
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--no-smc", action="store_true")
    reader.add_argument("--scapy", type=int, default=200, metavar="N")
    reader.add_argument("--play", metavar="SMCLAB")
    reader.add_argument("files", nargs="+")
    options = reader.parse_args()
    wrong = 0
    for file in options.files:
        with tempfile.TemporaryDirectory() as folder:
            capture = played(options.play, file, folder) if options.play else file
            found, looked_at = faults(capture, not options.no_smc, options.scapy)
        wrong += len(found)
        for text in found[:20]:
            print(f"{file}: {text}")
        print(f"{file}: {len(found)} faults, {looked_at} ICRCs looked at")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
