#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""On a machine that cannot play them, each cell is skipped by its name, with what is missing, and
counted as that and nothing else. Such machines are made here: one without any program, and one
whose smclab has neither BPF nor a driver for RDMA devices.

skips_test.py
"""
import os
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
_INTEROP = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(_INTEROP), str(_INTEROP / "conversation")]

import bad_cells  # noqa: E402
import cells  # noqa: E402
from board import ROLES  # noqa: E402
from stands import STANDS  # noqa: E402
from tally import SKIPPED  # noqa: E402
import workloads  # noqa: E402

INTEROP = _INTEROP / "interop.py"
CELLS = sum(len(cells.stories("v2", True, kind)) * len(ROLES)
            + len(bad_cells.stories(kind, True)) for kind in STANDS) + len(workloads.SUBSET)
WITHOUT_BPF = "#!/bin/sh\necho 'no BPF in this kernel' >&2\nexit 3\n"


def play(folder, path, out=None):
    """`./dev interop --subset` on such a machine: (lines of cells, last line, exit code)."""
    command = [sys.executable, "-B", str(INTEROP), "--subset", f"{folder}/smclab"]
    command.append(str(out or f"{folder}/out"))  # where captures would go
    done = subprocess.run(command, env={**os.environ, "PATH": path}, capture_output=True,
                          text=True, check=False)
    assert out or not done.stderr, done.stderr
    lines = done.stdout.splitlines()
    told = [line for line in lines if line.startswith(("passed", "FAILED", "skipped"))]
    return told, lines[-1], done.returncode


def all_skipped(played, because):
    told, totals, code = played
    assert code == SKIPPED, code
    assert totals == f"interop --subset: 0 passed, 0 failed, {CELLS} skipped", totals
    assert len(told) == len(set(told)) == CELLS, told
    for line in told:
        assert line.startswith("skipped v2 ") and any(why in line for why in because), line


def crash_is_no_skip(smclab):
    """A test that dies before its first cell is a failure, however little else is played."""
    told, totals, code = play(smclab.parent, "/nonexistent", out=smclab)
    for name in ("matrix/matrix", "conversation/conversation"):
        assert f"FAILED  {name}: ended with 1" in told, told
    assert " 2 failed, " in totals, totals
    assert code == 1, code


def main():
    with tempfile.TemporaryDirectory() as scratch:
        smclab = pathlib.Path(scratch, "smclab")
        smclab.write_text("#!/bin/sh\nexit 0\n", encoding="ascii")
        smclab.chmod(0o755)
        smclab.with_name("libsmclab_verbs.so").touch()
        # Without a laboratory nothing of it is ever opened.
        all_skipped(play(scratch, "/nonexistent"), ("qemu-system-x86",))
        crash_is_no_skip(smclab)
        smclab.write_text(WITHOUT_BPF, encoding="ascii")
        smclab.with_name("libsmclab_verbs.so").unlink()
        all_skipped(play(scratch, os.environ["PATH"]),
                    ("no BPF in this kernel", "libsmclab_verbs.so was not built"))
    print(f"{CELLS} cells, skipped by name on two machines that lack something")


if __name__ == "__main__":
    main()
