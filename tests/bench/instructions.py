#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""instructions.py CDC_ROUNDS: processor instructions for one round of the core's data path, counted
by callgrind. Unlike a time, the figure is the same whatever else the machine does.
"""
import re
import subprocess
import sys

FEW, MANY = 1_000, 5_000


def count(program, rounds):
    """(instructions of the whole program, inputs that its rounds gave the two cores)."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    done = subprocess.run(
        [*command, program, str(rounds)], capture_output=True, text=True, timeout=600, check=True
    )
    return int(re.search(r"Collected : (\d+)", done.stderr)[1]), int(done.stdout)


def main(program):
    (few, few_inputs), (many, many_inputs) = count(program, FEW), count(program, MANY)
    a_round = (many - few) / (MANY - FEW)
    inputs = (many_inputs - few_inputs) / (MANY - FEW)
    print(f"callgrind: {a_round:.0f} instructions a round of 8 KiB,", end=" ")
    print(f"{inputs:.2f} inputs a round, {a_round / inputs:.0f} instructions an input")


if __name__ == "__main__":
    main(sys.argv[1])
