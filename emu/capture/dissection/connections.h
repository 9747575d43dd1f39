// SPDX-License-Identifier: MIT
//
// The TCP connections of a capture: their SMC-R options and CLC messages. Connections are
// numbered as tshark numbers its tcp.stream, so that the two can be laid side by side.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>

#include "emu/capture/dissection/clc_stream.h"
#include "emu/capture/dissection/message.h"
#include "emu/capture/network/ip.h"
#include "emu/capture/network/tcp.h"

namespace smclab::capture {

class Connections {
 public:
  /// Beyond this, the connection seen first is forgotten.
  static constexpr std::size_t kMost = 65'536;

  /// Takes messages with all but content, which decode_content() adds.
  using Sink = std::function<void(SmcMessage&)>;

  void add(const IpPacket& ip, const TcpSegment& segment, const Stamp& at, const Sink& sink);
  /// The capture is over.
  void finish(const Sink& sink);

  /// Directions in which the capture ended inside a CLC message.
  [[nodiscard]] std::size_t incomplete() const noexcept;

 private:
  struct End {
    IpAddress address;
    std::uint16_t port = 0;
    auto operator<=>(const End&) const = default;
  };
  using Ends = std::array<End, 2>;  // the lesser first
  struct Direction {
    ClcStream clc;
    std::optional<std::uint32_t> first;  ///< sequence number of the first segment
  };
  struct Connection {
    std::uint32_t number = 0;
    std::array<Direction, 2> directions;  ///< by the sender's place in Ends
  };

  Connection& connection_of(const Ends& ends, std::size_t sender, const TcpSegment& segment);
  Connection& fresh(const Ends& ends);
  static void tell(const SmcMessage& known, const ClcBytes& clc, const Sink& sink);
  static void end_handshake(Connection& connection, std::size_t sender, std::uint8_t type);

  std::map<Ends, Connection> connections_;
  std::deque<Ends> oldest_first_;
  std::uint32_t next_number_ = 0;
};

}  // namespace smclab::capture
