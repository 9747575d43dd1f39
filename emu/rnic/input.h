// SPDX-License-Identifier: MIT
//
// All that a software RNIC can be told: verbs, frames from the wire, ticks. The caller names the
// objects it makes (index and generation, dense from 0), as it does for the protocol core, so a
// recorded list of inputs replays bit for bit. Each verb is answered at once by one
// output::VerbDone in the same call.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <variant>

#include "emu/rnic/memory.h"
#include "protocol/input.h"
#include "protocol/types.h"

namespace smclab::rnic {

using PdId = Handle<struct PdTag>;  ///< protection domain
using CqId = Handle<struct CqTag>;  ///< completion queue
using MrId = Handle<struct MrTag>;  ///< memory region
using QpId = Handle<struct QpTag>;  ///< RC queue pair
using WorkId = std::uint64_t;       ///< wr_id of verbs: the caller's, returned in the completion

/// Operations of the send queue.
enum class Operation : std::uint8_t { Send, Write, WriteWithImmediate, Read };

/// Where the other end of an RC queue pair is, and how to be patient with it. Meanings and codes
/// are those of ibv_qp_attr.
struct QpAttributes {
  Gid peer_gid;
  Mac peer_mac;
  Qpn peer_qpn;
  MtuCode path_mtu = MtuCode::Mtu1024;
  Psn receive_psn;                 ///< first PSN expected
  Psn send_psn;                    ///< first PSN sent
  std::uint8_t timeout = 15;       ///< 4.096 µs · 2^timeout until a retry; 0: never
  std::uint8_t retry_count = 7;    ///< 0…7
  std::uint8_t rnr_retry = 7;      ///< 0…7, where 7 means for ever
  std::uint8_t min_rnr_timer = 5;  ///< code 0…31 sent in an RNR NAK (InfiniBand table 45)
  std::uint8_t priority = 0;       ///< 0…7, of every frame this queue pair sends
  bool operator==(const QpAttributes&) const = default;
};

/// One entry of a send queue.
struct SendRequest {
  WorkId work = 0;
  Operation operation = Operation::Send;
  bool signaled = true;
  bool solicited = false;
  std::uint8_t sge_count = 0;  ///< 0…2
  std::array<Sge, 2> sges{};   ///< source; for Read the destination
  Rkey rkey;                   ///< Write and Read
  VirtualAddress remote;       ///< Write and Read
  std::uint32_t immediate = 0;
  bool operator==(const SendRequest&) const = default;
};

/// A frame that passed the fabric's checks (destination, ICRC): BTH to the end of the pad, no
/// ICRC. Where memory is unbacked `bytes` holds the headers only and `unbacked` the length of
/// payload and pad that were not carried.
struct ReceivedFrame {
  Gid source;
  Gid destination;
  std::span<const std::byte> bytes;
  std::uint32_t unbacked = 0;
};

namespace input {

/// Entropy for keys, as for the core; before the first RegisterMr or CreateQp.
using smclab::input::Entropy;

struct CreatePd {
  PdId pd;
};
struct DestroyPd {
  PdId pd;
};
/// `depth` completions fit; one more is an overflow, which is an event and an error of every
/// queue pair attached.
struct CreateCq {
  CqId cq;
  std::uint32_t depth = 0;
};
struct DestroyCq {
  CqId cq;
};
/// `address` is what remote and local requests will name the first byte.
struct RegisterMr {
  MrId mr;
  PdId pd;
  MemorySlice memory;
  VirtualAddress address;
  Access access;
  /// The memory itself, for an RNIC that reads and writes by itself; the software one does not.
  std::span<std::byte> bytes{};
};
struct DeregisterMr {
  MrId mr;
};
struct CreateQp {
  QpId qp;
  PdId pd;
  CqId send_cq;
  CqId receive_cq;
  std::uint32_t max_send = 0;
  std::uint32_t max_receive = 0;
};
/// The state machine of InfiniBand 10.3.1: Reset → Init → ReadyToReceive → ReadyToSend, and Error
/// or Reset from anywhere. `attributes` are read on the way to ReadyToReceive.
struct ModifyQp {
  QpId qp;
  QpState to = QpState::Error;
  QpAttributes attributes;
};
struct DestroyQp {
  QpId qp;
};
struct PostSend {
  QpId qp;
  SendRequest request;
};
struct PostReceive {
  QpId qp;
  WorkId work = 0;
  Sge buffer;
};
/// Ask for one output::CompletionEvent at the next completion.
struct ArmCq {
  CqId cq;
};
struct Frame {
  ReceivedFrame frame;
};
struct PortState {
  bool up = false;
};
struct Tick {};

}  // namespace input

using Input =
    std::variant<input::Entropy, input::CreatePd, input::DestroyPd, input::CreateCq,
                 input::DestroyCq, input::RegisterMr, input::DeregisterMr, input::CreateQp,
                 input::ModifyQp, input::DestroyQp, input::PostSend, input::PostReceive,
                 input::ArmCq, input::Frame, input::PortState, input::Tick>;

}  // namespace smclab::rnic
