# SPDX-License-Identifier: MIT
"""Who may include whom. The table is docs/architecture.md's picture in a form that a machine
checks: a part of the house, what it may use of ours, and which libraries it may see.
"""
import re
from dataclasses import dataclass

# What only computes. Everything without an operating system may use these.
_COMPUTING = set(
    """algorithm array bit bitset cctype charconv chrono climits cmath compare concepts cstddef
    cstdint cstring deque functional initializer_list iterator limits list map memory new numbers
    numeric optional queue ranges ratio set span source_location stack string string_view tuple
    type_traits typeindex utility variant vector version""".split()
)
# What reads files or prints: not for the core, harmless elsewhere.
_STREAMS = set(
    """cassert cerrno cinttypes cstdio cstdlib exception filesystem fstream iomanip ios iosfwd
    iostream istream ostream sstream stdexcept streambuf system_error""".split()
)
_LIBRARIES = re.compile(r"(fmt|nlohmann|yaml-cpp|valijson|boost/container|boost/math)/.*")
_PURE_C = {"zlib.h", "isa-l.h", "isa-l/crc.h", "sha2.h"}

# The core from the bottom up; a file may include its own layer and those below it.
_RANKS = (
    (
        "",
        "types eid time result check slots timers digest trace limits config chance machine"
        .split(),
    ),
    ("", ["wire"]),
    ("", ["input", "action", "turn"]),
    ("", ["buffer"]),
    ("", ["link"]),
    ("connection", ["connection"]),
    ("handshake", ["handshake"]),
    ("", ["endpoint"]),
)
_APART = {"connection", "handshake"}
_FIELD_LIST_TOOL = {"field_list", "decode", "encode", "dissect"}


@dataclass
class Part:
    prefix: str
    ours: tuple  # prefixes of what it may include
    libraries: str  # core, plain or any
    why: str


_MODEL = ("protocol/", "emu/rnic/")
PARTS = (
    Part("protocol/", ("protocol/",), "core", "the core uses only itself"),
    Part("emu/rnic/", _MODEL, "core", "the RNIC uses the core's basics, machine and field lists"),
    Part("emu/capture/", _MODEL + ("emu/capture/",), "plain", "captures know the wire only"),
    Part("emu/tcp/", _MODEL + ("emu/tcp/",), "plain", "TCP segments as bytes, for those who draw"),
    Part("emu/stack/", _MODEL + ("emu/capture/", "emu/stack/"), "plain", "a host: core and RNIC"),
    Part(
        "emu/scenario/",
        _MODEL + ("emu/capture/", "emu/scenario/"),
        "plain",
        "scenario defines Stage; stages implement it, never the other way round",
    ),
    Part(
        "emu/staging/",
        _MODEL + ("emu/stack/", "emu/scenario/", "emu/staging/"),
        "plain",
        "what all stages that drive Stacks do alike",
    ),
    Part(
        "emu/world/",
        _MODEL
        + ("emu/capture/", "emu/stack/", "emu/scenario/",
           "emu/staging/", "emu/tcp/", "emu/world/"),
        "plain",
        "the world is a stage without an operating system",
    ),
    Part(
        "emu/report/",
        _MODEL + ("emu/capture/", "emu/scenario/", "emu/report/"),
        "plain",
        "reports are drawn from traces and captures",
    ),
    Part(
        "emu/runtime/",
        _MODEL
        + ("emu/capture/", "emu/stack/", "emu/scenario/",
           "emu/staging/", "emu/synopt/", "emu/tcp/", "emu/runtime/"),
        "any",
        "a stage with an operating system",
    ),
    Part("emu/", ("protocol/", "emu/"), "any", "the OS half sees everything"),
    Part(
        "ns3-module/stage/",
        _MODEL
        + ("emu/capture/", "emu/stack/", "emu/scenario/", "emu/staging/", "emu/cli/",
           "ns3-module/", "ns3/"),
        "any",
        "the program smclab-ns3: a stage under the code of smclab run",
    ),
    Part(
        "ns3-module/",
        _MODEL + ("emu/stack/", "emu/scenario/", "emu/staging/", "ns3-module/", "ns3/"),
        "any",
        "a stage on ns-3's clock, and never the OS half's",
    ),
    Part("tests/", ("protocol/", "emu/", "tests/"), "any", "tests see everything"),
)


def part_of(path):
    return next((p for p in PARTS if path.startswith(p.prefix)), None)


def rank_of(path):
    """Place of a file of the core in its layers, or None for a name that has no place."""
    name = re.sub(r"\.(h|cc)$", "", path.split("/")[1])
    for rank, (_, names) in enumerate(_RANKS):
        if any(name == n or (rank == len(_RANKS) - 1 and name.startswith(n + "_")) for n in names):
            return rank
    return None


def _wrong_layer(path, included):
    own, other = rank_of(path), rank_of(included)
    if other is None:
        return f"{included} has no layer: give it a place in tests/tidy/layers.py"
    if other > own:
        return f"{_RANKS[other][1][0]} lies above {_RANKS[own][1][0]}"
    if own != other and {_RANKS[own][0], _RANKS[other][0]} == _APART:
        return "connection and handshake never include each other"
    return None


def _wrong_for_rnic(included):
    rank = rank_of(included)
    if rank == 0 or included in ("protocol/input.h",):
        return None
    name = included.split("/")[-1].removesuffix(".h")
    if included.startswith("protocol/wire/") and name in _FIELD_LIST_TOOL:
        return None
    return "the RNIC uses the core's basics, machine and field-list tool only"


def _wrong_system(part, name):
    if name in _COMPUTING or (name == "tl/expected.hpp"):
        return None
    if part.libraries == "core":
        if part.prefix == "emu/rnic/" and name in _PURE_C:
            return None
        return "not among the headers that only compute"
    if name in _STREAMS or name in _PURE_C or _LIBRARIES.fullmatch(name):
        return None
    return "operating system, threads and their libraries live in the OS half"


def _is_ns3(part, name):
    """ns-3's own headers, which its programs include in quotes."""
    return part.prefix.startswith("ns3-module/") and name.startswith("ns3/")


def check(source):
    part = part_of(source.path)
    if not source.is_cpp or part is None:
        return
    if part.prefix == "protocol/" and rank_of(source.path) is None:
        yield 1, "layers", "no layer has this name: give it a place in tests/tidy/layers.py"
        return
    for line, name, is_system in source.includes:
        if name.startswith("gmock/"):
            yield line, "gmock", "there is nothing to mock: inputs in, actions out"
        if is_system:
            reason = _wrong_system(part, name) if part.libraries != "any" else None
        elif not re.match(r"(protocol|emu|tests|ns3-module)/", name) and not _is_ns3(part, name):
            reason = "our includes are rooted at the repository"
        elif not name.startswith(part.ours):
            reason = part.why
        elif part.prefix == "protocol/":
            reason = _wrong_layer(source.path, name)
        elif part.prefix == "emu/rnic/" and name.startswith("protocol/"):
            reason = _wrong_for_rnic(name)
        else:
            reason = None
        if reason:
            yield line, "layers", f"{source.path} may not include {name}: {reason}"
