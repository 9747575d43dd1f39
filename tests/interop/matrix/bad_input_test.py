#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Bad input, on both stands and in both roles: what bad_cells.py does to a transfer between our
own stack and a machine's kernel ends in a clear error or an intact result, in time, and leaves
nothing behind. Each line says which.

bad_input_test.py [--subset] SMCLAB. No captures: devices go away under tcpdump.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import bad_cells  # noqa: E402
from board import ROLES, Board, squares  # noqa: E402
from stands import STANDS  # noqa: E402
from tally import Tally  # noqa: E402


def main():
    words = [word for word in sys.argv[1:] if word != "--subset"]
    tally = Tally()
    print("no captures of these: devices go away under tcpdump")
    for kind in STANDS:
        subset = "--subset" in sys.argv
        roles = ("server",) if subset else ROLES
        wanted = squares(bad_cells.stories(kind, subset), "v2", roles)
        Board(kind, words[0], None, tally).play(wanted)
    print(tally.line("interop bad input"))
    return tally.code()


if __name__ == "__main__":
    sys.exit(main())
