#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The long run of the scenarios: every file that the world can play, seed after seed, until the
time is over. A seed that fails is printed with the command that repeats it, and is the exit code.
"""
import argparse
import glob
import itertools
import json
import subprocess
import sys
import time

SEEDS_A_CALL = 10
PATIENCE_S = 600


def play(smclab, path, first_seed):
    """Seeds of this file that failed, with what failed; None if it is not for the world."""
    command = [smclab, "run", "--json", "--seed", str(first_seed), "--repeat", str(SEEDS_A_CALL)]
    done = subprocess.run(
        [*command, path], capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    if done.returncode == 3 and "(see its key 'stages')" in done.stderr:
        return None
    if done.returncode not in (0, 1):
        return {first_seed: f"exit {done.returncode}: {done.stderr[-500:]}"}
    failed = {}
    for run in json.loads(done.stdout)["runs"]:
        wrong = [name for name, check in run["checks"].items() if not check["passed"]]
        if wrong:
            failed[run["seed"]] = ", ".join(wrong)
    return failed


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    options.add_argument("--smclab", required=True)
    options.add_argument("--seconds", type=float, default=1800)
    arguments = options.parse_args()
    paths = sorted(glob.glob("scenarios/*/*.smc.yml"))
    end = time.monotonic() + arguments.seconds
    runs, failures = 0, 0
    for first_seed in itertools.count(1000, SEEDS_A_CALL):
        for path in list(paths):
            if time.monotonic() > end:
                print(f"{runs} runs of {len(paths)} files, {failures} failed")
                return 1 if failures or not runs else 0
            failed = play(arguments.smclab, path, first_seed)
            if failed is None:
                paths.remove(path)
                continue
            runs += SEEDS_A_CALL
            failures += len(failed)
            for seed, why in failed.items():
                print(f"smclab run --seed {seed} {path}   # {why}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
