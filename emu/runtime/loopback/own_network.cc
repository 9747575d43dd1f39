// SPDX-License-Identifier: MIT
#include "emu/runtime/loopback/own_network.h"

#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <thread>

#include "emu/runtime/loopback/placing.h"

namespace smclab::runtime {
namespace {

constexpr int kAttempts = 1'000;
constexpr std::chrono::milliseconds kPause{5};

// Of linux/ipv6.h, which does not go together with netinet/in.h.
struct Ipv6Request {
  in6_addr address;
  std::uint32_t prefix_length;
  int interface;
};

/// A socket to speak with the kernel about interfaces.
class Desk {
 public:
  explicit Desk(int family) : socket_(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {}
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;
  ~Desk() {
    if (socket_ >= 0) ::close(socket_);
  }
  template <class Request>
  [[nodiscard]] bool ask(unsigned long what, Request& request) const {
    return ::ioctl(socket_, what, &request) == 0;
  }

 private:
  int socket_;
};

std::string failed(const char* what) {
  return std::string("cannot ") + what + ": " + std::strerror(errno);
}

bool write_file(const char* path, const std::string& text) {
  std::ofstream file(path);
  return static_cast<bool>(file << text << std::flush);
}

// Users get the right to make network namespaces in a user namespace, where each stays who it is.
bool leave() {
  if (::unshare(CLONE_NEWNET) == 0) return true;
  const std::string user = std::to_string(::geteuid());
  const std::string group = std::to_string(::getegid());
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return false;
  return write_file("/proc/self/setgroups", "deny") &&
         write_file("/proc/self/uid_map", user + " " + user + " 1") &&
         write_file("/proc/self/gid_map", group + " " + group + " 1");
}

bool loopback_up() {
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP;
  return Desk(AF_INET).ask(SIOCSIFFLAGS, request);
}

}  // namespace

std::string enter_own_network(const std::vector<IpAddress>& addresses) {
  if (!leave()) return failed("make a network namespace");
  if (!loopback_up()) return failed("set up loopback in a network namespace");
  const Desk desk(AF_INET6);
  for (const IpAddress& address : addresses) {
    Ipv6Request request{
        .address = {}, .prefix_length = 128, .interface = static_cast<int>(::if_nametoindex("lo"))};
    std::memcpy(&request.address, address.gid.bytes.data(), sizeof request.address);
    if (!desk.ask(SIOCSIFADDR, request) && errno != EEXIST) {
      return failed("give loopback an IPv6 address");
    }
  }
  // The kernel takes a moment before they are good, in a work queue of its own.
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (std::all_of(addresses.begin(), addresses.end(), is_here)) return {};
    std::this_thread::sleep_for(kPause);
  }
  return "the IPv6 addresses of loopback do not become usable";
}

}  // namespace smclab::runtime
