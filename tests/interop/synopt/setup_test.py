#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`smclab setup synopt [--undo]`: who asks bears the SMC-R option, who does not is untouched, and
what was set up can be used without privilege and be taken back whole.

setup_test.py SMCLAB [--inside]: the test plays itself once more inside, where the option is set up
further up in the tree of control groups already.
"""
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import textwrap

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import box  # noqa: E402
import sockets  # noqa: E402
import wire  # noqa: E402
from lab import capture  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
HOSTS = ("127.0.0.1", "::1")
PORT = 45_000
# What each side learns, as [wanted, sent, seen, known].
BARE = [0, 0, 0, 0]
LEARNED = {
    "both": {"client": [1, 1, 1, 1], "server": [1, 1, 1, 1]},
    "client": {"client": [1, 1, 0, 1], "server": BARE},
    "server": {"client": BARE, "server": [1, 0, 0, 1]},
    "neither": {"client": BARE, "server": BARE},
}
BORNE = {"both": {"syn", "syn_ack"}, "client": {"syn"}, "server": set(), "neither": set()}
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all",
          "--inh-caps=-all", "--no-new-privs"]


class Story:
    def __init__(self, smclab, group, folder):
        self.smclab, self.group, self.folder = smclab, group, pathlib.Path(folder)
        self.place = box.Place(self.folder / "place")
        self.port = PORT

    def smclab_says(self, *words, before=()):
        done = subprocess.run([*before, self.smclab, "setup", "synopt", *words],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stderr

    def attached(self):
        """Names of our programs on the control group."""
        shown = box.run("bpftool", "-j", "cgroup", "show", self.group).strip()
        shown = json.loads(shown) if shown else []
        return sorted(p["name"] for p in shown if p["name"].startswith("smclab_"))

    def connection(self, who, host, before=()):
        """(what the sides learned, its capture)."""
        self.port += 1  # no segment of an earlier connection is taken for one of this
        path = self.folder / f"{self.port}.pcap"
        with capture(self.place, path, "lo", f"tcp port {self.port}"):
            said = box.run(*before, sys.executable, HERE / "sockets.py", who, host, self.port)
        return json.loads(said), path

    def passed(self, name):
        print(f"passed: {name}", flush=True)


def nothing_yet(story):
    """Before: a socket that asks learns that it cannot. Returns the options of a plain SYN."""
    plain = {}
    for host in HOSTS:
        learned, path = story.connection("neither", host)
        assert learned["offered"] == [], learned
        plain[host] = [(n, wire.kinds(o)) for n, o in wire.segments(path) if n]
    learned, _ = story.connection("both", HOSTS[0])
    if True in learned["offered"]:
        print("set up further up in the tree already: what is seen without it is not looked at")
        return plain, False
    assert learned == {"offered": [False, False], "client": None, "server": None}, learned
    assert story.attached() == []
    story.passed("without it, sockets learn that they cannot")
    return plain, True


def every_pair(story, plain, before=()):
    """Who offers, over both families: what the sides learn is what the wire shows."""
    for host in HOSTS:
        for who, expected in LEARNED.items():
            learned, path = story.connection(who, host, before)
            assert False not in learned.pop("offered"), (who, host)
            assert learned == expected, (who, host, learned)
            assert wire.bearers(path) == BORNE[who], (who, host, wire.bearers(path))
            seen = [(n, wire.kinds(o)) for n, o in wire.segments(path) if n]
            if who == "neither":
                assert seen == plain[host], (seen, plain[host])


def refused(story):
    """What is not the option's two calls stays the kernel's."""
    with socket.socket() as sock:
        for act in (lambda: sock.setsockopt(sockets.LEVEL, 77, 1),
                    lambda: sock.setsockopt(sockets.LEVEL, sockets.OFFER, b"\1"),
                    lambda: sock.getsockopt(sockets.LEVEL, 77, 4),
                    lambda: sock.getsockopt(sockets.LEVEL, sockets.AGREED, 2)):
            try:
                act()
            except OSError:
                continue
            raise AssertionError("an option that there is not was taken")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1


def main(smclab, inside):
    group = box.enter()
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        story = Story(smclab, group, folder)
        plain, alone = nothing_yet(story)
        code, said = story.smclab_says(before=NOBODY)
        assert code == 3 and "root is needed" in said, (code, said)
        story.passed("nobody cannot set it up, and is told why")
        box.set_up(smclab)
        programs, pins = story.attached(), sorted(os.listdir(box.PINS))
        assert len(programs) == len(pins) == 3, (programs, pins)
        every_pair(story, plain)
        story.passed("in SYN and SYN-ACK of the sockets that asked, IPv4 and IPv6")
        every_pair(story, plain, NOBODY)
        story.passed("the same for nobody, without a capability")
        refused(story)
        story.passed("no other option is taken")
        assert story.smclab_says() == (0, "")
        assert (programs, pins) == (story.attached(), sorted(os.listdir(box.PINS)))
        story.passed("a second setup changes nothing")
        for _ in range(2):
            assert story.smclab_says("--undo") == (0, "")
            assert not os.path.exists(box.PINS) and story.attached() == []
        story.passed("undo takes pins and programs away, twice as well as once")
        if alone:
            assert nothing_yet(story) == (plain, True)
        box.set_up(smclab)
        every_pair(story, plain)
        story.passed("and it can be set up again")
    if not inside:
        again = [sys.executable, "-B", __file__, smclab, "--inside"]
        print(textwrap.indent(box.run(*again), "  "), end="")
        story.passed("twice in the tree is as good as once")


if __name__ == "__main__":
    box.play(main, str(pathlib.Path(sys.argv[1]).resolve()), "--inside" in sys.argv)
