#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs the libFuzzer targets of a build, one after the other, and prints what each reached:
executions a second against its floor, and what broke. Exits 1 if a decoder broke, if a target was
slower than its floor, or if the canary's bug was not found. A second is one of processor time, so
that a busy machine does not make a decoder slow.

New inputs that widen coverage are kept in BUILD/corpus; `--keep` merges the smallest set of them
into tests/fuzz/corpus, where the tests replay them.
"""
import argparse
import os
import re
import resource
import subprocess
import sys

SEEDS = "tests/fuzz/corpus"


def processor_seconds():
    """What the children that ended so far have used."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run_target(build, name, seconds, length):
    """(executions a second, edges covered, breaking input or None) of one target."""
    found, crashes = f"{build}/corpus/{name}", f"{build}/crashes/"
    os.makedirs(found, exist_ok=True)
    os.makedirs(crashes, exist_ok=True)
    seeds = [folder for folder in [f"{SEEDS}/{name}"] if os.path.isdir(folder)]
    options = [f"-max_total_time={seconds}", "-print_final_stats=1", "-timeout=10"]
    options += ["-rss_limit_mb=2048", f"-artifact_prefix={crashes}{name}-", f"-max_len={length}"]
    # Choosing inputs by entropy costs more than running them when a run takes microseconds.
    options += ["-entropic=0"]
    command = [f"{build}/fuzz_{name}", *options, found, *seeds]
    before = processor_seconds()
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    used = processor_seconds() - before
    count = re.search(r"stat::number_of_executed_units:\s*(\d+)", done.stderr)
    edges = re.findall(r"\bcov: (\d+)", done.stderr)
    broken = re.search(r"Test unit written to (\S+)", done.stderr)
    if done.returncode != 0 and not broken:
        sys.exit(f"fuzz_{name} failed to run:\n{done.stderr[-2000:]}")
    result = (int(int(count[1]) / used) if count else 0, int(edges[-1]) if edges else 0)
    return (*result, broken[1] if broken else None)


def keep(build, name):
    """Merges what was found into the corpus that tests replay."""
    target = f"{SEEDS}/{name}"
    os.makedirs(target, exist_ok=True)
    command = [f"{build}/fuzz_{name}", "-merge=1", target, f"{build}/corpus/{name}"]
    subprocess.run(command, capture_output=True, check=True)


def read_targets(build, chosen):
    with open(f"{build}/fuzz_targets.txt", encoding="utf-8") as file:
        rows = [line.split() for line in file]
    targets = {name: (int(floor), int(length)) for name, floor, length in rows}
    unknown = set(chosen) - set(targets)
    if unknown:
        sys.exit(f"no such target: {', '.join(sorted(unknown))}; there are {', '.join(targets)}")
    return {name: known for name, known in targets.items() if not chosen or name in chosen}


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    options.add_argument("targets", nargs="*", help="names without fuzz_; all when none is given")
    options.add_argument("--build", default="build/fuzz")
    options.add_argument("--seconds", type=int, default=60, help="for each target")
    options.add_argument("--keep", action="store_true", help="merge new inputs into the corpus")
    arguments = options.parse_args()
    targets = read_targets(arguments.build, arguments.targets)

    wrong = []
    _, _, broken = run_target(arguments.build, "canary", 10, 64)
    print(f"{'canary':<12} {'its bug was found' if broken else 'its bug was NOT found'}")
    if not broken:
        wrong.append("canary")
    for name, (floor, length) in targets.items():
        rate, edges, broken = run_target(arguments.build, name, arguments.seconds, length)
        verdict = f"BROKEN by {broken}" if broken else "ok" if rate >= floor else "TOO SLOW"
        print(f"{name:<12} {rate:>9} executions/s (floor {floor}), {edges} edges: {verdict}")
        sys.stdout.flush()
        if verdict != "ok":
            wrong.append(name)
        elif arguments.keep:
            keep(arguments.build, name)
    names = f": {', '.join(wrong)}" if wrong else ""
    print(f"{len(targets)} targets, {len(wrong)} wrong{names}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
