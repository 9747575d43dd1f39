# SPDX-License-Identifier: MIT
"""What tshark finds in a capture: SMC-R messages and options, frame by frame, with every field."""
import subprocess
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field

# Without these two, payload that happens to look so is taken for RPC over RDMA or Ethernet.
OPTIONS = ["-n", "--disable-protocol", "rpcordma", "--disable-heuristic", "eth_over_ib"]
# What is in a stream counts, and not whose a client's port happens to be.
OPTIONS += ["-o", "tcp.try_heuristic_first:TRUE"]
# Messages, options, and every SEND over RoCE: tshark does not know all messages among these.
OURS = "smc || tcp.options.experimental.exid == 0xe2d4 || infiniband.bth.opcode <= 5"
# What says between whom a packet travels.
ENDS = (
    *("ip.src", "ip.dst", "ipv6.src", "ipv6.dst"),
    *("infiniband.grh.sgid", "infiniband.grh.dgid"),
    *("tcp.stream", "tcp.srcport", "tcp.dstport"),
    *("infiniband.bth.destqp", "infiniband.bth.psn"),
)

CLC = {1: "proposal", 2: "accept", 3: "confirm", 4: "decline"}
# v2 is the number of v1 and 0x20. tshark knows it where the length is big endian, which is not
# how Linux on most processors writes it.
LLC = {
    1: "confirm_link",
    2: "add_link",
    3: "add_link_continuation",
    4: "delete_link",
    5: "request_add_link",
    6: "confirm_rkey",
    7: "test_link",
    8: "confirm_rkey_continuation",
    9: "delete_rkey",
}
LLC.update({0x20 | number: name for number, name in LLC.items()})
LLC[0xFE] = "cdc"


@dataclass
class Field:
    name: str
    size: int
    show: str
    value: str  # hexadecimal, as on the wire or, for parts of a byte, as shown


@dataclass
class Message:
    frame: int
    type: str
    malformed: bool = False  # or so tshark says
    fields: list = field(default_factory=list)


def run(capture, arguments):
    """tshark's output; a truncated capture is no failure of tshark's."""
    done = subprocess.run(
        ["tshark", "-r", capture, *OPTIONS, *arguments], capture_output=True, check=False
    )
    if done.returncode not in (0, 2):
        raise RuntimeError(f"tshark: {done.stderr.decode()}")
    return done.stdout


def messages(capture, extra=()):
    """All SMC-R messages and options of a capture in tshark's order, and {frame: {name: value}}
    with the ENDS of their packets.
    """
    layers = "frame ip ipv6 tcp infiniband smc"
    arguments = [*extra, "-Y", OURS, "-J", layers, "-T", "pdml"]
    found, ends = [], {}
    for packet in ElementTree.fromstring(run(capture, arguments)).iter("packet"):
        number = next(f for f in packet.iter("field") if f.get("name") == "frame.number")
        frame = int(number.get("show"))
        shown = {f.get("name"): f.get("show") for f in reversed(list(packet.iter("field")))}
        ends[frame] = {name: shown[name] for name in ENDS if name in shown}
        malformed = any(p.get("name") == "_ws.malformed" for p in packet.iter("proto"))
        for protocol in packet.iter("proto"):
            if protocol.get("name") == "tcp":
                found += _options(frame, protocol)
            elif protocol.get("name") == "smc":
                found.append(_message(frame, protocol, malformed))
    return found, ends


def _options(frame, tcp):
    shown = {f.get("name"): f.get("show") for f in tcp.iter("field")}
    data = shown.get("tcp.options.experimental.data", "").replace(":", "")
    if shown.get("tcp.options.experimental.exid") != "0xe2d4" or not data.startswith("c3d9"):
        return []
    if not _is_set(shown["tcp.flags.syn"]):
        return [Message(frame, "ack")]
    return [Message(frame, "syn_ack" if _is_set(shown["tcp.flags.ack"]) else "syn")]


def _is_set(shown):
    return shown in ("1", "True")


def _message(frame, protocol, malformed):
    kind, fields = "unknown", []
    for one in protocol.iter("field"):
        name, show = one.get("name"), one.get("show", "")
        if name == "smc.clc_msg":
            kind = CLC.get(int(show, 0), "unknown")
        elif name == "smc.llc_msg":
            kind = LLC.get(int(show, 0), "unknown")
        if name.startswith("smc."):
            fields.append(Field(name, int(one.get("size")), show, one.get("value", "")))
    return Message(frame, kind, malformed, fields)
