#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""middlebox.py LEFT RIGHT [--syn HOW] [--syn-ack HOW]: a cable with a mind of its own. Carries
every Ethernet frame between two interfaces of this network namespace, and does to the SMC-R option
of each SYN or SYN-ACK what HOW says (HOWS below). Writes "carrying" when it is ready, and a line
for each segment that it changed.
"""
import argparse
import select
import socket
import struct

OPTION = bytes.fromhex("fe06e2d4c3d9")
_SYN, _ACK = 0x02, 0x10
_NOP, _END = 1, 0
_MOST_OPTIONS = 40  # bytes: the header's length has four bits
_IPV4, _IPV6, _TCP = 0x0800, 0x86DD, 6
_SOL_PACKET, _IGNORE_OUTGOING, _RCVBUFFORCE = 263, 23, 33  # Linux: Python has no names for them


def split(options):
    """The options of a header, without padding."""
    found, at = [], 0
    while at < len(options) and options[at] != _END:
        length = 1 if options[at] == _NOP else options[at + 1]
        if options[at] != _NOP:
            found.append(options[at : at + length])
        at += length
    return found


def joined(options):
    """As many of them as have room, in words of four bytes."""
    block = b""
    for option in options:
        if len(block) + len(option) <= _MOST_OPTIONS:
            block += option
    return block + bytes([_NOP]) * (-len(block) % 4)


def strip(options, _syn):
    return [o for o in options if o != OPTION]


def double(options, _syn):
    return [o for option in options for o in ([option] * 2 if option == OPTION else [option])]


def garble(options, _syn):
    """Kind and length stay, the letters do not."""
    return [OPTION[:2] + b"XXXX" if o == OPTION else o for o in options]


def cut(options, _syn):
    """Its last letter is gone."""
    return [bytes([OPTION[0], 5]) + OPTION[2:5] if o == OPTION else o for o in options]


_KNOWN = (2, 3, 4, 5, 8)  # MSS, window scale, SACK permitted, SACK, timestamps


def echo(options, syn):
    """What a SYN had and the box does not know comes back in the answer, as from some old hosts."""
    return options + [o for o in syn if o[0] not in _KNOWN and o not in options]


def insert(options, _syn):
    """The box knows SMC-R and speaks for others."""
    return options if OPTION in options else options + [OPTION]


HOWS = {f.__name__: f for f in (strip, double, garble, cut, echo, insert)}


def checksum(pseudo_header, segment):
    data = pseudo_header + segment + b"\0" * (len(segment) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Segment:
    """A frame in which a TCP segment lies, to be taken apart and put together again."""

    def __init__(self, frame):
        self.ethernet, packet = frame[:14], frame[14:]
        self.v4 = struct.unpack(">H", frame[12:14])[0] == _IPV4
        if self.v4:
            size = (packet[0] & 15) * 4
            length = struct.unpack(">H", packet[2:4])[0]
            self.ends = packet[12:20]
        else:
            size = 40
            length = size + struct.unpack(">H", packet[4:6])[0]
            self.ends = packet[8:40]
        self.ip, self.tcp = packet[:size], packet[size:length]
        start = (self.tcp[12] >> 4) * 4
        self.options, self.payload = split(self.tcp[20:start]), self.tcp[start:]

    @property
    def name(self):
        flags = self.tcp[13] & (_SYN | _ACK)
        return {_SYN: "syn", _SYN | _ACK: "syn_ack"}.get(flags)

    def key(self):
        """The same for a SYN and its SYN-ACK."""
        half = len(self.ends) // 2
        return frozenset(((self.ends[:half], self.tcp[:2]), (self.ends[half:], self.tcp[2:4])))

    def bytes(self):
        options = joined(self.options)
        head = bytearray(self.tcp[:20])
        head[12] = (20 + len(options)) // 4 << 4
        head[16:18] = b"\0\0"
        tcp = bytes(head) + options + self.payload
        # The pseudo header's last words; their order does not matter to a sum.
        upper = struct.pack(">II", _TCP, len(tcp))
        tcp = tcp[:16] + struct.pack(">H", checksum(self.ends + upper, tcp)) + tcp[18:]
        return self.ethernet + self._ip_for(len(tcp)) + tcp

    def _ip_for(self, length):
        ip = bytearray(self.ip)
        if not self.v4:
            ip[4:6] = struct.pack(">H", length)
            return bytes(ip)
        ip[2:4] = struct.pack(">H", len(ip) + length)
        ip[10:12] = b"\0\0"
        ip[10:12] = struct.pack(">H", checksum(b"", bytes(ip)))
        return bytes(ip)


def is_tcp(frame):
    kind = struct.unpack(">H", frame[12:14])[0]
    return (kind == _IPV4 and frame[23] == _TCP) or (kind == _IPV6 and frame[20] == _TCP)


class Box:
    """What it does to whom, and what the SYNs of connections had."""

    def __init__(self, hows):
        self.hows, self.syns = hows, {}

    def passed(self, frame):
        """The frame as it leaves."""
        if not is_tcp(frame):
            return frame
        segment = Segment(frame)
        if not segment.name:
            return frame
        before = segment.options
        if segment.name == "syn":
            self.syns[segment.key()] = before
        how = self.hows[segment.name]
        segment.options = how(before, self.syns.get(segment.key(), [])) if how else before
        if segment.options == before:
            return frame
        print(f"changed {segment.name}", flush=True)
        return segment.bytes()


def port(interface):
    """Every frame that arrives there; none that leaves."""
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    sock.bind((interface, 3))
    sock.setsockopt(_SOL_PACKET, _IGNORE_OUTGOING, 1)
    sock.setsockopt(socket.SOL_SOCKET, _RCVBUFFORCE, 8 << 20)
    return sock


def main():
    about = argparse.ArgumentParser(description=__doc__)
    about.add_argument("left")
    about.add_argument("right")
    about.add_argument("--syn", choices=HOWS)
    about.add_argument("--syn-ack", choices=HOWS)
    options = about.parse_args()
    box = Box({"syn": HOWS.get(options.syn), "syn_ack": HOWS.get(options.syn_ack)})
    left, right = port(options.left), port(options.right)
    other = {left: right, right: left}
    print("carrying", flush=True)
    while True:
        for sock in select.select([left, right], [], [])[0]:
            frame = sock.recv(65536)
            try:
                other[sock].send(box.passed(frame))
            except OSError as error:
                print(f"lost: {error}", flush=True)


if __name__ == "__main__":
    main()
