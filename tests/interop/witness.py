# SPDX-License-Identifier: MIT
"""What the tests of the laboratory share: playing their stories, and reading a capture by
`smclab decode` and as a stranger would.
"""
import collections
import json
import pathlib
import subprocess
import sys
import tempfile
import time

from lab import Missing
from tally import Tally

_WIRE = pathlib.Path(__file__).resolve().parents[1] / "wire"


def messages(smclab, capture):
    """Every SMC-R message of a capture, as `smclab decode --json` tells it; none is malformed."""
    command = [str(smclab), "decode", "--json", str(capture)]
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in shown.splitlines()][1:]


def of(listed, kind):
    return [message for message in listed if message["type"] == kind]


def written(listed, sender, into, ring):
    """How many bytes `sender` wrote into the RMBE that a CLC message (`into`) grants, by the last
    producer cursor on its way there."""
    token = into["fields"]["alert_token"]
    last = [m for m in of(listed, "cdc")
            if m["src"].startswith(sender) and m["fields"]["alert_token"] == token][-1]
    return last["fields"]["producer_wrap"] * ring + last["fields"]["producer_offset"]


def clean(capture, has_smc=True):
    """tshark finds no fault in it, and every ICRC is right."""
    command = ["/usr/bin/python3", str(_WIRE / "clean_capture.py"), "--scapy", "20"]
    command += [str(capture)] if has_smc else ["--no-smc", str(capture)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def tcp_bytes(capture):
    """Payload bytes of each direction of each TCP stream; what was sent again counts once."""
    command = ["tshark", "-r", str(capture), "-Y", "tcp.len > 0", "-T", "fields", "-e", "ip.src",
               "-e", "tcp.srcport", "-e", "tcp.dstport", "-e", "tcp.seq", "-e", "tcp.len"]
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    pieces = collections.defaultdict(list)
    for line in shown.splitlines():
        *direction, sequence, length = line.split("\t")
        pieces[tuple(direction)].append((int(sequence), int(sequence) + int(length)))
    return {direction: _covered(found) for direction, found in pieces.items()}


def _covered(pieces):
    """How many numbers lie in any of the half-open ranges."""
    count, reached = 0, 0
    for start, end in sorted(pieces):
        count += max(0, end - max(start, reached))
        reached = max(reached, end)
    return count


def play(make_lab, stories):
    """Each story in one laboratory: story(lab, smclab, folder for captures). The exit code."""
    smclab = pathlib.Path(sys.argv[1]).resolve()
    tally = Tally()
    try:
        with tempfile.TemporaryDirectory() as scratch:
            folder = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else scratch)
            folder.mkdir(parents=True, exist_ok=True)
            _play_in(make_lab(), stories, (smclab, folder), tally)
    except Missing as missing:
        for story in stories:
            tally.skipped(_name(story), missing)
    return tally.code()


def _name(story):
    return story.__name__.replace("_", " ")


def _play_in(laboratory, stories, where, tally):
    started = time.monotonic()
    with laboratory as lab:
        print(f"up after {time.monotonic() - started:.1f} s", flush=True)
        for story in stories:
            story(lab, *where)
            tally.passed(f"{_name(story)}, {time.monotonic() - started:.1f} s")
    print(f"down after {time.monotonic() - started:.1f} s")
