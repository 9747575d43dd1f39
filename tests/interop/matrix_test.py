#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The matrix: our own stack in a namespace of this host against a machine's kernel, over a tap. In
each cell one of the two is the server, bytes and SHA-256 are compared on both ends, and a plain
tcpdump on the tap is held against decode, tshark and the ICRC.

matrix_test.py [--subset] SMCLAB [FOLDER]: FOLDER keeps a capture of each cell. The kernel is
stock, so SMC-Rv2.1; with SMCLAB_LAB_V1=build once more over SMC-Rv1, with the module that takes
soft-RoCE's addresses.
"""
import os
import pathlib
import subprocess
import sys

import cells
import witness
from lab import Lab, Missing


def option_in_syns(smclab):
    """The real option, for as long as the matrix runs; whoever had it keeps it."""
    had = pathlib.Path("/sys/fs/bpf/smclab").exists()
    done = subprocess.run([smclab, "setup", "synopt"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Missing(done.stderr.strip())
    return not had


def fresh(lab, version):
    """A kernel that remembers no host of ours: link groups of dead ones linger for minutes."""
    if lab.a.run("! grep -q '^smc ' /proc/modules || rmmod smc_diag smc").code != 0:
        return  # it does not let go of a socket of a dead host's; the next cell bears it
    lab.a.smc.down()
    if version == "v1":
        lab.smc_up(with_v1=True, ueid=None)
    else:
        lab.smc_up()
    lab.a.smc.set(smcr_testlink_time=3)


def play(smclab, version, folder, totals):
    """The cells of one version of the protocol in one laboratory."""
    with Lab(machines=1, tap=True) as lab:
        for story in cells.stories(version, "--subset" in sys.argv):
            for ours in ("client", "server"):
                fresh(lab, version)
                name = f"{version} {story.__name__.replace('_', '-')}, we are the {ours}"
                cell = cells.Cell(lab, smclab, version, ours)
                path = folder / f"{version}-{story.__name__}-{ours}.pcap"
                try:
                    cell.play(story, path)
                    totals["passed"] += 1
                    print(f"passed  {name}", flush=True)
                except Exception as wrong:  # a cell that fails must not hide the others
                    totals["failed"] += 1
                    print(f"FAILED  {name}: {wrong}", flush=True)


def main():
    words = [word for word in sys.argv[1:] if word != "--subset"]
    smclab = pathlib.Path(words[0]).resolve()
    folder = pathlib.Path(words[1] if len(words) > 1 else "build/interop").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    totals = {"passed": 0, "failed": 0}
    try:
        undo = option_in_syns(smclab)
        try:
            play(smclab, "v2", folder, totals)
            if os.environ.get("SMCLAB_LAB_V1") == "build":
                play(smclab, "v1", folder, totals)
            else:
                print("not played: SMC-Rv1, whose kernel module SMCLAB_LAB_V1=build compiles")
        finally:
            if undo:
                subprocess.run([smclab, "setup", "synopt", "--undo"], check=False)
    except Missing as missing:
        print(f"skipped: {missing}")
        return witness.SKIPPED
    print(f"interop matrix: {totals['passed']} passed, {totals['failed']} failed; {folder}")
    return 1 if totals["failed"] or not totals["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
