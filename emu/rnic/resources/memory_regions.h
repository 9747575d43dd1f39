// SPDX-License-Identifier: MIT
//
// Registered memory: which ranges exist, under which keys, and who may do what with them. Every
// access of every packet asks here anew and nothing is remembered between two packets, so memory
// that was deregistered in the middle of a message is out of reach at once.
#pragma once

#include <cstdint>
#include <optional>

#include "emu/rnic/input.h"
#include "emu/rnic/memory.h"
#include "emu/rnic/output.h"
#include "emu/rnic/resources/named_table.h"
#include "emu/rnic/resources/number_index.h"
#include "protocol/chance.h"

namespace smclab::rnic {

enum class Right : std::uint8_t { LocalRead, LocalWrite, RemoteRead, RemoteWrite };

/// An access that somebody wants.
struct AccessRequest {
  PdId pd;  ///< of the queue pair
  Rkey key;
  VirtualAddress address;
  std::uint32_t length = 0;
  Right right = Right::LocalRead;
};

struct MemoryRegion {
  PdId pd;
  MemorySlice memory;
  VirtualAddress address;
  Access access;
  Rkey key;
  bool operator==(const MemoryRegion&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(pd, memory.memory, memory.offset, memory.length, address, key);
    v(access.local_write, access.remote_write, access.remote_read);
  }
};

class MemoryRegions {
 public:
  explicit MemoryRegions(std::uint32_t limit) noexcept : regions_(limit) {}

  /// Registers memory under a fresh key; the protection domain is known to live.
  [[nodiscard]] output::VerbDone add(const input::RegisterMr& verb, Chance& chance);
  /// Takes a region away and returns its protection domain; nothing when there is none.
  [[nodiscard]] std::optional<PdId> remove(MrId mr);

  /// The memory behind the range, if the key, the domain, every byte of it and the right allow
  /// (InfiniBand 10.6.7). A range of no bytes is allowed inside a region only.
  [[nodiscard]] std::optional<MemorySlice> check(const AccessRequest& wanted) const noexcept;

  [[nodiscard]] std::uint32_t size() const noexcept { return regions_.size(); }
  bool operator==(const MemoryRegions&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(regions_);
  }

 private:
  NamedTable<MemoryRegion, MrId> regions_;
  NumberIndex keys_;
};

}  // namespace smclab::rnic
