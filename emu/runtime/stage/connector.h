// SPDX-License-Identifier: MIT
//
// Makes the TCP connections of a run between hosts in this process, and says which accepted
// socket belongs to which connection: the client binds its port before it connects, so the
// server's side can look it up.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include <tl/expected.hpp>

#include "protocol/types.h"

namespace smclab::runtime {

/// Both ends of a connection to be made.
struct Route {
  IpAddress client;
  IpAddress server;
  std::uint16_t port = 0;
  bool offer = false;  ///< the SYN is to bear the SMC-R option (synopt::offer)
};

class Connector {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  struct Events {
    std::function<void(std::uint32_t number, Socket)> connected;  ///< the client's end
    std::function<void(std::uint32_t number, Socket)> accepted;   ///< the server's end
    std::function<void(std::uint32_t number)> failed;             ///< it never came up
  };

  Connector(boost::asio::io_context& loop, Events events);

  /// Listens at the server's end of the route, unless it already does; `offer` is for its
  /// SYN-ACKs. The error is one sentence for the user.
  [[nodiscard]] tl::expected<void, std::string> listen(const Route& route);
  /// Begins connection `number`. Returns the client's port, 0 if it failed at once.
  std::uint16_t connect(std::uint32_t number, const Route& route);

 private:
  using Acceptor = boost::asio::ip::tcp::acceptor;
  using Endpoint = boost::asio::ip::tcp::endpoint;
  void accept(const std::shared_ptr<Acceptor>& acceptor);

  boost::asio::io_context& loop_;
  Events events_;
  std::map<Endpoint, std::shared_ptr<Acceptor>> acceptors_;
  std::map<Endpoint, std::uint32_t> coming_;  // the client's endpoint to the number
};

}  // namespace smclab::runtime
