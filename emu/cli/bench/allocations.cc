// SPDX-License-Identifier: MIT
#include "emu/cli/bench/allocations.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::uint64_t> taken{0};

void* try_to_take(std::size_t size) noexcept {
  taken.fetch_add(1, std::memory_order_relaxed);
  return std::malloc(size == 0 ? 1 : size);
}

void* take(std::size_t size) {
  void* memory = try_to_take(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(std::size_t size) {
  return take(size);
}
void* operator new[](std::size_t size) {
  return take(size);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return try_to_take(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return try_to_take(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace smclab::bench {

std::uint64_t allocations() noexcept {
  return taken.load(std::memory_order_relaxed);
}

}  // namespace smclab::bench
