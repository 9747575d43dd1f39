// SPDX-License-Identifier: MIT
//
// An application over plain TCP, after a fallback: moves bytes between an Application and a socket.
#pragma once

#include <cstddef>
#include <vector>

#include "emu/runtime/application.h"
#include "emu/runtime/tcp_stream.h"

namespace smclab::runtime {

class TcpApplication {
 public:
  /// Does all that can be done now: reads, writes, and what it wishes. The stream's next
  /// `ready` event, or the end of a pause of the application, is the time for another call.
  void run(Instant now, Application& application, TcpStream& stream);

 private:
  [[nodiscard]] bool read(Instant now, Application& application, TcpStream& stream);
  [[nodiscard]] bool write(Instant now, Application& application, TcpStream& stream);
  void carry_out(Instant now, Application& application, TcpStream& stream);
  void end(Instant now, Application& application, CloseReason why);

  std::vector<std::byte> incoming_;  // taken off the socket, not yet by the application
  std::vector<std::byte> outgoing_;  // given by the application, not yet taken by the socket
  bool peer_ended_ = false;
  bool told_end_ = false;
  bool closing_ = false;
  bool over_ = false;
};

}  // namespace smclab::runtime
