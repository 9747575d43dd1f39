#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What existing tools say of the style: clang-format, shellcheck, clang-tidy.
# lint.sh [format|shell|core|all]: `core` is clang-tidy over protocol and what has no operating
# system, `all` (the default) is everything over every file.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
what=${1:-all}

sources() { git ls-files -co --exclude-standard -- "$@" | while read -r f; do
  if [ -f "$f" ]; then echo "$f"; fi
done; }

format() { sources '*.cc' '*.h' | xargs clang-format --dry-run -Werror; }

shell() {
  { sources '*.sh' && git grep -lE '^#!/usr/bin/env bash' -- dev .ci tests; } | sort -u |
    xargs shellcheck
}

# tidy PATTERN...: the compiler's own view of each file, under clang's flags.
tidy() {
  cmake --preset clang >/dev/null
  sources "$@" | xargs -P "$(nproc)" -n 1 clang-tidy -p build/clang --quiet 2>/dev/null
}

case "$what" in
  format | shell) "$what" ;;
  core) tidy 'protocol/*.cc' 'emu/rnic/*.cc' ;;
  all) format && shell && tidy 'protocol/*.cc' 'emu/*.cc' 'tests/*.cc' ;;
  *) echo "lint.sh [format|shell|core|all]" >&2 && exit 2 ;;
esac
echo "lint $what: clean"
