// SPDX-License-Identifier: MIT
//
// All that a Stack can be told from outside: the part of the core's inputs that does not come
// from an RNIC, frames, and what a scenario makes go wrong inside a host. Spans and texts need to
// live only during the call.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include "emu/rnic/input.h"
#include "protocol/input.h"
#include "protocol/time.h"

namespace smclab::stack {

/// What a driver may be short of: answers to MakeBuffer, RegisterBuffer, MakeQp, MoveQp.
enum class Resource : std::uint8_t { Buffer, Mr, Qp, QpMove };

/// What becomes of a message that is tampered with.
enum class Deed : std::uint8_t {
  Lose,     ///< it vanishes; its sender is told that it was sent
  Patch,    ///< bytes replace what is at `offset`; what lies past the end is ignored
  Replace,  ///< bytes replace it whole
};

/// Which layer a forged message belongs to.
enum class Layer : std::uint8_t { Clc, Llc, Cdc };

/// The longest LLC or CDC message that tampering can make in a group of version 1; the rest of a
/// longer one is cut off. In version 2 it is kLargestMessage.
inline constexpr std::size_t kLongestForgery = 256;

namespace input {

using smclab::input::Abort;
using smclab::input::Close;
using smclab::input::Entropy;
using smclab::input::PortState;
using smclab::input::Read;
using smclab::input::Shutdown;
using smclab::input::TcpBytes;
using smclab::input::TcpDown;
using smclab::input::TcpUp;
using smclab::input::Tick;
using smclab::input::Wrote;

/// A frame that passed the fabric's checks (address, ICRC) arrived at a port.
struct Frame {
  DeviceId device;
  rnic::ReceivedFrame frame;
};

/// Of the core's requests for this resource from now on, the `first`-th (from 1) and the
/// `count` - 1 behind it fail.
struct Deny {
  Resource resource = Resource::Buffer;
  std::uint32_t first = 1;
  std::uint32_t count = 1;
};
/// All queue pairs go to the error state, as if the RNIC had failed.
struct FailQueuePairs {};
/// Until then the driver neither polls nor wakes the core. The RNIC goes on. Whoever tells this
/// holds back what comes from TCP and the application.
struct Stall {
  Instant until;
};
/// The `nth` message from now on (from 1) that the core traces as `Sends what` is tampered with
/// before it leaves. CDC messages count only with Config::trace_data.
struct Tamper {
  std::string_view what;
  std::uint32_t nth = 1;
  Deed deed = Deed::Lose;
  std::uint32_t offset = 0;
  std::span<const std::byte> bytes;
};
/// Sends bytes that the core knows nothing of: Clc into the stream of the newest TCP connection,
/// Llc and Cdc on the newest queue pair. Without one, nothing happens. A zero alert token of a CDC
/// becomes that of the CDC sent last.
struct Inject {
  Layer layer = Layer::Llc;
  std::span<const std::byte> bytes;
};

}  // namespace input

/// Entropy must come first and seeds the endpoint and every RNIC; PortState reaches both.
using Input = std::variant<input::Entropy, input::TcpUp, input::TcpBytes, input::TcpDown,
                           input::Wrote, input::Read, input::Shutdown, input::Close, input::Abort,
                           input::PortState, input::Tick, input::Frame, input::Deny,
                           input::FailQueuePairs, input::Stall, input::Tamper, input::Inject>;

}  // namespace smclab::stack
