#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A box on the path that strips, doubles, damages, echoes or forges the SMC-R option, and a server
under SYN cookies, do no harm: two hosts of ours agree or fall back to TCP, and all bytes arrive.

middlebox_test.py SMCLAB [FOLDER]: FOLDER keeps the captures.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import box  # noqa: E402
import wire  # noqa: E402
import witness  # noqa: E402
from lab import capture  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
HOSTS = {"IPv4": ("10.9.0.1", "10.9.0.2"), "IPv6": ("fd00:9::1", "fd00:9::2")}
PORT = 45_000
BYTES = 200_000
PLAIN = ("--plain",)

# name: what the box does to SYNs, what to SYN-ACKs, who has no SMC, how both ends are carried, and
# which segments arrive with the option.
CASES = {
    "an honest cable": ("", "", "", "smc_r", {"syn", "syn_ack"}),
    "stripped from the SYN": ("strip", "", "", "tcp", set()),
    "stripped from the SYN-ACK": ("", "strip", "", "tcp", {"syn"}),
    "twice in the SYN": ("double", "", "", "smc_r", {"syn", "syn_ack"}),
    "twice in the SYN-ACK": ("", "double", "", "smc_r", {"syn", "syn_ack"}),
    "other letters in the SYN": ("garble", "", "", "tcp", set()),
    "other letters in the SYN-ACK": ("", "garble", "", "tcp", {"syn"}),
    "cut short in the SYN": ("cut", "", "", "tcp", set()),
    "cut short in the SYN-ACK": ("", "cut", "", "tcp", {"syn"}),
    "a server without SMC": ("", "", "server", "tcp", {"syn"}),
    "echoed for a server without SMC": ("", "echo", "server", "tcp", {"syn", "syn_ack"}),
    "echoed beside the server's own": ("", "echo", "", "tcp", {"syn", "syn_ack"}),
    "stripped from the SYN, echoed": ("strip", "echo", "", "tcp", {"syn_ack"}),
    "forged for a client without SMC": ("insert", "", "client", "tcp", {"syn", "syn_ack"}),
}


class Net:
    """A client's and a server's namespace; in between this one, where the box is."""

    def __init__(self, folder, smclab):
        self.program = smclab.parent / "smclab-peer"
        self._holders, places = [], []
        for side in (0, 1):
            holder = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
            self._holders.append(holder)
            _until_own_network(holder.pid)
            inside = ("nsenter", f"--net=/proc/{holder.pid}/ns/net")
            places.append(box.Place(folder / f"side{side}", inside))
            self._plug(side, holder.pid, inside)
        self.client, self.server = places
        self.middle = box.Place(folder / "middle")

    @staticmethod
    def _plug(side, holder, inside):
        ends = (f"box{side}", "eth0")
        box.run("ip", "link", "add", ends[0], "type", "veth", "peer", "name", ends[1],
                "netns", holder)
        for end, enter in zip(ends, ((), inside)):
            # Checksums and lengths as on a real wire: the box sees what is sent.
            off = "rx off tx off sg off tso off gso off gro off".split()
            box.run(*enter, box.program("ethtool"), "-K", end, *off)
            box.run(*enter, "sysctl", "-qw", f"net.ipv6.conf.{end}.accept_dad=0")
            box.run(*enter, "ip", "link", "set", end, "up")
        box.run(*inside, "ip", "link", "set", "lo", "up")
        for family, bits in (("IPv4", 24), ("IPv6", 64)):
            box.run(*inside, "ip", "address", "add", f"{HOSTS[family][side]}/{bits}", "dev", "eth0")

    def close(self):
        for holder in self._holders:
            holder.kill()
            holder.wait()

    def words(self, role, family, *more):
        client, server = HOSTS[family]
        who = ["client", server, "--on", client] if role == "client" else ["server", "--on", server]
        return [self.program, *who, "--port", PORT, "--ueid", "SMCLAB-UEID1", *more]

    def exchange(self, family, plain="", patience_s=30):
        """One connection, its bytes both ways: what the client and the server print."""
        more = {role: PLAIN if plain == role else () for role in ("client", "server")}
        serving = self.server.start(self.words("server", family, *more["server"]))
        serving.wait_for("listening")
        request = ("--mode", "both", "--bytes", BYTES)
        asked = self.client.run(self.words("client", family, *request, *more["client"]),
                                patience_s)
        served = serving.wait(patience_s)
        return json.loads(asked.out or "{}"), json.loads(served.out or "{}")


def _until_own_network(pid):
    own = os.readlink("/proc/self/ns/net")
    box.wait_until(lambda: os.readlink(f"/proc/{pid}/ns/net") != own, 5, "a namespace")


class Story:
    def __init__(self, net, folder):
        self.net, self.folder = net, folder

    def played(self, name, family, setting):
        """(client, server, capture at the client, capture at the server); `setting` is what the box
        does to SYNs, what to SYN-ACKs, and who has no SMC.
        """
        syn, syn_ack, plain = setting
        words = [sys.executable, "-B", HERE / "middlebox.py", "box0", "box1"]
        words += ["--syn", syn] if syn else []
        words += ["--syn-ack", syn_ack] if syn_ack else []
        paths = [self.folder / f"{name.replace(' ', '-')}-{family}-{end}.pcap"
                 for end in ("client", "server")]
        carrier = self.net.middle.start(words).wait_for("carrying")
        try:
            with capture(self.net.client, paths[0], "eth0"), \
                    capture(self.net.server, paths[1], "eth0"):
                outcome = self.net.exchange(family, plain)
        finally:
            carrier.kill()
        changes = {line for line in carrier.out.splitlines() if line != "carrying"}
        wanted = {f"changed {n}" for n, how in (("syn", syn), ("syn_ack", syn_ack)) if how}
        assert changes == wanted, (name, family, carrier.out, carrier.err)
        return *outcome, *paths

    def case(self, name, family):
        *setting, transport, arrives = CASES[name]
        client, server, at_client, at_server = self.played(name, family, setting)
        for ended in (client, server):
            assert ended.get("transport") == transport, (name, family, client, server)
            assert ended["intact"] and ended["complete"], (name, family, client, server)
        assert client["sent_sha256"] == server["received_sha256"]
        assert client["received_sha256"] == server["sent_sha256"]
        arrived = {n for n, p in (("syn", at_server), ("syn_ack", at_client))
                   if n in wire.bearers(p)}
        assert arrived == arrives, (name, family, arrived)
        if name == "an honest cable":
            witness.clean(at_client)

    def cookies(self, family):
        """Under SYN cookies a server remembers nothing of a SYN, so it must not agree."""
        inside = self.net.server.inside
        for value, transport, arrives in ((2, "tcp", set()), (1, "smc_r", {"syn_ack"})):
            box.run(*inside, "sysctl", "-qw", f"net.ipv4.tcp_syncookies={value}")
            client, server, at_client, _ = self.played(f"cookies {value}", family, ("", "", ""))
            for ended in (client, server):
                assert ended["transport"] == transport and ended["complete"], (client, server)
            assert wire.bearers(at_client) - {"syn"} == arrives

    def forged(self, family):
        """A box that speaks SMC-R for a server that has none deceives everybody, a kernel as well:
        the connection fails on both sides, and no application is told a byte that is not its own.
        """
        client, server, *_ = self.played("forged", family, ("", "insert", "server"))
        assert not client["complete"] and client["bytes_received"] == 0, client
        assert client["closed"] in ("tcp_failed", "handshake"), client
        assert not server["complete"] and not server["intact"], server


def main(smclab, kept):
    box.enter()
    box.set_up(smclab)
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(kept or scratch)
        folder.mkdir(parents=True, exist_ok=True)
        net = Net(pathlib.Path(scratch), smclab)
        try:
            story = Story(net, folder)
            for family in HOSTS:
                for name in CASES:
                    story.case(name, family)
                    print(f"passed: {name}, {family}", flush=True)
                for last in (story.cookies, story.forged):
                    last(family)
                    print(f"passed: {last.__name__}, {family}", flush=True)
        finally:
            net.close()


if __name__ == "__main__":
    box.play(main, pathlib.Path(sys.argv[1]).resolve(), sys.argv[2] if len(sys.argv) > 2 else None)
