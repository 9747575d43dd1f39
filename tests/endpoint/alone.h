// SPDX-License-Identifier: MIT
//
// One Endpoint alone, in the place of a kernel whose conversation was captured: its RNIC names
// things as the kernel's did, and what the other kernel said is played to it. It then must answer
// with that kernel's own bytes, but for the token and PSN that it draws.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "tests/endpoint/story.h"

namespace smclab::test {

template <std::size_t kSize>
void set(std::array<std::byte, kSize>& bytes, std::string_view digits) {
  const Bytes raw = hex(digits);
  std::copy(raw.begin(), raw.end(), bytes.begin());
}

struct Alone {
  /// An RMB as the kernel's RNIC named it.
  struct Rmb {
    Rkey rkey;
    VirtualAddress address;
  };

  explicit Alone(const Config& config, std::vector<Rmb> rmbs);

  Endpoint endpoint;
  Instant now{};
  std::vector<Bytes> tcp;
  std::vector<Bytes> sent;
  std::vector<action::PostWrite> writes;
  std::vector<action::MoveQp> moves;
  std::vector<action::MakeQp> queue_pairs;
  std::optional<action::FellBack> fell_back;
  std::optional<CloseReason> closed;
  LinkId link;
  unsigned connected = 0;
  bool end_of_stream = false;
  std::uint32_t readable = 0;

  void tell(const Input& input);
  /// A connection comes up between 10.0.0.2, the client, and 10.0.0.1.
  void begin(ConnId conn, Role role);
  void hear_clc(ConnId conn, std::string_view digits);
  void hear(const Bytes& message) { tell(input::Message{link, message}); }
  void hear(std::string_view digits) { hear(hex(digits)); }
  /// A CDC of the other kernel, with our token in place of the replaced one's.
  void hear_cdc(std::string_view digits, AlertToken token);

  /// What was written last as this CLC message.
  template <class T>
  T last() const {
    const auto message = wire::decode<T>(tcp.back());
    EXPECT_TRUE(message);
    return message.value_or(T{});
  }

 private:
  void note(const Actions& out, const Action& action, std::vector<Input>& answers);

  std::vector<Rmb> rmbs_;
  std::size_t named_ = 0;
};

/// The kernel's message with the token and PSN of ours, which both draw.
template <class T>
T as_ours(std::string_view kernels, const T& ours) {
  auto theirs = wire::decode<T>(hex(kernels)).value_or(T{});
  theirs.end.token = ours.end.token;
  theirs.end.psn = ours.end.psn;
  return theirs;
}

}  // namespace smclab::test
