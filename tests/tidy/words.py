# SPDX-License-Identifier: MIT
"""Words and calls that have no place here, each with the reason that a reader of the failure
gets. Rules for code look at it without comments and strings; rules for words look at everything.
"""
import re

CORE = ("protocol/", "emu/rnic/")
SANS_IO = CORE + (
    "emu/world/",
    "emu/stack/",
    "emu/scenario/",
    "emu/staging/",
    "emu/capture/",
    "emu/report/",
)
OS_HALF = ("emu/runtime/", "emu/verbs/", "emu/synopt/", "emu/host/", "emu/preload/", "emu/cli/")
EVERYWHERE = ("",)
NOT_OS_HALF = None

# (rule, where, pattern on code, reason)
_CODE = (
    ("unordered", SANS_IO, r"\bunordered_\w+", "its order differs by library: no determinism"),
    ("distribution", EVERYWHERE, r"\b\w+_distribution\b", "its numbers differ by library"),
    (
        "chance",
        SANS_IO,
        r"\b(s?rand|random|drand48|arc4random\w*|getrandom)\s*\(|\brandom_device\b|\bmt19937\w*",
        "chance is an input here",
    ),
    (
        "clock",
        SANS_IO,
        r"\b(?<!\.)(time|clock|gettimeofday|clock_gettime)\s*\(\s*(NULL|nullptr|0|&|\))"
        r"|\bnow\s*\(\s*\)|\b(system|steady|high_resolution)_clock\b",
        "time is an input here",
    ),
    ("float", CORE, r"\b(float|double)\b", "results differ by compiler and flags"),
    ("cast", NOT_OS_HALF, r"\breinterpret_cast\b", "field lists and std::span do it"),
    ("packed", EVERYWHERE, r"\bpacked\b|#\s*pragma\s+pack", "field lists describe the wire"),
    (
        "byte-order",
        NOT_OS_HALF,
        r"\b(?:hton|ntoh)(?:s|l|ll)\s*\(|\b[hb]e?to[hb]e?(?:16|32|64)\b|\b(?:htobe|be\d\dtoh)\w*",
        "field lists know the byte order",
    ),
    (
        "bit-field",
        ("protocol/", "emu/"),
        r"^\s*(?!case\b)(?:[\w:]+\s+)+\w+\s*:\s*\d+\s*(?:=[^;]*|\{[^;]*\})?;",
        "their layout is the compiler's choice",
    ),
    ("exceptions", CORE, r"\b(throw|try|catch)\b", "errors are values here"),
    (
        "expected-value",
        CORE,
        r"(?<!digest)(?<!digest_)(?:\.|->)value\s*\(\s*\)",
        "it throws: ask first, then use *",
    ),
    (
        "ownership",
        CORE,
        r"\b(unique_ptr|shared_ptr|weak_ptr)\b|(?<!operator )\bnew\b(?!\s*\()",
        "values are copied and compared: indices and handles only",
    ),
    ("pointer-key", SANS_IO, r"\b(?:map|set)<[^,<>]*\*\s*[,>]", "addresses differ by run"),
    (
        "global-state",
        CORE,
        r"\bthread_local\b|^\s*static\s+(?!constexpr\b|const\b|inline\b|consteval\b|constinit\b)"
        r"[\w:<>, ]+?\s+\w+\s*(?:=|;|\{)",
        "state lives in the value that owns it",
    ),
    ("using-namespace", EVERYWHERE, r"\busing\s+namespace\b", "name what is used"),
)
_VAGUE = {"util", "utils", "common", "helper", "helpers", "manager", "misc"}
_VERBS = {"parse", "serialize", "deserialize", "process"}
_PARTS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+")
_DECLARED = re.compile(r"\b(?:class|struct|union|enum class|enum|namespace|using)\s+(\w+)")
_DECLARED_CALL = re.compile(
    r"^[ \t]*(?!return\b)(?:[\w:<>\[\],&*]+\s+)+[&*]*(?P<name>\w+)\s*\(", re.M
)
_UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
_NOLINT = re.compile(r"NOLINT(?!(?:NEXTLINE|BEGIN|END)?\([\w.,-]+\): \w)")
_UNCOUNTED = re.compile(
    r"\b[LG]?COVR?_EXCL|GCOVR?_EXCL|no_profile_instrument|no_sanitize|exclude-unreachable"
    r"|exclude-lines-by-pattern|exclude-throw-branches",
    re.I,
)
# How the repository came to be, and on which machine, is no reader's business.
_MAKING = re.compile(
    r"(?<![\w.$}])/(?:work|farm|home/\w+|root|mnt|workspace)(?=/|\s|$)|\bsub-?agents?\b"
    r"|\bagents?\b|\bClaude\b|\bAnthropic\b|\bOpenAI\b|\bChatGPT\b|\bCopilot\b|\bLLMs?\b"
    r"|language model|\bAI[- ](?:generated|assisted|written)|artifactory|artifact-registry",
    re.I,
)
_URL = re.compile(r"\bhttps?://([\w.-]+)")
_HOSTS = re.compile(
    r"(?:[\w-]+\.)*(?:rfc-editor\.org|ietf\.org|kernel\.org|debian\.org|wireshark\.org|tcpdump\.org"
    r"|json-schema\.org|yaml\.org|keepachangelog\.com|semver\.org|cmake\.org|github\.com"
    r"|llvm\.org|gnu\.org|w3\.org|nsnam\.org|ibm\.com|example\.(?:com|org))"
)


def _applies(where, path):
    if where is NOT_OS_HALF:
        return not path.startswith(OS_HALF)
    return path.startswith(where)


def check(source):
    yield from check_making(source)
    yield from _check_words(source)
    if source.is_code:
        yield from _check_names(source)
    if source.is_cpp:
        yield from _check_code(source)
        yield from _check_switches(source)


def _check_code(source):
    for rule, where, pattern, reason in _CODE:
        if not _applies(where, source.path):
            continue
        text = source.text if rule == "packed" and "pragma pack" in source.text else source.code
        for match in re.finditer(pattern, text, re.M):
            found = match.group().strip()
            yield source.line_at(match.end() - 1), rule, f"'{found}': {reason}"


def _check_switches(source):
    from source import closing

    for match in re.finditer(r"\bswitch\s*\(", source.code):
        start = source.code.find("{", closing(source.code, match.end() - 1, "()"))
        body = source.code[start + 1 : closing(source.code, start)]
        while (inner := re.search(r"\{[^{}]*\}", body)) is not None:
            blanks = re.sub(r"[^\n]", " ", inner.group())
            body = body[: inner.start()] + blanks + body[inner.end() :]
        default = re.search(r"\bdefault\s*:", body)
        if default and re.search(r"\bcase\s+(?:\w+::)+\w+\s*:(?!:)", body):
            line = source.line_at(start + 1 + default.start())
            yield line, "switch-default", "it hides an enumerator that somebody adds later"


def _check_names(source):
    for part in source.path.split("/"):
        if _VAGUE & set(_PARTS.findall(part)) and not source.path.startswith("ns3-module/"):
            yield 1, "vague-name", f"'{part}' says nothing of what is inside"
    names = [(f.line, f.name) for f in source.functions]
    if source.is_cpp:
        code = source.code
        names += [(source.line_at(m.start()), m[1]) for m in _DECLARED.finditer(code)]
        calls = _DECLARED_CALL.finditer(code) if source.extension == ".h" else ()
        names += [(source.line_at(m.start("name")), m["name"]) for m in calls]
    for line, name in sorted(set(names)):
        parts = {part.lower() for part in _PARTS.findall(name)}
        if _VAGUE & parts:
            yield line, "vague-name", f"'{name}' says nothing of what it is"
        if _VERBS & parts:
            yield line, "verb", f"'{name}': the verbs are decode, encode, handle, post, emit"


def _check_words(source):
    rules = (
        (_UNFINISHED, "unfinished", "finish it, or open an issue"),
        (_NOLINT, "nolint", "name the check and, after a colon, the reason"),
        (_UNCOUNTED, "uncounted", "coverage and sanitizers count every line"),
    )
    for number, line in enumerate(source.lines, 1):
        for pattern, rule, reason in rules:
            if match := pattern.search(line):
                yield number, rule, f"'{match.group()}': {reason}"


def check_making(source):
    """Holds for data too: no file tells where and how it was made."""
    for number, line in enumerate(source.lines, 1):
        if match := _MAKING.search(line):
            yield number, "making-of", f"'{match.group()}': the repository speaks of smclab only"
        for host in _URL.findall(line):
            if not _HOSTS.fullmatch(host):
                yield number, "url", f"'{host}' is not a host that readers are sent to"
