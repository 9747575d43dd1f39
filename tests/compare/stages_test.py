#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""One scenario is one conversation: every file of scenarios/data says the same on a stage as in the
world. stages_test.py SMCLAB STAGE
"""
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def smclab(program, *words):
    return subprocess.run(
        [program, *map(str, words)], capture_output=True, text=True, timeout=120, check=False
    )


class Skipped(Exception):
    """This machine cannot play it, for this reason."""


def difference(program, stage, path, folder):
    """What is wrong with this file on the stage, or nothing."""
    runs = []
    for where in ("world", stage):
        out = folder / f"{path.name}-{where}"
        done = smclab(program, "run", "--stage", where, "--out", out, path)
        if done.returncode == 3 and "smclab setup loopback" in done.stderr:
            raise Skipped(done.stderr)
        if done.returncode != 0:
            return f"exit {done.returncode} on {where}\n{done.stdout}{done.stderr}"
        runs.append(out)
    compared = smclab(program, "compare", *runs)
    if compared.returncode == 0 and not compared.stdout.startswith("same: there is no"):
        return None
    return compared.stdout + compared.stderr


def main(program, stage):
    files = sorted((ROOT / "scenarios" / "data").glob("*.smc.yml"))
    failed = skipped = 0
    with tempfile.TemporaryDirectory() as folder:
        for path in files:
            try:
                wrong = difference(program, stage, path, pathlib.Path(folder))
            except Skipped as why:
                skipped += 1
                print(f"skipped {path.name}: {why}", end="", flush=True)
                continue
            failed += wrong is not None
            print(f"{'ok     ' if wrong is None else 'FAILED '}{path.name}", flush=True)
            print(wrong or "", end="")
    print(
        f"{len(files)} files of scenarios/data on world and {stage}: {failed} differ, "
        f"{skipped} skipped"
    )
    return 1 if failed or not files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
