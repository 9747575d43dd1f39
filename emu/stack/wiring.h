// SPDX-License-Identifier: MIT
//
// What lies between the core and its RNICs: which queue pair carries which link, which memory
// holds which buffer, and under which key each link sees it. Carries out the core's RNIC actions
// and collects the answers. Rights are the least that work: a protection domain per link, remote
// writes to RMBs only (RFC 7609 §5.1 leaves more to implementations than is wise).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "emu/stack/adapter.h"
#include "emu/stack/memory.h"
#include "emu/stack/parameters.h"
#include "protocol/action.h"

namespace smclab::stack {

/// Devices in place of software RNICs, by DeviceId; null or missing ones are software.
using ForeignNics = std::vector<std::shared_ptr<ForeignNic>>;

class Wiring {
 public:
  explicit Wiring(const Parameters& parameters, const ForeignNics& nics);

  // --- the core's actions; answers go to answers() ---
  void carry_out(Instant now, const action::MakeQp& make, Outputs& out);
  void carry_out(Instant now, const action::MoveQp& move, Outputs& out);
  void carry_out(Instant now, const action::DestroyQp& destroy, Outputs& out);
  void carry_out(Instant now, const action::MakeBuffer& make, Outputs& out);
  void carry_out(Instant now, const action::RegisterBuffer& request, Outputs& out);
  void carry_out(Instant now, const action::ZeroBuffer& zero, Outputs& out);
  void carry_out(Instant now, const action::ReleaseBuffer& release, Outputs& out);
  void carry_out(Instant now, const action::PostWrite& write, Outputs& out);
  /// A message and its bytes; kForged as request sends without an answer.
  struct Message {
    LinkId link;
    RequestId request = Adapter::kForged;
    std::span<const std::byte> bytes;
  };
  void carry_out(Instant now, const Message& message, Outputs& out);

  // --- what happens ---
  void seed(Instant now, const input::Entropy& entropy, Outputs& out);
  void set_port(Instant now, const input::PortState& port, Outputs& out);
  void receive(Instant now, const input::Frame& frame, Outputs& out);
  void tick(Instant now, Outputs& out);
  void fail_queue_pairs(Instant now, Outputs& out);
  void stall(Instant until) noexcept;
  void deny(const input::Deny& deny);

  /// Adds an answer of the caller's own.
  void answer(const smclab::Input& input) { scratch_.answers.push_back(input); }
  /// What the core is to be told: first all answers in order, then completions one by one.
  /// done() must follow each before the next is asked for.
  [[nodiscard]] std::optional<smclab::Input> next(Instant now, Outputs& out);
  void done(Instant now, Outputs& out);

  [[nodiscard]] Adapter* adapter(DeviceId device) noexcept;
  [[nodiscard]] const Adapter* adapter(DeviceId device) const noexcept;
  [[nodiscard]] std::span<const Adapter> adapters() const noexcept { return adapters_; }
  [[nodiscard]] Memory& memory() noexcept { return memory_; }
  [[nodiscard]] const Memory& memory() const noexcept { return memory_; }
  /// The memory of a buffer while it lives.
  [[nodiscard]] std::optional<rnic::MemoryId> memory_of(BufferId buffer) const noexcept;
  /// The link whose queue pair was made last, if any lives.
  [[nodiscard]] std::optional<LinkId> newest_link() const noexcept;

  bool operator==(const Wiring&) const = default;
  template <class V>
  void members(V& v) const {
    v(adapters_, memory_, links_, buffers_, next_address_);
  }

 private:
  struct LinkPlace {
    LinkId link;
    DeviceId device;
    rnic::QpId qp;  // unassigned: no queue pair lives here
    std::uint64_t serial = 0;
    bool operator==(const LinkPlace&) const = default;
    template <class V>
    constexpr void members(V& v) const {
      v(link, device, qp);
    }
  };
  struct OnLink {
    LinkId link;
    DeviceId device;
    rnic::MrId region;
    Rkey key;
    bool operator==(const OnLink&) const = default;
    template <class V>
    constexpr void members(V& v) const {
      v(link, device, region, key);
    }
  };
  struct BufferPlace {
    BufferId buffer;
    std::uint32_t size = 0;  // 0: no buffer lives here
    rnic::MemoryId memory;
    VirtualAddress address;
    std::vector<OnLink> links;
    bool operator==(const BufferPlace&) const = default;
    template <class V>
    constexpr void members(V& v) const {
      v(buffer, size, memory, address, links);
    }
  };
  struct Denial {
    Resource resource = Resource::Buffer;
    std::uint32_t skip = 0;
    std::uint32_t left = 0;
    bool operator==(const Denial&) const = default;
  };
  /// Answers that wait for the core; empty between calls of Stack.
  struct Scratch {
    std::vector<smclab::Input> answers;
    std::size_t next = 0;
    std::optional<Adapter::Polled> polled{};
    std::size_t adapter = 0;
    bool operator==(const Scratch&) const { return true; }
  };

  Shift shift(Instant now, Outputs& out) { return {now, memory_, scratch_.answers, out}; }
  [[nodiscard]] LinkPlace* find(LinkId link) noexcept;
  [[nodiscard]] BufferPlace* find(BufferId buffer) noexcept;
  [[nodiscard]] bool denied(Instant now, Resource resource, Outputs& out);

  bool backed_;
  std::vector<Adapter> adapters_;  // by DeviceId
  Memory memory_;
  std::vector<LinkPlace> links_;      // by LinkId::index
  std::vector<BufferPlace> buffers_;  // by BufferId::index
  std::vector<Denial> denials_;
  std::uint64_t next_address_ = 0x7F00'0000'0000;
  std::uint64_t next_serial_ = 0;
  Scratch scratch_;
};

}  // namespace smclab::stack
