// SPDX-License-Identifier: MIT
//
// One real TCP connection under an SMC-R socket. During the handshake the core pulls CLC messages
// through it byte-exactly: it never takes a byte off the socket that was not asked for, so after
// a fallback the socket's queue begins at the application's first byte. From then on the
// application uses receive() and send().
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "protocol/input.h"

namespace smclab::runtime {

/// What a stream tells its owner; called from the event loop, never from within a call to it.
struct TcpEvents {
  /// All bytes of a pull() are there. The view lives during the call.
  std::function<void(std::span<const std::byte>)> pulled;
  /// The peer's half ended, or the connection broke. At most once.
  std::function<void(TcpEnd)> down;
  /// In application use: bytes, room or an end may be waiting; ask receive() and send().
  std::function<void()> ready;
};

/// How much of an application's read or write the socket did.
struct TcpTransfer {
  std::size_t bytes = 0;
  bool end = false;     ///< the peer's half is over (receive only)
  bool broken = false;  ///< reset
};

/// Not copyable; lives as long as its owner wants. Destroying it resets the connection unless it
/// was finished in both directions.
class TcpStream : public std::enable_shared_from_this<TcpStream> {
 public:
  /// Takes over a connected socket.
  TcpStream(boost::asio::ip::tcp::socket socket, TcpEvents events);

  /// Starts to watch for the end of the connection. Once, after construction.
  void start();
  /// Asks for exactly `length` bytes; at most one pull is outstanding.
  void pull(std::uint32_t length);
  /// Forgets the outstanding pull. Bytes it had taken are given to the next one first.
  void cancel_pull() noexcept { wanted_ = 0; }
  /// Queues bytes and sends what the socket takes.
  void push(std::span<const std::byte> bytes);
  /// FIN behind all that was pushed.
  void finish();
  /// RST, at once. No event follows.
  void reset();

  /// From now on the application reads and writes.
  void use_by_application();
  [[nodiscard]] TcpTransfer receive(std::span<std::byte> room);
  [[nodiscard]] TcpTransfer send(std::span<const std::byte> bytes);

  [[nodiscard]] bool open() const noexcept { return socket_.is_open(); }

 private:
  void watch_read();
  void watch_write();
  void on_readable();
  void take_wanted();
  void flush();
  void go_down(TcpEnd how);

  boost::asio::ip::tcp::socket socket_;
  TcpEvents events_;
  std::vector<std::byte> taken_;     // bytes of the pull so far
  std::vector<std::byte> outgoing_;  // pushed, not yet sent
  std::uint32_t wanted_ = 0;
  bool application_ = false;
  bool finishing_ = false;
  bool watching_read_ = false;
  bool watching_write_ = false;
  bool down_ = false;
};

}  // namespace smclab::runtime
