# SPDX-License-Identifier: MIT
"""Debian's own 6.12 kernel: the package that linux-image-6.12-amd64 stands for, because updates
replace the exact one, unpacked into the cache and never installed. Its modules have smc, smc_diag
and rdma_rxe. 6.1, the default of Debian 12, cannot: its rxe tells SMC no state of a queue pair.
"""
import lzma
import pathlib
import re
import subprocess
from dataclasses import dataclass

from . import needs

META = "linux-image-6.12-amd64"


@dataclass(frozen=True)
class Kernel:
    release: str  # as uname -r says it
    tree: pathlib.Path  # what the package holds, from its root on

    @property
    def image(self):
        return self.tree / "boot" / f"vmlinuz-{self.release}"

    def modules(self, names):
        """Files of these modules and all that they need, relative to the tree."""
        found = set()
        for name in names:
            command = [needs.program("modprobe"), "-d", str(self.tree), "-S", self.release]
            shown = run([*command, "--show-depends", name])
            for line in shown.splitlines():
                words = line.split()
                if words and words[0] == "insmod":
                    found.add(pathlib.Path(words[1]).relative_to(self.tree))
        return sorted(found)

    def read_module(self, path):
        data = (self.tree / path).read_bytes()
        return lzma.decompress(data) if path.suffix == ".xz" else data


def run(command, folder=None):
    """Standard output of a command; a failure is something that this machine lacks."""
    done = subprocess.run(
        [str(c) for c in command], cwd=folder, capture_output=True, text=True,
        stdin=subprocess.DEVNULL, check=False,
    )
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise needs.Missing(f"{' '.join(map(str, command[:3]))} failed: {' '.join(said)}")
    return done.stdout


def depends(package, pattern):
    """The package that `package` depends on whose name matches."""
    for attempt in (0, 1):
        try:
            found = re.search(rf"Depends: ({pattern})", run(["apt-cache", "depends", package]))
        except needs.Missing:
            found = None
        if found:
            return found[1]
        if attempt == 0:
            run(["apt-get", "-q", "update"])  # a fresh machine has no lists
    raise needs.Missing(f"the package {package}, which Debian 12's security archive has")


def unpack(package, target, unwanted=()):
    """Downloads one package and unpacks it below `target`; whole or not at all."""
    target.mkdir(parents=True, exist_ok=True)
    for old in target.glob("*.deb"):
        old.unlink()
    try:
        run(["apt-get", "-q", "download", package], target)
    except needs.Missing:
        run(["apt-get", "-q", "update"])  # an aged list names a file that the mirror has dropped
        run(["apt-get", "-q", "download", package], target)
    (deb,) = target.glob("*.deb")
    run(["dpkg-deb", "-x", deb, target])
    deb.unlink()
    for pattern in unwanted:
        for path in target.glob(pattern):
            path.unlink()


def fetch(cache):
    """The kernel in the cache; a download the first time."""
    ready = cache / "kernel.ready"
    if ready.exists():
        release = ready.read_text(encoding="ascii").strip()
        return Kernel(release, cache / "kernel" / release)
    package = depends(META, r"linux-image-6\.12\.\S+-amd64")
    release = package.removeprefix("linux-image-")
    kernel = Kernel(release, cache / "kernel" / release)
    unpack(package, kernel.tree, unwanted=("boot/System.map-*",))
    run([needs.program("depmod"), "-b", kernel.tree, release])
    ready.write_text(release, encoding="ascii")
    return kernel
