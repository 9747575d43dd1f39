// SPDX-License-Identifier: MIT
//
// The byte-exact oracle (invariant I1): what an application took must be a prefix of what its
// peer gave, at every moment, and all of it where the stream ended in order. It sees the bytes
// where applications touch their rings and knows nothing of the protocol between.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "emu/world/tcp/byte_queue.h"

namespace smclab::world {

/// One direction of a connection, named by who sends.
struct StreamId {
  std::uint32_t connection = 0;  ///< in the order in which they were opened
  bool from_client = true;
  bool operator==(const StreamId&) const = default;
};

class Oracle {
 public:
  /// A new connection; both its streams are empty.
  std::uint32_t open();

  /// The application gave or took `bytes`; two pieces, as a ring has them.
  using Pieces = std::array<std::span<const std::byte>, 2>;
  void sent(StreamId stream, const Pieces& bytes);
  void received(StreamId stream, const Pieces& bytes);
  /// The same where memory is unbacked: only lengths are compared.
  void sent(StreamId stream, std::uint64_t count);
  void received(StreamId stream, std::uint64_t count);
  /// The reader was told that nothing follows the `unread` bytes it has not taken yet.
  void ended(StreamId stream, std::uint64_t unread);

  /// What was wrong, in words; nothing while all is well.
  [[nodiscard]] std::span<const std::string> complaints() const noexcept { return complaints_; }

  bool operator==(const Oracle&) const = default;
  template <class V>
  void members(V& v) const {
    for (const auto& connection : streams_) {
      for (const Stream& stream : connection) v(stream.sent, stream.received, stream.broken);
    }
  }

 private:
  struct Stream {
    ByteQueue flying;  // sent and not received; empty where memory is unbacked
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    bool broken = false;
    bool operator==(const Stream&) const = default;
  };
  Stream& find(StreamId id) { return streams_[id.connection][id.from_client ? 0 : 1]; }
  void complain(StreamId id, Stream& stream, const std::string& what);

  std::vector<std::array<Stream, 2>> streams_;
  std::vector<std::string> complaints_;
};

}  // namespace smclab::world
