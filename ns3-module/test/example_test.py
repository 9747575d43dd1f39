#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""example_test.py --example PROGRAM --first PROGRAM: the examples as a user runs them.

All bytes arrive over SMC-R, with and without losses, and tshark, zlib and scapy find nothing wrong
in the captures.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "wire"))

import clean_capture  # noqa: E402

OPTIONS = argparse.Namespace()


def play(*arguments, program=None):
    """(exit code, what it printed)."""
    command = [program or OPTIONS.example, *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    return ran.returncode, ran.stdout + ran.stderr


class Example(unittest.TestCase):
    def test_a_hundred_megabytes_survive_a_packet_in_a_thousand_lost(self):
        code, said = play("--loss=0.001")
        self.assertEqual(code, 0, said)
        self.assertIn("received 100000000 bytes", said)
        self.assertNotIn(" 0 retransmissions", said)

    def test_captures_are_clean(self):
        with tempfile.TemporaryDirectory() as folder:
            code, said = play("--bytes=1000000", f"--pcap={folder}/run")
            self.assertEqual(code, 0, said)
            captures = sorted(os.listdir(folder))
            self.assertEqual(len(captures), 2)
            for capture in captures:
                found, looked_at = clean_capture.faults(os.path.join(folder, capture))
                self.assertEqual(found, [])
                self.assertGreater(looked_at, 900)

    def test_a_wire_that_loses_all_is_told(self):
        code, _ = play("--bytes=1000", "--loss=1")
        self.assertEqual(code, 1)

    def test_the_program_of_the_page_is_the_one_that_runs(self):
        with open(os.path.join(ROOT, "docs", "ns3.md"), encoding="utf-8") as page:
            shown = re.search(r"^```cpp\n(.*?)^```", page.read(), re.M | re.S)[1]
        program = os.path.join(ROOT, "ns3-module", "examples", "smcr-first.cc")
        with open(program, encoding="utf-8") as file:
            self.assertTrue(file.read().endswith(shown))
        code, said = play(program=OPTIONS.first)
        self.assertEqual((code, said), (0, "10000000 bytes received\n"))


if __name__ == "__main__":
    reader = argparse.ArgumentParser()
    reader.add_argument("--example", required=True)
    reader.add_argument("--first", required=True)
    OPTIONS = reader.parse_args()
    unittest.main(argv=[sys.argv[0]], verbosity=2)
