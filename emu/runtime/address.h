// SPDX-License-Identifier: MIT
//
// Between the protocol's addresses and those of sockets.
#pragma once

#include <boost/asio/ip/address.hpp>

#include "protocol/types.h"

namespace smclab::runtime {

[[nodiscard]] inline boost::asio::ip::address to_socket(const IpAddress& address) {
  boost::asio::ip::address_v6::bytes_type bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = std::to_integer<unsigned char>(address.gid.bytes[i]);
  }
  const boost::asio::ip::address_v6 v6(bytes);
  if (!address.is_v4()) return v6;
  return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, v6);
}

/// An address of this machine. A link-local one means nothing without its interface, which is
/// looked for.
[[nodiscard]] boost::asio::ip::address to_local_socket(const IpAddress& address);

[[nodiscard]] inline IpAddress from_socket(const boost::asio::ip::address& address) {
  const auto v6 = address.is_v4() ? boost::asio::ip::make_address_v6(boost::asio::ip::v4_mapped,
                                                                     address.to_v4())
                                  : address.to_v6();
  IpAddress result;
  const auto bytes = v6.to_bytes();
  for (std::size_t i = 0; i < bytes.size(); ++i) result.gid.bytes[i] = std::byte{bytes[i]};
  return result;
}

}  // namespace smclab::runtime
