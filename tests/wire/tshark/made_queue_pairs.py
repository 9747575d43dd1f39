# SPDX-License-Identifier: MIT
"""Captures of LLC and CDC over RoCEv1 and v2: with and without the handshake that named the queue
pairs, in one packet or several, resent, broken, and beside queue pairs that are not SMC-R's.
"""
from tshark import bytes_of as message
from tshark import files
from tshark.frames import (
    CLIENT,
    CLIENT6,
    SEND_FIRST,
    SEND_LAST,
    SEND_MIDDLE,
    SEND_ONLY,
    SERVER,
    SERVER6,
    WRITE_ONLY,
    bth,
    ethernet,
    roce_v1,
    roce_v2,
    vlan,
)
from tshark.made_streams import SYN, handshake

_TO_CLIENT = message.QPN["client"]
HANDSHAKE = [*SYN, (4, "proposal"), (5, "accept"), (6, "confirm")]


def _to_client(data, psn, opcode=SEND_ONLY, qpn=_TO_CLIENT):
    return ethernet(roce_v2(SERVER, CLIENT, bth(opcode, qpn, psn, data)))


def _all_types():
    """LLC v1 of every type and CDC, on a queue pair that the handshake named."""
    sent = [*message.llc_v1_of_every_type()]
    names = ["confirm_link"] * 2 + ["add_link"] * 3 + ["add_link_continuation"] * 3
    names += ["delete_link"] * 3 + ["confirm_rkey"] * 3 + ["test_link"] * 2
    names += ["confirm_rkey_continuation"] + ["delete_rkey"] * 2
    for bit in (0x80, 0x40, 0x20, 0x10, 0x08):
        sent.append(message.cdc(bit, (bit, 0), (1, 2), (3, 4)))
        names.append("cdc")
    for bit in (0x80, 0x40, 0x20):
        sent.append(message.cdc(bit, (0, bit)))
        names.append("cdc")
    frames = [ethernet(p) for p in handshake()]
    frames += [_to_client(data, psn) for psn, data in enumerate(sent)]
    return frames, HANDSHAKE + [(7 + n, name) for n, name in enumerate(names)]


def _all_types_of_v2(order):
    sent = message.llc_v2_of_every_type(order)
    frames = [ethernet(p) for p in handshake()]
    frames += [_to_client(data, psn) for psn, (_, data) in enumerate(sent)]
    return frames, HANDSHAKE + [(7 + n, name) for n, (name, _) in enumerate(sent)]


def _without_handshake():
    sent = [message.cdc(), message.confirm_link(), message.cdc(2)]
    types = ("cdc", "confirm_link", "cdc")
    return [_to_client(data, 5 + n, qpn=0x99) for n, data in enumerate(sent)], [
        (1 + n, kind) for n, kind in enumerate(types)
    ]


def _foreign():
    """Queue pairs of somebody else: what they send is not ours to complain about."""
    other = bytes(range(44))
    write = message.cdc()  # payload that looks like a message
    reth = bytes(8) + (0x55).to_bytes(4, "big") + (44).to_bytes(4, "big")
    frames = [_to_client(other, n, qpn=0x4242) for n in range(3)]
    frames.append(_to_client(b"x" * 100, 3, qpn=0x4242))
    frames.append(_to_client(reth + write, 4, WRITE_ONLY, 0x4242))
    frames.append(_to_client(message.cdc(), 1, qpn=0x99))
    return frames, [(6, "cdc")]


def _resent():
    first, second = message.cdc(1), message.cdc(2)
    frames = [ethernet(p) for p in handshake()]
    frames += [_to_client(first, 0xFFFFFF), _to_client(second, 0)]
    frames += [_to_client(first, 0xFFFFFF), _to_client(second, 0), _to_client(message.cdc(3), 1)]
    return frames, HANDSHAKE + [(n, "cdc") for n in range(7, 12)]


def _many_packets():
    """LLC v2 longer than a packet: whole, resent from the middle, and with a packet missing."""
    keys = b"".join(n.to_bytes(4, "big") for n in range(1, 201))
    long = message.llc_v2(9, bytes([200, 0, 0, 0]) + keys)
    parts = [long[at : at + 256] for at in range(0, len(long), 256)]
    kinds = [SEND_FIRST, *[SEND_MIDDLE] * (len(parts) - 2), SEND_LAST]
    packets = [_to_client(data, 10 + n, kinds[n]) for n, data in enumerate(parts)]
    frames = [ethernet(p) for p in handshake()]
    frames += [_to_client(message.llc_v2(7, bytes(16), order=">"), 9)]
    frames += packets
    expected = HANDSHAKE + [(7, "test_link"), (7 + len(packets), "delete_rkey")]
    frames += [packets[0], packets[1], packets[1], *packets[2:]]
    expected.append((len(frames), "delete_rkey"))
    frames += [packets[0], *packets[2:]]
    return frames, expected


def _broken():
    wrong_length = message.cdc()[:1] + b"\x2b" + message.cdc()[2:]
    sent = [
        (message.cdc(), "cdc"),
        (wrong_length, "cdc", "error"),
        (message.cdc()[:40], "cdc", "error"),
        (message.llc(0x0B, b""), "unknown", "error"),
        (message.llc(0x8A, b""), "unknown"),
        (message.llc(9, bytes([9])), "delete_rkey", "error"),
        (b"", "unknown", "error"),
        (message.cdc(2), "cdc"),
    ]
    frames = [ethernet(p) for p in handshake()]
    frames += [_to_client(data, n) for n, (data, *_) in enumerate(sent)]
    return frames, HANDSHAKE + [(7 + n, *said) for n, (_, *said) in enumerate(sent)]


def _networks():
    """(name, frames, expected) for RoCEv1 and RoCEv2 over IPv6, and with VLAN tags."""
    one = bth(SEND_ONLY, 0x99, 1, message.confirm_link())
    two = bth(SEND_ONLY, 0x99, 2, message.cdc())
    expected = [(1, "confirm_link"), (2, "cdc")]
    v1 = [ethernet(roce_v1(SERVER6, CLIENT6, p), 0x8915) for p in (one, two)]
    yield "roce_v1", v1, expected
    v6 = [roce_v2(SERVER6, CLIENT6, p) for p in (one, two)]
    yield "roce_v2_ipv6", [ethernet(p) for p in v6], expected
    yield "roce_v2_ipv6_vlan", [vlan(p) for p in v6], expected


def captures(made):
    found = [made(n + ".pcap", files.pcap(f), e) for n, f, e in _networks()]
    for name, order in (("little", "<"), ("big", ">")):
        frames, expected = _all_types_of_v2(order)
        found.append(made(f"llc_v2_{name}_endian.pcap", files.pcap(frames), expected))
    for name, build in (
        ("llc_of_every_type", _all_types),
        ("no_handshake", _without_handshake),
        ("resent", _resent),
    ):
        frames, expected = build()
        found.append(made(name + ".pcap", files.pcap(frames), expected))
    frames, expected = _many_packets()
    found.append(made("many_packets.pcap", files.pcap(frames), expected))
    # tshark takes payload of any operation for a message, and knows no broken one.
    frames, expected = _foreign()
    found.append(made("foreign_queue_pairs.pcap", files.pcap(frames), expected, tshark=False))
    frames, expected = _broken()
    broken = made("broken_llc.pcap", files.pcap(frames), expected, exit_code=1, tshark=False)
    return [*found, broken]
