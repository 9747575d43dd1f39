#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The matrix: our own stack, on its software RNIC or on soft-RoCE through libibverbs (stands.py),
against a machine's kernel. In each cell one of the two is the server, bytes and SHA-256 are
compared on both ends, and a plain tcpdump on our wire is held against decode, tshark and the ICRC.

matrix_test.py [--subset] SMCLAB [FOLDER]: FOLDER keeps a capture of each cell. The kernel is
stock, so SMC-Rv2.1; the whole matrix is played once more over SMC-Rv1, with the module that takes
soft-RoCE's addresses, if it was built or SMCLAB_LAB_V1=build allows it.
"""
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import cells  # noqa: E402
from board import Board, squares  # noqa: E402
from lab import Lab, Missing  # noqa: E402
from stands import STANDS  # noqa: E402
from tally import Tally  # noqa: E402


def has_v1():
    """Nothing, or why there is no kernel that speaks it."""
    try:
        Lab.v1_module(may_build=os.environ.get("SMCLAB_LAB_V1") == "build")
    except Missing as missing:
        return missing
    return None


def main():
    words = [word for word in sys.argv[1:] if word != "--subset"]
    subset = "--subset" in sys.argv
    folder = pathlib.Path(words[1] if len(words) > 1 else "build/interop/matrix").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    tally = Tally()
    for version in ("v2",) if subset else ("v2", "v1"):
        lacks = has_v1() if version == "v1" else None
        for kind in STANDS:
            wanted = squares(cells.stories(version, subset, kind), version)
            if lacks:
                for square in wanted:
                    tally.skipped(square.name(kind), lacks)
            else:
                Board(kind, words[0], folder, tally).play(wanted)
    print(tally.line("interop matrix"))
    return tally.code()


if __name__ == "__main__":
    sys.exit(main())
