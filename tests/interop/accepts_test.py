#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Accepts that a client must not take: what the kernel answers, and that ours answers the same. A
server that lies (liar.py) is in the namespace of this host; its clients are the machine's kernel
and smclab-peer, both offering SMC-Rv2.1 only.

accepts_test.py SMCLAB
"""
import pathlib
import sys

import conversation_test
import witness
from lab import Lab, peer
from lab.smc import UEID

HOST, PORT = conversation_test.HOST, 45_001
MODE_UNSUPPORTED = 0x03040000
_EYE_CATCHER = bytes.fromhex("e2d4c3d9")
_END = bytes.fromhex("00000000000000000000ffff0a000002" "525400000002" "000011" "000003f6"
                     "01" "00000001" "23" "00" "ff1100000b3b0000" "00" "4ec5bf")
_FIRST_CONTACT = bytes.fromhex("80210000") + b"liar".ljust(32) + bytes.fromhex("ff020001")


def whole(kind, flags, body, eye_catcher=_EYE_CATCHER):
    size = (8 + len(body) + 4).to_bytes(2, "big")
    return eye_catcher + bytes([kind]) + size + bytes([flags]) + body + eye_catcher


def accept(first_contact=_FIRST_CONTACT, flags=0x28):
    """One that both would take, if nothing is said otherwise."""
    body = bytes.fromhex("28d6525400000002") + _END + UEID.encode().ljust(32) + bytes(8)
    return whole(2, flags, body + first_contact + bytes(12 if first_contact else 0))


def limits(connections, links):
    return accept(_FIRST_CONTACT[:36] + bytes([connections, links]) + _FIRST_CONTACT[38:])


def indirect():
    return accept(bytes([0]) + _FIRST_CONTACT[1:])


# What is told, and the Decline that the kernel gives; none: the connection ends without one.
LIES = (
    ("version 1", whole(2, 0x18, bytes.fromhex("28d6525400000002") + _END), MODE_UNSUPPORTED),
    ("SMC-D", whole(2, 0x19, bytes(36), bytes.fromhex("e2d4c3c4")), MODE_UNSUPPORTED),
    ("15 connections", limits(15, 2), 0x0303000A),
    ("no link", limits(255, 0), 0x0303000B),
    ("3 links", limits(255, 3), 0x0303000B),
    ("a gateway", indirect(), 0x030F0000),
    ("an unknown link group", accept(b"", 0x20), 0x04000000),
    ("a Confirm", whole(3, 0x28, accept()[8:-4]), None),
    ("half an Accept", accept()[:5] + (40).to_bytes(2, "big") + accept()[7:], None),
)


def answer_of(lab, start, lie):
    """What the client that `start` starts sends back to a lie: size, version and diagnosis of a
    Decline, or nothing."""
    words = [sys.executable, "-B", pathlib.Path(__file__).with_name("liar.py"), HOST, PORT]
    liar = lab.host.start([*map(str, words), lie.hex()]).wait_for("listening")
    start()
    told = bytes.fromhex(liar.wait().check().out.strip().replace("-", ""))
    if not told.startswith(_EYE_CATCHER):
        return None
    assert told[4] == 4, f"no Decline: {told.hex()}"
    return len(told), told[7], int.from_bytes(told[16:20], "big")


def lies(lab, smclab, folder):
    program = smclab.parent / "smclab-peer"
    ours = [program, "client", HOST, "--on", HOST, "--port", PORT, "--versions", 2, "--ueid", UEID,
            "--max-links", 2, "--bytes", 10, "--patience-s", 5]
    theirs = peer(lab.a, "client", HOST, "--port", PORT, "--bytes", 10, "--patience-ms", 3000)
    lab.smc_up()
    for name, lie, expected in LIES:
        kernels = answer_of(lab, lambda: lab.a.run(theirs), lie)
        assert (kernels and kernels[2]) == expected, f"the kernel, told of {name}: {kernels}"
        our = answer_of(lab, lambda: lab.host.run(list(map(str, ours))), lie)
        assert our == kernels, f"told of {name}: ours {our}, the kernel {kernels}"


def main():
    with conversation_test.option_in_syns(pathlib.Path(sys.argv[1]).resolve()):
        return witness.play(lambda: Lab(machines=1, tap=True), (lies,))


if __name__ == "__main__":
    sys.exit(main())
