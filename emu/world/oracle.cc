// SPDX-License-Identifier: MIT
#include "emu/world/oracle.h"

#include <algorithm>

namespace smclab::world {

std::uint32_t Oracle::open() {
  streams_.emplace_back();
  return static_cast<std::uint32_t>(streams_.size() - 1);
}

void Oracle::complain(StreamId id, Stream& stream, const std::string& what) {
  // One complaint a stream: whatever follows the first wrong byte is wrong as well.
  if (stream.broken) return;
  stream.broken = true;
  complaints_.push_back("connection " + std::to_string(id.connection) +
                        (id.from_client ? ", client to server: " : ", server to client: ") + what);
}

void Oracle::sent(StreamId id, const Pieces& bytes) {
  Stream& stream = find(id);
  for (const auto piece : bytes) {
    stream.flying.push(piece);
    stream.sent += piece.size();
  }
}

void Oracle::received(StreamId id, const Pieces& bytes) {
  Stream& stream = find(id);
  for (const auto piece : bytes) {
    const auto expected = stream.flying.view();
    if (piece.size() > expected.size()) {
      complain(id, stream, "byte " + std::to_string(stream.sent) + " was received and never sent");
      return;
    }
    const auto wrong = std::mismatch(piece.begin(), piece.end(), expected.begin()).first;
    if (wrong != piece.end()) {
      const auto at = stream.received + static_cast<std::uint64_t>(wrong - piece.begin());
      complain(id, stream, "byte " + std::to_string(at) + " is not the one that was sent");
      return;
    }
    stream.flying.pop(piece.size());
    stream.received += piece.size();
  }
}

void Oracle::sent(StreamId id, std::uint64_t count) {
  find(id).sent += count;
}

void Oracle::received(StreamId id, std::uint64_t count) {
  Stream& stream = find(id);
  stream.received += count;
  if (stream.received > stream.sent) {
    complain(id, stream, "byte " + std::to_string(stream.sent) + " was received and never sent");
  }
}

void Oracle::ended(StreamId id, std::uint64_t unread) {
  Stream& stream = find(id);
  if (stream.received + unread == stream.sent) return;
  complain(id, stream,
           "it ended after " + std::to_string(stream.received + unread) + " of " +
               std::to_string(stream.sent) + " bytes");
}

}  // namespace smclab::world
