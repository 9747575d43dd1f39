#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The stage verbs on soft-RoCE, inside one laboratory machine: `smclab setup rxe` makes what it
needs and takes all of it back, and what every stage promises holds here, too.

verbs_test.py SMCLAB
"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from lab import Lab, Missing  # noqa: E402
from tally import SKIPPED, Tally  # noqa: E402

SCENARIOS = pathlib.Path(__file__).resolve().parents[3] / "scenarios"
PLUGIN = "libsmclab_verbs.so"
# What a machine shows of itself that setting up and undoing must not change.
STATE = """for family in -4 -6; do ip $family rule; ip $family route show table all; done
ip -o link show | cut -d: -f2; rdma dev"""


class Story:
    """One machine with our program in it, and what did not hold there."""

    def __init__(self, machine, program, folder):
        plugin = program.with_name(PLUGIN)
        if not plugin.exists():
            raise Missing(f"{PLUGIN} was not built (apt-get install libibverbs-dev)")
        self.tally = Tally()
        self.program = program
        self.folder = folder
        self.machine = machine
        machine.bring(plugin)
        self.smclab = machine.bring(program)
        shutil.copytree(SCENARIOS, machine.path("scenarios"))

    def check(self, holds, name, shown=""):
        if holds:
            self.tally.passed(name)
        else:
            self.tally.failed(name, shown)

    def run(self, *words):
        return self.machine.run([*self.smclab, *words], patience_s=180)

    def play(self, folder, name, *options):
        return self.run("run", "--stage", "verbs", *options, f"/lab/scenarios/{folder}/{name}")

    def state(self):
        return self.machine.run(STATE).out

    def setup(self, *options):
        done = self.run("setup", "rxe", *options)
        self.check(done.code == 0, " ".join(["setup rxe", *options]), done.err)

    def nothing_there(self):
        done = self.play("data", "01-hello.smc.yml")
        one_line = done.err.count("\n") == 1 and "smclab setup rxe" in done.err
        self.check(done.code == 3 and one_line, "one line says that devices are missing", done.err)

    def conversations(self):
        """Every file passes, and says on the wire what it says in the world."""
        for path in sorted((SCENARIOS / "data").glob("*.smc.yml")):
            name = path.name.removesuffix(".smc.yml")
            done = self.play("data", path.name, "--out", f"/lab/out/{name}")
            self.check(done.code == 0, f"data/{path.name}", done.out + done.err)
            if done.code != 0:
                continue
            world = self.folder / name
            subprocess.run([self.program, "run", "--out", world, path], check=True,
                           stdout=subprocess.DEVNULL)
            compare = [self.program, "compare", "--json", world, self.machine.path(f"out/{name}")]
            found = subprocess.run(compare, capture_output=True, text=True, check=False)
            same = found.returncode == 0 and json.loads(found.stdout)["links"] > 0
            self.check(same, f"data/{path.name} is the world's conversation", found.stdout)

    def scenarios(self, folder):
        played = 0
        for path in sorted((SCENARIOS / folder).glob("*.smc.yml")):
            done = self.play(folder, path.name)
            elsewhere = done.code == 3 and "its key 'stages'" in done.err
            refused = done.code == 3 and "stage verbs cannot" in done.err
            played += done.code == 0
            how = " is for other stages" if elsewhere else " is refused" if refused else ""
            good = done.code == 0 or elsewhere or refused
            self.check(good, f"{folder}/{path.name}{how}", done.out + done.err)
        self.check(played > 0, f"{played} of {folder} played")


def main(program):
    with tempfile.TemporaryDirectory() as folder, Lab(machines=1) as lab:
        story = Story(lab.a, program, pathlib.Path(folder))
        before = story.state()
        story.nothing_there()
        story.setup("--cables", "2")
        story.setup("--cables", "2")
        story.conversations()
        story.scenarios("fallback")
        story.scenarios("faults")
        story.setup("--undo")
        story.setup("--undo")
        after = story.state()
        story.check(after == before, "nothing is left", f"before:\n{before}\nafter:\n{after}")
        story.nothing_there()
    return story.tally


def play(story):
    """story(our program) to its end, which is this program's: what it counted, or skipped."""
    try:
        tally = story(pathlib.Path(sys.argv[1]).resolve())
    except Missing as missing:
        print(f"skipped: {missing}")
        sys.exit(SKIPPED)
    print(tally.line(pathlib.Path(sys.argv[0]).stem))
    sys.exit(tally.code())


if __name__ == "__main__":
    play(main)
