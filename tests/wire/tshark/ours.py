# SPDX-License-Identifier: MIT
"""What `smclab decode --json` finds in a capture."""
import json
import subprocess


class Decoded:
    def __init__(self, capture, smclab, arguments=()):
        done = subprocess.run(
            [smclab, "decode", "--json", *arguments, capture], capture_output=True, check=False
        )
        self.exit_code = done.returncode
        self.complaint = done.stderr.decode()
        lines = [json.loads(line) for line in done.stdout.decode().splitlines()]
        self.head = lines[0] if lines else {}
        self.messages = lines[1:]

    def seen_by_tshark(self, frames):
        """All but LLC v2 that tshark does not know; `frames` are those in which it found SMC-R."""
        return [m for m in self.messages if not _is_llc_v2(m) or m["frame"] in frames]

    def llc_v2(self):
        return [m for m in self.messages if _is_llc_v2(m)]


def _is_llc_v2(message):
    return message["layer"] == "llc" and message["version"] == 2
