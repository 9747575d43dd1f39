// SPDX-License-Identifier: MIT
#include "emu/runtime/address.h"

#include <ifaddrs.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>

namespace smclab::runtime {
namespace {

bool is_link_local(const IpAddress& address) {
  const auto& bytes = address.gid.bytes;
  return bytes[0] == std::byte{0xFE} && (bytes[1] & std::byte{0xC0}) == std::byte{0x80};
}

// The interface of this machine that has the address, as sockets name it; 0 if none has.
std::uint32_t scope_of(const IpAddress& address) {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return 0;
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> all(list, ::freeifaddrs);
  for (const ifaddrs* entry = all.get(); entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || entry->ifa_addr->sa_family != AF_INET6) continue;
    sockaddr_in6 socket{};
    std::memcpy(&socket, entry->ifa_addr, sizeof socket);
    const auto bytes = std::as_bytes(std::span(socket.sin6_addr.s6_addr));
    if (std::equal(bytes.begin(), bytes.end(), address.gid.bytes.begin())) {
      return socket.sin6_scope_id;
    }
  }
  return 0;
}

}  // namespace

boost::asio::ip::address to_local_socket(const IpAddress& address) {
  if (!is_link_local(address)) return to_socket(address);
  auto v6 = to_socket(address).to_v6();
  v6.scope_id(scope_of(address));
  return v6;
}

}  // namespace smclab::runtime
