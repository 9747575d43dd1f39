#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""smcr-docs-test.py PROGRAM: the program that docs/ns3.md shows, compiled from there. It moves
100 MB over SMC-R, with a thousandth of the frames lost as well; over a dead cable it moves nothing,
so that the lossy run is known to have lost. What is too long for the page is not taken from it.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
EXTRACT = HERE.parent / "examples" / "extract-program.py"
_LOSS = "--ns3::RateErrorModel::ErrorRate={}"
_OF_FRAMES = "--ns3::RateErrorModel::ErrorUnit=ERROR_UNIT_PACKET"


def run(program, *options):
    """(what it printed, what its sockets logged)."""
    environment = os.environ | {"NS_LOG": "SmcrSocketTcp=info"}
    done = subprocess.run([program, *options], capture_output=True, text=True, timeout=300,
                          env=environment, check=True)
    return done.stdout.strip().splitlines()[-1], done.stdout + done.stderr


def check_page(folder):
    """A program of 31 lines, and a page without one, are refused."""
    page, target = folder / "page.md", folder / "program.cc"
    for lines, code in ((29, 0), (30, 1), (None, 1)):
        block = "" if lines is None else "```cpp\nint main() {}\n" + "\n" * lines + "```\n"
        page.write_text(f"# A page\n\n{block}", encoding="utf-8")
        done = subprocess.run([sys.executable, EXTRACT, page, target], capture_output=True,
                              check=False)
        assert done.returncode == code, (lines, done)


def main(program):
    with tempfile.TemporaryDirectory() as folder:
        check_page(pathlib.Path(folder))
    for options in ((), (_LOSS.format("0.001"), _OF_FRAMES)):
        said, log = run(program, *options)
        assert said == "100000000 bytes arrived", (options, said)
        assert log.count("SMC-R was offered by both") == 2 and "fell back" not in log, log
    said, _ = run(program, _LOSS.format("1"), _OF_FRAMES)
    assert said == "0 bytes arrived", said
    print("the page's program moves 100 MB over SMC-R, and finishes with loss")


if __name__ == "__main__":
    main(sys.argv[1])
