# SPDX-License-Identifier: MIT
"""What a capture of the laboratory shows: by `smclab decode`, and to a stranger."""
import json
import pathlib
import subprocess

SKIPPED = 77
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
