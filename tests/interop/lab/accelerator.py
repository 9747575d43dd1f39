# SPDX-License-Identifier: MIT
"""How QEMU runs a machine's processor. A /dev/kvm that exists may still abort QEMU, or run firmware
and choke on a kernel, so it is used only after a probe machine has booted the kernel with it;
otherwise the processor is emulated in software, which always works.
"""
import os
import pathlib
import subprocess

from . import needs

SOFTWARE = ("-accel", "tcg,thread=multi", "-cpu", "max")
KVM = ("-accel", "kvm", "-cpu", "host")
_PROBE_S = 8


def _boot():
    return pathlib.Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def _probe(image):
    """Whether the kernel reaches the end of its own boot: a panic, for want of a file system."""
    command = [needs.program("qemu-system-x86_64"), *KVM, "-machine", "q35", "-m", "256"]
    command += ["-nodefaults", "-display", "none", "-no-reboot", "-serial", "stdio"]
    command += ["-kernel", str(image), "-append", "console=ttyS0 panic=-1"]
    try:
        probe = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PROBE_S, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return b"Unable to mount root" in probe.stdout


def choose(cache, image):
    """QEMU's options. The probe's answer holds until this machine boots again."""
    if os.environ.get("SMCLAB_LAB_KVM") == "0" or not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return SOFTWARE
    answer = cache / "kvm"
    known = answer.read_text(encoding="ascii").split() if answer.exists() else []
    if known[:1] != [_boot()]:
        known = [_boot(), "works" if _probe(image) else "fails"]
        answer.write_text(" ".join(known), encoding="ascii")
    return KVM if known[1] == "works" else SOFTWARE
