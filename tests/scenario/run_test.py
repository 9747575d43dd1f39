# SPDX-License-Identifier: MIT
"""`smclab run` from outside: exit codes, what goes to which stream, what --out leaves behind.
Called with the program's path; every call of it is bounded in time.
"""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

SMCLAB = ""
HELLO = "scenarios/data/01-hello.smc.yml"


def smclab(*arguments, **options):
    """Runs it and gives (exit code, standard output, standard error)."""
    done = subprocess.run(
        [SMCLAB, *arguments], capture_output=True, text=True, timeout=60, check=False, **options
    )
    return done.returncode, done.stdout, done.stderr


NODES = "version: 1\nnodes: [a, b]\nlinks: [{endpoints: [a:r0, b:r0]}]\n"
STREAM = "workloads: [{type: stream, from: a, to: b, bytes: %s}]\n"


class InFolder(unittest.TestCase):
    """A folder for the files of one test."""

    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = holder.name

    def scenario(self, text, name="x"):
        path = f"{self.folder}/{name}.smc.yml"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def read(self, name):
        with open(f"{self.folder}/{name}", "rb") as file:
            return file.read()


class BadInput(unittest.TestCase):
    def test_no_command_is_bad_usage(self):
        self.assertEqual(smclab()[0], 2)
        self.assertEqual(smclab("rnu")[0], 2)
        self.assertEqual(smclab("run")[0], 2)
        self.assertEqual(smclab("run", "--stage", "moon", HELLO)[0], 2)
        self.assertEqual(smclab("run", "--seed", "x", HELLO)[0], 2)

    def test_help_is_no_error_and_goes_to_standard_output(self):
        code, out, err = smclab("run", "--help")
        self.assertEqual((code, err), (0, ""))
        self.assertIn("--stage", out)

    def test_a_missing_file_is_one_clear_line(self):
        code, out, err = smclab("run", "no/such.smc.yml")
        self.assertEqual((code, out), (2, ""))
        self.assertEqual(
            err, "smclab run: cannot read 'no/such.smc.yml': No such file or directory\n"
        )
        self.assertEqual(smclab("run", "scenarios")[0], 2)

    def test_a_bad_scenario_is_told_with_its_place(self):
        path = "tests/scenario/bad/unknown-key-inside.smc.yml"
        code, out, err = smclab("run", path)
        self.assertEqual((code, out), (2, ""))
        self.assertIn(f"{path}:2:19: unknown key 'rmen' in smc (did you mean 'rmem'?)", err)

    def test_a_check_that_leads_nowhere_is_a_bad_scenario(self):
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/x.smc.yml"
            with open(path, "w", encoding="utf-8") as file:
                file.write("version: 1\nnodes: [a, b]\nchecks:\n")
                file.write("  it: {expect: ['hosts.c.frames_sent', ==, 1]}\n")
            code, _, err = smclab("run", path)
            self.assertEqual(code, 2)
            self.assertIn("x.smc.yml:4:3: check 'it': there is no key 'c' among a, b", err)

    def test_a_missing_payload_is_a_bad_scenario(self):
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/x.smc.yml"
            with open(path, "w", encoding="utf-8") as file:
                file.write("version: 1\nnodes: [a, b]\nworkloads:\n")
                file.write("  - {type: file, from: a, to: b, file: gone.bin}\n")
            code, _, err = smclab("run", path)
            self.assertEqual(code, 2)
            self.assertIn("x.smc.yml:4:5: cannot read 'gone.bin': No such file", err)


class Cannot(unittest.TestCase):
    def test_a_stage_that_is_not_built_says_what_is_missing(self):
        for stage in ("verbs", "ns3"):
            with tempfile.TemporaryDirectory() as folder:
                path = f"{folder}/x.smc.yml"
                with open(path, "w", encoding="utf-8") as file:
                    file.write(f"version: 1\nnodes: [a, b]\nstages: [{stage}]\n")
                code, out, err = smclab("run", path)
                self.assertEqual((code, out), (3, ""))
                self.assertIn(stage, err)

    def test_a_file_that_is_not_for_the_stage_is_refused(self):
        code, _, err = smclab("run", "--stage", "verbs", "scenarios/faults/bad-cable.smc.yml")
        self.assertEqual(code, 3)
        self.assertIn("not for the stage 'verbs'", err)

    def test_a_sweep_is_refused_and_not_half_played(self):
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/x.smc.yml"
            with open(path, "w", encoding="utf-8") as file:
                file.write("version: 1\nnodes: [a, b]\nsweep: {smc.rmem: [16KiB, 64KiB]}\n")
            code, _, err = smclab("run", path)
            self.assertEqual(code, 3)
            self.assertIn("sweeps are not played yet", err)


class Verdicts(InFolder):
    def test_hello_passes_and_says_so_on_standard_output(self):
        code, out, err = smclab("run", HELLO)
        self.assertEqual((code, err), (0, ""))
        self.assertIn("1 over SMC-R, 1 of 1 complete", out)
        self.assertIn("passed: ", out)
        self.assertNotIn("\x1b", out)

    def test_a_failed_check_is_exit_1_with_what_was_found(self):
        check = "checks: {it: {expect: ['workloads[0].bytes_received', ==, 1KiB]}}\n"
        code, out, err = smclab("run", self.scenario(NODES + STREAM % "2KiB" + check))
        self.assertEqual((code, err), (1, ""))
        self.assertIn("FAILED  it ", out)
        self.assertIn("found: 2048", out)

    def test_json_is_one_object_a_file(self):
        other = self.scenario(NODES + STREAM % "2KiB")
        code, out, err = smclab("run", "--json", HELLO, other)
        self.assertEqual((code, err), (0, ""))
        first, second = (json.loads(line) for line in out.splitlines())
        self.assertEqual(first["scenario"], "hello")
        self.assertEqual(second["workloads"][0]["bytes_received"], 2048)
        for key in ("schema_version", "passed", "checks", "performance", "trace_hash", "capture"):
            self.assertIn(key, first)
        self.assertEqual((first["stage"], first["seed"]), ("world", 1))

    def test_repeats_count_the_seed_up(self):
        path = self.scenario(NODES + STREAM % "2KiB" + "repeat: 3\nseed: 40\n")
        result = json.loads(smclab("run", "--json", path)[1])
        self.assertEqual([run["seed"] for run in result["runs"]], [40, 41, 42])
        result = json.loads(smclab("run", "--json", "--seed", "7", "--repeat", "2", path)[1])
        self.assertEqual([run["seed"] for run in result["runs"]], [7, 8])

    def test_a_fallback_is_exit_4_when_smc_is_required(self):
        check = "checks: {it: {expect: ['workloads[0].tcp', ==, 1]}}\n"
        path = self.scenario(NODES + "smc: off\n" + STREAM % "2KiB" + check)
        self.assertEqual(smclab("run", path)[0], 0)
        code, out, _ = smclab("run", "--require-smc", path)
        self.assertEqual(code, 4)
        self.assertIn("1 over TCP (peer_has_no_smc)", out)

    def test_the_ladder_shows_the_handshake(self):
        out = smclab("run", "-v", HELLO, env={**os.environ, "LC_ALL": "C.UTF-8"})[1]
        for word in ("proposal", "accept", "confirm", "confirm_link", "─▶│"):
            self.assertIn(word, out)
        self.assertIn("-->|", smclab("run", "-v", HELLO, env={"LC_ALL": "C"})[1])


class Output(InFolder):
    def test_out_gets_trace_report_and_capture(self):
        self.assertEqual(smclab("run", "--out", f"{self.folder}/o", HELLO)[0], 0)
        files = sorted(os.listdir(f"{self.folder}/o"))
        self.assertEqual(files, ["run.json", "run.pcapng", "trace.jsonl"])
        self.assertTrue(json.loads(self.read("o/run.json"))["passed"])
        self.assertEqual(self.read("o/run.pcapng")[:4], bytes.fromhex("0a0d0d0a"))
        records = [json.loads(line) for line in self.read("o/trace.jsonl").splitlines()]
        self.assertIn("proposal", {record["to"] for record in records})

    def test_a_full_folder_is_not_overwritten_without_force(self):
        self.scenario("")
        code, out, err = smclab("run", "--out", self.folder, HELLO)
        self.assertEqual((code, out), (2, ""))
        self.assertIn("is not empty", err)
        self.assertEqual(smclab("run", "--force", "--out", self.folder, HELLO)[0], 0)

    def test_several_files_and_repeats_have_folders_of_their_own(self):
        path = self.scenario(NODES + STREAM % "2KiB" + "repeat: 2\n")
        self.assertEqual(smclab("run", "--out", f"{self.folder}/o", HELLO, path)[0], 0)
        self.assertTrue(os.path.exists(f"{self.folder}/o/hello/run.json"))
        self.assertTrue(os.path.exists(f"{self.folder}/o/x/seed-2/run.json"))

    def test_a_full_disk_is_one_clear_line(self):
        os.mkdir(f"{self.folder}/o")
        os.symlink("/dev/full", f"{self.folder}/o/trace.jsonl")
        code, _, err = smclab("run", "--force", "--out", f"{self.folder}/o", HELLO)
        self.assertEqual(code, 3)
        self.assertIn("trace.jsonl': No space left on device", err)
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([SMCLAB, "run", HELLO], stdout=full, timeout=60, check=False)
        self.assertEqual(done.returncode, 3)

    def test_the_same_seed_gives_the_same_bytes(self):
        for name in ("one", "two"):
            smclab("run", "--seed", "9", "--out", f"{self.folder}/{name}", HELLO)
        for file in ("run.pcapng", "trace.jsonl"):
            self.assertEqual(self.read(f"one/{file}"), self.read(f"two/{file}"))
        reports = [json.loads(self.read(f"{name}/run.json")) for name in ("one", "two")]
        hashes = {report["trace_hash"] for report in reports}
        self.assertEqual(len(hashes), 1)
        other = json.loads(smclab("run", "--json", "--seed", "10", HELLO)[1])["trace_hash"]
        self.assertNotIn(other, hashes)

    def test_a_file_is_sent_from_beside_the_scenario(self):
        with open(f"{self.folder}/payload.bin", "wb") as file:
            file.write(os.urandom(300_000))
        workload = "workloads: [{type: file, from: a, to: b, file: payload.bin}]\n"
        result = json.loads(smclab("run", "--json", self.scenario(NODES + workload))[1])
        self.assertEqual(result["workloads"][0]["bytes_received"], 300_000)
        self.assertTrue(result["passed"])


class Interrupt(InFolder):
    def test_ctrl_c_ends_a_long_run_with_what_there_is(self):
        path = self.scenario(NODES + STREAM % "500GiB" + "duration: 24h\n")
        command = [SMCLAB, "run", "--json", path]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
            time.sleep(1)
            running.send_signal(signal.SIGINT)
            out, _ = running.communicate(timeout=30)
        self.assertEqual(running.returncode, 130)
        result = json.loads(out)
        self.assertTrue(result["interrupted"])
        self.assertFalse(result["passed"])


if __name__ == "__main__":
    SMCLAB = sys.argv.pop(1)
    unittest.main()
