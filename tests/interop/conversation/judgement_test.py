#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What the kernel answers to Proposals and Accepts that are no good, or good for a part only, and
that ours answers the same. A liar (liar.py) is in the namespace of this host; the other side is
the machine's kernel, then smclab-peer, both with SMC-Rv2.1 only.

judgement_test.py SMCLAB
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import conversation_test  # noqa: E402
import lies  # noqa: E402
import witness  # noqa: E402
from lab import Lab, peer  # noqa: E402
from lab.smc import UEID  # noqa: E402
from option import option_in_syns  # noqa: E402

MACHINE, HOST, PORT = conversation_test.MACHINE, conversation_test.HOST, 45_001
OURS = ["--on", HOST, "--versions", 2, "--ueid", UEID, "--max-links", 2]
_AREA, _OTHER_AREA = lies.ip_area("10.0.0.0"), lies.ip_area("10.99.0.0")

# What a server is asked, and what the kernel gives: the diagnosis of its Decline, "accept", or
# nothing, when the connection ends without an answer.
PROPOSALS = (
    ("nothing wrong", {}, "accept"),
    ("another EID", {"eids": ("X",)}, 0x03030000),
    ("another EID first", {"eids": ("X", UEID)}, "accept"),
    ("no EID", {"eids": ()}, 0x03030008),
    ("nine EIDs", {"eids": tuple("ABCDEFGHI")}, None),
    ("more EIDs than there are", {"count": 3}, None),
    ("release 0", {"release": 0}, "accept"),
    ("release 15", {"release": 15}, "accept"),
    ("15 connections", {"connections": 15}, 0x0303000A),
    ("no link", {"links": 0}, 0x0303000B),
    ("one link", {"links": 1}, "accept"),
    ("three links", {"links": 3}, "accept"),
    ("unknown features", {"features": 0xFFFF}, "accept"),
    ("a GID of IPv6", {"gid": lies.LINK_LOCAL}, 0x03030002),
    ("a GID of elsewhere", {"gid": lies.mapped("11.0.0.2")}, 0x03030002),
    ("version 3", {"flags": 0x32}, "accept"),
    ("version 15", {"flags": 0xF2}, "accept"),
    ("no type", {"flags": 0x2A, "v2": False, "y": 0}, 0x03010000),
    ("no type, and an extension", {"flags": 0x2A}, None),
    ("SMC-D without its extension", {"flags": 0x26}, None),
    ("v1 only", {"flags": 0x28, "v2": False, "y": 0, "ip_area": _AREA}, 0x03030000),
    ("v1 of another subnet", {"flags": 0x28, "v2": False, "y": 0, "ip_area": _OTHER_AREA},
     0x03070000),
    ("SMC-D v1 only", {"flags": 0x29, "v2": False, "y": 0, "ip_area": _AREA}, 0x03030001),
    ("v1 and v2", {"flags": 0x20, "ip_area": _AREA}, "accept"),
    ("v1, and v2 of another EID", {"flags": 0x20, "ip_area": _AREA, "eids": ("X",)}, 0x03030000),
    ("v2, and v1 of another subnet", {"flags": 0x20, "ip_area": _OTHER_AREA}, "accept"),
    ("neither EID nor subnet", {"flags": 0x20, "ip_area": _OTHER_AREA, "eids": ("X",)},
     0x03070000),
    ("an extension far away", {"y": 300}, None),
    ("an extension at 0", {"y": 0}, None),
    ("an IP area far away", {"flags": 0x20, "ip_area": _AREA, "x": 4000}, None),
    ("half a length", {"length": 40}, None),
    ("another trailer", {"trailer": b"abcd"}, None),
    ("eight bytes more", {"more": bytes(8)}, None),
)

# Likewise for a client. None of these may be taken.
_GID = lies.mapped(HOST)
_INDIRECT = bytes([0]) + lies.FIRST_CONTACT[1:]
_HALF = lies.accept(_GID)[:5] + (40).to_bytes(2, "big") + lies.accept(_GID)[7:]
ACCEPTS = (
    ("version 1", lies.whole(lies.ACCEPT, 0x18, lies.end(_GID)), 0x03040000),
    ("SMC-D", lies.whole(lies.ACCEPT, 0x19, bytes(36), lies.SMCD), 0x03040000),
    ("15 connections", lies.accept_of_limits(_GID, 15, 2), 0x0303000A),
    ("no link", lies.accept_of_limits(_GID, 255, 0), 0x0303000B),
    ("3 links", lies.accept_of_limits(_GID, 255, 3), 0x0303000B),
    ("a gateway", lies.accept(_GID, _INDIRECT), 0x030F0000),
    ("an unknown link group", lies.accept(_GID, b"", 0x20), 0x04000000),
    ("a Confirm", lies.whole(lies.CONFIRM, 0x28, lies.accept(_GID)[8:-4]), None),
    ("half an Accept", _HALF, None),
)


def liar(role, address, port, messages):
    program = pathlib.Path(__file__).with_name("liar.py")
    words = [sys.executable, "-B", program, role, address, port]
    return [*map(str, words), *[message.hex() for message in messages]]


def meaning(line):
    """Of an answer: all that does not name somebody."""
    said = bytes.fromhex(line.replace("-", ""))
    if not said:
        return None
    if said[4] == 4:
        return len(said), said[7], int.from_bytes(said[16:20], "big")
    assert said[4] == lies.ACCEPT, said.hex()
    extension = said[104:108] + said[140:144]  # direct, OS, release; limits and features
    return "accept", len(said), said[7], said[64:96], extension


def same(what, expected, kernels, ours):
    kind = kernels and (kernels[0] if kernels[0] == "accept" else kernels[2])
    assert kind == expected, f"the kernel, told of {what}: {kernels}"
    assert ours == kernels, f"told of {what}: ours {ours}, the kernel {kernels}"


def proposals(lab, smclab, folder):
    """Both as servers. Neither takes a client with its own GID for another host."""
    def answers(address, port, gid):
        asked = [lies.proposal(gid, **otherwise) for _, otherwise, _ in PROPOSALS]
        return lab.host.run(liar("client", address, port, asked), 200).check().out.split()

    words = peer(lab.a, "server", "--port", PORT, "--connections", 0, "--patience-ms", 1000)
    kernel = lab.a.start(words).wait_for("listening")
    kernels = answers(MACHINE, PORT, lies.mapped(HOST))
    kernel.kill()
    words = [smclab.parent / "smclab-peer", "server", *OURS, "--port", PORT, "--connections", 99]
    our = lab.host.start(list(map(str, words))).wait_for("listening")
    ours = answers(HOST, PORT, lies.mapped(MACHINE))
    our.kill()
    for (what, _, expected), theirs, mine in zip(PROPOSALS, kernels, ours, strict=True):
        same(what, expected, meaning(theirs), meaning(mine))


def accepts(lab, smclab, folder):
    """Both as clients."""
    def answer(lie, place, words):
        server = lab.host.start(liar("server", HOST, PORT, [lie])).wait_for("listening")
        place.run(list(map(str, words)))
        return meaning(server.wait().check().out.strip())

    ours = [smclab.parent / "smclab-peer", "client", HOST, *OURS, "--port", PORT, "--bytes", 10,
            "--patience-s", 5]
    theirs = peer(lab.a, "client", HOST, "--port", PORT, "--bytes", 10, "--patience-ms", 3000)
    for what, lie, expected in ACCEPTS:
        same(what, expected, answer(lie, lab.a, theirs), answer(lie, lab.host, ours))


def smc_in_the_machine(lab, smclab, folder):
    lab.smc_up()


def main():
    with option_in_syns(pathlib.Path(sys.argv[1]).resolve()):
        return witness.play(lambda: Lab(machines=1, tap=True),
                            (smc_in_the_machine, accepts, proposals))


if __name__ == "__main__":
    sys.exit(main())
