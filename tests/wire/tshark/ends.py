# SPDX-License-Identifier: MIT
"""Whether a message's ends agree with tshark's reading of the packet that carries it: addresses,
TCP stream, queue pair and PSN.
"""
import ipaddress

_NAMES = {
    "ip": ("ip.src", "ip.dst"),
    "ipv6": ("ipv6.src", "ipv6.dst"),
    "grh": ("infiniband.grh.sgid", "infiniband.grh.dgid"),
}
_TCP = ("tcp.stream", "tcp.srcport", "tcp.dstport")
_BTH = ("infiniband.bth.destqp", "infiniband.bth.psn")


def _address(text):
    address = ipaddress.ip_address(text)
    return getattr(address, "ipv4_mapped", None) or address


def disagreements(message, shown):
    """Texts that say what differs."""
    found = []
    pair = next((names for names in reversed(_NAMES.values()) if names[0] in shown), None)
    for key, name in zip(("src", "dst"), pair or ()):
        if _address(message[key]) != _address(shown[name]):
            found.append(f"{key}: tshark {shown[name]}, ours {message[key]}")
    numbers = zip(("stream", "src_port", "dst_port"), _TCP)
    if message["layer"] in ("llc", "cdc"):
        numbers = zip(("qpn", "psn"), _BTH)
    for key, name in numbers:
        if message[key] != int(shown[name], 0):
            found.append(f"{key}: tshark {shown[name]}, ours {message[key]}")
    return found
