#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What soft-RoCE devices tell while the stage verbs uses them, inside one laboratory machine: a
cable that is pulled and plugged in again, an interface that is deleted, a device that an
administrator wants back.

verbs_events_test.py SMCLAB
"""
import pathlib
import shutil
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from lab import Lab  # noqa: E402
from verbs_test import Story, play  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
SENT = "/sys/class/infiniband/smclab_r0/ports/1/hw_counters/sent_pkts"


def packets_sent(count):
    """A script that waits until so many packets more have left."""
    return f"""
first=$(cat {SENT})
while [ $(cat {SENT}) -lt $((first + {count})) ]; do sleep 0.1; done
"""


class Events(Story):
    def __init__(self, machine, program):
        super().__init__(machine, program, None)
        for name in ("unplugged", "gone"):
            shutil.copy(HERE / f"{name}.smc.yml", machine.path(f"{name}.smc.yml"))

    def under_way(self, path, packets=60):
        """Starts a run, and returns when it has sent something, by default when its first transfer
        is in the middle.
        """
        waiting = self.machine.start(packets_sent(packets))
        job = self.machine.start([*self.smclab, "run", "--stage", "verbs", path])
        done = waiting.wait(60)
        self.check(done.code == 0, "a transfer is under way", done.err)
        return job

    def ends_well(self, job, name):
        done = job.wait(90)
        self.check(done.code == 0, name, done.out + done.err)

    def unplugged(self, interface):
        job = self.under_way("/lab/unplugged.smc.yml")
        self.machine.run(f"ip link set {interface} down").check()
        self.machine.run(f"sleep 1; ip link set {interface} up").check()
        # The kernel forgot the routes over it, and its IPv6 addresses.
        self.setup()
        self.ends_well(job, f"both sides are told that {interface} went down, and use it again")

    def deleted(self):
        job = self.under_way("/lab/gone.smc.yml")
        self.machine.run("ip link delete smclab0").check()
        self.ends_well(job, "both sides are told when the interface is deleted")
        left = self.machine.run("rdma link").out
        self.check("smclab_r" not in left, "the devices went with it", left)
        self.nothing_there()
        self.setup()

    def wanted_back(self):
        """rdma_rxe has no way to take a device from a program: it waits until that ends."""
        job = self.under_way("/lab/scenarios/data/12-idle-link.smc.yml", packets=2)
        wanted = self.machine.start("rdma link delete smclab_r0")
        self.ends_well(job, "a run keeps its device when somebody wants it deleted")
        done = wanted.wait(60)
        self.check(done.code == 0, "and the device goes when the run is over", done.err)
        self.setup()

    def works(self):
        done = self.play("data", "01-hello.smc.yml")
        self.check(done.code == 0, "afterwards all is as before", done.out + done.err)


def main(program):
    with Lab(machines=1) as lab:
        events = Events(lab.a, program)
        events.setup()
        for interface in ("smclab0", "smclab1"):
            events.unplugged(interface)
        events.deleted()
        events.wanted_back()
        events.works()
    return events.tally


if __name__ == "__main__":
    play(main)
