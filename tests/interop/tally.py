# SPDX-License-Identifier: MIT
"""What became of each cell, told the moment it is known, a line each, and counted: what a machine
cannot play is skipped by name, never passed. `./dev interop` counts the same lines again, over
all tests.
"""
import collections
import re

SKIPPED = 77
_LINE = re.compile(r"(passed|ok|same|FAILED|DIFFERS|skipped)\b[:\s]")
_WORDS = {"ok": "passed", "same": "passed", "FAILED": "failed", "DIFFERS": "failed"}
_ORDER = ("passed", "failed", "skipped")


class Tally:
    def __init__(self):
        self.counts = collections.Counter()

    def passed(self, name):
        self._say(f"passed  {name}")

    def failed(self, name, why):
        self._say(f"FAILED  {name}: {why}")

    def skipped(self, name, why):
        self._say(f"skipped {name}: {why}")

    def _say(self, line):
        print(line, flush=True)
        self.read(line)

    def read(self, line):
        """Counts a line that a test has printed, if it tells of a cell."""
        if found := _LINE.match(line):
            self.counts[_WORDS.get(found[1], found[1])] += 1

    def line(self, name):
        """The one line of totals."""
        return f"{name}: " + ", ".join(f"{self.counts[word]} {word}" for word in _ORDER)

    def code(self):
        """0 if all is well; nothing played is skipped."""
        if self.counts["failed"]:
            return 1
        return 0 if self.counts["passed"] else SKIPPED
