# SPDX-License-Identifier: MIT
"""The map of names.txt, and whether the fields of one message agree under it."""
import ipaddress
import os
import re
from collections import defaultdict

_HERE = os.path.dirname(os.path.abspath(__file__))
_HEX = re.compile(r"[0-9a-f]+")


def load():
    """{message: {tshark name: [field expression, ...]}}"""
    found = defaultdict(lambda: defaultdict(list))
    with open(os.path.join(_HERE, "names.txt"), encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                message, expression, name = line.split()
                found[message][name].append(expression)
    return found


def values_at(value, steps):
    """The values at the end of a path, several where it leads through a list."""
    if isinstance(value, list):
        if steps and steps[0].isdigit():
            return [v for entry in value[int(steps[0]) :][:1] for v in values_at(entry, steps[1:])]
        return [v for entry in value for v in values_at(entry, steps)]
    if not steps:
        return [value]
    if not isinstance(value, dict) or steps[0] not in value:
        return []
    return values_at(value[steps[0]], steps[1:])


def number_of(value):
    """Any value of ours as one number."""
    if isinstance(value, (bool, int)):
        return int(value)
    if value.startswith("0x"):
        return int(value, 16)
    if re.fullmatch(r"([0-9a-f]{2}:){5}[0-9a-f]{2}", value):
        return int(value.replace(":", ""), 16)
    if ":" in value or re.fullmatch(r"\d+(\.\d+){3}", value):
        return int(ipaddress.ip_address(value))
    if _HEX.fullmatch(value) and len(value) % 2 == 0:
        return int(value, 16)
    return int.from_bytes(value.encode("latin-1"), "big")


def expected(fields, expression):
    """The numbers that tshark should show for an expression, in order."""
    if ":" not in expression:
        return [number_of(v) for v in values_at(fields, expression.split("."))]
    total = 0
    for part in expression.split("+"):
        taken, bits = part.rsplit(":", 1)
        path, _, shift = taken.partition(">>")
        numbers = [0] if path == "0" else expected(fields, path)
        if not numbers:
            return []
        mask = (1 << int(bits)) - 1
        total = total << int(bits) | numbers[0] >> int(shift or 0) & mask
    return [total]


def shown(one):
    """What tshark shows, as a number."""
    text = one.show
    if one.name == "smc.reserved":
        return int(one.value, 16)
    if text.startswith("0x"):
        return int(text, 16)
    if re.fullmatch(r"\d+", text):
        return int(text)
    if text in ("True", "False"):
        return int(text == "True")
    return int(one.value, 16) if one.value else None


def disagreements(ours, theirs, known):
    """Every field of tshark's message `theirs` against our `ours`; texts that say what differs."""
    found, used = [], defaultdict(int)
    for one in theirs.fields:
        name = one.name
        if name == "smc.reserved":
            name = f"smc.reserved/{one.size}"
        expressions = known[theirs.type].get(name)
        value = shown(one)
        if expressions is None:
            if one.name != "smc.reserved":
                found.append(f"{one.name} is not in the map for {theirs.type}")
            elif value:
                found.append(f"{name} of {theirs.type} is {one.value}, not zero")
            continue
        ours_here = [v for e in expressions for v in expected(ours["fields"], e)]
        nth = used[name]
        used[name] += 1
        if one.name == "smc.reserved":
            # Reserved fields of one size are not told apart: one of ours, or zero.
            if value not in (0, *ours_here):
                found.append(f"{name} is {one.value}")
        elif nth >= len(ours_here):
            found.append(f"{one.name} ({one.show}) has no counterpart in ours")
        elif ours_here[nth] != value:
            found.append(f"{one.name}: tshark {one.show}, ours {ours_here[nth]:#x}")
    return found
