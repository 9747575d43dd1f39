# SPDX-License-Identifier: MIT
"""Our own programs for the machines, compiled when they are wanted: smcpeer (the application of
the tests) and smcctl (what smc-tools do elsewhere; Debian 12 has none).
"""
import subprocess

from . import needs, places

_PARTS = {
    "smcpeer": ("smcpeer", "exchange", "netlink", "smc_sockets", "turns"),
    "smcctl": ("smcctl", "attributes", "netlink", "smc_sockets"),
}
_FLAGS = ("-std=gnu11", "-D_GNU_SOURCE", "-O2", "-static", "-Wall", "-Wextra", "-Wconversion",
          "-Werror", f"-I{places.ROOT}")
_LIBRARIES = ("-lmd", "-lpthread")  # libmd has SHA-256


def build(cache):
    """Paths of the compiled tools; compiled again when a source is newer."""
    folder = cache / "tools"
    folder.mkdir(exist_ok=True)
    newest = max(path.stat().st_mtime_ns for path in places.GUEST.glob("*.[ch]"))
    for name, parts in _PARTS.items():
        target = folder / name
        if not target.exists() or target.stat().st_mtime_ns <= newest:
            _compile(target, [places.GUEST / f"{part}.c" for part in parts])
    return [folder / name for name in _PARTS]


def _compile(target, sources):
    command = [needs.program("gcc"), *_FLAGS, "-o", target, *sources, *_LIBRARIES]
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"{target.name} does not compile:\n{done.stderr}")
