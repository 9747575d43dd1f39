#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The rules of docs/style.md that a machine can check, over every file of the repository.

Prints `file:line: rule: reason` for each breach and exits 1 if there is one. `--advice` also
prints what is only advice. Fix the file; where that is truly wrong, the exception is a line with
a reason in EXCEPTIONS below. tidy_test.py proves that every rule can fail.
"""
import os
import re
import subprocess
import sys
from fnmatch import fnmatch

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import layers  # noqa: E402
import sizes  # noqa: E402
import words  # noqa: E402
from source import Source  # noqa: E402

# (file, rule, why this one may). An exception that nothing needs any more is itself a breach.
EXCEPTIONS = (
    ("protocol/check.cc", "layers", "prints the broken invariant and aborts: the one way out"),
    ("protocol", "folder-entries", "the words all layers share lie beside the layers' folders"),
    ("ns3-module/helper/smcr-helper.h", "vague-name", "every module of ns-3 has its Helper"),
    ("ns3-module/helper/smcr-helper.cc", "vague-name", "every module of ns-3 has its Helper"),
    ("ns3-module/model/smcr-tcp-option.h", "verb", "the names of ns-3's virtual functions"),
    ("ns3-module/model/smcr-tcp-option.cc", "verb", "the names of ns-3's virtual functions"),
    ("ns3-module/model/smcr-tcp-option.cc", "parameters", "the signature of ns-3's down target"),
    ("ns3-module/examples/smcr-bulk.cc", "using-namespace", "so begins each program for ns-3"),
    ("tests/tidy/words.py", "*", "spells the words that it bans"),
    ("tests/tidy/tidy_test.py", "*", "breaks every rule on purpose"),
)
# Folders of data: their files were made elsewhere or by a program, and nobody reads them through.
DATA = (
    "docs/generated/*",
    "tests/*/captures/*",
    "tests/*/corpus/*",
    "tests/*/golden/*",
    "tests/*/bad/*",
)
# Folders that may hold any number of small files of one kind.
MANY = ("scenarios", "scenarios/*", "docs/adr")


def _is_data(path):
    return any(fnmatch(path, pattern) for pattern in DATA)


def check_heads(source):
    """The first lines: licence, include guard, what the file is for."""
    if not source.is_code and not source.path.endswith((".yml", ".clang-format", ".clang-tidy")):
        return
    head = source.lines[:2] if source.first_line.startswith("#!") else source.lines[:1]
    if not re.fullmatch(r"(?://|#) SPDX-License-Identifier: MIT", head[-1] if head else ""):
        yield 1, "spdx", "the first line is 'SPDX-License-Identifier: MIT' in a comment"
    if source.extension == ".h" and "#pragma once" not in source.lines:
        yield 1, "pragma-once", "a header guards itself"
    if source.is_cpp and source.path.startswith(("protocol/", "emu/")):
        own_header = source.path.removesuffix(".cc") + ".h"
        speaks = any(re.match(r"// \S", line) for line in source.lines[1:4])
        if not speaks and own_header not in (name for _, name, _ in source.includes):
            yield 2, "head-comment", "say in some lines what this file is and why it is here"
    if source.is_code and re.search(r"[A-Z]|[^\w./]", source.path):
        if not source.is_cmake and not source.path.startswith("ns3-module/"):
            yield 1, "file-name", "files and folders are snake_case"


def check_file(source):
    """All breaches of one file as (line, rule, reason)."""
    if _is_data(source.path):
        yield from words.check_making(source)
        return
    for check in (check_heads, sizes.check, layers.check, words.check):
        yield from check(source)


def list_files(root):
    """Every file that belongs to the repository, tracked or about to be."""
    command = ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode == 0:
        names = done.stdout.decode().split("\0")
        return sorted(n for n in set(names) if n and os.path.isfile(os.path.join(root, n)))
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [f for f in folders if f not in (".git", "build", "out", "__pycache__")]
        found += [os.path.relpath(os.path.join(folder, n), root) for n in names]
    return sorted(found)


def check_repository(root):
    """All breaches as (path, line, rule, reason), exceptions taken out."""
    paths, breaches = list_files(root), []
    for path in paths:
        with open(os.path.join(root, path), "rb") as file:
            source = Source(path, file.read())
        breaches += [(path, *found) for found in check_file(source)]
    counted = [p for p in paths if not _is_data(p)]
    for folder, rule, reason in sizes.check_folders(counted):
        if not any(fnmatch(folder, pattern) for pattern in MANY):
            breaches.append((folder, 1, rule, reason))
    return without_exceptions(breaches)


def without_exceptions(breaches, exceptions=EXCEPTIONS):
    """What is left of `breaches`, and a breach for each exception that excused nothing."""
    used, left = set(), []
    for breach in breaches:
        excuses = [e for e in exceptions if e[0] == breach[0] and e[1] in (breach[2], "*")]
        used.update(excuses)
        if not excuses:
            left.append(breach)
    for path, rule, reason in exceptions:
        if (path, rule, reason) not in used:
            left.append(("tests/tidy/tidy.py", 1, "exception", f"{path} needs none for {rule}"))
        if len(reason.split()) < 4:
            left.append(("tests/tidy/tidy.py", 1, "exception", f"{path}: give a reason"))
    return left


def main(arguments):
    root = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
    if "--advice" in arguments:
        for path in list_files(root):
            with open(os.path.join(root, path), "rb") as file:
                for line, rule, reason in sizes.advice(Source(path, file.read())):
                    print(f"{path}:{line}: advice: {rule}: {reason}")
    breaches = check_repository(root)
    for path, line, rule, reason in breaches:
        print(f"{path}:{line}: {rule}: {reason}")
    print(f"tidy: {len(breaches)} breaches" if breaches else "tidy: clean", file=sys.stderr)
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
