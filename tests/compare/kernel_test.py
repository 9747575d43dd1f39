# SPDX-License-Identifier: MIT
"""Our conversations against the kernel's own, on every machine: each scenario beside this test,
in kernel/v1 and kernel/v2, says what two kernels said in the capture of the same name, and is
played on a stage. Called with the program's path and the stage; on emu it needs the loopback hosts
to itself.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

import explained

_HERE = pathlib.Path(__file__).resolve().parent
_CAPTURES = _HERE.parent / "wire" / "captures"


def kernels(scenario):
    """The capture that a scenario repeats: beside it, or among the kernel's captures."""
    name = scenario.name.removesuffix(".smc.yml") + ".pcap"
    beside = scenario.parent / name
    return beside if beside.exists() else _CAPTURES / scenario.parent.name / name


def is_for(stage, scenario):
    only = re.search(r"^stages: \[(.*)\]", scenario.read_text(encoding="utf-8"), re.M)
    return not only or stage in re.split(", *", only[1])


def play(smclab, stage, scenario, folder):
    command = [smclab, "run", "--stage", stage, "--out", folder, scenario]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"{scenario}: {done.stdout}{done.stderr}"


def main():
    smclab, stage = sys.argv[1:]
    judge = explained.Judge(smclab)
    scenarios = sorted((_HERE / "kernel").glob("v?/*.smc.yml"))
    with tempfile.TemporaryDirectory() as scratch:
        for scenario in scenarios:
            version, name = scenario.parent.name, scenario.name.removesuffix(".smc.yml")
            folder = pathlib.Path(scratch) / f"{version}-{name}"
            if not is_for(stage, scenario):
                print(f"not for {stage}: {version} {name}")
                continue
            play(smclab, stage, scenario, folder)
            judge.compare(kernels(scenario), folder, f"{stage} {version} {name}")
    return 0 if judge.good() else 1


if __name__ == "__main__":
    sys.exit(main())
