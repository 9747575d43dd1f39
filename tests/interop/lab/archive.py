# SPDX-License-Identifier: MIT
"""A cpio archive in the `newc` format, which the kernel unpacks into its first file system. Written
here in a few lines, so that making an initramfs needs neither root nor a scratch folder.
"""
import gzip
import os
import stat

_TRAILER = "TRAILER!!!"


class Archive:
    """Paths without a leading slash; folders above a path come by themselves."""

    def __init__(self):
        self._entries = {}

    def __contains__(self, path):
        return _plain(path) in self._entries

    def folder(self, path, mode=0o755):
        path = _plain(path)
        if path:
            self._above(path)
            self._entries.setdefault(path, (stat.S_IFDIR | mode, b""))

    def file(self, path, data, mode=0o755):
        self._above(_plain(path))
        self._entries[_plain(path)] = (stat.S_IFREG | mode, data)

    def copy(self, path, source=None):
        """A file of this machine, links followed."""
        source = source or path
        with open(source, "rb") as file:
            self.file(path, file.read(), stat.S_IMODE(os.stat(source).st_mode))

    def link(self, path, target):
        self._above(_plain(path))
        self._entries[_plain(path)] = (stat.S_IFLNK | 0o777, os.fsencode(str(target)))

    def _above(self, path):
        above = os.path.dirname(path)
        if above and above not in self._entries:
            self.folder(above)

    def write(self, target):
        """Compressed as fast as can be: unpacking runs on an emulated processor."""
        with gzip.open(target, "wb", compresslevel=1) as out:
            for number, (path, (mode, data)) in enumerate(self._entries.items(), 1):
                out.write(_entry(path, number, mode, data))
            out.write(_entry(_TRAILER, 0, 0, b""))


def _plain(path):
    return str(path).strip("/")


def _entry(path, number, mode, data):
    name = os.fsencode(path) + b"\0"
    # inode, mode, owner, group, links, time, size, 4 device numbers, length of the name, checksum
    fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0)
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + name
    return _padded(head) + _padded(data)


def _padded(data):
    return data + b"\0" * (-len(data) % 4)
