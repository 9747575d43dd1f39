#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Every rule of tidy.py is shown something bad, which it must find, and its nearest innocent
neighbour, which it must leave alone. A rule without an example here fails too.
"""
import os
import re
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import layers  # noqa: E402
import sizes  # noqa: E402
import tidy  # noqa: E402
from source import Source  # noqa: E402

CORE, RNIC, WORLD = "protocol/link/link.cc", "emu/rnic/rnic.cc", "emu/world/world.cc"
LINE = "int f();\n"


def function_of(lines):
    return "void f() {\n" + "  g();\n" * (lines - 2) + "}\n"


def enough(head, rest=""):
    return f"// SPDX-License-Identifier: MIT\n//\n// What this is.\n{head}\n{rest}"


# (rule, path, bad, good)
EXAMPLES = (
    ("spdx", CORE, LINE, enough(LINE)),
    ("spdx", "dev", "#!/usr/bin/env bash\necho\n", "#!/bin/sh\n# SPDX-License-Identifier: MIT\n"),
    ("pragma-once", "protocol/link/a.h", enough(""), enough("#pragma once")),
    ("head-comment", "emu/cli/a.cc", "// SPDX-License-Identifier: MIT\nint f();\n", enough(LINE)),
    ("head-comment", CORE, "// x\n#include <map>\n", '// x\n#include "protocol/link/link.h"\n'),
    ("file-name", "emu/world/BigBang.cc", LINE, None),
    ("file-name", "emu/world/big-bang.cc", LINE, None),
    ("file-lines", CORE, LINE * 401, LINE * 400),
    ("file-lines", "tests/unit/a_test.cc", LINE * 601, LINE * 600),
    ("line-columns", CORE, "x" * 101, "é" * 100),
    ("function-lines", CORE, function_of(61), function_of(60)),
    ("function-lines", CORE, "A::A() : a_{1} {\n" + "f();\n" * 60 + "}", "A::A() : a_{1} {\n}"),
    ("function-lines", "tests/a.py", "def f():\n" + "  g()\n" * 60, "def f():\n  g()\n"),
    ("function-lines", "a.sh", "f() {\n" + "x\n" * 60 + "}\n", "f() {\nx\n}\n"),
    ("parameters", CORE, "int f(int a, int b, int c, int d, int e) {}", "int f(A<int, B>, C) {}"),
    ("parameters", CORE, "T operator()(A a, B b, C c, D d, E e) const {}", "T operator()(A a) {}"),
    ("layers", CORE, '#include "protocol/endpoint.h"', '#include "protocol/buffer/ring.h"'),
    ("layers", "protocol/wire/a.h", '#include "protocol/input.h"', '#include "protocol/time.h"'),
    (
        "layers",
        "protocol/connection/a.h",
        '#include "protocol/handshake/b.h"',
        '#include "protocol/link/b.h"',
    ),
    ("layers", CORE, "#include <unistd.h>", "#include <vector>"),
    ("layers", CORE, "#include <iostream>", "// #include <iostream>"),
    ("layers", CORE, "#include <tl/optional.hpp>", "#include <tl/expected.hpp>"),
    ("layers", CORE, '#include "emu/rnic/input.h"', '#include "protocol/input.h"'),
    ("layers", CORE, '#include "link.h"', '#include "protocol/link/link.h"'),
    ("layers", "protocol/odd.cc", LINE, None),
    ("layers", RNIC, '#include "protocol/endpoint.h"', '#include "protocol/input.h"'),
    ("layers", RNIC, '#include "protocol/wire/clc.h"', '#include "protocol/wire/decode.h"'),
    ("layers", WORLD, "#include <thread>", "#include <fstream>"),
    ("layers", WORLD, "#include <boost/asio.hpp>", "#include <fmt/core.h>"),
    ("layers", "emu/capture/a.cc", "#include <pcap/pcap.h>", "#include <sstream>"),
    ("layers", "emu/scenario/a.cc", '#include "emu/world/w.h"', '#include "emu/capture/p.h"'),
    ("layers", "emu/runtime/a.cc", '#include "emu/world/w.h"', "#include <sys/socket.h>"),
    ("gmock", "tests/unit/a_test.cc", "#include <gmock/gmock.h>", "#include <gtest/gtest.h>"),
    ("unordered", CORE, "std::unordered_map<int, int> m;", 'f("unordered_map");'),
    ("distribution", "tests/a.cc", "std::uniform_int_distribution<> d;", "Distribution d;"),
    ("chance", WORLD, "auto x = rand();", "auto x = chance.draw();"),
    ("chance", CORE, "std::mt19937 twister;", "// std::mt19937"),
    ("clock", WORLD, "auto t = std::chrono::steady_clock::now();", "auto t = start(now);"),
    ("clock", CORE, "auto t = time(nullptr);", "auto t = deadline.time();"),
    ("float", RNIC, "double rate = 1;", "std::uint64_t double_width = 1;"),
    ("cast", WORLD, "reinterpret_cast<char*>(p)", "std::as_bytes(p)"),
    ("packed", RNIC, "struct __attribute__((packed)) A {};", "struct Unpacked {};"),
    ("packed", "tests/a.cc", "#pragma pack(1)\nint a;", "#pragma once\n"),
    ("byte-order", CORE, "x = htons(y);", "x = hosts(y);"),
    ("byte-order", "tests/a.cc", "x = be32toh(y);", "x = bees(y);"),
    ("bit-field", CORE, "struct A {\n  unsigned flag : 3;\n};", "auto a = b ? c : 3;"),
    ("bit-field", CORE, "  std::uint8_t a : 1 = 0;", "  case A: 1;"),
    ("exceptions", CORE, "throw 1;", "// throw\nint retry;"),
    ("expected-value", CORE, "return *result.value().x;", "return digest.value() + qpn.value;"),
    ("ownership", CORE, "std::unique_ptr<A> a;", "A(const A&) = delete;"),
    ("ownership", CORE, "auto* a = new A;", "void* operator new(std::size_t);"),
    ("pointer-key", WORLD, "std::map<Host*, int> m;", "std::map<HostId, Host*> m;"),
    ("global-state", CORE, "  static int count = 0;", "  static constexpr int kCount = 0;"),
    ("global-state", CORE, "thread_local int count;", "static int count(int a);"),
    ("using-namespace", "tests/a.cc", "using namespace std;", "using std::byte;"),
    (
        "switch-default",
        CORE,
        "switch (a) {\n  case A::B: { c(); }\n  default:\n    break;\n}",
        "switch (a) {\n  case 1:\n    break;\n  default:\n    break;\n}",
    ),
    (
        "switch-default",
        CORE,
        "switch (f(a)) {\n  case A::B:\n    return;\n  default:\n    return;\n}",
        "switch (a) {\n  case A::B: {\n    switch (1) { case 2: default: g(); }\n  }\n}",
    ),
    ("vague-name", "protocol/wire/util.h", LINE, None),
    ("vague-name", "tests/common/a.cc", LINE, None),
    ("vague-name", CORE, "class LinkManager {};", "class Utilization {};"),
    ("vague-name", CORE, "int send_helper(int a) {}", "int management(std::common_type a) {}"),
    ("verb", CORE, "int parse_header(int a) {}", "int a = app.parse(b);"),
    ("verb", "protocol/link/a.h", "void serialize(int a);", "return parse(a);"),
    ("unfinished", "docs/a.md", "TODO: more", "Todos os dias"),
    ("nolint", CORE, "f();  // NOLINT", "f();  // NOLINT(bugprone-x): the reason\n"),
    ("uncounted", CORE, "f();  // LCOV_EXCL_LINE", "f();  // excluded\n"),
    ("uncounted", "tests/a.cc", "// GCOVR_EXCL_START", "// coverage\n"),
    ("making-of", "tests/wire/captures/a.txt", "read from /work/shared/x", "../shared, a/work/b"),
    ("making-of", "docs/a.md", "written by an agent", "an agency"),
    ("making-of", "docs/a.md", "see /root/x", "see $HOME/root, ${x}/root"),
    ("url", "docs/a.md", "https://mirror.local/x", "https://www.rfc-editor.org/rfc/rfc7609"),
)
# Rules about the repository, not about one file; tested below by name.
WHOLE = {"folder-entries", "exception", "header-lines"}


def rules_of(path, text):
    return {rule for _, rule, _ in tidy.check_file(Source(path, text.encode()))}


class EveryRule(unittest.TestCase):
    def test_fires_on_its_bad_example(self):
        for rule, path, bad, _ in EXAMPLES:
            with self.subTest(rule=rule, bad=bad[:60]):
                self.assertIn(rule, rules_of(path, bad))

    def test_is_silent_on_the_innocent_neighbour(self):
        for rule, path, _, good in EXAMPLES:
            if good is not None:
                with self.subTest(rule=rule, good=good[:60]):
                    self.assertNotIn(rule, rules_of(path, good))

    def test_has_an_example(self):
        named = set()
        folder = os.path.dirname(os.path.abspath(__file__))
        for name in ("tidy.py", "words.py", "layers.py", "sizes.py"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                text = file.read()
            named |= set(re.findall(r'yield \w+(?:\.line| \+ 1)?, "([a-z-]+)"', text))
            named |= set(re.findall(r'^ {4}\("([a-z-]+)", [A-Z]', text, re.M))
            named |= set(re.findall(r'^ {8}"([a-z-]+)",\n {8}[A-Z(]', text, re.M))
            named |= set(re.findall(r'\(_[A-Z]+, "([a-z-]+)", "', text))
            named |= set(re.findall(r'tidy\.py", 1, "([a-z-]+)"', text))
        self.assertGreater(len(named), 25)
        self.assertEqual(named, {e[0] for e in EXAMPLES} | WHOLE)


class TheRepository(unittest.TestCase):
    def test_folder_with_too_many_entries_is_found(self):
        paths = [f"emu/world/{i}.h" for i in range(sizes.FOLDER_ENTRIES + 1)]
        found = [(folder, rule) for folder, rule, _ in sizes.check_folders(paths)]
        self.assertEqual(found, [("emu/world", "folder-entries")])
        self.assertEqual(list(sizes.check_folders(paths[1:])), [])

    def test_long_header_is_advised_against(self):
        long = Source("protocol/a.h", (LINE * (sizes.HEADER_ADVICE + 1)).encode())
        self.assertEqual([rule for _, rule, _ in sizes.advice(long)], ["header-lines"])
        self.assertEqual(list(sizes.advice(Source("protocol/a.h", LINE.encode()))), [])

    def test_exception_excuses_its_own_rule_only(self):
        exceptions = (("a.h", "spdx", "a reason in some words"),)
        breaches = [("a.h", 1, "spdx", "x"), ("a.h", 2, "float", "y")]
        self.assertEqual(tidy.without_exceptions(breaches, exceptions), breaches[1:])

    def test_needless_or_unreasoned_exception_is_a_breach(self):
        needless = (("a.h", "spdx", "a reason in some words"),)
        self.assertEqual(tidy.without_exceptions([], needless)[0][2], "exception")
        unreasoned = (("a.h", "spdx", "because"),)
        left = tidy.without_exceptions([("a.h", 1, "spdx", "x")], unreasoned)
        self.assertEqual([rule for _, _, rule, _ in left], ["exception"])

    def test_files_are_listed_without_git_too(self):
        with tempfile.TemporaryDirectory() as root:
            os.makedirs(os.path.join(root, "protocol"))
            os.makedirs(os.path.join(root, "build"))
            for name in ("protocol/a.h", "build/b.h"):
                with open(os.path.join(root, name), "w", encoding="utf-8"):
                    pass
            self.assertEqual(tidy.list_files(root), ["protocol/a.h"])

    def test_every_layer_reaches_itself_and_what_is_below(self):
        self.assertLess(layers.rank_of("protocol/wire/cdc.h"), layers.rank_of("protocol/input.h"))
        self.assertIsNone(layers.rank_of("protocol/odd.h"))


if __name__ == "__main__":
    unittest.main()
