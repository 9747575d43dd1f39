# SPDX-License-Identifier: MIT
"""The file system of a machine, made in seconds from what this machine has: busybox, a few real
programs with their libraries, our guest tools, and the kernel modules that SMC-R over rxe needs.
"""
import glob
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from . import needs, places
from .archive import Archive

PROGRAMS = ("ip", "tc", "ss", "rdma", "ethtool", "tcpdump", "modprobe", "ibv_devinfo")
# crc32_generic: without it `rdma link add` fails with a bare "No such file or directory".
MODULES = """virtio_pci virtio_net virtio_rng 9pnet_virtio 9p veth ib_core ib_uverbs rdma_cm
    rdma_ucm rdma_rxe smc smc_diag inet_diag tcp_diag sch_netem sch_prio cls_u32 crc32_generic
    crc32_pclmul crc32c_generic""".split()
_PROVIDER = "/usr/lib/x86_64-linux-gnu/libibverbs/librxe-rdmav*.so"
_FILES = {
    "etc/passwd": "root:x:0:0:root:/:/bin/sh\ntcpdump:x:100:100::/:/bin/sh\n",
    "etc/group": "root:x:0:\ntcpdump:x:100:\n",
    "etc/hosts": "127.0.0.1 localhost\n",
    "etc/protocols": "tcp 6 TCP\nudp 17 UDP\n",
}
_FOLDERS = "proc sys dev tmp run var/run lab build root".split()


def libraries(path):
    """Shared libraries of a program or library, the loader among them; none if it is static."""
    shown = subprocess.run(["ldd", path], capture_output=True, text=True, check=False).stdout
    return re.findall(r"(?:=> |^\t)(/\S+)", shown, re.M)


def _add_program(archive, name):
    path = needs.program(name)
    archive.copy(f"bin/{name}", path)
    _add_libraries(archive, path)


def _add_libraries(archive, path):
    for library in libraries(path):
        if library not in archive:
            archive.copy(library)


def _add_busybox(archive):
    busybox = needs.program("busybox")
    archive.copy("bin/busybox", busybox)
    listed = subprocess.run([busybox, "--list"], capture_output=True, text=True, check=True)
    for applet in listed.stdout.split():
        if f"bin/{applet}" not in archive:
            archive.link(f"bin/{applet}", "busybox")


def _add_modules(archive, kernel, extra):
    with tempfile.TemporaryDirectory() as scratch:
        base = pathlib.Path(scratch, "lib", "modules", kernel.release)
        base.mkdir(parents=True)
        for path in kernel.modules(MODULES):
            # The kernel reads plain modules by itself; compressed ones only make it complain.
            plain = pathlib.Path(scratch, path.with_name(path.name.removesuffix(".xz")))
            plain.parent.mkdir(parents=True, exist_ok=True)
            plain.write_bytes(kernel.read_module(path))
        packaged = kernel.tree / "lib" / "modules" / kernel.release
        for name in ("modules.order", "modules.builtin", "modules.builtin.modinfo"):
            shutil.copy(packaged / name, base)
        subprocess.run([needs.program("depmod"), "-b", scratch, kernel.release], check=True)
        for path in sorted(p for p in base.rglob("*") if p.is_file()):
            archive.copy(path.relative_to(scratch), path)
    for path in extra:
        archive.copy(f"extra/{path.name}", path)


def _fill(kernel, tools, extra):
    archive = Archive()
    for folder in _FOLDERS:
        archive.folder(folder)
    for name in PROGRAMS:
        _add_program(archive, name)
    # Debian's busybox, as a shell, takes its own applets for the real programs above.
    _add_program(archive, "sh")
    _add_busybox(archive)
    archive.link("sbin/modprobe", "/bin/modprobe")  # where the kernel itself calls it
    for provider in glob.glob(_PROVIDER):
        archive.copy(provider)
        _add_libraries(archive, provider)
    archive.copy("/etc/libibverbs.d/rxe.driver")
    for tool in tools:
        archive.copy(f"bin/{tool.name}", tool)
        _add_libraries(archive, tool)
    for path, text in _FILES.items():
        archive.file(path, text.encode(), 0o644)
    _add_modules(archive, kernel, extra)
    archive.file("init", (places.GUEST / "init").read_bytes())
    return archive


def _key(kernel, files):
    """What the initramfs is made of, as a name: another kernel, tool or script is another file."""
    digest = hashlib.sha256(kernel.release.encode())
    for path in files:
        state = os.stat(path)
        digest.update(f"{path} {state.st_size} {state.st_mtime_ns}".encode())
    return digest.hexdigest()[:16]


def build(cache, kernel, tools, extra=()):
    """Path of the initramfs, made anew when a part of it has changed."""
    own = sorted(places.LAB.glob("*.py")) + [places.GUEST / "init"]
    system = [needs.program(name) for name in (*PROGRAMS, "busybox")]
    path = cache / f"initramfs-{_key(kernel, [*own, *system, *tools, *extra])}.gz"
    if not path.exists():
        for old in cache.glob("initramfs-*.gz"):
            old.unlink()
        unfinished = path.with_suffix(".new")
        _fill(kernel, tools, extra).write(unfinished)
        unfinished.rename(path)
    return path
