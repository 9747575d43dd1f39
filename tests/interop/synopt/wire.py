# SPDX-License-Identifier: MIT
"""The TCP options of a capture, as tshark shows them."""
from box import run

OPTION = bytes.fromhex("fe06e2d4c3d9")
_SYN, _ACK = 0x02, 0x10


def kinds(options):
    """What a header has, without the values that differ each time: (kind, length), or NOP."""
    found, at = [], 0
    while at < len(options) and options[at] != 0:
        length = 1 if options[at] == 1 else options[at + 1]
        found.append((options[at], length))
        at += length
    return found


def segments(path):
    """("syn", "syn_ack" or "", options) of each TCP segment."""
    words = ["tshark", "-r", path, "-Y", "tcp", "-T", "fields", "-e", "tcp.flags"]
    for line in run(*words, "-e", "tcp.options").splitlines():
        flags, options = line.split("\t")
        flags = int(flags, 16)
        name = ("syn_ack" if flags & _ACK else "syn") if flags & _SYN else ""
        yield name, bytes.fromhex(options)


def bearers(path):
    """Names of the segments that bear the SMC-R option, each once."""
    return {name for name, options in segments(path) if OPTION in options}
