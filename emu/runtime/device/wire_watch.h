// SPDX-License-Identifier: MIT
//
// Overhears the RoCEv2 packets of a network interface, as tcpdump would: what a device sends and
// receives there never passes through this program. It needs the right to open packet sockets
// (CAP_NET_RAW), and sees nothing of RNICs that keep their packets from the kernel.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace smclab::runtime {

class WireWatch {
 public:
  /// An Ethernet frame in either direction.
  struct Packet {
    std::chrono::nanoseconds stamp{};  ///< when it passed, as the kernel tells it (clock.h)
    std::span<const std::byte> bytes;
    std::uint64_t missed = 0;  ///< packets before it that were not heard: too many at once
  };
  using Heard = std::function<void(const Packet& packet)>;

  /// `interface` is the interface's index. The error is one sentence for the user.
  [[nodiscard]] static tl::expected<std::unique_ptr<WireWatch>, std::string> open(
      boost::asio::io_context& loop, unsigned interface, Heard heard);

  /// Tells what has passed by now. The loop does so too, but whoever writes down what happens at
  /// another place wants to have it in order.
  void collect();

 private:
  WireWatch(boost::asio::io_context& loop, int socket, Heard heard);
  void watch();
  [[nodiscard]] std::uint64_t newly_missed();

  boost::asio::posix::stream_descriptor socket_;
  Heard heard_;
  std::vector<std::byte> buffer_;
};

}  // namespace smclab::runtime
