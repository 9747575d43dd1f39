#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`smclab vm up|run|down`, as a user types it: two machines with SMC-R, commands in them, a capture
out of them, and nothing of it left behind; and what a user may get wrong.

vm_test.py SMCLAB
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import witness  # noqa: E402
from lab import Missing, needs, results  # noqa: E402
from lab.running import Done, wait_until  # noqa: E402
from tally import SKIPPED  # noqa: E402

OK, USAGE, CANNOT = 0, 2, 3


class Vm:
    """The command, with a session of the test's own: a user may have machines up."""

    def __init__(self, smclab, runtime):
        self.smclab, self.session = smclab, pathlib.Path(runtime) / "smclab-vm"
        self.environment = os.environ | {"XDG_RUNTIME_DIR": runtime}

    def start(self, *words):
        return subprocess.Popen([self.smclab, "vm", *map(str, words)], env=self.environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)

    def __call__(self, *words, code=OK, says=""):
        """Runs it to its end: it must end with `code` and say this on standard error."""
        with self.start(*words) as child:
            out, err = child.communicate(timeout=200)
        done = Done(f"smclab vm {words}", child.returncode, out, err)
        assert done.code == code and says in done.err, done
        return done

    def number_of(self, name):
        """The number of a machine's QEMU."""
        return int((self.session / name / "process").read_text(encoding="ascii").split()[0])


def living(number):
    """Whether it runs: one that has ended may wait for its parent to notice."""
    try:
        stat = pathlib.Path(f"/proc/{number}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def before_up(vm):
    vm("run", "a", "--", "true", code=USAGE, says="nothing is up")
    vm("down", says="nothing is up")
    vm("up", "--segment", "tap", "--machines", "2", code=USAGE, says="a tap joins one machine")
    vm("up", "--machines", "3", code=USAGE, says="--machines")
    vm("sideways", code=USAGE, says="sideways")
    assert not vm.session.exists()


def up(vm):
    shown = vm("up", says="up after")
    assert f"/lab is {vm.session}/NAME/share" in shown.err, shown.err
    rows = [line.split("\t") for line in shown.out.splitlines()]
    assert [row[:2] for row in rows] == [["a", "10.0.0.1"], ["b", "10.0.0.2"]], shown.out
    assert living(vm.number_of("a")) and living(vm.number_of("b"))
    vm("up", code=USAGE, says="already up: a, b")


def commands(vm):
    """Output, error output and exit code are the command's own."""
    shown = vm("run", "b", "--", "sh", "-c", "echo to you; echo alas >&2; exit 7", code=7)
    assert (shown.out, shown.err) == ("to you\n", "alas\n"), shown
    vm("run", "a", "--", "ping", "-c", "1", "-W", "5", "10.0.0.2")
    version = vm("run", "b", "--", "/build/smclab", "--version").out
    assert version.startswith("smclab "), version
    vm("run", "c", "--", "true", code=USAGE, says="no machine 'c'; there is a, b")
    vm("run", "a", code=USAGE, says="which command?")
    vm("run", "a", "--", "no-such-program", code=127)


def capture_out(vm):
    """Two kernels speak SMC-R; what tcpdump wrote to /lab in a machine lies in its folder here."""
    dump = vm.start("run", "a", "--", "tcpdump", "--immediate-mode", "-Z", "root", "-i", "eth0",
                    "-w", "/lab/talk.pcap")
    serving = vm.start("run", "a", "--", "smcpeer", "server")
    for child, text in ((dump, "listening on"), (serving, "listening")):
        while text not in (line := child.stderr.readline()):
            assert line, f"ended without '{text}'"
    asked = vm("run", "b", "--", "smcpeer", "client", "10.0.0.1", "--mode", "both", "--bytes",
               "100000")
    out, _ = serving.communicate(timeout=60)
    (client,), served = results(asked), json.loads(out)
    for ended in (client, served):
        assert ended["transport"] == "smc-r" and ended["intact"], ended
    vm("run", "a", "--", "sh", "-c", "sleep 1; killall -INT tcpdump")
    dump.communicate(timeout=60)
    rows = vm("run", "a", "--", "ls", "/lab").out.split()
    assert "talk.pcap" in rows, rows
    path = vm.session / "a" / "share" / "talk.pcap"
    messages = witness.messages(vm.smclab, path)
    for kind in ("syn", "syn_ack", "accept", "confirm_link", "cdc"):
        assert witness.of(messages, kind), kind


def a_machine_ends(vm):
    """Pulled out by the plug: the command says so, the other machine goes on."""
    os.kill(vm.number_of("b"), signal.SIGKILL)
    wait_until(lambda: not living(vm.number_of("b")), 10, "the end of b")
    vm("run", "b", "--", "true", code=CANNOT, says="machine b has ended")
    vm("run", "a", "--", "true")
    vm("up", code=USAGE, says="already up")


def down(vm):
    numbers = [vm.number_of(name) for name in ("a", "b")]
    vm("down", says="machine b had ended by itself")
    assert not any(map(living, numbers)), numbers
    assert not vm.session.exists()
    vm("down", says="nothing is up")
    vm("run", "a", "--", "true", code=USAGE, says="nothing is up")


def main(smclab):
    needs.require()
    with tempfile.TemporaryDirectory(prefix="smclab-vm-") as runtime:
        vm = Vm(smclab, runtime)
        try:
            for story in (before_up, up, commands, capture_out, a_machine_ends, down):
                story(vm)
                print(f"passed: {story.__name__}", flush=True)
        finally:
            vm.start("down").communicate()


if __name__ == "__main__":
    try:
        main(pathlib.Path(sys.argv[1]).resolve())
    except Missing as missing:
        print(f"skipped: {missing}")
        sys.exit(SKIPPED)
