#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""stage_test.py --smclab PROGRAM: `smclab run --stage ns3`.

Every file of scenarios/data passes with the checks that it has on the other stages, the report
says what ran, and what the stage cannot play is refused.
"""
import argparse
import glob
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OPTIONS = argparse.Namespace()


def run(*arguments, program=None):
    command = [program or OPTIONS.smclab, "run", "--stage", "ns3", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


class Stage(unittest.TestCase):
    def test_every_scenario_passes(self):
        files = [path for path in sorted(glob.glob(f"{ROOT}/scenarios/data/*.smc.yml"))
                 if "\nstages: [world]" not in pathlib.Path(path).read_text(encoding="utf-8")]
        self.assertGreater(len(files), 10)
        ran = run("--json", *files)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        reports = [json.loads(line) for line in ran.stdout.splitlines()]
        self.assertEqual(len(reports), len(files))
        for report in reports:
            self.assertEqual(report["stage"], "ns3")
            self.assertIs(report["passed"], True)

    def test_the_same_seed_gives_the_same_run(self):
        file = os.path.join(ROOT, "scenarios", "data", "02-bulk.smc.yml")
        reports = []
        for _ in range(2):
            report = json.loads(run("--json", "--seed", "7", file).stdout)
            del report["performance"]["wall_time_ns"]
            reports.append(report)
        self.assertEqual(reports[0], reports[1])

    def test_faults_are_refused(self):
        file = sorted(glob.glob(os.path.join(ROOT, "scenarios", "faults", "*.smc.yml")))[0]
        ran = run(file)
        self.assertEqual(ran.returncode, 3, ran.stdout)
        self.assertIn("ns3", ran.stderr)

    def test_without_the_program_it_says_what_is_missing(self):
        with tempfile.TemporaryDirectory() as folder:
            alone = shutil.copy(OPTIONS.smclab, folder)
            ran = run(os.path.join(ROOT, "scenarios", "data", "01-hello.smc.yml"), program=alone)
        self.assertEqual(ran.returncode, 3)
        self.assertIn("smclab-ns3", ran.stderr)


if __name__ == "__main__":
    reader = argparse.ArgumentParser()
    reader.add_argument("--smclab", required=True)
    OPTIONS = reader.parse_args()
    unittest.main(argv=[sys.argv[0]], verbosity=2)
