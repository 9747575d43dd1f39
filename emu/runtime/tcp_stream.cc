// SPDX-License-Identifier: MIT
#include "emu/runtime/tcp_stream.h"

#include <boost/asio/socket_base.hpp>
#include <utility>

namespace smclab::runtime {

namespace asio = boost::asio;
using boost::system::error_code;

TcpStream::TcpStream(asio::ip::tcp::socket socket, TcpEvents events)
    : socket_(std::move(socket)), events_(std::move(events)) {
  error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
}

void TcpStream::start() {
  watch_read();
}

void TcpStream::pull(std::uint32_t length) {
  wanted_ = length;
  watch_read();
}

void TcpStream::push(std::span<const std::byte> bytes) {
  outgoing_.insert(outgoing_.end(), bytes.begin(), bytes.end());
  flush();
}

void TcpStream::finish() {
  finishing_ = true;
  flush();
}

void TcpStream::reset() {
  down_ = true;
  if (!socket_.is_open()) return;
  error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
}

void TcpStream::use_by_application() {
  application_ = true;
  watch_read();
}

TcpTransfer TcpStream::receive(std::span<std::byte> room) {
  if (!socket_.is_open()) return {.broken = true};
  error_code error;
  const std::size_t bytes = socket_.receive(asio::buffer(room.data(), room.size()),
                                            asio::socket_base::message_flags{}, error);
  if (!error) {
    watch_read();
    return {.bytes = bytes};
  }
  if (error == asio::error::would_block || error == asio::error::try_again) {
    watch_read();
    return {};
  }
  if (error == asio::error::eof) return {.end = true};
  return {.broken = true};
}

TcpTransfer TcpStream::send(std::span<const std::byte> bytes) {
  if (!socket_.is_open()) return {.broken = true};
  error_code error;
  const std::size_t sent = socket_.send(asio::buffer(bytes.data(), bytes.size()),
                                        asio::socket_base::message_flags{}, error);
  if (!error && sent == bytes.size()) return {.bytes = sent};
  if (!error || error == asio::error::would_block || error == asio::error::try_again) {
    watch_write();
    return {.bytes = error ? 0 : sent};
  }
  return {.broken = true};
}

void TcpStream::watch_read() {
  if (watching_read_ || !socket_.is_open()) return;
  watching_read_ = true;
  socket_.async_wait(asio::ip::tcp::socket::wait_read,
                     [self = shared_from_this()](const error_code& error) {
                       self->watching_read_ = false;
                       if (!error && self->socket_.is_open()) self->on_readable();
                     });
}

void TcpStream::watch_write() {
  if (watching_write_ || !socket_.is_open()) return;
  watching_write_ = true;
  socket_.async_wait(asio::ip::tcp::socket::wait_write,
                     [self = shared_from_this()](const error_code& error) {
                       self->watching_write_ = false;
                       if (error || !self->socket_.is_open()) return;
                       self->flush();
                       if (self->application_) self->events_.ready();
                     });
}

void TcpStream::on_readable() {
  if (application_) {
    events_.ready();
  } else if (wanted_ > 0) {
    take_wanted();
  } else {
    // Nobody wants bytes: look whether the connection ended, and leave them on the socket. With
    // bytes waiting there is no further watch, or the loop would spin; the next pull renews it.
    std::byte probe{};
    error_code error;
    socket_.receive(asio::buffer(&probe, 1), asio::socket_base::message_peek, error);
    if (error == asio::error::would_block || error == asio::error::try_again) {
      watch_read();
    } else if (error) {
      go_down(error == asio::error::eof ? TcpEnd::Fin : TcpEnd::Reset);
    }
  }
}

void TcpStream::take_wanted() {
  const std::size_t have = taken_.size();
  taken_.resize(wanted_);
  error_code error;
  const std::size_t bytes =
      socket_.receive(asio::buffer(taken_.data() + have, taken_.size() - have),
                      asio::socket_base::message_flags{}, error);
  taken_.resize(have + (error ? 0 : bytes));
  if (error && error != asio::error::would_block && error != asio::error::try_again) {
    return go_down(error == asio::error::eof ? TcpEnd::Fin : TcpEnd::Reset);
  }
  if (taken_.size() < wanted_) return watch_read();
  wanted_ = 0;
  const std::vector<std::byte> complete = std::exchange(taken_, {});
  events_.pulled(complete);
  if (!down_) watch_read();
}

void TcpStream::flush() {
  if (!socket_.is_open()) return;
  if (!outgoing_.empty()) {
    error_code error;
    const std::size_t sent =
        socket_.send(asio::buffer(outgoing_), asio::socket_base::message_flags{}, error);
    if (error && error != asio::error::would_block && error != asio::error::try_again) {
      outgoing_.clear();  // the read side learns that the connection broke
    } else {
      outgoing_.erase(outgoing_.begin(), outgoing_.begin() + static_cast<long>(sent));
    }
    if (!outgoing_.empty()) return watch_write();
  }
  if (finishing_) {
    finishing_ = false;
    error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  }
}

void TcpStream::go_down(TcpEnd how) {
  if (std::exchange(down_, true)) return;
  events_.down(how);
}

}  // namespace smclab::runtime
