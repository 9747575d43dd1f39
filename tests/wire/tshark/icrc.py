# SPDX-License-Identifier: MIT
"""The invariant CRC of RoCE frames by two readings that are not ours: scapy's, which knows IPv4
only and is slow, and one line of zlib, which the kernel's captures prove right.
"""
import logging
import struct
import zlib

logging.getLogger("scapy").setLevel(logging.ERROR)

from scapy.contrib.roce import BTH  # noqa: E402
from scapy.layers.inet import IP  # noqa: E402
from scapy.utils import RawPcapReader  # noqa: E402

_IPV4, _IPV6, _ROCE_V1 = 0x0800, 0x86DD, 0x8915
_VLAN = (0x8100, 0x88A8, 0x9100)
# Link types with an EtherType: where it stands, and where the payload begins.
_ETHER_TYPE_AT = {1: (12, 14), 113: (14, 16), 276: (0, 20)}


def network_layer(frame, link_type):
    """(EtherType, bytes from the network header on)."""
    if link_type in (101, 228, 229):
        return (_IPV4 if frame[0] >> 4 == 4 else _IPV6), frame
    at, start = _ETHER_TYPE_AT[link_type]
    ether_type = int.from_bytes(frame[at : at + 2], "big")
    while ether_type in _VLAN:
        ether_type = int.from_bytes(frame[start + 2 : start + 4], "big")
        start += 4
    return ether_type, frame[start:]


def roce_packet(ether_type, packet):
    """The packet from its network header to the ICRC if it is RoCE, and the header's size."""
    if ether_type == _IPV4 and packet[9] == 17:
        header, end = (packet[0] & 15) * 4, int.from_bytes(packet[2:4], "big")
    elif ether_type == _IPV6 and packet[6] == 17:
        header, end = 40, 40 + int.from_bytes(packet[4:6], "big")
    elif ether_type == _ROCE_V1:
        return packet[: 40 + int.from_bytes(packet[4:6], "big")], 40
    else:
        return None, 0
    if packet[header + 2 : header + 4] != struct.pack(">H", 4791):
        return None, 0
    return packet[:end], header


def by_zlib(ether_type, packet, header):
    """Ones in place of all that switches and routers change, eight more in front."""
    masked = bytearray(packet[:-4])
    if ether_type == _IPV4:
        masked[1] = masked[8] = 0xFF
        masked[10:12] = b"\xff\xff"
    else:
        masked[0] |= 0x0F
        masked[1:4] = b"\xff\xff\xff"
        masked[7] = 0xFF
    bth = header
    if ether_type != _ROCE_V1:
        masked[header + 6 : header + 8] = b"\xff\xff"
        bth = header + 8
    masked[bth + 4] = 0xFF
    return struct.pack("<I", zlib.crc32(b"\xff" * 8 + bytes(masked)))


def by_scapy(packet):
    return IP(packet)[BTH].compute_icrc(None)


def frames(capture):
    """(frame number, link type, bytes, whether it is whole) of a capture of either format."""
    reader = RawPcapReader(capture)
    for number, (frame, meta) in enumerate(reader, 1):
        yield number, getattr(meta, "linktype", None) or reader.linktype, frame, (
            len(frame) == meta.wirelen
        )


def wrong_frames(capture, most_by_scapy):
    """Complaints about wrong ICRCs, and how many frames were looked at."""
    found, looked_at, by_scapy_too = [], 0, 0
    for number, link_type, frame, whole in frames(capture):
        ether_type, network = network_layer(frame, link_type)
        packet, header = roce_packet(ether_type, network)
        if packet is None or not whole:
            continue
        looked_at += 1
        right = by_zlib(ether_type, packet, header)
        if right != packet[-4:]:
            found.append(f"frame {number}: ICRC {packet[-4:].hex()}, by zlib {right.hex()}")
        if ether_type == _IPV4 and by_scapy_too < most_by_scapy:
            by_scapy_too += 1
            if by_scapy(packet) != packet[-4:]:
                found.append(f"frame {number}: ICRC is not what scapy computes")
    return found, looked_at
