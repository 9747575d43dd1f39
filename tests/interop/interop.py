#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What `./dev interop` runs: the tests against a Linux kernel, one after the other, every cell on
a line of its own, and one line of totals over all of them.

interop.py [--subset] SMCLAB [FOLDER]: FOLDER keeps a folder of captures for each test.
"""
import os
import pathlib
import subprocess
import sys

from tally import SKIPPED, Tally

HERE = pathlib.Path(__file__).resolve().parent
SUBSET = ("matrix/matrix", "matrix/bad_input", "conversation/conversation")
WHOLE = ("kernel_pair", "kernel_v1", "host_tap", "verbs/verbs", "verbs/verbs_events",
         "conversation/judgement", *SUBSET)
WITHOUT_FOLDER = ("verbs/verbs", "verbs/verbs_events")


def run(name, words, tally):
    """One test, its lines passed on as they come; whatever it ends with, it is counted."""
    print(f"--- {name}", flush=True)
    before, failures = sum(tally.counts.values()), tally.counts["failed"]
    command = [sys.executable, "-B", str(HERE / f"{name}_test.py"), *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, errors="replace") as test:
        for line in test.stdout:
            print(line, end="", flush=True)
            tally.read(line)
        code = test.wait()
    told = sum(tally.counts.values()) > before
    if code == SKIPPED and not told:
        tally.skipped(name, "it says why above")
    elif code not in (0, SKIPPED) and (code != 1 or tally.counts["failed"] == failures):
        tally.failed(name, f"ended with {code}")


def main():
    subset = "--subset" in sys.argv
    words = [word for word in sys.argv[1:] if word != "--subset"]
    smclab = str(pathlib.Path(words[0]).resolve())
    folder = pathlib.Path(words[1] if len(words) > 1 else "build/interop").resolve()
    os.environ.setdefault("SMCLAB_LAB_BUILD", os.path.dirname(smclab))
    tally = Tally()
    for name in SUBSET if subset else WHOLE:
        places = [smclab] if name in WITHOUT_FOLDER else [smclab, str(folder / name)]
        run(name, (["--subset"] if subset else []) + places, tally)
    print(f"captures are in {folder}")
    print(tally.line("interop --subset" if subset else "interop"))
    return tally.code()


if __name__ == "__main__":
    sys.exit(main())
