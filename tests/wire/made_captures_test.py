#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""made_captures_test.py SMCLAB FOLDER: is everything found in captures made for it?

Compares `smclab decode --json` with what make_captures.py put into each capture, and with tshark
where tshark can read it. The captures stay in FOLDER.
"""
import gzip
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from against_tshark import against_tshark, order  # noqa: E402
from make_captures import write  # noqa: E402
from tshark.ours import Decoded  # noqa: E402


def _said(one):
    return (one["frame"], one["type"], *(["error"] if "error" in one else []))


def check(smclab, folder, made):
    path = os.path.join(folder, made.name)
    decoded = Decoded(path, smclab, ["--verify-encode"])
    found = order([_said(m) for m in decoded.messages], made.expected)
    if decoded.exit_code != made.exit_code:
        found.append(f"exit {decoded.exit_code}, not {made.exit_code}: {decoded.complaint}")
    if made.complaint not in decoded.complaint:
        found.append(f"standard error lacks '{made.complaint}': {decoded.complaint}")
    if made.tshark and not found:
        found += [f"tshark: {text}" for text in against_tshark(decoded, path, made.tshark_options)]
    return found


def refusals(smclab, folder):
    """What cannot be read, and output that cannot be written: one line, and the exit code."""
    capture, compressed = os.path.join(folder, "vlan.pcap"), os.path.join(folder, "vlan.pcap.gz")
    with gzip.open(compressed, "wb") as file:
        file.write(b"capture")
    found = []
    for name, output, code in (
        (os.path.join(folder, "missing.pcap"), os.devnull, 2),
        (folder, os.devnull, 2),
        (compressed, os.devnull, 2),
        (capture, "/dev/full", 3),
    ):
        with open(output, "wb") as sink:
            command = [smclab, "decode", "--json", name]
            done = subprocess.run(command, stdout=sink, stderr=subprocess.PIPE, check=False)
        said = done.stderr.decode()
        if done.returncode != code or not said.startswith("smclab decode: "):
            found.append(f"{name} to {output}: exit {done.returncode}, {said}")
    return found


def main(smclab, folder):
    made, wrong = write(folder), 0
    for text in refusals(smclab, folder):
        wrong += 1
        print(text)
    with ThreadPoolExecutor(max_workers=2) as pool:
        for one, found in zip(made, pool.map(lambda m: check(smclab, folder, m), made)):
            wrong += len(found)
            for text in found:
                print(f"{one.name}: {text}")
    print(f"{len(made)} captures, {wrong} disagreements")
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2]))
