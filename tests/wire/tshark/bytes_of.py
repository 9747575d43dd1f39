# SPDX-License-Identifier: MIT
"""Messages of SMC-R as bytes, written from the layouts and not by our encoder."""
import struct

SMCR, SMCD = bytes.fromhex("e2d4c3d9"), bytes.fromhex("e2d4c3c4")
PEER = bytes.fromhex("1a2b020000c11e01")
HOST = b"host-a".ljust(32)
EID = b"LAB-UEID.1".ljust(32)


def mapped(address):
    return bytes(10) + b"\xff\xff" + bytes(int(part) for part in address.split("."))


GID = {"client": mapped("192.0.2.2"), "server": mapped("192.0.2.1")}
QPN = {"client": 0x2345, "server": 0x1234}
MAC = {"client": bytes.fromhex("020000000002"), "server": bytes.fromhex("020000000001")}


def clc(kind, flags, body, eye=SMCR):
    """Header and trailer around a body."""
    return eye + struct.pack(">BHB", kind, len(body) + 12, flags) + body + eye


def _ip_area(prefixes=()):
    v4 = bytes(5) if prefixes else bytes([192, 0, 2, 0, 24])
    return v4 + bytes(2) + bytes([len(prefixes)]) + b"".join(p + bytes([64]) for p in prefixes)


def proposal(prefixes=()):
    """v1 as Linux writes it."""
    head = PEER + GID["client"] + MAC["client"] + struct.pack(">H", 40)
    return clc(1, 0x28, head + bytes(40) + _ip_area(prefixes))


def proposal_rfc():
    head = PEER + GID["client"] + MAC["client"] + bytes(2)
    return clc(1, 0x10, head + _ip_area())


def proposal_v2(eids=(EID,), smcd=False, prefixes=None):
    """v2, SMC-D and v1 on demand."""
    v1 = prefixes is not None
    area = _ip_area(prefixes) if v1 else b""
    kinds = (3 if smcd else 0) << 2 | ((3 if smcd else 0) if v1 else 2)
    head = PEER + (GID["client"] + MAC["client"] if v1 else bytes(22))
    head += struct.pack(">H", 40 if v1 else 0)
    ism = struct.pack(">QH", 0x1122334455667788, 0xABCD) if smcd else bytes(10)
    head += ism + struct.pack(">H", 28 + len(area)) + bytes(28)
    count = 2 if smcd else 0
    v2 = struct.pack(">BBBBHH", len(eids), count, 0, 0x11 if smcd else 0x10, 0,
                     32 + 32 * len(eids) if smcd else 0)
    v2 += GID["client"] + bytes([255, 2, 0, 1]) + bytes(12) + b"".join(eids)
    if smcd:
        v2 += b"IBM-SYSZ-ISMSEID00000000".ljust(32) + bytes(16)
        v2 += struct.pack(">QHQH", 0x99, 1, 0x9A, 2)
    return clc(1, 0x20 | kinds, head + area + v2)


def _end(side):
    return (
        PEER
        + GID[side]
        + MAC[side]
        + QPN[side].to_bytes(3, "big")
        + struct.pack(">IBIBBQB", 0xBEEF0001, 1, 0xCAFE0001, 0x23, 0, 0x7F0011000000, 0)
        + (0x123456).to_bytes(3, "big")
    )


def _first_contact():
    return bytes([0x80, 0x21, 0, 0]) + HOST + bytes([200, 2, 0, 1]) + bytes(12)


def accept(version=1, first=True):
    body = _end("server")
    if version == 2:
        body += EID + bytes(8) + (_first_contact() if first else b"")
    return clc(2, version << 4 | (8 if first else 0), body)


def confirm(version=1, first=True, gids=2):
    body = _end("client")
    if version == 2:
        body += EID + bytes(8)
        if first:
            body += _first_contact() + bytes([gids, 0, 0, 0]) + GID["client"] * gids
    return clc(3, version << 4 | (8 if first else 0), body)


def decline(version=1, diagnosis=0x03030000, out_of_sync=False):
    body = PEER + struct.pack(">IB", diagnosis, 0x20 if version == 2 else 0) + bytes(3)
    more = struct.pack(">4I", 1, 2, 3, 4) if version == 2 else b""
    return clc(4, version << 4 | (8 if out_of_sync else 0), body + more)


def smcd(kind, version=1, first=False):
    """Accept (2) or Confirm (3) of SMC-D."""
    body = struct.pack(">QQBBHI", 0x1122334455667788, 0x99AABBCC, 3, 0x40, 0, 0x5566)
    if version == 1:
        return clc(kind, 0x11, body + bytes(12), SMCD)
    body += struct.pack(">H", 0xABCD) + EID + struct.pack(">Q", 0x1234)
    return clc(kind, 0x21 | (8 if first else 0), body + (_first_contact() if first else b""), SMCD)


def llc(kind, body, flags=0, reason=0):
    """v1."""
    return bytes([kind, 44, reason, flags]) + body.ljust(40, b"\0")


def llc_v2(kind, body, flags=0, order="<"):
    size = max(44, len(body) + 4)
    head = bytes([0x20 | kind]) + struct.pack(order + "H", size) + bytes([flags])
    return (head + body).ljust(size, b"\0")


def link_end(side, link=1):
    return MAC[side] + GID[side] + QPN[side].to_bytes(3, "big") + bytes([link])


def confirm_link(side="server", flags=0x03):
    return llc(1, link_end(side) + struct.pack(">IB", 0x0A0B0C01, 2), flags)


def add_link(side="server", flags=0, reason=0, qpn=0x77):
    body = MAC[side] + bytes(2) + GID[side] + qpn.to_bytes(3, "big") + bytes([2, 3])
    return llc(2, body + (0xABCDEF).to_bytes(3, "big"), flags, reason)


def rkey_pair(nth):
    return struct.pack(">IIQ", 0x100 + nth, 0x200 + nth, 0x7F0000000000 + nth)


def llc_v1_of_every_type():
    """Each type, requests and responses, in the variants that tshark tells apart."""
    links = b"".join(struct.pack(">BIQ", n, 0x10 + n, 0x7F00 + n) for n in (2, 3, 4))
    keys = struct.pack(">8I", *range(0x31, 0x39))
    return [
        confirm_link(),
        confirm_link("client", 0x83),
        add_link(),
        add_link("client", 0x80),
        add_link("client", 0xC0, reason=1),
        llc(3, bytes([2, 2, 0, 0]) + rkey_pair(1) + rkey_pair(2)),
        llc(3, bytes([2, 1, 0, 0]) + rkey_pair(3), 0x80),
        llc(3, bytes([2, 0, 0, 0]), 0x80),
        llc(4, struct.pack(">BI", 2, 0x00010000), 0x20),
        llc(4, struct.pack(">BI", 0, 0x00020000), 0x40),
        llc(4, struct.pack(">BI", 2, 0x00100000), 0x80),
        llc(6, struct.pack(">BIQ", 0, 0x55, 0x7F55)),
        llc(6, struct.pack(">BIQ", 1, 0x55, 0x7F55) + links[:13], 0x80),
        llc(6, struct.pack(">BIQ", 2, 0x55, 0x7F55) + links[:26], 0xB0),
        llc(7, bytes(range(16))),
        llc(7, bytes(range(16)), 0x80),
        llc(8, bytes([3]) + links),
        llc(9, bytes([1, 0, 0, 0]) + keys[:4]),
        llc(9, bytes([8, 0x81, 0, 0]) + keys, 0xA0),
    ]


def llc_v2_of_every_type(order):
    """(type, bytes); the order is that of lengths and counts, which depends on the host."""
    pairs = b"".join(rkey_pair(nth) for nth in range(3))
    extension = bytes([0x80, 0]) + GID["client"] + bytes(8) + struct.pack(order + "H", 3) + pairs
    link = MAC["server"] + bytes(2) + GID["server"] + bytes([0, 0, 0x77, 2, 3, 0xAB, 0xCD, 0xEF])
    keys = struct.pack(">3I", 0x31, 0x32, 0x33)
    gids = bytes(20) + bytes([2, 0, 0, 0]) + GID["client"] + GID["server"]
    return [
        ("confirm_link", llc_v2(1, link_end("server") + struct.pack(">IBB", 7, 2, 255), 3, order)),
        ("add_link", llc_v2(2, link + bytes(8) + extension, 0, order)),
        ("add_link", llc_v2(2, link + bytes(8) + extension, 0x80, order)),
        ("add_link", llc_v2(2, link, 0xC0, order)),
        ("request_add_link", llc_v2(5, gids, 0, order)),
        ("delete_link", llc_v2(4, struct.pack(">BI", 2, 0x00010000), 0x20, order)),
        ("confirm_rkey", llc_v2(6, struct.pack(">BIQBIQ", 1, 5, 6, 2, 7, 8), 0, order)),
        ("test_link", llc_v2(7, bytes(range(16)), 0x80, order)),
        ("delete_rkey", llc_v2(9, bytes([3, 0, 0, 0]) + keys, 0, order)),
        ("delete_rkey", llc_v2(9, bytes([3, 1, 0, 0]), 0xA0, order)),
    ]


def cdc(sequence=1, flags=(0, 0), producer=(0, 100), consumer=(0, 0)):
    cursors = struct.pack(">2xHI2xHI", *producer, *consumer)
    head = struct.pack(">BBHI", 0xFE, 44, sequence, 0xCAFE0001)
    return (head + cursors + bytes(flags)).ljust(44, b"\0")
