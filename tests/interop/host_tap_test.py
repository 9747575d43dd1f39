#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A machine and a network namespace of this host on one wire, a tap: the place where our own stack
stands against a kernel. Ping, TCP both ways, the kernel's SMC listener for a caller that knows no
SMC, and the wire's faults, seen from both ends.

host_tap_test.py SMCLAB [FOLDER]: FOLDER keeps the captures.
"""
import sys

import witness
from lab import Lab, capture, faults, peer, results
from lab.running import wait_until
from lab.wires import address

MACHINE, HOST = address(0), address(1)
BYTES = 300_000
UP, DOWN = BYTES + 16, BYTES + 32  # with smcpeer's request, and its digest


def reaches(lab):
    """Whether one ping passes."""
    return lab.host.run(["busybox", "ping", "-c", "1", "-W", "1", "-q", MACHINE]).code == 0


def comes_back(lab):
    """A busy host may take its time."""
    wait_until(lambda: reaches(lab), 20, "a ping that passes")


def pings(lab, smclab, folder):
    comes_back(lab)
    assert lab.a.run(["ping", "-c", "1", "-W", "2", HOST]).code == 0


def ipv6_at_once(lab, smclab, folder):
    """A link-local address is good as soon as it is there: SMC-Rv1 over soft-RoCE talks by them."""
    for place, device in ((lab.a, "eth0"), (lab.host, "tap0")):
        for state in ("down", "up"):
            place.run(["ip", "link", "set", device, state]).check()
        shown = []

        def there(place=place, device=device, shown=shown):
            shown.append(place.run(["ip", "-6", "address", "show", "dev", device]).check().out)
            return "fe80" in shown[-1]

        wait_until(there, 10, f"a link-local address of {device}")
        assert "tentative" not in shown[-1], shown[-1]


def tcp_both_ways(lab, smclab, folder):
    """On the tap and in the machine stands the same conversation."""
    on_tap, inside = folder / "tap.pcap", folder / "machine.pcap"
    with capture(lab.host, on_tap, "tap0"), capture(lab.a, inside, "eth0"):
        for server, client, target in ((lab.a, lab.host, MACHINE), (lab.host, lab.a, HOST)):
            serving = server.start(peer(server, "server", "--family", "tcp"))
            serving.wait_for("listening")
            words = ["--family", "tcp", "--mode", "duplex", "--bytes", BYTES]
            asked = client.run(peer(client, "client", target, *words)).check()
            assert results(asked)[0]["intact"] and results(serving.wait().check())[0]["intact"]
    for path in (on_tap, inside):
        passed = witness.tcp_bytes(path)
        assert sorted(passed.values()) == 2 * [UP] + 2 * [DOWN], (path, passed)


def kernel_listener(lab, smclab, folder):
    """An AF_SMC listener serves a caller without SMC over TCP, and knows why."""
    lab.a.smc.up()
    serving = lab.a.start(peer(lab.a, "server")).wait_for("listening")
    lab.host.run(peer(lab.host, "client", MACHINE, "--family", "tcp")).check()
    (served,) = results(serving.wait().check())
    assert served["transport"] == "tcp" and served["fallback_reason"] == "0x03010000", served


def wire_faults(lab, smclab, folder):
    for fault in (faults.link_down(lab.host), faults.link_down(lab.a), faults.frozen(lab.a),
                  faults.netem(lab.a, "loss 100%")):
        comes_back(lab)
        with fault:
            assert not reaches(lab), fault
    comes_back(lab)


def main():
    stories = (pings, ipv6_at_once, tcp_both_ways, kernel_listener, wire_faults)
    return witness.play(lambda: Lab(machines=1, tap=True), stories)


if __name__ == "__main__":
    sys.exit(main())
