# SPDX-License-Identifier: MIT
"""What can go wrong, as blocks: the fault is there inside, and gone afterwards."""
import contextlib


@contextlib.contextmanager
def netem(machine, what="loss 3%", link=0):
    """tc netem on what a machine sends: "loss 3%", "delay 20ms", "reorder 25% delay 5ms", …
    ("loss 100%" is a wire that is dead in one direction and that nobody has noticed.)"""
    device = f"eth{link}"
    machine.run(f"tc qdisc add dev {device} root netem {what}").check()
    try:
        yield
    finally:
        machine.run(f"tc qdisc delete dev {device} root")


@contextlib.contextmanager
def roce_lost(machine, link=0):
    """RoCE frames that a machine sends vanish, TCP passes."""
    device = f"eth{link}"
    machine.run(
        f"set -e; tc qdisc add dev {device} root handle 1: prio; "
        f"tc qdisc add dev {device} parent 1:3 handle 30: netem loss 100%; "
        f"tc filter add dev {device} parent 1: protocol ip u32 match ip protocol 17 0xff "
        "match ip dport 4791 0xffff flowid 1:3"
    ).check()
    try:
        yield
    finally:
        machine.run(f"tc qdisc delete dev {device} root")


@contextlib.contextmanager
def link_down(place, link=0):
    """A machine's own device down, or the tap of the host's namespace."""
    place.link(False, link)
    try:
        yield
    finally:
        place.link(True, link)


@contextlib.contextmanager
def frozen(machine, for_good=False):
    """Not one instruction runs in the machine. `for_good`: nor will any that is of use."""
    machine.freeze(for_good)
    try:
        yield
    finally:
        machine.thaw()
