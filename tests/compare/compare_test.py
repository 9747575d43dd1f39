# SPDX-License-Identifier: MIT
"""`smclab compare` from outside: what it says of runs with other seeds, of the same scenario on
the two stages, of the kernel's captures, and of what cannot be read. Called with the program's
path; a scenario on the stage emu needs the loopback hosts to itself.
"""
import itertools
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

SMCLAB = ""
CAPTURES = pathlib.Path("tests/wire/captures")
# Scenarios whose conversation does not depend on who is faster.
PACELESS = (
    "data/01-hello",
    "data/03-request-response",
    "data/05-subsequent-contact",
    "data/07-half-close",
    "fallback/memory",
    "fallback/different-prefix",
    "fallback/rkey-refused",
)


def smclab(*arguments):
    """Runs it and gives (exit code, standard output, standard error)."""
    command = [SMCLAB, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


class Compare(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)

    def play(self, scenario, stage="world", seed=1):
        out = self.folder / f"{pathlib.Path(scenario).name}-{stage}-{seed}"
        options = ("--stage", stage, "--seed", seed, "--repeat", 1, "--out", out)
        code, _, errors = smclab("run", f"scenarios/{scenario}.smc.yml", *options)
        self.assertEqual((code, errors), (0, ""), f"{scenario} on {stage}")
        return out

    def verdict(self, a, b):
        code, output, errors = smclab("compare", "--json", a, b)
        self.assertEqual(errors, "")
        found = json.loads(output)
        self.assertEqual(found["schema_version"], 1)
        self.assertEqual(code, 0 if found["same"] else 1)
        self.assertEqual(found["difference"] is None, found["same"])
        return found

    def same(self, a, b):
        found = self.verdict(a, b)
        self.assertTrue(found["same"], f"{a} {b}: {found['difference']}")
        return found

    def test_other_seeds_are_the_same_conversation(self):
        for path in sorted(pathlib.Path("scenarios/data").glob("*.smc.yml")):
            name = f"data/{path.name.removesuffix('.smc.yml')}"
            with self.subTest(scenario=name):
                found = self.same(self.play(name, seed=1), self.play(name, seed=2))
                self.assertGreater(found["connections"], 0)
                self.assertGreater(found["links"], 0)

    def test_both_stages_hold_the_same_conversation(self):
        for name in PACELESS:
            with self.subTest(scenario=name):
                found = self.same(self.play(name, "world"), self.play(name, "emu"))
                self.assertGreater(found["connections"], 0)

    def test_scenarios_differ_from_each_other(self):
        names = ("data/01-hello", "data/07-half-close", "data/08-abort", "fallback/memory")
        runs = [self.play(name) for name in names]
        for a, b in itertools.combinations(runs, 2):
            with self.subTest(a=a.name, b=b.name):
                self.assertFalse(self.verdict(a, b)["same"])

    def test_kernels_captures_are_themselves(self):
        captures = sorted(CAPTURES.glob("v?/*.pcap"))
        self.assertGreater(len(captures), 20)
        with_smc = 0
        for capture in captures:
            with self.subTest(capture=capture.name):
                with_smc += self.same(capture, capture)["links"] > 0
        self.assertGreater(with_smc, 15)

    def test_kernels_captures_are_not_each_other(self):
        names = ("01-echo-close", "04-two-links-add-link", "06-multi-conn-one-lgr-rkey",
                 "07-wrap-flow-control-16k", "08-urgent", "10-half-close-shutdown-wr")
        for version in ("v1", "v2"):
            for a, b in itertools.combinations(names, 2):
                with self.subTest(a=a, b=b, version=version):
                    one, another = (CAPTURES / version / f"{name}.pcap" for name in (a, b))
                    self.assertFalse(self.verdict(one, another)["same"])

    def test_tells_where_they_part(self):
        a, b = CAPTURES / "v1/01-echo-close.pcap", CAPTURES / "v2/01-echo-close.pcap"
        code, output, errors = smclab("compare", a, b)
        self.assertEqual((code, errors), (1, ""))
        lines = output.splitlines()
        self.assertEqual(lines[0], "differs: connection 1, CLC: length is 92 in A, 156 in B")
        self.assertRegex(lines[1], r"^  A +4  .* clc  proposal v2 ")
        self.assertRegex(lines[2], r"^  B +4  .* clc  proposal v2 ")
        found = self.verdict(a, b)["difference"]
        self.assertEqual((found["a"]["frame"], found["b"]["frame"]), (4, 4))

    def test_tells_all_places_on_demand(self):
        a, b = CAPTURES / "v1/01-echo-close.pcap", CAPTURES / "v2/01-echo-close.pcap"
        _, output, _ = smclab("compare", "--all", "--json", a, b)
        found = json.loads(output)
        self.assertEqual(found["differences"][0], found["difference"])
        count = len(found["differences"])
        self.assertGreater(count, 5)
        _, output, _ = smclab("compare", a, b)
        self.assertIn(f"  and {count - 1} differences, which --all tells\n", output)
        _, output, _ = smclab("compare", "--all", a, b)
        told = [line for line in output.splitlines() if line.startswith("differs: ")]
        expected = [f"differs: {d['where']}: {d['what']}" for d in found["differences"]]
        self.assertEqual(told, expected)
        _, output, _ = smclab("compare", "--all", "--json", a, a)
        self.assertEqual(json.loads(output)["differences"], [])

    def test_says_so_when_there_is_nothing(self):
        plain = CAPTURES / "v2/03a-fallback-server-plain-tcp.pcap"
        code, output, _ = smclab("compare", plain, plain)
        self.assertEqual((code, output), (0, "same: there is no SMC-R conversation in either\n"))

    def test_refuses_what_cannot_be_read(self):
        good = CAPTURES / "v1/01-echo-close.pcap"
        noise = self.folder / "noise.pcap"
        noise.write_bytes(b"no capture at all")
        cut = self.folder / "cut.pcap"
        cut.write_bytes(good.read_bytes()[:-10])
        for bad in (noise, cut, self.folder / "missing.pcap", self.folder):
            for pair in ((good, bad), (bad, good)):
                with self.subTest(bad=bad.name):
                    code, output, errors = smclab("compare", *pair)
                    self.assertEqual((code, output), (2, ""))
                    self.assertTrue(errors.startswith(f"smclab compare: {bad}: "), errors)
                    self.assertEqual(errors.count("\n"), 1)
        self.assertEqual(smclab("compare", "-", "-")[0], 2)
        self.assertEqual(smclab("compare", good)[0], 2)


if __name__ == "__main__":
    SMCLAB = sys.argv.pop(1)
    unittest.main()
