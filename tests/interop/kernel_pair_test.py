#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Linux against Linux in the kernel laboratory: what our own stack will be measured by. SMC-R and
every fallback are confirmed by smc_diag in both machines, and our reading of the capture must agree
with what the programs and the kernels say.

kernel_pair_test.py SMCLAB [FOLDER]: FOLDER keeps the captures.
"""
import signal
import sys

import witness
from lab import Lab, capture, faults, peer, results

RMBE = 65536  # both kernels' default
MEGABYTE = 1_000_000
REQUEST, DIGEST = 16, 32  # what smcpeer sends besides its data


def converse(lab, server_words=(), client_words=()):
    """smcpeer in both machines; returns what the server's and the client's printed."""
    server = lab.a.start(peer(lab.a, "server", *server_words)).wait_for("listening")
    client = lab.b.run(peer(lab.b, "client", "10.0.0.1", *client_words)).check()
    (served,), (asked,) = results(server.wait().check()), results(client)
    assert served["intact"] and asked["intact"], (served, asked)
    assert served["received_sha256"] == asked["sent_sha256"]
    assert served["sent_sha256"] == asked["received_sha256"]
    return served, asked


def transports(results_of_both):
    return [result["transport"] for result in results_of_both]


def over_smc_r(lab, smclab, folder):
    """A first contact that echoes, a second connection on the same link with 1 MB each way."""
    path = folder / "over_smc_r.pcap"
    with capture(lab.a, path, "eth0"):
        echo = converse(lab, client_words=["--mode", "echo", "--bytes", 100])
        bulk = converse(lab, client_words=["--mode", "both", "--bytes", MEGABYTE])
    assert transports(echo) == transports(bulk) == ["smc-r", "smc-r"], (echo, bulk)
    (link,) = lab.b.smc.links()
    assert link["connections"] == 0, link
    messages = witness.messages(smclab, path)
    accepts = witness.of(messages, "accept")
    assert [m["fields"]["first_contact"] for m in accepts] == [1, 0], accepts
    assert {m["fields"]["eid"].rstrip() for m in accepts} == {"SMCLAB-UEID1"}, accepts
    assert witness.written(messages, "10.0.0.2", accepts[1], RMBE) == MEGABYTE + REQUEST
    confirms = witness.of(messages, "confirm")
    assert witness.written(messages, "10.0.0.1", confirms[1], RMBE) == MEGABYTE + DIGEST
    witness.clean(path)


def lossy_wire(lab, smclab, folder):
    """RoCE resends what the wire loses; nobody above notices."""
    with faults.netem(lab.a, "loss 2%"), faults.netem(lab.b, "loss 2%"):
        both = converse(lab, client_words=["--mode", "duplex", "--bytes", 200_000])
    assert transports(both) == ["smc-r", "smc-r"], both


def killed_client(lab, smclab, folder):
    """A process that dies looks like one that closes: its kernel sends what it left, and goes."""
    server = lab.a.start(peer(lab.a, "server")).wait_for("listening")
    words = ["--mode", "up", "--bytes", MEGABYTE, "--die-after", 300_000]
    client = lab.b.run(peer(lab.b, "client", "10.0.0.1", *words))
    assert client.code == 128 + signal.SIGKILL and not results(client), client
    served = server.wait()
    (result,) = results(served)
    assert served.code == 1 and result["end"] == "recv: EOF" and result["intact"], result
    assert 300_000 <= result["bytes_received"] < MEGABYTE, result


def server_without_smc(lab, smclab, folder):
    """The server's SYN-ACK lacks the option: no CLC at all."""
    path = folder / "server_without_smc.pcap"
    with capture(lab.a, path, "eth0"):
        both = converse(lab, ["--family", "tcp"])
    assert transports(both) == ["tcp", "tcp"], both
    assert both[1]["fallback_reason"] == "0x03010000", both
    assert [m["type"] for m in witness.messages(smclab, path)] == ["syn"]
    witness.clean(path, has_smc=False)


def other_ueid(lab, smclab, folder):
    """No EID in common: the server declines, and both go on over TCP."""
    path = folder / "other_ueid.pcap"
    lab.a.run("smcctl ueid flush && smcctl ueid add ANOTHER").check()
    with capture(lab.a, path, "eth0"):
        both = converse(lab)
    lab.a.run("smcctl ueid flush && smcctl ueid add SMCLAB-UEID1").check()
    assert transports(both) == ["tcp", "tcp"], both
    messages = witness.messages(smclab, path)
    assert [m["type"] for m in messages] == ["syn", "syn_ack", "proposal", "decline"], messages
    declined = both[0]["fallback_reason"]
    assert declined == both[1]["peer_diagnosis"] == "0x03030000", both
    assert messages[3]["fields"]["diagnosis"] == declined, messages[3]
    witness.clean(path)


def smc_in_both(lab, smclab, folder):
    lab.smc_up()


def main():
    return witness.play(
        lambda: Lab(machines=2),
        (smc_in_both, over_smc_r, lossy_wire, killed_client, server_without_smc, other_ueid),
    )


if __name__ == "__main__":
    sys.exit(main())
