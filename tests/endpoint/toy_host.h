// SPDX-License-Identifier: MIT
//
// A toy driver for one Endpoint: it owns ring memory, names queue pairs and keys, and notes what
// the core asked for. How its messages, writes and TCP bytes reach the other host is the Pair's.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/endpoint.h"

namespace smclab::test {

using Bytes = std::vector<std::byte>;

/// What the application of one connection saw and holds.
struct App {
  bool connected = false;
  bool fell_back = false;
  bool end_of_stream = false;
  bool released = false;
  std::optional<CloseReason> closed;
  std::vector<Refusal> refusals;
  Diagnosis own = Diagnosis::None;
  Diagnosis peer = Diagnosis::None;
  BufferId send_buffer;
  BufferId rmb;
  std::uint32_t send_size = 0;
  std::uint32_t rmb_size = 0;
  std::uint32_t space = 0;
  std::uint32_t available = 0;
  std::uint64_t wrote = 0;
  std::uint64_t read = 0;
  Bytes received;  ///< over SMC-R
};

/// One end of a TCP connection.
struct Socket {
  Bytes inbox;                          ///< came in and was not read yet
  Bytes written;                        ///< all that the core ever wrote
  std::optional<std::uint32_t> wanted;  ///< of an open ReadTcp
  std::uint64_t taken = 0;              ///< bytes the core read
  bool finished = false;
  bool reset = false;
};

struct Memory {
  Bytes bytes;
  std::map<std::uint32_t, LinkId> keys;  ///< rkey to the link it is good for
};

struct QueuePair {
  Qpn qpn;
  QpState state = QpState::Reset;
  Qpn peer;
};

struct ToyHost {
  explicit ToyHost(const Config& config) : endpoint(config) {}

  Endpoint endpoint;
  Actions out;
  std::map<ConnId, App> apps;
  std::map<ConnId, Socket> sockets;
  std::map<BufferId, Memory> memories;
  std::map<LinkId, QueuePair> queue_pairs;
  std::vector<TraceRecord> trace;
  std::vector<Bytes> messages;  ///< all that was posted, in order
  std::uint32_t next_qpn = 16;
  std::uint32_t next_key = 0x100;

  static constexpr std::uint64_t kBase = 0x7F00'0000'0000;
  /// Every memory has an address range of its own.
  static VirtualAddress address_of(BufferId id) {
    return {kBase + (std::uint64_t{id.index} << 32)};
  }

  /// Puts bytes into the send ring; the caller tells the core.
  void fill(ConnId conn, const Bytes& bytes);
  /// Takes bytes out of the RMBE into App::received; the caller tells the core.
  void drain(ConnId conn, std::uint32_t length);
  /// What a PostWrite sends.
  [[nodiscard]] Bytes gather(const action::PostWrite& write) const;
  /// Places a peer's write, as an RNIC would: false if the key or range is not granted.
  bool place(LinkId link, Rkey rkey, VirtualAddress target, const Bytes& bytes);

  /// How often such a record is in the trace; empty texts match any.
  struct Want {
    TraceEvent event = TraceEvent::Sends;
    std::string_view to;
    std::string_view cause;
  };
  [[nodiscard]] std::size_t count(const Want& want) const;
  /// LLC messages posted, by type byte.
  [[nodiscard]] std::vector<Bytes> posted(std::uint8_t type) const;
};

}  // namespace smclab::test
