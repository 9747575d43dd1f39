// SPDX-License-Identifier: MIT
//
// All that a Stack leaves for the outside: what concerns TCP and the application, and trace
// records. Whatever concerns the RNIC and memory was done before the call returned.
#pragma once

#include <cstddef>
#include <span>
#include <variant>
#include <vector>

#include "protocol/action.h"
#include "protocol/trace.h"

namespace smclab::stack {

/// WriteTcp names bytes in the arena of the Outputs that hold it.
using Output = std::variant<action::ReadTcp, action::CancelRead, action::WriteTcp,
                            action::FinishTcp, action::ResetTcp, action::Connected,
                            action::Readable, action::EndOfStream, action::Writable,
                            action::FellBack, action::Refused, action::Closed, action::Released>;

/// The caller's list, to which Stack::handle appends. It keeps its memory across clear().
class Outputs {
 public:
  void clear() noexcept {
    outputs_.clear();
    arena_.clear();
    trace_.clear();
  }
  void push(const Output& output) { outputs_.push_back(output); }
  void trace(const TraceRecord& record) { trace_.push_back(record); }
  /// Copies bytes into the arena.
  ArenaBytes keep(std::span<const std::byte> bytes) {
    const auto offset = static_cast<std::uint32_t>(arena_.size());
    arena_.insert(arena_.end(), bytes.begin(), bytes.end());
    return {offset, static_cast<std::uint32_t>(bytes.size())};
  }
  /// Valid until the next keep() or clear().
  [[nodiscard]] std::span<const std::byte> bytes(ArenaBytes place) const noexcept {
    return std::span(arena_).subspan(place.offset, place.length);
  }
  [[nodiscard]] std::span<const Output> list() const noexcept { return outputs_; }
  [[nodiscard]] std::span<const TraceRecord> records() const noexcept { return trace_; }
  [[nodiscard]] bool empty() const noexcept { return outputs_.empty() && trace_.empty(); }

 private:
  std::vector<Output> outputs_;
  std::vector<std::byte> arena_;
  std::vector<TraceRecord> trace_;
};

}  // namespace smclab::stack
