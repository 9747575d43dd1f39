// SPDX-License-Identifier: MIT
//
// Two Endpoints, joined by a network and RNICs that take no time and never fail, so that what is
// measured is the core. Memory is unbacked: a write is believed. Allocates nothing once warm.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "protocol/endpoint.h"
#include "protocol/limits.h"

namespace smclab::bench {

class InstantPair {
 public:
  InstantPair();

  /// Opens a connection between the two, and tells whether it runs over SMC-R.
  [[nodiscard]] bool connect();
  /// The client writes `bytes`, the server reads them at once, and all that follows is done.
  /// Tells false if there was no room.
  [[nodiscard]] bool transfer(std::uint32_t bytes);
  /// Inputs that both cores have handled.
  [[nodiscard]] std::uint64_t inputs() const noexcept { return inputs_; }
  [[nodiscard]] std::uint64_t bytes_read() const noexcept { return read_; }

 private:
  struct Host {
    Endpoint endpoint;
    LinkId link;
    std::vector<std::byte> inbox;  // of TCP
    std::uint32_t wanted = 0;
    std::uint32_t space = 0;
    bool connected = false;
  };
  /// An input under way, with the bytes it views.
  struct Pending {
    std::uint8_t host = 0;
    Input input;
    std::array<std::byte, kMessageSize> bytes{};
  };

  void tell(std::uint8_t host, const Input& input);
  void settle();
  void carry_out(std::uint8_t host, const Action& action);
  bool answer_rnic(std::uint8_t host, const Action& action);
  void serve_tcp(std::uint8_t host, const Action& action);
  void serve_application(std::uint8_t host, const Action& action);
  void pump(std::uint8_t host);

  std::array<Host, 2> hosts_;
  std::vector<Pending> pending_;
  std::size_t next_ = 0;
  Actions out_;
  Instant now_{};
  std::uint32_t next_key_ = 1;
  std::uint64_t inputs_ = 0;
  std::uint64_t read_ = 0;
};

}  // namespace smclab::bench
