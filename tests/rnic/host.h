// SPDX-License-Identifier: MIT
//
// One RNIC with the memory it works on: what a driver is to the world, reduced to what tests
// need. Verbs that a test takes for granted fail the test when they are refused.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "emu/rnic/rnic.h"

namespace smclab::rnic {

/// Bytes of the one memory of a Host, and the address at which they are registered.
inline constexpr std::uint32_t kMemorySize = 64 * 1024;
inline constexpr std::uint64_t kBase = 0x7000'0000'0000;

/// Everything a region can allow.
inline constexpr Access kAll{.local_write = true, .remote_write = true, .remote_read = true};

class Host {
 public:
  Host(const RnicConfig& config, std::uint64_t seed);

  /// Tells the RNIC one thing, places what it says, and keeps its events. The answer of a verb is
  /// returned; what has none answers Success.
  output::VerbDone tell(Instant now, const Input& input, std::span<const std::byte> frame = {});
  /// All completions that wait, of both queues, taken.
  std::vector<Completion> completions();

  /// The buffer at an offset of the memory.
  [[nodiscard]] Sge sge(std::uint32_t offset, std::uint32_t length) const {
    return {key, {kBase + offset}, length};
  }
  [[nodiscard]] std::span<std::byte> bytes(std::uint32_t offset, std::uint32_t length) {
    return std::span(memory).subspan(offset, length);
  }
  /// The bytes that a slice names.
  [[nodiscard]] std::span<const std::byte> gather(const MemorySlice& slice) const;

  Rnic rnic;
  std::vector<std::byte> memory;
  PdId pd{0, 1};
  CqId send_cq{0, 1};
  CqId receive_cq{1, 1};
  MrId mr{0, 1};
  QpId qp{0, 1};
  Qpn qpn;
  Rkey key;
  std::vector<output::AsyncEvent> events;
  std::vector<CqId> announced;        ///< completion events
  std::vector<output::Place> placed;  ///< all there were
  bool backed = true;

 private:
  void carry_out(const Output& output, std::span<const std::byte> frame);

  Outputs outputs_;
};

}  // namespace smclab::rnic
