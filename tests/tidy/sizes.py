# SPDX-License-Identifier: MIT
"""How big things may grow. Every model codebase in this field ended in one file that nobody
reads; these numbers are where this one says stop.
"""
from collections import defaultdict

FILE_LINES = 400
TEST_LINES = 600
HEADER_ADVICE = 250
FUNCTION_LINES = 60
LINE_COLUMNS = 100
PARAMETERS = 4
FOLDER_ENTRIES = 20
_WIDE = (".md", ".json", ".svg", ".txt", ".csv")  # prose and data have lines of their own


def check(source):
    if source.is_code:
        limit = TEST_LINES if source.path.startswith("tests/") else FILE_LINES
        if len(source.lines) > limit:
            yield limit + 1, "file-lines", f"{len(source.lines)} lines, at most {limit}"
    if source.extension not in _WIDE and not source.is_binary:
        for number, line in enumerate(source.lines, 1):
            if len(line) > LINE_COLUMNS:
                yield number, "line-columns", f"{len(line)} columns, at most {LINE_COLUMNS}"
    for f in source.functions:
        if f.length > FUNCTION_LINES:
            yield f.line, "function-lines", f"{f.name}: {f.length} lines, at most {FUNCTION_LINES}"
        if f.parameters > PARAMETERS:
            yield f.line, "parameters", f"{f.name}: {f.parameters}, at most {PARAMETERS}"


def advice(source):
    if source.extension == ".h" and len(source.lines) > HEADER_ADVICE:
        yield 1, "header-lines", f"{len(source.lines)} lines, better below {HEADER_ADVICE}"


def check_folders(paths):
    """(folder, rule, reason) of each folder with too many entries; `paths` are the files."""
    entries = defaultdict(set)
    for path in paths:
        parts = path.split("/")
        for depth in range(len(parts)):
            entries["/".join(parts[:depth]) or "."].add(parts[depth])
    for folder, names in sorted(entries.items()):
        if len(names) > FOLDER_ENTRIES:
            yield folder, "folder-entries", f"{len(names)} entries, at most {FOLDER_ENTRIES}"
