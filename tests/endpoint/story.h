// SPDX-License-Identifier: MIT
//
// What stories of a Pair have in common: finding messages in what was written and posted, and
// asking that nothing is left.
#pragma once

#include <gtest/gtest.h>

#include "protocol/wire/clc.h"
#include "protocol/wire/decode.h"
#include "protocol/wire/encode.h"
#include "protocol/wire/llc.h"
#include "tests/endpoint/pair.h"

namespace smclab::test {

/// All CLC messages in a stream that holds nothing else.
std::vector<wire::ClcMessage> clc_of(const Bytes& stream);

/// The message of this type that was written last; the test fails if there is none.
template <class T>
T last_clc(const Bytes& stream) {
  for (const wire::ClcMessage& message : clc_of(stream)) {
    if (std::holds_alternative<T>(message)) return std::get<T>(message);
  }
  ADD_FAILURE() << "no such CLC message";
  return {};
}

template <class T>
Bytes encoded(const T& message) {
  Bytes bytes(wire::encoded_size(message));
  wire::encode(message, bytes);
  return bytes;
}

/// Changes the bytes of CLC messages of type T that `from` sends, before the other side reads them.
template <class T>
void tamper(Pair& pair, ConnId conn, Side from, const std::function<void(Bytes&)>& change) {
  pair.hook = [&pair, conn, from, change](Side side, const Action& action) {
    const auto* write = std::get_if<action::WriteTcp>(&action);
    if (side != from || write == nullptr || write->conn != conn) return Fate::pass();
    const Bytes& written = pair.socket(from, conn).written;
    Bytes bytes(written.end() - write->bytes.length, written.end());
    if (!wire::decode<T>(bytes)) return Fate::pass();
    change(bytes);
    pair.inject_tcp(other(from), conn, bytes);
    return Fate::drop();
  };
}
/// The same for the message as a struct.
template <class T>
void rewrite(Pair& pair, ConnId conn, Side from, const std::function<void(T&)>& change) {
  tamper<T>(pair, conn, from, [change](Bytes& bytes) {
    T message = wire::decode<T>(bytes).value_or(T{});
    change(message);
    bytes = encoded(message);
  });
}

/// `side` declined with `why`, and both ends know it. The Decline is `size` bytes long.
struct Declined {
  Side side;
  Diagnosis why;
  std::size_t size;
};
void expect_declined(Pair& pair, ConnId conn, const Declined& declined);

/// Nothing of a connection, link, group or buffer is left on this host, nor on its RNIC.
void expect_nothing_left(Pair& pair, Side side);

/// The only link of this host.
LinkId only_link(const Pair& pair, Side side);
GroupId only_group(const Pair& pair, Side side);

/// A pair with one connection over SMC-R.
struct Connected : Pair {
  explicit Connected(const Config& client = client_config(),
                     const Config& server = server_config());
  ConnId conn;
};

}  // namespace smclab::test
