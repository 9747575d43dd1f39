// SPDX-License-Identifier: MIT
#include "tests/interop/peer/interface.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bit>
#include <cstring>
#include <memory>
#include <string_view>

#include "emu/runtime/address.h"

namespace smclab::interop {
namespace {

// What RoCE puts around its payload at most (soft-RoCE counts alike).
constexpr int kOverhead = 80;

template <class Socket>
Socket as(const sockaddr* address) {
  Socket socket{};
  std::memcpy(&socket, address, sizeof socket);
  return socket;
}

IpAddress ipv4_of(const sockaddr* address) {
  const auto socket = as<sockaddr_in>(address);
  boost::asio::ip::address_v4::bytes_type bytes{};
  std::memcpy(bytes.data(), &socket.sin_addr, bytes.size());
  return runtime::from_socket(boost::asio::ip::address_v4(bytes));
}

IpAddress ipv6_of(const sockaddr* address) {
  const auto socket = as<sockaddr_in6>(address);
  boost::asio::ip::address_v6::bytes_type bytes{};
  std::memcpy(bytes.data(), &socket.sin6_addr, bytes.size());
  return runtime::from_socket(boost::asio::ip::address_v6(bytes));
}

std::optional<IpAddress> address_of(const sockaddr* address) {
  if (address == nullptr) return std::nullopt;
  if (address->sa_family == AF_INET) return ipv4_of(address);
  if (address->sa_family == AF_INET6) return ipv6_of(address);
  return std::nullopt;
}

// Of a mask, the bits that are set.
std::uint8_t prefix_length(const sockaddr* mask) {
  if (mask->sa_family == AF_INET) {
    return static_cast<std::uint8_t>(std::popcount(as<sockaddr_in>(mask).sin_addr.s_addr));
  }
  int bits = 0;
  for (const std::uint8_t byte : as<sockaddr_in6>(mask).sin6_addr.s6_addr) {
    bits += std::popcount(byte);
  }
  return static_cast<std::uint8_t>(bits);
}

MtuCode mtu_of(const char* interface) {
  ifreq request{};
  std::strncpy(request.ifr_name, interface, sizeof request.ifr_name - 1);
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const bool known = ::ioctl(socket, SIOCGIFMTU, &request) == 0;
  ::close(socket);
  if (!known) return MtuCode::Mtu1024;
  MtuCode best = MtuCode::Mtu256;
  for (const MtuCode code :
       {MtuCode::Mtu512, MtuCode::Mtu1024, MtuCode::Mtu2048, MtuCode::Mtu4096}) {
    if (static_cast<int>(mtu_bytes(code)) + kOverhead <= request.ifr_mtu) best = code;
  }
  return best;
}

}  // namespace

std::optional<Device> find_device(const IpAddress& address, bool link_local_gid) {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return std::nullopt;
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> all(list, ::freeifaddrs);
  const ifaddrs* own = nullptr;
  for (const ifaddrs* at = list; at != nullptr; at = at->ifa_next) {
    if (address_of(at->ifa_addr) == address) own = at;
  }
  if (own == nullptr || own->ifa_netmask == nullptr) return std::nullopt;
  Device device{.gid = address.gid,
                .address = address,
                .prefix_length = prefix_length(own->ifa_netmask),
                .mtu = mtu_of(own->ifa_name)};
  bool has_mac = false;
  bool has_gid = !link_local_gid;
  for (const ifaddrs* at = list; at != nullptr; at = at->ifa_next) {
    if (at->ifa_addr == nullptr || std::string_view(at->ifa_name) != own->ifa_name) continue;
    if (at->ifa_addr->sa_family == AF_PACKET) {
      const auto link = as<sockaddr_ll>(at->ifa_addr);
      std::memcpy(device.mac.bytes.data(), link.sll_addr, device.mac.bytes.size());
      has_mac = link.sll_halen == device.mac.bytes.size();
    } else if (at->ifa_addr->sa_family == AF_INET6 && !has_gid) {
      const IpAddress six = ipv6_of(at->ifa_addr);
      has_gid = six.gid.bytes[0] == std::byte{0xFE} && six.gid.bytes[1] == std::byte{0x80};
      if (has_gid) device.gid = six.gid;
    }
  }
  return has_mac && has_gid ? std::optional(device) : std::nullopt;
}

}  // namespace smclab::interop
