// SPDX-License-Identifier: MIT
//
// Where the application of each connection stands in its two rings: the send buffer it fills and
// the RMBE it empties. The core says how much may be written and read; this remembers where.
#pragma once

#include <cstdint>
#include <vector>

#include "protocol/action.h"
#include "protocol/types.h"

namespace smclab::stack {

/// A position in a ring and how many bytes are at hand from there on.
struct RingPlace {
  BufferId buffer;
  std::uint32_t size = 0;
  std::uint32_t offset = 0;
  std::uint32_t bytes = 0;
  bool operator==(const RingPlace&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(buffer, size, offset, bytes);
  }
  void advance(std::uint32_t count) noexcept {
    offset = static_cast<std::uint32_t>((std::uint64_t{offset} + count) % size);
    bytes -= count;
  }
};

struct Rings {
  RingPlace send;
  RingPlace receive;
  bool operator==(const Rings&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    v(send, receive);
  }
};

/// The rings of all connections over SMC-R.
class RingTable {
 public:
  void open(const action::Connected& connected) {
    if (connected.conn.index >= entries_.size()) entries_.resize(connected.conn.index + 1);
    Entry& entry = entries_[connected.conn.index];
    if (!entry.open) ++open_;
    entry = {.generation = connected.conn.generation,
             .open = true,
             .rings = {{connected.send, connected.send_size, 0, connected.send_size},
                       {connected.rmb, connected.rmb_size, 0, 0}}};
  }
  void close(ConnId conn) {
    if (find(conn) == nullptr) return;
    entries_[conn.index] = Entry{};
    --open_;
  }
  [[nodiscard]] Rings* find(ConnId conn) noexcept {
    if (conn.index >= entries_.size()) return nullptr;
    Entry& entry = entries_[conn.index];
    return entry.open && entry.generation == conn.generation ? &entry.rings : nullptr;
  }
  [[nodiscard]] const Rings* find(ConnId conn) const noexcept {
    return const_cast<RingTable*>(this)->find(conn);
  }
  [[nodiscard]] std::uint32_t size() const noexcept { return open_; }

  bool operator==(const RingTable&) const = default;
  template <class V>
  constexpr void members(V& v) const {
    for (const Entry& entry : entries_) v(entry.generation, entry.open, entry.rings);
  }

 private:
  struct Entry {
    std::uint32_t generation = 0;
    bool open = false;
    Rings rings{};
    bool operator==(const Entry&) const = default;
  };
  std::vector<Entry> entries_;  // by ConnId::index
  std::uint32_t open_ = 0;
};

}  // namespace smclab::stack
