# SPDX-License-Identifier: MIT
"""Captures of CLC in every segmentation that TCP allows, and of handshakes that go wrong."""
from tshark import bytes_of as message
from tshark import files
from tshark.frames import CLIENT6, OPTION, SERVER6, Connection, ethernet

PREFIXES = [bytes.fromhex(f"20010db80000000{n}") + bytes(8) for n in (1, 2)]
SYN = [(1, "syn"), (2, "syn_ack")]
DATA = b"GET / HTTP/1.0\r\n\r\n"
LATER = b"\xe2\xd4 almost an eye catcher"
PROPOSAL, ACCEPT, CONFIRM = message.proposal(), message.accept(), message.confirm()


def _file(packets):
    return files.pcap([ethernet(packet) for packet in packets])


def handshake(connection=None, sizes=()):
    """A whole handshake, each message in segments of these sizes."""
    connection = connection or Connection()
    packets = connection.open()
    for sender, data in ((0, PROPOSAL), (1, ACCEPT), (0, CONFIRM)):
        packets += connection.send(sender, data, sizes)
    return packets


def _message_kinds():
    """Every CLC message in every shape, a connection each."""
    later = message.confirm(2, False)
    pairs = [
        (message.proposal(PREFIXES), message.decline(), None),
        (message.proposal_rfc(), message.decline(out_of_sync=True), None),
        (message.proposal_v2(), message.accept(2), message.confirm(2)),
        (message.proposal_v2([message.EID] * 3), message.accept(2, False), later),
        (message.proposal_v2(prefixes=PREFIXES), message.decline(2), None),
        (message.proposal_v2(smcd=True, prefixes=PREFIXES), message.smcd(2), message.smcd(3)),
        (message.proposal_v2(smcd=True), message.smcd(2, 2), message.smcd(3, 2)),
        (message.proposal_v2(smcd=True), message.smcd(2, 2, True), message.smcd(3, 2, True)),
    ]
    packets, expected = [], []
    for nth, (proposal, answer, confirm) in enumerate(pairs):
        connection = Connection(port=41000 + nth)
        here = len(packets)
        packets += connection.open() + connection.send(0, proposal) + connection.send(1, answer)
        last = "accept" if confirm else "decline"
        expected += [(here + n, t) for n, t in [*SYN, (4, "proposal"), (5, last)]]
        if confirm:
            packets += connection.send(0, confirm)
            expected.append((here + 6, "confirm"))
    return packets, expected


def _segmented():
    """Whole handshakes: (name, packets, expected)."""
    every_byte = handshake(sizes=[4] + [1] * 200)
    ends = [len(PROPOSAL), len(PROPOSAL + ACCEPT), len(PROPOSAL + ACCEPT + CONFIRM)]
    ends = [3 + end - 3 * (nth + 1) for nth, end in enumerate(ends)]
    kinds = ("proposal", "accept", "confirm")
    yield "split_at_every_byte", every_byte, [*SYN, *zip(ends, kinds)]
    pieces = handshake(sizes=[7, 30])
    yield "split_in_three", pieces, [*SYN, (6, "proposal"), (9, "accept"), (12, "confirm")]
    yield "ipv6", handshake(Connection(CLIENT6, SERVER6)), [
        *SYN,
        (4, "proposal"),
        (5, "accept"),
        (6, "confirm"),
    ]

    # A client has it by chance; to tshark it is Performance Co-Pilot's.
    yield "port_of_another_protocol", handshake(Connection(port=44321)), [
        *SYN,
        (4, "proposal"),
        (5, "accept"),
        (6, "confirm"),
    ]

    connection = Connection()
    packets = connection.open() + connection.send(0, PROPOSAL)
    packets += connection.send(1, ACCEPT + message.decline(diagnosis=0x02010000) + DATA)
    yield "joined_with_data", packets, [*SYN, (4, "proposal"), (5, "accept"), (5, "decline")]

    connection = Connection()
    packets = connection.open() + connection.send(0, PROPOSAL) + connection.send(1, ACCEPT)
    packets += connection.send(0, CONFIRM + message.decline(diagnosis=0x02010000)[:10])
    packets += connection.send(0, message.decline(diagnosis=0x02010000)[10:] + DATA)
    yield "late_decline", packets, [
        *SYN,
        (4, "proposal"),
        (5, "accept"),
        (6, "confirm"),
        (7, "decline"),
    ]


def _with_data():
    connection = Connection()
    packets = connection.open() + connection.send(0, PROPOSAL)
    packets += connection.send(1, message.decline()) + connection.send(0, DATA)
    packets += connection.send(1, LATER) + connection.send(0, PROPOSAL) + connection.close(0)
    yield "data_behind_decline", packets, [*SYN, (4, "proposal"), (5, "decline")]

    connection = Connection()
    packets = connection.open() + connection.send(0, DATA) + connection.send(1, LATER)
    yield "data_only", packets, SYN

    connection = Connection()
    packets = connection.open(syn=(), syn_ack=()) + connection.send(0, DATA)
    yield "plain_tcp", packets, []


def _disturbed():
    """Segments late, twice, overlapping."""
    connection = Connection()
    packets = connection.open() + connection.send(0, PROPOSAL, [20, 30])
    packets[4], packets[5] = packets[5], packets[4]
    packets += connection.send(1, ACCEPT) + connection.send(0, CONFIRM)
    yield "out_of_order", packets, [*SYN, (6, "proposal"), (7, "accept"), (8, "confirm")]

    connection = Connection()
    packets = connection.open() + connection.send(0, PROPOSAL, [20, 30])
    packets = packets[:3] + [packets[5], packets[4], packets[3]]
    packets += connection.send(1, ACCEPT) + connection.send(0, CONFIRM)
    yield "backwards", packets, [*SYN, (6, "proposal"), (7, "accept"), (8, "confirm")]

    packets = handshake()
    packets = packets[:4] + [packets[3]] + packets[4:5] * 2 + packets[5:] * 3
    yield "retransmitted", packets, [*SYN, (4, "proposal"), (6, "accept"), (8, "confirm")]

    connection = Connection()
    packets = connection.open() + connection.send(0, PROPOSAL, [50])
    first = connection.first[0] + 1
    packets.insert(4, connection.segment(0, "PA", PROPOSAL[30:70], seq=first + 30))
    packets += connection.send(1, ACCEPT)
    yield "overlapping", packets, [*SYN, (6, "proposal"), (7, "accept")]

    connection = Connection(first=(2**32 - 30, 2**32 - 1))
    yield "sequence_wrap", handshake(connection, sizes=[10, 40]), [
        *SYN,
        (6, "proposal"),
        (9, "accept"),
        (12, "confirm"),
    ]

    again = Connection(first=(90000, 70000))
    packets = handshake() + handshake(again)
    yield "ports_reused", packets, [
        (n + at, t)
        for n in (0, 6)
        for at, t in [*SYN, (4, "proposal"), (5, "accept"), (6, "confirm")]
    ]


def _mid_stream():
    yield "no_syn", handshake()[3:], [(1, "proposal"), (2, "accept"), (3, "confirm")]
    yield "no_syn_split", handshake(sizes=[5, 20])[3:], [
        (3, "proposal"),
        (6, "accept"),
        (9, "confirm"),
    ]
    yield "from_confirm_on", handshake()[5:], [(1, "confirm")]

    connection = Connection()
    packets = connection.open()[:2] + connection.send(0, PROPOSAL)[:0]
    connection.sent[1] += len(ACCEPT)
    packets += connection.send(0, CONFIRM)
    yield "proposal_not_captured", packets, [*SYN, (3, "confirm")]


def _options():
    nops = [("NOP", None), ("NOP", None), OPTION]
    full = [("MSS", 1460), ("SAckOK", b""), ("Timestamp", (1, 0)), *nops, ("WScale", 7)]
    connection = Connection()
    packets = connection.open(full, full)
    packets.append(connection.segment(0, "A", options=nops))
    packets += Connection(port=40001).open(nops, [("MSS", 1460)])
    packets += Connection(port=40002).open([(254, b"\0\0\0\0")], [(254, b"\xe2\xd4\0\0")])
    return packets, [*SYN, (4, "ack"), (5, "syn")]


def _broken():
    """Connections with one broken message each."""
    bad_trailer = ACCEPT[:-4] + bytes(4)
    short = ACCEPT[:6] + bytes([60]) + ACCEPT[7:60]
    endless = PROPOSAL[:5] + b"\xff\xff" + PROPOSAL[7:]
    tiny = PROPOSAL[:5] + b"\0\7" + PROPOSAL[7:]
    unknown = PROPOSAL[:4] + b"\x09" + PROPOSAL[5:]
    version_0 = PROPOSAL[:7] + b"\x08" + PROPOSAL[8:]
    packets, expected = [], []
    for nth, (sender, data) in enumerate(
        [(1, bad_trailer), (1, short), (0, endless), (0, tiny), (0, unknown), (0, version_0)]
    ):
        connection = Connection(port=42000 + nth)
        here = len(packets)
        packets += connection.open() + connection.send(sender, data)
        kind = {4: "unknown"}.get(nth, "accept" if sender else "proposal")
        expected += [*((here + n, t) for n, t in SYN), (here + 4, kind, "error")]
    connection = Connection(port=42100)
    here = len(packets)
    packets += connection.open() + connection.send(0, PROPOSAL[:50]) + connection.close(0)
    expected += [*((here + n, t) for n, t in SYN), (here + 5, "proposal", "error")]
    return packets, expected


def captures(made):
    """All captures of this file as `made` objects."""
    order = ["-o", "tcp.reassemble_out_of_order:TRUE"]
    # tshark wants four bytes of a message in its first segment.
    tiny = _file(handshake(sizes=[1] * 200)[3:])
    ends = [len(PROPOSAL), len(PROPOSAL + ACCEPT), len(PROPOSAL + ACCEPT + CONFIRM)]
    expected = list(zip(ends, ("proposal", "accept", "confirm")))
    found = [made("byte_by_byte.pcap", tiny, expected, tshark=False)]
    for name, packets, expected in [*_segmented(), *_with_data(), *_mid_stream()]:
        found.append(made(name + ".pcap", _file(packets), expected))
    for name, packets, expected in _disturbed():
        found.append(made(name + ".pcap", _file(packets), expected, tshark_options=order))
    found.append(made("clc_of_every_kind.pcap", _file(_message_kinds()[0]), _message_kinds()[1]))
    found.append(made("options.pcap", _file(_options()[0]), _options()[1]))
    broken = made("broken_clc.pcap", _file(_broken()[0]), _broken()[1], exit_code=1, tshark=False)
    return [*found, broken]
