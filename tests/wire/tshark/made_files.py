# SPDX-License-Identifier: MIT
"""Captures by their envelope: link types, IP headers, pcap and pcapng in all their variants,
truncated and foreign files.
"""
from scapy.layers.inet import IP, IPOption_NOP, TCP, fragment
from scapy.layers.inet6 import IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrHopByHop

from tshark import bytes_of as message
from tshark import files, frames
from tshark.made_queue_pairs import HANDSHAKE
from tshark.made_streams import handshake

_CDC = frames.bth(frames.SEND_ONLY, message.QPN["client"], 1, message.cdc())
_EXPECTED = [*HANDSHAKE, (7, "cdc")]


def _packets():
    """A handshake and a CDC as IP packets."""
    return [*handshake(), frames.roce_v2(frames.SERVER, frames.CLIENT, _CDC)]


def _ethernet():
    return [frames.ethernet(packet) for packet in _packets()]


def _link_types(made):
    for name, link_type, wrap in (
        ("ethernet", files.ETHERNET, frames.ethernet),
        ("vlan", files.ETHERNET, frames.vlan),
        ("qinq", files.ETHERNET, frames.qinq),
        ("cooked", files.COOKED, frames.cooked),
        ("cooked2", files.COOKED2, frames.cooked2),
        ("raw_ip", files.RAW_IP, frames.raw_ip),
        ("loopback", files.LOOPBACK, frames.loopback),
    ):
        yield made(name + ".pcap", files.pcap([wrap(p) for p in _packets()], link_type), _EXPECTED)


def _ip_headers(made):
    options = []
    for packet in handshake():
        packet[IP].options = [IPOption_NOP()] * 4
        options.append(frames.ethernet(packet))
    yield made("ip_options.pcap", files.pcap(options), HANDSHAKE)

    extended = []
    for packet in handshake(frames.Connection(frames.CLIENT6, frames.SERVER6)):
        head = IPv6(src=packet.src, dst=packet.dst)
        extended.append(head / IPv6ExtHdrHopByHop() / IPv6ExtHdrDestOpt() / packet[TCP])
    file = files.pcap([frames.ethernet(packet) for packet in extended])
    yield made("ipv6_extension_headers.pcap", file, HANDSHAKE)

    packets = handshake()
    packets[3:4] = fragment(packets[3], 64)
    file = files.pcap([frames.ethernet(packet) for packet in packets])
    expected = [(1, "syn"), (2, "syn_ack")]
    expected += [(len(packets) - 1, "accept"), (len(packets), "confirm")]
    yield made(
        "fragments.pcap", file, expected, complaint="2 IP fragments", tshark=False
    )

    others = [frames.ethernet(b"\x45" + bytes(10), 0x0800), frames.ethernet(b"arp", 0x0806)]
    others += [frames.ethernet(b"\x42\x42\3", 0x0026), b"short"]
    expected = [(frame + len(others), kind) for frame, kind in _EXPECTED]
    yield made("other_traffic.pcap", files.pcap(others + _ethernet()), expected)


def _pcap_variants(made):
    for order, order_name in (("<", "little"), (">", "big")):
        for nanoseconds in (True, False):
            name = f"pcap_{order_name}_{'nano' if nanoseconds else 'micro'}.pcap"
            file = files.pcap(_ethernet(), style=(order, nanoseconds))
            yield made(name, file, _EXPECTED)
    whole = files.pcap(_ethernet())
    yield made(
        "truncated.pcap", whole[:-30], HANDSHAKE, 2, "truncated", tshark=False
    )
    # Enough for options, too little for CLC and for the CDC that nobody announced then.
    cut = files.pcap(_ethernet(), snap_length=90)
    complaint = "4 packets were cut"
    yield made("cut_to_90_bytes.pcap", cut, HANDSHAKE[:2], complaint=complaint, tshark=False)
    yield made("unknown_link.pcap", files.pcap(_ethernet(), 147), [], complaint="link type 147")
    yield made("empty.pcap", b"", [], 2, "empty", tshark=False)
    yield made("foreign.pcap", b"<html>not a capture</html>", [], 2, "format", tshark=False)
    yield made("no_packets.pcap", files.pcap([]), [])


def _mixed(order):
    """Two sections with interfaces of all link types, comments, every kind of packet block."""
    packets = _packets()
    ng = files.Pcapng(order)
    ng.section((4, b"made by hand"), (1, b"a comment on the section"))
    ng.interface(files.ETHERNET, (2, b"eth0"), (9, b"\x09"))
    ng.interface(files.COOKED2, (2, b"any"))
    ng.interface(files.RAW_IP, (9, b"\x8a"))
    ng.block(0x99, b"skip")
    nanoseconds = files.FIRST_TIME_NS
    ng.packet(frames.ethernet(packets[0]), 0, nanoseconds, "first of all")
    ng.packet(frames.cooked2(packets[1]), 1, nanoseconds // 1000)
    ng.packet(frames.raw_ip(packets[2]), 2, nanoseconds // 10**9 << 10)
    ng.simple(frames.ethernet(packets[3]))
    ng.obsolete(frames.cooked2(packets[4]), 1, nanoseconds // 1000)
    ng.section().interface(files.RAW_IP)
    ng.packet(frames.raw_ip(packets[5]), 0, nanoseconds // 1000, "zweite Sektion: ✓")
    ng.block(5, bytes(12)).block(0x0BAD, bytes(8))  # the second has a number, but is no packet
    ng.packet(frames.raw_ip(packets[6]), 0, nanoseconds // 1000)
    return ng.out


def _pcapng_variants(made):
    expected = [*HANDSHAKE, (8, "cdc")]
    for order, name in (("<", "little"), (">", "big")):
        yield made(f"pcapng_{name}.pcapng", _mixed(order), expected)
    both = _mixed("<") + _mixed(">")
    again = [(8 + frame, kind) for frame, kind in expected]
    # The second time the handshake is a repetition of the first, to the byte.
    again = [one for one in again if one[1] in ("syn", "syn_ack", "cdc")]
    yield made("pcapng_both_orders.pcapng", both, expected + again)
    yield made(
        "truncated.pcapng", _mixed("<")[:-10], HANDSHAKE, 2, "ends inside a block", tshark=False
    )


def captures(made):
    return [
        *_link_types(made),
        *_ip_headers(made),
        *_pcap_variants(made),
        *_pcapng_variants(made),
    ]
