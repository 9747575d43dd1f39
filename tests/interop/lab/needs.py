# SPDX-License-Identifier: MIT
"""What this machine must have, asked before anything starts: a test skips with the reason, the
command ends with 3 and the same words.
"""
import os
import pathlib
import shutil

# Program -> Debian package. What is copied into the machines is wanted here, too.
_PROGRAMS = {
    "qemu-system-x86_64": "qemu-system-x86",
    "busybox": "busybox-static",
    "modprobe": "kmod",
    "depmod": "kmod",
    "ip": "iproute2",
    "rdma": "iproute2",
    "ethtool": "ethtool",
    "ibv_devinfo": "ibverbs-utils",
    "tcpdump": "tcpdump",
    "gcc": "gcc",
    "apt-get": "apt",
    "dpkg-deb": "dpkg",
    "ldd": "libc-bin",
}
_FILES = {
    "/usr/lib/x86_64-linux-gnu/libibverbs": "ibverbs-providers",
    "/usr/include/linux/smc_diag.h": "linux-libc-dev",
    "/usr/include/stdio.h": "libc6-dev",
    "/usr/include/sha2.h": "libmd-dev",
}
_SBIN = "/usr/sbin:/sbin"


class Missing(Exception):
    """This machine cannot do it; the text names what is missing and how to get it."""


def _which(name):
    return shutil.which(name) or shutil.which(name, path=_SBIN)


def program(name):
    """Path of a program, also of one for administrators."""
    found = _which(name)
    if not found:
        raise Missing(f"{name} is missing (apt-get install {_PROGRAMS.get(name, name)})")
    return found


def require(tap=False):
    """Raises Missing with one line that names everything that machines need and is not here."""
    packages = {p for name, p in _PROGRAMS.items() if not _which(name)}
    packages |= {p for f, p in _FILES.items() if not os.path.exists(f)}
    wrong = [f"packages {' '.join(sorted(packages))} (./dev deps check)"] if packages else []
    if os.uname().machine != "x86_64":
        wrong.append("an x86_64 machine, which Debian's kernel for it needs")
    if tap and os.geteuid() != 0:
        wrong.append("root, for a network namespace and a tap")
    if tap and not pathlib.Path("/dev/net/tun").exists():
        wrong.append("/dev/net/tun, for a tap")
    if wrong:
        raise Missing("missing: " + "; ".join(wrong))
