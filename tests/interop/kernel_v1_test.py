#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""SMC-Rv1 between two kernels, by the module that takes soft-RoCE's addresses. It is built only on
demand, because that fetches the kernel's source: SMCLAB_LAB_V1=build, or smclab vm up --with-v1.

kernel_v1_test.py SMCLAB [FOLDER]: FOLDER keeps the capture.
"""
import os
import sys

import witness
from kernel_pair_test import converse, transports
from lab import Lab, capture


def over_smc_rv1(lab, smclab, folder):
    path = folder / "over_smc_rv1.pcap"
    lab.smc_up(with_v1=True, ueid=None)
    with capture(lab.a, path, "eth0"):
        both = converse(lab, client_words=["--mode", "both", "--bytes", 200_000])
    assert transports(both) == ["smc-r", "smc-r"], both
    assert lab.b.smc.stats()["smc_r"]["client_v1"] == 1
    messages = witness.messages(smclab, path)
    (accept,) = witness.of(messages, "accept")
    assert accept["version"] == 1 and accept["fields"]["gid"].startswith("fe80:"), accept
    assert {m["version"] for m in witness.of(messages, "confirm_link")} == {1}
    witness.clean(path)


def machines():
    """The module first: machines would only wait for it."""
    Lab.v1_module(may_build=os.environ.get("SMCLAB_LAB_V1") == "build")
    return Lab(machines=2)


if __name__ == "__main__":
    sys.exit(witness.play(machines, (over_smc_rv1,)))
