// SPDX-License-Identifier: MIT
//
// An application over plain TCP, after a fallback: moves bytes between a Flow and a socket.
#pragma once

#include <cstddef>
#include <vector>

#include "emu/runtime/tcp_stream.h"
#include "emu/scenario/flow.h"

namespace smclab::runtime {

class TcpApplication {
 public:
  /// Does all that can be done now: reads, writes, and what the flow wishes. The stream's next
  /// `ready` event, or the end of a pause of the flow, is the time for another call.
  void run(Instant now, scenario::Flow& flow, TcpStream& stream);

 private:
  [[nodiscard]] bool read(Instant now, scenario::Flow& flow, TcpStream& stream);
  [[nodiscard]] bool write(Instant now, scenario::Flow& flow, TcpStream& stream);
  void carry_out(Instant now, scenario::Flow& flow, TcpStream& stream);
  void end(Instant now, scenario::Flow& flow, CloseReason why);

  std::vector<std::byte> incoming_;  // taken off the socket, not yet by the flow
  std::vector<std::byte> outgoing_;  // given by the flow, not yet taken by the socket
  bool peer_ended_ = false;
  bool told_end_ = false;
  bool closing_ = false;
  bool over_ = false;
};

}  // namespace smclab::runtime
