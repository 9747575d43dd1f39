#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What the emu stage and the demo leave, against three witnesses: tshark finds it clean and counts
the messages that our own trace counts, scapy finds every ICRC right, and tcpdump on lo, listening
meanwhile, holds the same RoCE bytes in the same order."""

import collections
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests" / "wire"))

from tshark import packets  # noqa: E402

SKIPPED = 77
CLC = {1: "proposal", 2: "accept", 3: "confirm", 4: "decline"}
LLC = {
    0x01: "confirm_link",
    0x02: "add_link",
    0x03: "add_link_continuation",
    0x04: "delete_link",
    0x06: "confirm_rkey",
    0x07: "test_link",
    0x08: "confirm_rkey_continuation",
    0x09: "delete_rkey",
    0xFE: "cdc",
}
OURS = set(CLC.values()) | set(LLC.values())
PATIENCE_S = 20
LARGEST_FRAME = 4_300  # tcpdump's buffer has room for 64 MiB / this; by default 256 frames only
FILE_BYTES = 3_000_000  # that the demo sends here; more only takes tshark longer


def tshark_fields(capture, *fields, display=None):
    command = ["tshark", "-r", str(capture), *packets.OPTIONS, "-T", "fields"]
    for field in fields:
        command += ["-e", field]
    if display:
        command += ["-Y", display]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [line.split("\t") for line in lines.splitlines()]


def count_by_tshark(capture):
    counts = collections.Counter()
    for clc, llc in tshark_fields(capture, "smc.clc_msg", "smc.llc_msg", display="smc"):
        for value in filter(None, clc.split(",")):
            counts[CLC[int(value, 0)]] += 1
        for value in filter(None, llc.split(",")):
            counts[LLC[int(value, 0)]] += 1
    return counts


def count_by_trace(trace):
    counts = collections.Counter()
    for line in trace.read_text().splitlines():
        record = json.loads(line)
        if record.get("event") == "sends" and record.get("to") in OURS:
            counts[record["to"]] += 1
    return counts


def roce_bytes(capture):
    return [row[0] for row in tshark_fields(capture, "udp.payload", display="udp.dstport == 4791")]


def wait_for(condition, what):
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"waited {PATIENCE_S} s for {what}")
        time.sleep(0.05)


def listen(target):
    """tcpdump on lo, which has begun to listen when this returns."""
    tcpdump = subprocess.Popen(
        ["tcpdump", "-i", "lo", "--immediate-mode", "-U", "-Z", "root", "-w", str(target),
         "-B", "65536", "-s", str(LARGEST_FRAME), "udp port 4791 and net 127.0.0.0/24"],
        stderr=subprocess.DEVNULL,
    )
    # The file header is written once the socket listens.
    wait_for(lambda: target.exists() and target.stat().st_size >= 24, "tcpdump")
    return tcpdump


def witness(command, scratch):
    """Runs `command`, which leaves run.pcapng and trace.jsonl in the folder `scratch`/out."""
    listened, out = scratch / "lo.pcap", scratch / "out"
    tcpdump = listen(listened)
    try:
        command = [*command, "--out", str(out)]
        run = subprocess.run(command, capture_output=True, text=True, timeout=120)
        print(run.stdout, run.stderr)
        if run.returncode != 0:
            sys.exit(f"{command} ended with {run.returncode}")
        drawn = roce_bytes(out / "run.pcapng")
        wait_for(lambda: len(roce_bytes(listened)) >= len(drawn), "the last frame on lo")
    finally:
        tcpdump.terminate()
        tcpdump.wait()
    assert drawn, "no RoCE frame in the capture"
    assert roce_bytes(listened) == drawn, "tcpdump on lo saw other RoCE bytes"
    seen, told = count_by_tshark(out / "run.pcapng"), count_by_trace(out / "trace.jsonl")
    assert seen == told, f"tshark counts {dict(seen)}, our trace {dict(told)}"
    assert {"proposal", "accept", "confirm", "confirm_link", "cdc"} <= set(seen), seen
    clean = ROOT / "tests" / "wire" / "clean_capture.py"
    subprocess.run(["/usr/bin/python3", str(clean), str(out / "run.pcapng")], check=True)
    print(f"{len(drawn)} RoCE frames alike on lo and in the capture; messages: {dict(seen)}")
    return out


def main():
    smclab, scenario = sys.argv[1], sys.argv[2]
    if os.geteuid() != 0:
        print("skipped: tcpdump on lo needs root")
        return SKIPPED
    with tempfile.TemporaryDirectory() as scratch:
        witness([smclab, "run", scenario, "--stage", "emu"], pathlib.Path(scratch))
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        sent = scratch / "file"
        sent.write_bytes(random.Random(1).randbytes(FILE_BYTES))
        out = witness([smclab, "demo", str(sent)], scratch)
        assert (out / "received").read_bytes() == sent.read_bytes(), "the file arrived changed"
    return 0


if __name__ == "__main__":
    sys.exit(main())
