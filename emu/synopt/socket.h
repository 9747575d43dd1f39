// SPDX-License-Identifier: MIT
//
// The SMC-R option in the TCP handshakes of a program's own sockets (RFC 7609 §3.1). The kernel has
// no such socket option; the BPF object that `smclab setup synopt` attached once, as root, has.
// From then on no privilege is needed. Sockets that did not ask are untouched.
#pragma once

#include <cstdint>
#include <optional>

namespace smclab::synopt {

/// What the handshake of a connected socket showed.
struct Handshake {
  bool sent = false;  ///< this side's SYN or SYN-ACK bore the option
  bool seen = false;  ///< the peer's did
  [[nodiscard]] bool both() const noexcept { return sent && seen; }
};

/// Makes a TCP socket bear the option: before connect(), or before listen() for all that are
/// accepted. False where nothing is set up for this process; the socket is as it was then.
[[nodiscard]] bool offer(int socket) noexcept;

/// After connect() or accept(). Nothing if the socket did not offer or is not connected.
[[nodiscard]] std::optional<Handshake> handshake_of(int socket) noexcept;

/// How an accepted connection begins, with nothing taken off the socket.
enum class FirstBytes : std::uint8_t { None, Clc, Others };

/// A server that has seen the option in the SYN cannot know whether its SYN-ACK arrived as it was
/// sent: with the option stripped from that alone, the client speaks plain TCP from its first byte
/// on. So it looks before it believes: a client that agreed begins with a CLC message at once.
[[nodiscard]] FirstBytes first_bytes(int socket) noexcept;

/// Whether offer() works in this process.
[[nodiscard]] bool is_set_up() noexcept;

}  // namespace smclab::synopt
