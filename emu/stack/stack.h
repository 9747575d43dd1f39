// SPDX-License-Identifier: MIT
//
// One SMC-R host without an operating system: an Endpoint, one RNIC per device, the memory they
// share, and the glue between them. What remains for a driver is TCP, the application, the clock
// and the wire. A Stack is a value: copying it copies the host.
//
// A driver calls handle() with what happened, carries out the outputs in order (records first),
// then pulls frames with transmit() while its wire has room, and keeps one timer armed at
// deadline().
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "emu/rnic/output.h"
#include "emu/stack/input.h"
#include "emu/stack/output.h"
#include "emu/stack/parameters.h"
#include "emu/stack/rings.h"
#include "emu/stack/tampering.h"
#include "emu/stack/wiring.h"
#include "protocol/endpoint.h"
#include "protocol/time.h"

namespace smclab::stack {

/// Room in a ring: the first part, and what follows it behind the ring's end. `bytes` is the sum
/// of both, and is all there is when memory is unbacked.
template <class Byte>
struct RingPart {
  std::array<std::span<Byte>, 2> parts{};
  std::uint32_t bytes = 0;
};

/// What is alive on a host. All zero when it is at rest and its link groups are gone.
struct Census {
  std::uint32_t connections = 0;  ///< the application's streams over SMC-R
  std::uint32_t link_groups = 0;
  std::uint32_t queue_pairs = 0;
  std::uint32_t memory_regions = 0;
  std::uint32_t memories = 0;
  bool operator==(const Census&) const = default;
};

class Stack {
 public:
  /// With `nics` the host is no value any more: its copies share devices.
  explicit Stack(const Parameters& parameters, const ForeignNics& nics = {});

  /// Tells the host what happened at `now`, which never decreases. Appends to `out`.
  void handle(Instant now, const Input& input, Outputs& out);

  /// When the host next wants a Tick; nothing while it waits for others only. A Tick before that
  /// is legal and does nothing.
  [[nodiscard]] std::optional<Instant> deadline() const;

  /// Appends frames that the device wants to send, as many as the budget allows. May move
  /// deadline().
  void transmit(Instant now, DeviceId device, const rnic::Budget& budget,
                rnic::OutgoingFrames& frames);
  /// When the device next has a frame to send; a moment in the past means now.
  [[nodiscard]] std::optional<Instant> next_transmit(DeviceId device) const;

  /// The bytes of a frame's slice, valid until the next handle(); empty where memory is unbacked.
  [[nodiscard]] std::span<const std::byte> gather(const rnic::MemorySlice& slice) const;

  /// Where the application's next bytes go; tell input::Wrote after filling a prefix of it.
  /// Nothing for a connection that is not over SMC-R.
  [[nodiscard]] RingPart<std::byte> send_space(ConnId conn);
  /// What the application has not read yet; tell input::Read after taking a prefix of it.
  [[nodiscard]] RingPart<const std::byte> receive_data(ConnId conn) const;

  /// What the device, which exists, counted: frames, retransmissions, drops by reason.
  [[nodiscard]] const rnic::Counters& counters(DeviceId device) const;
  /// Whether the device counts this; software does.
  [[nodiscard]] bool counts(DeviceId device, rnic::Counters::Which which) const;
  [[nodiscard]] const Parameters& parameters() const noexcept { return parameters_; }
  [[nodiscard]] const Endpoint& endpoint() const noexcept { return endpoint_; }
  [[nodiscard]] Census census() const;

  bool operator==(const Stack&) const = default;
  [[nodiscard]] std::uint64_t digest() const;

 private:
  /// What the core asked for last, and messages being tampered with; members to keep their memory.
  struct Scratch {
    Actions actions;
    std::vector<std::byte> message;
    bool operator==(const Scratch&) const { return true; }
  };
  class Hand;  // carries out one list of actions

  void take(Instant now, const Input& input, Outputs& out);
  void tell_core(Instant now, const smclab::Input& input, Outputs& out);
  void tick(Instant now, Outputs& out);
  void inject(Instant now, const input::Inject& inject, Outputs& out);

  Parameters parameters_;
  Endpoint endpoint_;
  Wiring wiring_;
  RingTable rings_;
  Tampering tampering_;
  Instant stalled_until_{};
  ConnId newest_conn_;
  std::array<std::byte, 4> last_token_{};  // of the CDC sent last
  Scratch scratch_;
};

}  // namespace smclab::stack
