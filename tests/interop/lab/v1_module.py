# SPDX-License-Identifier: MIT
"""An smc.ko that speaks SMC-Rv1 over soft-RoCE. Linux's v1 takes only addresses of RoCE version 1,
which rxe does not have, so the stock module never gets there. This one is compiled from Debian's
own kernel source with that one condition widened, in the two places where it stands. Source and
headers are packages, unpacked in the cache and never installed; nothing of them is kept here.
"""
import os
import re
import shutil
import subprocess
import tarfile

from . import needs
from .kernel import run, unpack

_SOURCE = "linux-source-6.12"
_FOLDER = f"{_SOURCE}/net/smc/"
_NARROW = re.compile(r"(!smcrv2 && attr->gid_type) == IB_GID_TYPE_ROCE\b")
_WIDE = r"\1 != IB_GID_TYPE_IB"
_PLACES = 2


def path(cache, kernel):
    """Where the module stands once it is built."""
    return cache / "v1" / kernel.release / "smc_v1.ko"


def build(cache, kernel):
    """Path of the module; the first time this fetches 170 MB and compiles for a minute."""
    target = path(cache, kernel)
    if target.exists():
        return target
    for name in ("make", "gcc-12"):
        needs.program(name)
    work = cache / "v1" / "work"
    shutil.rmtree(work, ignore_errors=True)
    headers = _headers(work, kernel.release)
    source = _source(work)
    _widen(source / "smc_ib.c")
    _make(source, headers)
    target.parent.mkdir(parents=True, exist_ok=True)
    run(["strip", "-g", "-o", target, source / "smc.ko"])
    shutil.rmtree(work)
    return target


def _headers(work, release):
    """The folder that `make -C` wants, its paths turned to where it was unpacked."""
    flavour = release.rpartition("-")[0]
    for package in (f"linux-headers-{release}", f"linux-headers-{flavour}-common",
                    f"linux-kbuild-{flavour}"):
        unpack(package, work)
    headers = work / "usr" / "src" / f"linux-headers-{release}"
    (headers / "vmlinux").unlink()  # only for type information, which needs one more tool
    makefile = headers / "Makefile"
    text = makefile.read_text(encoding="ascii")
    makefile.write_text(text.replace("/usr/src/", f"{work}/usr/src/"), encoding="ascii")
    return headers


def _source(work):
    """SMC's folder out of the kernel's archive, which is read no further than that."""
    unpack(_SOURCE, work)
    packed = work / "usr" / "src" / f"{_SOURCE}.tar.xz"
    with tarfile.open(packed, "r|xz") as archive:
        seen = False
        for member in archive:
            if member.name.startswith(_FOLDER):
                seen = True
                if member.isfile():
                    archive.extract(member, work)
            elif seen:
                break
    packed.unlink()
    return work / _FOLDER


def _widen(source):
    text, count = _NARROW.subn(_WIDE, source.read_text(encoding="utf-8"))
    if count != _PLACES:
        raise needs.Missing(f"the kernel's {source.name} has changed: {count} places to widen")
    source.write_text(text, encoding="utf-8")


def _make(source, headers):
    command = ["make", "-j2", "-C", str(headers), f"M={source}", "CONFIG_SMC=m",
               "CONFIG_SMC_DIAG=m", "modules"]
    clean = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    done = subprocess.run(command, capture_output=True, text=True, env=clean, check=False)
    if done.returncode != 0:
        raise needs.Missing(f"SMC's module does not compile:\n{done.stderr[-2000:]}")
