# SPDX-License-Identifier: MIT
"""What a machine's eth0, eth1, … are plugged into: the other machine, or a network namespace of
this host by a tap. Each wire is an Ethernet of its own; all of them are one IPv4 subnet, because
SMC-Rv2 takes the RNIC whose address is in the subnet of the connection.
"""
import contextlib
import socket
from dataclasses import dataclass

SUBNET = "10.0.0"


@dataclass
class Wire:
    """One end: QEMU's name of it, and a file descriptor that QEMU is to inherit."""

    backend: str
    mac: str
    end: socket.socket | None = None

    @property
    def descriptor(self):
        return self.end.fileno() if self.end else None

    def close(self):
        """Our copy of the end. The other machine sees the cable pulled when QEMU's goes, too."""
        if self.end:
            self.end.close()

    def drain(self):
        """Takes whatever lies in the wire, whole frames or not, for a QEMU that never will."""
        with contextlib.suppress(BlockingIOError):
            while self.end and self.end.recv(1 << 20, socket.MSG_DONTWAIT):
                pass


def address(side, link=0):
    """10.0.0.1 and 10.0.0.2 on the first wire, 10.0.0.11 and 10.0.0.12 on the second."""
    return f"{SUBNET}.{10 * link + side + 1}"


def mac(side, link=0):
    return f"52:54:00:00:{link:02x}:{side + 1:02x}"


def between_machines(link):
    """Both ends of a wire, made before the machines, so that neither has to be first."""
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    return [
        Wire(f"socket,fd={end.fileno()}", mac(side, link), end) for side, end in enumerate(ends)
    ]


def to_tap(tap, link):
    """A machine's end; the tap is already there, in the namespace where QEMU starts."""
    return Wire(f"tap,ifname={tap},script=no,downscript=no,vhost=off", mac(0, link))
