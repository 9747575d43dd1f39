// SPDX-License-Identifier: MIT
//
// What goes wrong in a scenario, and when. A fault is one trigger and one action; with `lasts` it
// is taken back after that time. Each firing leaves a trace record (stage.h says which).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "emu/scenario/place.h"
#include "emu/scenario/workload_spec.h"
#include "protocol/time.h"
#include "protocol/trace.h"

namespace smclab::scenario {

// --- when --------------------------------------------------------------------------------------

/// At this time of the run: exact in world and ns3, approximate elsewhere.
struct AtTime {
  Duration at{};
  bool operator==(const AtTime&) const = default;
};

/// At the nth trace record of this host with this event whose `to` is `what`. For Sends the fault
/// acts before the message leaves, so that message faults can touch it.
struct OnEvent {
  std::uint32_t host = 0;
  TraceEvent event = TraceEvent::Sends;  ///< Sends, Receives, State (`enters`), Fires
  std::string what;                      ///< message type, state or timer, as the trace names it
  std::uint32_t nth = 1;                 ///< from 1
  bool operator==(const OnEvent&) const = default;
};

/// When the receivers of a workload have taken this many bytes.
struct AfterProgress {
  std::uint32_t workload = 0;
  std::uint64_t bytes = 0;
  bool operator==(const AfterProgress&) const = default;
};

using Trigger = std::variant<AtTime, OnEvent, AfterProgress>;

// --- what --------------------------------------------------------------------------------------

/// Which traffic a network fault touches.
enum class Traffic : std::uint8_t { All, Roce, Tcp };

/// Changes properties of a link; unset ones stay.
struct ChangeLink {
  std::uint32_t link = 0;             ///< a place in Scenario::links
  std::optional<std::uint32_t> from;  ///< only frames this node sends; unset: both directions
  Traffic only = Traffic::All;
  std::optional<bool> down;  ///< true: port down, frames are lost; false: up again
  std::optional<Chance> loss;
  std::optional<Chance> duplicate;
  std::optional<Chance> corrupt;
  std::optional<Chance> reorder;
  std::optional<Duration> delay;
  bool operator==(const ChangeLink&) const = default;
};

/// Frames between two nodes are lost in silence: the ports stay up.
struct Partition {
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  Traffic only = Traffic::All;
  bool operator==(const Partition&) const = default;
};

/// The node's driver does nothing: no polling, no timers, no application. Needs `lasts`.
struct Stall {
  std::uint32_t host = 0;
  bool operator==(const Stall&) const = default;
};

/// What a driver may be short of: answers to MakeBuffer, RegisterBuffer, MakeQp, MoveQp.
enum class Resource : std::uint8_t { Buffer, Mr, Qp, QpMove };
/// Of the requests of the node's core for this resource from now on, the `first`-th and the
/// `count` - 1 behind it fail.
struct Deny {
  std::uint32_t host = 0;
  Resource resource = Resource::Buffer;
  std::uint32_t first = 1;
  std::uint32_t count = 1;
  bool operator==(const Deny&) const = default;
};

/// All queue pairs of the node go to the error state.
struct FailQp {
  std::uint32_t host = 0;
  bool operator==(const FailQp&) const = default;
};

enum class AppDeed : std::uint8_t { Close, Shutdown, Abort };
/// One side's application of every connection of the workload gives up early.
struct AppDoes {
  std::uint32_t workload = 0;
  Side side = Side::Client;
  AppDeed deed = AppDeed::Close;
  bool operator==(const AppDoes&) const = default;
};

/// A box on the path takes the SMC-R option out of SYNs and SYN-ACKs the node sends.
struct StripOption {
  std::uint32_t host = 0;
  bool operator==(const StripOption&) const = default;
};

/// The message that fired the trigger (an OnEvent of Sends) vanishes. Its sender is told that it
/// was sent.
struct LoseMessage {
  bool operator==(const LoseMessage&) const = default;
};

/// The message that fired the trigger leaves with these bytes in this place; the length stays.
struct PatchMessage {
  std::uint32_t offset = 0;
  std::vector<std::byte> bytes;
  bool operator==(const PatchMessage&) const = default;
};

/// The message that fired the trigger is replaced by these bytes, of any length.
struct ReplaceMessage {
  std::vector<std::byte> bytes;
  bool operator==(const ReplaceMessage&) const = default;
};

enum class Layer : std::uint8_t {
  Clc,  ///< into the TCP stream of the node's newest connection
  Llc,  ///< a SEND on the queue pair of the node's newest link
  Cdc,  ///< likewise; the alert token at offset 4 is filled in if it is zero
};
/// The node sends bytes of its own making.
struct Inject {
  std::uint32_t host = 0;
  Layer layer = Layer::Llc;
  std::vector<std::byte> bytes;
  bool operator==(const Inject&) const = default;
};

using FaultAction = std::variant<ChangeLink, Partition, Stall, Deny, FailQp, AppDoes, StripOption,
                                 LoseMessage, PatchMessage, ReplaceMessage, Inject>;

struct FaultSpec {
  Place place;
  Trigger trigger;
  FaultAction action;
  std::optional<Duration> lasts;  ///< `for:`; unset: for good
  bool operator==(const FaultSpec&) const = default;
};

/// The action's name as traces and captures show it.
[[nodiscard]] std::string_view describe(const FaultAction& action) noexcept;

}  // namespace smclab::scenario
