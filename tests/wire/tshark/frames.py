# SPDX-License-Identifier: MIT
"""Frames for captures that the kernel's lack, by scapy: a TCP connection with SMC-R's option and
CLC in any segmentation, RoCE packets with their ICRC, and every link layer in front of them.
"""
import logging
import struct
import zlib

logging.getLogger("scapy").setLevel(logging.ERROR)

from scapy.contrib.roce import BTH  # noqa: E402
from scapy.layers.inet import IP, TCP, UDP  # noqa: E402
from scapy.layers.inet6 import IPv6  # noqa: E402
from scapy.layers.l2 import CookedLinux, Dot1AD, Dot1Q, Ether  # noqa: E402
from scapy.packet import Raw  # noqa: E402

CLIENT, SERVER = "192.0.2.2", "192.0.2.1"
CLIENT6, SERVER6 = "2001:db8::2", "2001:db8::1"
OPTION = (254, b"\xe2\xd4\xc3\xd9")
_MACS = {"src": "02:00:00:00:00:02", "dst": "02:00:00:00:00:01"}


def ip(source, destination, **fields):
    return (IPv6 if ":" in source else IP)(src=source, dst=destination, **fields)


class Connection:
    """Segments of one TCP connection; each is an IP packet of scapy's."""

    def __init__(self, client=CLIENT, server=SERVER, port=40000, first=(1000, 7000)):
        self.ends = (client, server)
        self.ports = (port, 5000)
        self.first = first  # initial sequence numbers, client and server
        self.sent = [first[0] + 1, first[1] + 1]

    def segment(self, sender, flags, data=b"", **fields):
        """`sender` is 0 for the client, 1 for the server; fields are scapy's of TCP."""
        other = 1 - sender
        tcp = TCP(
            sport=self.ports[sender],
            dport=self.ports[other],
            flags=flags,
            ack=0 if flags == "S" else self.sent[other] % 2**32,
            seq=fields.pop("seq", self.sent[sender]) % 2**32,
            **fields,
        )
        packet = ip(self.ends[sender], self.ends[other]) / tcp
        return packet / Raw(data) if data else packet

    def open(self, syn=(OPTION,), syn_ack=(OPTION,)):
        """SYN, SYN-ACK and ACK."""
        return [
            self.segment(0, "S", seq=self.first[0], options=list(syn)),
            self.segment(1, "SA", seq=self.first[1], options=list(syn_ack)),
            self.segment(0, "A"),
        ]

    def send(self, sender, data, sizes=()):
        """The data in segments of these sizes, the rest in one."""
        packets = []
        for size in [*sizes, len(data)]:
            piece, data = data[:size], data[size:]
            if piece:
                packets.append(self.segment(sender, "PA", piece))
                self.sent[sender] += len(piece)
        return packets

    def close(self, sender):
        packet = self.segment(sender, "FA")
        self.sent[sender] += 1
        return [packet]


def _icrc(packet, ipv6_at, bth_at):
    """The invariant CRC over IPv6 or a GRH, which scapy does not compute."""
    masked = bytearray(packet)
    masked[ipv6_at] |= 0x0F
    masked[ipv6_at + 1 : ipv6_at + 4] = b"\xff\xff\xff"
    masked[ipv6_at + 7] = 0xFF
    if bth_at - ipv6_at == 48:
        masked[bth_at - 2 : bth_at] = b"\xff\xff"
    masked[bth_at + 4] = 0xFF
    return struct.pack("<I", zlib.crc32(b"\xff" * 8 + bytes(masked[ipv6_at:])))


def bth(opcode, qpn, psn, data=b""):
    """A base transport header, what follows it (further headers included), and the pad."""
    pad = -len(data) % 4
    flags = 0x80 | 0x40 | pad << 4
    head = struct.pack(">BBHII", opcode, flags, 0xFFFF, qpn, 0x80000000 | psn)
    return head + data + bytes(pad)


SEND_FIRST, SEND_MIDDLE, SEND_LAST, SEND_ONLY, WRITE_ONLY = 0, 1, 2, 4, 10


def roce_v2(source, destination, packet):
    """An IP packet with a RoCEv2 datagram and its ICRC."""
    if ":" not in source:
        whole = IP(src=source, dst=destination, id=0, flags="DF") / UDP(sport=49152, dport=4791)
        built = bytes(whole / Raw(packet + bytes(4)))
        return built[:-4] + IP(built)[BTH].compute_icrc(None)
    udp = UDP(sport=49152, dport=4791) / Raw(packet + bytes(4))
    built = bytearray(bytes(IPv6(src=source, dst=destination) / udp))
    built[46:48] = b"\0\0"  # soft-RoCE writes no UDP checksum
    return bytes(built[:-4]) + _icrc(bytes(built[:-4]), 0, 48)


def roce_v1(source, destination, packet):
    """A GRH, the packet and its ICRC: what follows EtherType 0x8915."""
    grh = bytearray(bytes(IPv6(src=source, dst=destination, nh=0x1B)))
    grh[4:6] = struct.pack(">H", len(packet) + 4)
    built = bytes(grh) + packet
    return built + _icrc(built, 0, 40)


def _ether_type(packet):
    return 0x0800 if bytes(packet)[0] >> 4 == 4 else 0x86DD


def ethernet(packet, ether_type=None):
    return bytes(Ether(type=ether_type or _ether_type(packet), **_MACS) / Raw(bytes(packet)))


def vlan(packet):
    return bytes(
        Ether(**_MACS) / Dot1Q(vlan=100, type=_ether_type(packet)) / Raw(bytes(packet))
    )


def qinq(packet):
    inner = Dot1Q(vlan=200, type=_ether_type(packet)) / Raw(bytes(packet))
    return bytes(Ether(**_MACS) / Dot1AD(vlan=100) / inner)


def cooked(packet):
    return bytes(CookedLinux(proto=_ether_type(packet), src=b"\2\0\0\0\0\2") / Raw(bytes(packet)))


def cooked2(packet):
    head = struct.pack(">HHIHBB8s", _ether_type(packet), 0, 2, 1, 0, 6, b"\2\0\0\0\0\2")
    return head + bytes(packet)


def raw_ip(packet):
    return bytes(packet)


def loopback(packet):
    return struct.pack("<I", 2 if _ether_type(packet) == 0x0800 else 10) + bytes(packet)
