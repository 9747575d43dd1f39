#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs the commands that the documentation shows. A block that begins with ```sh run is executed
line by line by bash in an empty folder, with the repository's scenarios at hand as `scenarios/` and
the smclab under test first on the PATH; a line that ends in `# exit N` must exit so, every other
line must exit 0. A here-document belongs to its line. The blocks of a page run one after the other
in the same folder, as a reader would type them. A block that follows one and begins with ```text is
what its last line prints: each of its lines must occur in the output, in order, where … stands for
anything.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
_BLOCK = re.compile(r"^```(sh run|text)\n(.*?)^```", re.M | re.S)


def occurs(expected, output):
    """The first line of `expected` that is not in `output` in its place, or None."""
    position = 0
    for line in expected.rstrip("\n").split("\n"):
        pieces = [re.escape(piece) for piece in line.split("…")]
        match = re.compile("^" + ".*?".join(pieces) + "[ ]*$", re.M).search(output, position)
        if not match:
            return line
        position = match.end()
    return None


def commands_of(block):
    """The commands of a block: a line each, with its here-document where it has one."""
    lines = iter(block.strip().replace("\\\n", " ").split("\n"))
    for line in lines:
        if not line or line.startswith("#"):
            continue
        opened = re.search(r"<<'(\w+)'", line)
        command = [line]
        while opened and command[-1] != opened[1]:
            command.append(next(lines))
        yield "\n".join(command)


def run_line(line, folder, environment):
    """Output of a command, and what is wrong with how it ended."""
    wanted = re.search(r"# exit (\d+)$", line)
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    expected = int(wanted[1]) if wanted else 0
    if done.returncode == expected:
        return done.stdout + done.stderr, None
    return done.stdout, f"exit {done.returncode} instead of {expected}\n{done.stderr[-1500:]}"


def run_page(page, folder, environment):
    """(commands run, complaints) of one page."""
    with open(page, encoding="utf-8") as file:
        text = file.read()
    commands, complaints, output = 0, [], None
    for match in _BLOCK.finditer(text):
        number = text.count("\n", 0, match.start()) + 1
        if match[1] == "text":
            missing = occurs(match[2], output) if output is not None else None
            if missing is not None:
                complaints.append(f"{page}:{number}: not in the output: {missing}\n{output}")
            output = None
            continue
        for line in commands_of(match[2]):
            output, wrong = run_line(line, folder, environment)
            commands += 1
            if wrong:
                complaints.append(f"{page}:{number}: {line}: {wrong}")
    return commands, complaints


def self_test():
    """What this must notice, it notices."""
    assert occurs("a\nb … d\n", "a\nx\nb c d\n") is None
    assert occurs("b\na\n", "a\nb\n") == "a"
    assert list(commands_of("a <<'X'\nb\nX\n# c\n\nd")) == ["a <<'X'\nb\nX", "d"]
    assert run_line("exit 3", "/", {})[1] is not None
    assert run_line("exit 3  # exit 3", "/", {})[1] is None


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    options.add_argument("--smclab", required=True, help="the program that the examples mean")
    options.add_argument("pages", nargs="+")
    arguments = options.parse_args()
    self_test()
    path = os.path.dirname(os.path.abspath(arguments.smclab)) + ":/usr/bin:/bin:/usr/sbin:/sbin"
    environment = {"PATH": path, "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
    total, failed = 0, []
    for page in arguments.pages:
        with tempfile.TemporaryDirectory() as folder:
            os.symlink(os.path.join(ROOT, "scenarios"), os.path.join(folder, "scenarios"))
            commands, complaints = run_page(page, folder, environment)
        total += commands
        failed += complaints
    print(*failed, sep="\n")
    print(f"{total} commands of {len(arguments.pages)} pages, {len(failed)} complaints")
    return 1 if failed or total == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
