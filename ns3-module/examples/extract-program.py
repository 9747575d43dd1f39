#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""extract-program.py PAGE TARGET: the C++ program that a page of the docs shows, as a source file.
It promises to be short: more than 30 lines are an error, and so is a page with no program.
"""
import pathlib
import re
import sys

MOST_LINES = 30


def program_of(text):
    blocks = re.findall(r"^```cpp\n(.*?)^```$", text, re.M | re.S)
    programs = [block for block in blocks if "int main(" in block]
    if len(programs) != 1:
        raise ValueError(f"{len(programs)} programs, not one")
    if (lines := programs[0].count("\n")) > MOST_LINES:
        raise ValueError(f"the program has {lines} lines; {MOST_LINES} are promised")
    return programs[0]


def main():
    page, target = map(pathlib.Path, sys.argv[1:])
    try:
        target.write_text(program_of(page.read_text(encoding="utf-8")), encoding="utf-8")
    except ValueError as wrong:
        sys.exit(f"{page}: {wrong}")


if __name__ == "__main__":
    main()
