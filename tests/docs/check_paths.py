#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Every file that the documentation names exists: links, and paths in backticks that begin with a
folder of this repository. What names something gone is worse than what says nothing.
"""
import os
import re
import subprocess
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
_LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")
_PATH = re.compile(
    r"`((?:\./)?(?:protocol|emu|ns3-module|tests|docs|scenarios|\.ci)/(?!.*\.\.\.)[\w./*{},-]*"
    r"|\./dev)`"
)
_VERB = re.compile(r"\./dev ([a-z]+)")


def expand(path):
    """a/{b,c}.h as a/b.h and a/c.h."""
    match = re.search(r"\{([^}]*)\}", path)
    if not match:
        return [path]
    head, tail = path[: match.start()], path[match.end() :]
    return [full for name in match[1].split(",") for full in expand(head + name + tail)]


def is_there(path):
    if "*" in path:
        path = path[: path.index("*")].rsplit("/", 1)[0]
    return os.path.exists(os.path.join(ROOT, path))


def check(page, text, verbs):
    """(line, what) of everything `page` names that is not there."""
    folder = os.path.dirname(page)
    for number, line in enumerate(text.split("\n"), 1):
        for target in _LINK.findall(line):
            if not target.startswith("http") and not is_there(os.path.join(folder, target)):
                yield number, target
        for named in _PATH.findall(line):
            yield from ((number, path) for path in expand(named) if not is_there(path))
        yield from ((number, f"./dev {v}") for v in _VERB.findall(line) if v not in verbs)


def self_test():
    """The check itself must find what is missing."""
    bad = "[a](gone.md) `protocol/{types,gone}.h` `./dev` `./dev gone`\n[b](https://example.org/x)"
    found = [what for _, what in check("README.md", bad, {"check"})]
    assert found == ["gone.md", "protocol/gone.h", "./dev gone"], found


def main():
    self_test()
    with open(os.path.join(ROOT, "dev"), encoding="utf-8") as file:
        verbs = set(re.findall(r"^verb_([a-z]+)\(\)", file.read(), re.M))
    command = ["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard", "--", "*.md"]
    pages = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    wrong = 0
    for page in pages:
        with open(os.path.join(ROOT, page), encoding="utf-8") as file:
            for line, what in check(page, file.read(), verbs):
                print(f"{page}:{line}: {what} is not there")
                wrong += 1
    print(f"{len(pages)} pages, {wrong} dead names")
    return 1 if wrong or not pages else 0


if __name__ == "__main__":
    sys.exit(main())
