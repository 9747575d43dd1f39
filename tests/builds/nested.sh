#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds another preset in its own folder and runs the tests that do not build anything
# themselves: how the sanitizers and the second compiler are part of one ctest run.
# nested.sh PRESET [TARGET...]
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
preset=$1
shift
cmake --preset "$preset"
cmake --build --preset "$preset" ${1:+--target "$@"}
# A sanitizer's report must fail the test whatever the program does with its exit code.
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=1:strict_string_checks=1
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
exec ctest --test-dir "build/$preset" -LE 'slow|once' -j "$(nproc)" --output-on-failure \
  --no-tests=error --timeout 300
