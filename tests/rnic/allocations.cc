// SPDX-License-Identifier: MIT
#include "tests/rnic/allocations.h"

#include <cstdlib>
#include <new>

namespace {

std::uint64_t allocations = 0;

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  void* memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  return memory;
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace smclab::rnic {

std::uint64_t allocations_so_far() {
  return allocations;
}

}  // namespace smclab::rnic
