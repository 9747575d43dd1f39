// SPDX-License-Identifier: MIT
//
// RoCEv2 over an ordinary UDP socket on port 4791: no privilege, no kernel module. The socket is
// unconnected and never fragments, so the kernel writes the IPv4 identification 0, which the ICRC
// covers and a UDP receiver cannot see; that of other senders is solved for. One process owns the
// port of an address.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include <tl/expected.hpp>

#include "emu/rnic/input.h"
#include "emu/rnic/wire/encapsulation.h"
#include "emu/rnic/wire/identification.h"
#include "protocol/types.h"

namespace smclab::runtime {

inline constexpr std::uint16_t kRocePort = 4791;

/// What a fabric counts beside the RNIC's own counters.
struct FabricCounters {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::uint64_t dropped_icrc = 0;     ///< ICRC or lengths wrong: a stranger, or damage
  std::uint64_t dropped_sending = 0;  ///< the kernel's socket buffer was full
};

/// Whose frames arrive: those of this class only, which write the IPv4 identification 0, or those
/// of kernels and hardware too, which write what they like. For these 16 of the 32 bits that the
/// ICRC checks are lost (roce::IdentificationSolver).
enum class Senders : std::uint8_t { Own, Any };

/// Where a fabric is bound.
struct FabricPlace {
  IpAddress address;  ///< of this machine; a link-local one stands for the interface that has it
  Senders senders = Senders::Own;
};

/// The port of one software RNIC. Not copyable; must outlive the event loop's last turn.
class UdpFabric {
 public:
  using Receive = std::function<void(const rnic::ReceivedFrame&)>;
  /// Behind one or more calls of Receive: for now no more frames follow.
  using Rest = std::function<void()>;

  /// Binds port 4791 of the address. On failure the error is one sentence for the user; it names
  /// the owner of the port where it can.
  [[nodiscard]] static tl::expected<std::unique_ptr<UdpFabric>, std::string> open(
      boost::asio::io_context& loop, const FabricPlace& place, Receive receive, Rest rest = {});

  /// Sends a sealed Ethernet frame (roce::seal): the part behind its UDP header goes out. False
  /// when the socket buffer was full: the frame is lost, as on a wire, and go-back-N repeats it.
  bool send(const roce::Envelope& envelope, std::span<const std::byte> frame);

  [[nodiscard]] const FabricCounters& counters() const noexcept { return counters_; }

 private:
  UdpFabric(boost::asio::ip::udp::socket socket, Receive receive, Rest rest);
  void watch();
  void drain();
  [[nodiscard]] bool drain_one();
  void take(const boost::asio::ip::udp::endpoint& from, std::size_t length);
  [[nodiscard]] bool solve_identification(roce::Envelope& envelope,
                                          std::span<const std::byte> frame);

  boost::asio::ip::udp::socket socket_;
  Receive receive_;
  Rest rest_;
  Gid own_;
  Senders senders_ = Senders::Own;
  roce::IdentificationSolver solver_;
  FabricCounters counters_;
  // Room for an envelope in front of the datagram, which the ICRC check wants to see.
  std::array<std::byte, 8'192> buffer_{};
};

}  // namespace smclab::runtime
