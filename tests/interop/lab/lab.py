# SPDX-License-Identifier: MIT
"""The laboratory: up to two machines and the wires between them, brought up together and taken
down whole, whatever happens in between.
"""
import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor

from . import accelerator, initramfs, kernel, needs, places, tools, v1_module, wires
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

    @classmethod
    def attach(cls, folder):
        """The laboratory that another program has brought up in `folder`."""
        state = json.loads((folder / "lab.json").read_text(encoding="utf-8"))
        return cls(**state, folder=folder)

    def _remember(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        state = {"machines": len(self.machines), "tap": self.tap, "links": self.links}
        state |= {"owner": self._settings["owner"]} if "owner" in self._settings else {}
        (self.folder / "lab.json").write_text(json.dumps(state), encoding="utf-8")

    @staticmethod
    def address(side, link=0):
        """IPv4 address of a (0) or of b (1), machine or namespace, on a wire."""
        return wires.address(side, link)

    @staticmethod
    def v1_module(may_build=True):
        """Path of an smc.ko that speaks SMC-Rv1 over soft-RoCE; built the first time, if it may."""
        needs.require()
        with places.locked_cache() as cache:
            found = kernel.fetch(cache)
            if not may_build and not v1_module.path(cache, found).exists():
                raise needs.Missing("the module for SMC-Rv1, which SMCLAB_LAB_V1=build builds here")
            return v1_module.build(cache, found)

    def smc_up(self, with_v1=False, **settings):
        """SMC-R in all machines (Smc.up has the settings), with a module that speaks SMC-Rv1 over
        soft-RoCE if wanted. Without a UEID only v1 is offered."""
        if with_v1:
            module = self.v1_module()
            settings["module"] = [machine.put(module) for machine in self.machines][0]
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda machine: machine.smc.up(**settings), self.machines))

    @property
    def a(self):
        return self.machines[0]

    @property
    def b(self):
        """The second machine, or the namespace that takes its place."""
        return self.machines[1] if len(self.machines) == 2 else self.host

    def up(self):
        needs.require(self.tap)
        self._remember()
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
