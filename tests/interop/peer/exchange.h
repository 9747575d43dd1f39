// SPDX-License-Identifier: MIT
//
// The application protocol of the interoperability tests, as an Application of ours. The client
// sends a request of 16 bytes, all numbers big endian:
//
//   0   mode       'E' echo, 'U' up, 'D' down, 'B' up and then down, 'X' up and down at once, 'S'
//                  stream: up, any bytes, which nobody looks at, so that speed can be measured
//   1   flags      1: half close – after its data the client shuts its sending side down, and the
//                  server answers only after it has seen the end
//   2   pause_ms   how long the server rests after each of its reads: a slow reader
//   4   bytes      in each direction that the mode has, 64 bits
//   12  seed
//
// Up: `bytes` of the Pattern with key = seed go from client to server. Down: `bytes` of the Pattern
// with key = seed + 2^32 go back, in echo instead what the server read. At the end the server sends
// 32 bytes: the SHA-256 of all that it has read behind the request (of nothing, for a stream). Then
// the client closes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "emu/cli/tour/sha256.h"
#include "emu/runtime/application.h"
#include "tests/interop/peer/turns.h"

namespace smclab::interop {

inline constexpr std::size_t kRequestBytes = 16;
inline constexpr std::size_t kDigestBytes = 32;

struct Request {
  char mode = 'E';
  bool half_close = false;
  std::uint16_t pause_ms = 0;
  std::uint64_t bytes = 1000;
  std::uint32_t seed = 1;
  [[nodiscard]] bool has_up() const noexcept { return mode != 'D'; }
  [[nodiscard]] bool has_down() const noexcept { return mode != 'U' && !blind(); }
  [[nodiscard]] bool blind() const noexcept { return mode == 'S'; }  ///< no byte is looked at
};
[[nodiscard]] std::array<std::byte, kRequestBytes> encode(const Request& request);
/// Nothing for a mode that there is not.
[[nodiscard]] std::optional<Request> decode(std::span<const std::byte, kRequestBytes> bytes);

/// What became of one exchange.
struct Result {
  runtime::Carriage carriage;
  std::uint64_t sent = 0;      ///< of the patterns
  std::uint64_t received = 0;  ///< of the patterns
  std::string sent_sha256;
  std::string received_sha256;
  std::string peer_sha256;  ///< client: what the server says it read
  bool intact = true;       ///< all that came is what had to come
  bool complete = false;    ///< to the last byte, and closed in order
  std::optional<CloseReason> closed;
  Instant began{};      ///< the connection was there
  Duration duration{};  ///< client: from then on until the server's digest was
};

/// One exchange, from either side. What goes out is, for the client, the request and then data, for
/// the server data and then the digest; what comes in is the other's.
class Exchange final : public runtime::Application {
 public:
  /// A server learns the request from its client.
  Exchange(Role role, const Request& request);
  /// From here on it ends when it is its turn.
  void take_turns(Turns& turns, int number);

  void on_connected(Instant now, const runtime::Carriage& carriage) override;
  void on_end_of_stream() override { peer_ended_ = true; }
  void on_closed(Instant now, CloseReason why) override;
  std::size_t fill(Instant now, std::span<std::byte> room) override;
  std::size_t drain(Instant now, std::span<const std::byte> bytes) override;
  scenario::Wish wish() override;
  [[nodiscard]] std::optional<Instant> wakes_at(Instant now) const override;
  [[nodiscard]] bool done() const override { return result_.closed.has_value(); }

  [[nodiscard]] bool connected() const noexcept { return connected_; }
  [[nodiscard]] const Result& result() const noexcept { return result_; }
  [[nodiscard]] const Request& request() const noexcept { return request_; }

 private:
  [[nodiscard]] bool is_client() const noexcept { return role_ == Role::Client; }
  [[nodiscard]] std::uint64_t out_data() const noexcept;
  [[nodiscard]] std::uint64_t in_data() const noexcept;
  [[nodiscard]] std::uint64_t data_allowed() const noexcept;
  [[nodiscard]] bool all_sent() const noexcept;
  [[nodiscard]] bool all_received() const noexcept;
  std::size_t give_frame(std::span<std::byte> room);
  std::size_t give_data(std::span<std::byte> room);
  std::size_t take_frame(std::span<const std::byte> bytes);
  std::size_t take_data(std::span<const std::byte> bytes);
  void look_at_frame();
  void look_for_end();
  [[nodiscard]] bool may_end();

  Role role_;
  Request request_;
  bool knows_request_;
  Result result_;
  cli::Sha256 out_sha_;
  cli::Sha256 in_sha_;
  // The request or the digest: what stands around the data.
  std::vector<std::byte> out_frame_;
  std::size_t out_frame_sent_ = 0;
  std::vector<std::byte> in_frame_;
  Instant rests_until_{};
  Turns* turns_ = nullptr;
  int number_ = 0;
  bool waits_ = false;  // for its turn to end
  bool connected_ = false;
  bool peer_ended_ = false;
  bool shut_ = false;
  bool closing_ = false;
};

}  // namespace smclab::interop
