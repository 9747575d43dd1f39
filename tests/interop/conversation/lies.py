# SPDX-License-Identifier: MIT
"""CLC messages that are no good, or good for a part only, as bytes: what a server may be asked,
and what a client may be told. Layouts: docs/generated; protocol/wire/clc_*.h.
"""
from lab.smc import UEID

SMCR, SMCD = bytes.fromhex("e2d4c3d9"), bytes.fromhex("e2d4c3c4")
PROPOSAL, ACCEPT, CONFIRM = 1, 2, 3
_MAC = bytes.fromhex("525400000002")
_PEER_ID = bytes.fromhex("28d6525400000002")
LINK_LOCAL = bytes.fromhex("fe80000000000000505400fffe000002")


def mapped(address):
    """An IPv4 address as GID."""
    return bytes(10) + b"\xff\xff" + bytes(map(int, address.split(".")))


def whole(kind, flags, body, eye_catcher=SMCR, **wrong):
    """A message around its body; `length` and `trailer` may lie."""
    size = wrong.get("length") or 8 + len(body) + 4
    head = eye_catcher + bytes([kind]) + size.to_bytes(2, "big") + bytes([flags])
    return head + body + wrong.get("trailer", eye_catcher)


def proposal(client_gid, **is_):
    """Of SMC-Rv2.1 alone, as a stock kernel's; `is_` names what is otherwise."""
    area = is_.get("ip_area", b"")
    body = (_PEER_ID + LINK_LOCAL + _MAC) if area else bytes(30)
    body += is_.get("x", 40 if area else 0).to_bytes(2, "big") + bytes(10)
    body += is_.get("y", 28 + len(area)).to_bytes(2, "big") + bytes(28) + area
    if is_.get("v2", True):
        eids = is_.get("eids", (UEID,))
        counts = [is_.get("count", len(eids)), 0, 0, is_.get("release", 1) << 4]
        limits = [is_.get("connections", 255), is_.get("links", 2)]
        body += bytes(counts) + bytes(4) + is_.get("gid", client_gid) + bytes(limits)
        body += is_.get("features", 1).to_bytes(2, "big") + bytes(12)
        body += b"".join(eid.encode().ljust(32) for eid in eids)
    wrong = {name: is_[name] for name in ("length", "trailer") if name in is_}
    return whole(PROPOSAL, is_.get("flags", 0x22), body + is_.get("more", b""), **wrong)


def ip_area(subnet):
    return bytes(map(int, subnet.split("."))) + bytes.fromhex("18000000")


FIRST_CONTACT = bytes.fromhex("80210000") + b"liar".ljust(32) + bytes.fromhex("ff020001")


def end(gid):
    """Of a link: GID, MAC, queue pair, key, index, token, size and MTU, address, PSN."""
    return (_PEER_ID + gid + _MAC
            + bytes.fromhex("000011000003f601000000012300ff1100000b3b0000004ec5bf"))


def accept(gid, first_contact=FIRST_CONTACT, flags=0x28):
    body = end(gid) + UEID.encode().ljust(32) + bytes(8)
    return whole(ACCEPT, flags, body + first_contact + bytes(12 if first_contact else 0))


def accept_of_limits(gid, connections, links):
    return accept(gid, FIRST_CONTACT[:36] + bytes([connections, links]) + FIRST_CONTACT[38:])
