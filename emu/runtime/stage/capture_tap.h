// SPDX-License-Identifier: MIT
//
// The pcapng of a real-clock run. RoCE frames of our own RNICs are written as they leave, byte for
// byte behind the UDP header; those of devices as they are overheard (overhearing.h). TCP belongs
// to the kernel, which an unprivileged program cannot watch, so the CLC exchange is drawn as the
// segments it amounts to; a comment says so, and how the capability was agreed on: by the option in
// the real SYNs, or out of band.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "emu/capture/pcapng_writer.h"
#include "emu/runtime/clock.h"
#include "emu/scenario/scenario.h"
#include "emu/tcp/segment.h"
#include "protocol/time.h"

namespace smclab::runtime {

/// The two ends of a drawn connection.
struct DrawnEnds {
  tcp::TcpAddress client;
  tcp::TcpAddress server;
  Mac client_mac;
  Mac server_mac;
};

/// How the two sides of a connection agreed on SMC-R.
enum class Agreement : std::uint8_t { None, OutOfBand, Option };

class CaptureTap {
 public:
  /// An empty sink: nothing is drawn.
  CaptureTap(const Clock& clock, scenario::StageKind stage,
             const std::function<void(std::span<const std::byte>)>& sink);

  /// Draws SYN, SYN-ACK and ACK, and returns the connection's number.
  std::uint32_t connect(Instant now, const DrawnEnds& ends, Agreement agreement);
  /// Draws bytes that one side sends.
  void data(Instant now, std::uint32_t connection, Role sender, std::span<const std::byte> bytes);
  void finish(Instant now, std::uint32_t connection, Role sender);
  void reset(Instant now, std::uint32_t connection, Role sender);
  /// An Ethernet frame; `comment` may be empty.
  void frame(Instant now, std::span<const std::byte> bytes, std::string_view comment);
  /// One that the kernel saw, and when.
  void overheard(std::chrono::nanoseconds stamp, std::span<const std::byte> bytes);
  /// What the reader is to know; a comment on the next frame.
  void remark(std::string_view text);

 private:
  struct Drawn {
    DrawnEnds ends;
    std::uint32_t next_client = 0;  // sequence numbers
    std::uint32_t next_server = 0;
    bool over_client = false;
    bool over_server = false;
  };
  struct Stroke {
    Role sender = Role::Client;
    tcp::TcpSegment segment;
    std::string_view comment;
  };
  void draw(Instant now, Drawn& drawn, Stroke stroke);
  void write(std::int64_t time_ns, std::span<const std::byte> bytes, std::string_view comment);

  const Clock& clock_;
  capture::PcapngWriter writer_;
  bool on_;
  std::vector<Drawn> connections_;
  std::vector<std::byte> bytes_;
  std::string remark_;
};

}  // namespace smclab::runtime
