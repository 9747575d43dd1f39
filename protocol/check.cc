// SPDX-License-Identifier: MIT
#include "protocol/check.h"

#include <cstdio>
#include <cstdlib>

namespace smclab {

void check_failed(const char* condition, const char* file, int line) noexcept {
  std::fprintf(stderr, "%s:%d: smclab is broken: '%s' does not hold\n", file, line, condition);
  std::abort();
}

}  // namespace smclab
