# SPDX-License-Identifier: MIT
"""Every scenario that is shipped passes on the stage: play_all.py SMCLAB STAGE FOLDER...
A file that is not for the stage, and says so by its key `stages`, is counted and named; so is one
that wants IPv6 addresses which this machine does not give.
"""
import glob
import subprocess
import sys


def main(smclab, stage, folders):
    failed, left_out, played = [], [], 0
    for path in sorted(p for folder in folders for p in glob.glob(f"{folder}/*.smc.yml")):
        command = [smclab, "run", "--stage", stage, path]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode == 3 and "(see its key 'stages')" in done.stderr:
            left_out.append(path)
            continue
        if done.returncode == 3 and "smclab setup loopback" in done.stderr:
            print(f"skipped {path}: {done.stderr}", end="")
            continue
        played += 1
        if done.returncode != 0:
            failed.append(path)
            print(f"{path}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    for path in left_out:
        print(f"not for {stage}: {path}")
    print(f"{played} played on {stage}, {len(failed)} failed")
    return 1 if failed or played == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
