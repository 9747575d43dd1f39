# SPDX-License-Identifier: MIT
"""Capture files byte by byte: pcap and pcapng in both byte orders, with every block that a reader
may meet. Written here, and not by scapy, to have the odd cases that well-behaved writers avoid.
"""
import struct

ETHERNET, RAW_IP, LOOPBACK, COOKED, COOKED2 = 1, 101, 0, 113, 276
FIRST_TIME_NS = 1_700_000_000_000_000_000


def times(count):
    """A packet each millisecond."""
    return [FIRST_TIME_NS + 1_000_000 * nth for nth in range(count)]


def pcap(frames, link_type=ETHERNET, style=("<", True), snap_length=None):
    """`style`: the byte order, and whether times have nanoseconds."""
    order, nanoseconds = style
    magic = 0xA1B23C4D if nanoseconds else 0xA1B2C3D4
    out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snap_length or 262144, link_type)
    for time, frame in zip(times(len(frames)), frames):
        seconds, rest = divmod(time, 10**9)
        kept = frame[:snap_length] if snap_length else frame
        part = rest if nanoseconds else rest // 1000
        out += struct.pack(order + "IIII", seconds, part, len(kept), len(frame)) + kept
    return out


def _padded(data):
    return data + bytes(-len(data) % 4)


class Pcapng:
    """Appends blocks; `out` is the file."""

    def __init__(self, order="<"):
        self.order = order
        self.out = b""

    def block(self, kind, body):
        size = struct.pack(self.order + "I", len(body) + 12)
        self.out += struct.pack(self.order + "I", kind) + size + body + size
        return self

    def options(self, *options):
        body = b""
        for code, value in options:
            body += struct.pack(self.order + "HH", code, len(value)) + _padded(value)
        return body + (bytes(4) if options else b"")

    def section(self, *options):
        head = struct.pack(self.order + "IHHq", 0x1A2B3C4D, 1, 0, -1)
        return self.block(0x0A0D0D0A, head + self.options(*options))

    def interface(self, link_type=ETHERNET, *options, snap_length=0):
        head = struct.pack(self.order + "HHI", link_type, 0, snap_length)
        return self.block(1, head + self.options(*options))

    def packet(self, frame, interface=0, ticks=0, comment=None):
        head = struct.pack(
            self.order + "IIIII",
            interface,
            ticks >> 32,
            ticks & 0xFFFFFFFF,
            len(frame),
            len(frame),
        )
        comments = [(1, comment.encode())] if comment else []
        return self.block(6, head + _padded(frame) + self.options(*comments))

    def simple(self, frame):
        return self.block(3, struct.pack(self.order + "I", len(frame)) + _padded(frame))

    def obsolete(self, frame, interface=0, ticks=0):
        head = struct.pack(
            self.order + "HHIIII",
            interface,
            0,
            ticks >> 32,
            ticks & 0xFFFFFFFF,
            len(frame),
            len(frame),
        )
        return self.block(2, head + _padded(frame))
