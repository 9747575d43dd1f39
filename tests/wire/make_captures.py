#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""make_captures.py FOLDER: writes captures of what the kernel's own lack, by scapy.

Link types, IP headers, segmentations of CLC, RoCEv1, file formats, broken messages. Each comes
with what a reader should find in it; made_captures_test.py compares.
"""
import os
import sys
from dataclasses import dataclass, field

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from tshark import made_files, made_queue_pairs, made_streams  # noqa: E402


@dataclass
class Made:
    name: str
    file: bytes
    expected: list  # (frame, type) or (frame, type, "error")
    exit_code: int = 0
    complaint: str = ""  # part of what stands on standard error
    tshark: bool = True  # tshark should find the same
    tshark_options: list = field(default_factory=list)


def all_captures():
    """Every capture, by name."""
    made = [*made_streams.captures(Made), *made_queue_pairs.captures(Made)]
    made += made_files.captures(Made)
    assert len({one.name for one in made}) == len(made)
    return made


def write(folder):
    """Writes all captures and returns them."""
    os.makedirs(folder, exist_ok=True)
    made = all_captures()
    for one in made:
        with open(os.path.join(folder, one.name), "wb") as file:
            file.write(one.file)
    return made


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print(f"{len(write(sys.argv[1]))} captures")
