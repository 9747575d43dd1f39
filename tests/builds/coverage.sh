#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Line coverage of protocol and emu/rnic by the tests that need nothing else. Fails below the
# floor. Writes build/coverage/lines.txt, which names the lines that no test reaches.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
floor=90
cmake --preset coverage
cmake --build --preset coverage --target core_tests
find build/coverage -name '*.gcda' -delete
ctest --test-dir build/coverage -L core -j "$(nproc)" --output-on-failure --no-tests=error
gcovr --root . --object-directory build/coverage --filter 'protocol/' --filter 'emu/rnic/' \
  -j "$(nproc)" --txt build/coverage/lines.txt --print-summary --fail-under-line "$floor" \
  build/coverage
