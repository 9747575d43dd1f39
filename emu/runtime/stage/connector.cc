// SPDX-License-Identifier: MIT
#include "emu/runtime/stage/connector.h"

#include <utility>

#include "emu/runtime/address.h"
#include "emu/synopt/socket.h"

namespace smclab::runtime {

namespace asio = boost::asio;
using boost::system::error_code;

Connector::Connector(asio::io_context& loop, Events events)
    : loop_(loop), events_(std::move(events)) {}

tl::expected<void, std::string> Connector::listen(const Route& route) {
  const Endpoint endpoint(to_socket(route.server), route.port);
  if (acceptors_.contains(endpoint)) return {};
  auto acceptor = std::make_shared<Acceptor>(loop_);
  error_code error;
  acceptor->open(endpoint.protocol(), error);
  if (!error) acceptor->set_option(Acceptor::reuse_address(true), error);
  if (!error) acceptor->bind(endpoint, error);
  if (!error && route.offer) static_cast<void>(synopt::offer(acceptor->native_handle()));
  if (!error) acceptor->listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return tl::unexpected("cannot listen on TCP " + endpoint.address().to_string() + ":" +
                          std::to_string(route.port) + ": " + error.message());
  }
  acceptors_.emplace(endpoint, acceptor);
  accept(acceptor);
  return {};
}

void Connector::accept(const std::shared_ptr<Acceptor>& acceptor) {
  acceptor->async_accept([this, acceptor](const error_code& error, Socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (!error) {
      error_code ignored;
      const auto expected = coming_.find(socket.remote_endpoint(ignored));
      // A stranger's connection is closed by the end of this scope.
      if (expected != coming_.end()) {
        const std::uint32_t number = expected->second;
        coming_.erase(expected);
        events_.accepted(number, std::move(socket));
      }
    }
    accept(acceptor);
  });
}

std::uint16_t Connector::connect(std::uint32_t number, const Route& route) {
  auto socket = std::make_shared<Socket>(loop_);
  const Endpoint own(to_socket(route.client), 0);
  error_code error;
  socket->open(own.protocol(), error);
  if (!error) socket->bind(own, error);
  if (error) {
    events_.failed(number);
    return 0;
  }
  if (route.offer) static_cast<void>(synopt::offer(socket->native_handle()));
  const Endpoint bound = socket->local_endpoint(error);
  coming_[bound] = number;
  socket->async_connect(Endpoint(to_socket(route.server), route.port),
                        [this, number, bound, socket](const error_code& failure) {
                          if (failure == asio::error::operation_aborted) return;
                          if (!failure) return events_.connected(number, std::move(*socket));
                          coming_.erase(bound);
                          events_.failed(number);
                        });
  return bound.port();
}

}  // namespace smclab::runtime
