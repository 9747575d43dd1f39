# SPDX-License-Identifier: MIT
"""The judge of explained differences can say no: to a difference that nothing explains, and to an
explanation that explains nothing. Called with the program's path.
"""
import contextlib
import io
import pathlib
import sys
import unittest

import explained

SMCLAB = ""
KERNELS = pathlib.Path("tests/wire/captures/v2")


class JudgeTest(unittest.TestCase):
    def judge(self, ours, name):
        """What is printed, and the verdict on the kernel's echo against another capture."""
        judge = explained.Judge(SMCLAB)
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            judge.compare(KERNELS / "01-echo-close.pcap", KERNELS / f"{ours}.pcap", name)
            good = judge.good()
        return good, printed.getvalue()

    def test_the_same_is_good(self):
        good, printed = self.judge("01-echo-close", "nothing is explained here")
        self.assertTrue(good)
        self.assertIn("no difference", printed)

    def test_another_conversation_is_unexplained(self):
        good, printed = self.judge("10-half-close-shutdown-wr", "world v2 01-echo-close")
        self.assertFalse(good)
        self.assertIn("unexplained: connection 1, CDC to the server: flags become", printed)
        self.assertIn("    A ", printed)

    def test_an_explanation_in_vain_is_told(self):
        good, printed = self.judge("01-echo-close", "world v2 01-echo-close")
        self.assertFalse(good)
        self.assertIn("not found any more", printed)

    def test_nothing_compared_is_not_good(self):
        with contextlib.redirect_stdout(io.StringIO()):
            self.assertFalse(explained.Judge(SMCLAB).good())

    def test_every_reason_is_in_the_docs(self):
        page = pathlib.Path("docs/interop.md").read_text(encoding="utf-8")
        for entry in explained.ALL:
            self.assertIn(f"| {entry.name} |", page)


if __name__ == "__main__":
    SMCLAB = sys.argv.pop(1)
    unittest.main()
