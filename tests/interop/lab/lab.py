# SPDX-License-Identifier: MIT
"""The laboratory: up to two machines and the wires between them, brought up together and taken
down whole, whatever happens in between.
"""
import os
import shutil
from concurrent.futures import ThreadPoolExecutor

from . import accelerator, initramfs, kernel, needs, places, tools, wires
from .host import Host
from .machine import BOOT_S, Machine, Plan

NAMES = ("a", "b")
_ONE_SUBNET = (
    "net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 "
    "net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2"
)


class Lab:
    """with Lab(machines=2) as lab: … The package's documentation shows the rest."""

    def __init__(self, machines=1, tap=False, links=1, **settings):
        if not (machines == 2 and not tap or machines == 1):
            raise ValueError("two machines, or one with or without a tap")
        self.links, self.tap = links, tap
        self._settings = settings
        self.folder = settings.get("folder") or places.new_session()
        self.lasting = settings.get("lasting", False)
        self.machines = [Machine(name, self.folder / name) for name in NAMES[:machines]]
        self.host = Host(self.folder / "host", settings.get("owner", os.getpid())) if tap else None

    @property
    def a(self):
        return self.machines[0]

    @property
    def b(self):
        """The second machine, or the namespace that takes its place."""
        return self.machines[1] if len(self.machines) == 2 else self.host

    def up(self):
        needs.require(self.tap)
        plans = self._plans()
        for machine, plan in zip(self.machines, plans):
            machine.boot(plan)
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda m: m.wait_ready(BOOT_S), self.machines))
            list(pool.map(self._address, enumerate(self.machines)))
        return self

    def _plans(self):
        if self.host:
            self.host.make(self.links)
        with places.locked_cache() as cache:
            found = kernel.fetch(cache)
            made = initramfs.build(cache, found, tools.build(cache))
            speed = accelerator.choose(cache, found.image)
        self.release = found.release
        inside = self.host.inside if self.host else ()
        plans = [
            Plan(found.image, made, speed, inside=inside, lasting=self.lasting)
            for _ in self.machines
        ]
        for link in range(self.links):
            if self.host:
                plans[0].wires.append(wires.to_tap(f"tap{link}", link))
            elif len(plans) == 2:
                for plan, wire in zip(plans, wires.between_machines(link)):
                    plan.wires.append(wire)
        return plans

    def _address(self, numbered):
        """Addresses of eth0, eth1, …; with two wires in one subnet ARP must not mix them up."""
        side, machine = numbered
        lines = ["set -e", f"sysctl -qw {_ONE_SUBNET}"]
        for link in range(self.links if self.host or len(self.machines) == 2 else 0):
            lines.append(f"sysctl -qw net.ipv4.conf.eth{link}.rp_filter=0")
            lines.append(f"ip address add {wires.address(side, link)}/24 dev eth{link}")
            lines.append(f"ip link set eth{link} up")
        machine.run("\n".join(lines)).check()

    def down(self):
        """Ends everything and removes every trace; also of a laboratory that is half up."""
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda m: m.stop(), self.machines))
        if self.host:
            self.host.remove()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        try:
            return self.up()
        except BaseException:
            self.down()
            raise

    def __exit__(self, *_):
        self.down()
