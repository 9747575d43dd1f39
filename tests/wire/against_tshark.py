#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""against_tshark.py SMCLAB CAPTURE...: does `smclab decode` agree with tshark?

For each capture: the same messages in the same order between the same ends, every field that
tshark prints under `smc.*` (a name that the map of tshark/names.txt lacks is a failure), LLC v2 as
in the dump beside the capture, and every message encoded again to the very bytes it had.
"""
import glob
import os
import sys
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from tshark import dumps, ends, names, packets  # noqa: E402
from tshark.ours import Decoded  # noqa: E402


def order(ours, theirs):
    """Complaints if the lists of (frame, type) differ."""
    found = []
    for nth, (one, other) in enumerate(zip(ours, theirs)):
        if one != other:
            found.append(f"message {nth}: ours {one}, theirs {other}")
            break
    if not found and len(ours) != len(theirs):
        longer = ours if len(ours) > len(theirs) else theirs
        whose = "ours" if longer is ours else "theirs"
        found.append(f"only {whose}: {longer[min(len(ours), len(theirs))]}")
    return found


def against_tshark(decoded, capture, extra=()):
    """Complaints about all that tshark knows."""
    theirs, shown = packets.messages(capture, extra)
    ours = decoded.seen_by_tshark({m.frame for m in theirs})
    found = order([(m["frame"], m["type"]) for m in ours], [(m.frame, m.type) for m in theirs])
    if found:
        return found
    known = names.load()
    for message in decoded.messages:
        # A segment that ends a message for us alone is not among what tshark was asked for.
        if message["frame"] in shown:
            where = f"frame {message['frame']} {message['type']}: "
            wrong = ends.disagreements(message, shown[message["frame"]])
            found += [where + text for text in wrong]
    for one, other in zip(ours, theirs):
        if "error" not in one and not other.malformed:
            where = f"frame {one['frame']} {one['type']}: "
            found += [where + text for text in names.disagreements(one, other, known)]
    return found


def against_dump(decoded, dump):
    """Complaints about LLC v2."""
    ours, theirs = decoded.llc_v2(), dumps.messages(dump)
    found = order([(m["frame"], m["type"]) for m in ours], [t[:2] for t in theirs])
    if not found:
        for one, other in zip(ours, theirs):
            where = f"frame {one['frame']} {one['type']}: "
            found += [where + text for text in dumps.disagreements(one, other)]
    return found


def check(smclab, capture):
    decoded = Decoded(capture, smclab, ["--verify-encode"])
    found = [] if decoded.exit_code == 0 else [f"exit {decoded.exit_code}: {decoded.complaint}"]
    found += against_tshark(decoded, capture)
    dump = capture.removesuffix(".pcap") + ".dump.txt"
    if os.path.exists(dump):
        found += against_dump(decoded, dump)
    elif decoded.llc_v2():
        found.append(f"LLC v2, and no {os.path.basename(dump)} to compare it with")
    odd = [m for m in decoded.messages if "warning" in m]
    found += [f"frame {m['frame']}: warning {m['warning']}" for m in odd]
    return len(decoded.messages), found


def main(smclab, captures):
    wrong, total = 0, 0
    with ThreadPoolExecutor(max_workers=2) as pool:
        for capture, (count, found) in zip(
            captures, pool.map(lambda c: check(smclab, c), captures)
        ):
            total += count
            wrong += len(found)
            for text in found[:10]:
                print(f"{capture}: {text}")
    print(f"{len(captures)} captures, {total} messages, {wrong} disagreements")
    return 1 if wrong or not captures else 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    files = [f for pattern in sys.argv[2:] for f in sorted(glob.glob(pattern))]
    sys.exit(main(sys.argv[1], files))
