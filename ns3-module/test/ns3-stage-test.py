#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""ns3-stage-test.py SMCLAB: the scenario files of this repository on the stage ns3, by
`smclab run --stage ns3`. Each passes all of its checks there, or uses a key that ns3 cannot honour,
and is refused by name. One run's capture is judged as well.
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.join(ROOT, "tests", "wire"))

from clean_capture import faults  # noqa: E402

REFUSED = {
    "bad-cable", "configuration", "corruption", "duplicates", "link-down", "one-way",
    "option-stripped", "reordering", "retries-exceeded", "roce-black-hole", "short-outage",
    "silent-tcp", "stalled-host",
}  # fmt: skip


def copy_for_ns3(folder):
    """The scenario files, each declared to be for the stage ns3; their paths."""
    shutil.copytree(os.path.join(ROOT, "scenarios"), folder)
    files = sorted(glob.glob(f"{folder}/*/*.smc.yml"))
    for path in files:
        with open(path, encoding="utf-8") as file:
            text = re.sub(r"^stages:.*\n", "", file.read(), flags=re.M)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("version: 1\n", "version: 1\nstages: [ns3]\n", 1))
    return files


def play(smclab, *arguments):
    command = [smclab, "run", "--stage", "ns3", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def check_file(smclab, path):
    """What is wrong with how this file was played, or nothing."""
    name = os.path.basename(path).removesuffix(".smc.yml")
    done = play(smclab, path)
    if name in REFUSED:
        good = done.returncode == 3 and "stage ns3" in done.stderr
    else:
        good = done.returncode == 0
    return None if good else f"{name}: exit {done.returncode}\n{done.stdout}{done.stderr}"


def check_capture(smclab, path, folder):
    """Two runs of one seed are one run, and tshark finds no fault with it."""
    captures = []
    for out in (f"{folder}/one", f"{folder}/two"):
        assert play(smclab, "--out", out, path).returncode == 0
        with open(f"{out}/run.pcapng", "rb") as file:
            captures.append(file.read())
    assert captures[0] == captures[1], "two runs of one seed differ"
    found, looked_at = faults(f"{folder}/one/run.pcapng")
    assert not found, found[:20]
    assert looked_at > 0, "no RoCE frame in the capture"


def main():
    smclab = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        files = copy_for_ns3(f"{folder}/scenarios")
        wrong = [text for text in (check_file(smclab, path) for path in files) if text]
        print("\n".join(wrong))
        hello = f"{folder}/scenarios/data/01-hello.smc.yml"
        for number, name in enumerate(("01-hello", "18-version-2-over-ipv6")):
            os.mkdir(f"{folder}/{number}")
            check_capture(smclab, f"{folder}/scenarios/data/{name}.smc.yml", f"{folder}/{number}")
        # Without its program the stage is named, and nothing is played.
        alone = shutil.copy(smclab, f"{folder}/smclab")
        os.environ["PATH"] = "/nowhere"
        done = play(alone, hello)
        assert (done.returncode, done.stdout) == (3, ""), done
        assert "smclab-ns3" in done.stderr, done.stderr
    print(f"{len(files) - len(wrong)} of {len(files)} files as expected")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
