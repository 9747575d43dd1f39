# SPDX-License-Identifier: MIT
"""Plays cells on a stand, each with a kernel that remembers nothing of the one before."""
from dataclasses import dataclass
from typing import Callable

from cells import Cell
from lab import Lab, Missing

ROLES = ("client", "server")


@dataclass(frozen=True)
class Square:
    """A cell before it is played."""

    story: Callable
    version: str
    ours: str

    def name(self, kind):
        what = self.story.__name__.replace("_", "-")
        return f"{self.version} {kind.name}, {what}, we are the {self.ours}"


def squares(stories, version, roles=ROLES):
    return [Square(story, version, ours) for story in stories for ours in roles]


class Board:
    """A kind of stand, where captures go (None: none are taken), and the tally."""

    def __init__(self, kind, smclab, folder, tally):
        self.kind, self.smclab, self.folder, self.tally = kind, smclab, folder, tally
        self._stand = None

    def play(self, wanted):
        """All of them; what this host cannot play is skipped, cell by cell."""
        left = list(wanted)
        try:
            while left:
                self._play_one(left[0])
                left.pop(0)
        except Missing as missing:
            for square in left:
                self.tally.skipped(square.name(self.kind), missing)
        finally:
            self._leave()

    def _play_one(self, square):
        name = square.name(self.kind)
        cell = None
        try:
            cell = Cell(self._fresh(square.version), square.version, square.ours)
            self._act(cell, square)
            self.tally.passed(name + (f" ({cell.note})" if cell.note else ""))
        except Missing:
            raise
        except Exception as wrong:  # a cell that fails must not hide the others
            self.tally.failed(name, wrong)
        # What is broken, or may be, is not what the next cell is to meet.
        if cell is None or cell.broken:
            self._leave()

    def _act(self, cell, square):
        if self.folder is None:
            square.story(cell)
            left = cell.stand.remains()
            assert not left, f"left behind: {left}"
            return
        name = square.name(self.kind).replace(", ", "-").replace(" ", "-")
        cell.play(square.story, self.folder / f"{name}.pcap")

    def _fresh(self, version):
        """A kernel that remembers no host of ours: link groups of dead ones linger for minutes."""
        if self._stand is None:
            self._stand = self.kind(self.smclab).__enter__()
        self._stand.fresh()
        machine = self._stand.lab.a
        if machine.run("! grep -q '^smc ' /proc/modules || rmmod smc_diag smc").code != 0:
            return self._stand  # it keeps a socket of a dead host's; the next cell bears it
        machine.smc.down()
        if version == "v1":
            machine.smc.up(module=machine.put(Lab.v1_module()), ueid=None)
        else:
            machine.smc.up()
        machine.smc.set(smcr_testlink_time=3)
        return self._stand

    def _leave(self):
        if self._stand is not None:
            self._stand.__exit__()
            self._stand = None
