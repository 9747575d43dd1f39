// SPDX-License-Identifier: MIT
#include "emu/runtime/device/wire_watch.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

#include "emu/rnic/wire/network_headers.h"

namespace smclab::runtime {
namespace {

constexpr std::uint32_t kLongestFrame = 65'536 + 64;
// Rings of 64 KiB in frames of 1 KiB, of many connections; the kernel counts its own overhead too.
constexpr int kSocketBuffer = 64 << 20;

constexpr std::uint32_t kEthernet = 14;
constexpr std::uint32_t kIpv4 = 20;
constexpr std::uint32_t kIpv6 = 40;

constexpr sock_filter load_byte(std::uint32_t at) {
  return {.code = BPF_LD | BPF_B | BPF_ABS, .jt = 0, .jf = 0, .k = at};
}
constexpr sock_filter load_two(std::uint32_t at) {
  return {.code = BPF_LD | BPF_H | BPF_ABS, .jt = 0, .jf = 0, .k = at};
}
/// Goes on if it is this value, else to the end.
constexpr sock_filter want(std::uint32_t value, std::uint8_t steps_to_the_end) {
  return {.code = BPF_JMP | BPF_JEQ | BPF_K, .jt = 0, .jf = steps_to_the_end, .k = value};
}
constexpr sock_filter skip(std::uint32_t steps) {
  return {.code = BPF_JMP | BPF_JA, .jt = 0, .jf = 0, .k = steps};
}
constexpr sock_filter take(std::uint32_t bytes) {
  return {.code = BPF_RET | BPF_K, .jt = 0, .jf = 0, .k = bytes};
}

// RoCEv2 over Ethernet: IPv4 without options or IPv6 without extensions, UDP to port 4791. The
// kernel runs it, so that no other packet wakes this program or takes room.
constexpr std::array kRoceOnly = {
    load_two(12),
    want(ETH_P_IP, 4),  // else perhaps IPv6
    load_byte(kEthernet + 9),
    want(IPPROTO_UDP, 8),
    load_two(kEthernet + kIpv4 + 2),
    skip(4),
    want(ETH_P_IPV6, 5),
    load_byte(kEthernet + 6),
    want(IPPROTO_UDP, 3),
    load_two(kEthernet + kIpv6 + 2),
    want(roce::kUdpPort, 1),
    take(kLongestFrame),
    take(0),
};

std::string explain(const char* what) {
  std::string sentence = std::string("cannot ") + what + ": " + std::strerror(errno);
  if (errno == EPERM) sentence += " (CAP_NET_RAW is missing)";
  return sentence;
}

// Filtered before it is bound, so that it never has a packet of another kind. The descriptor is
// the caller's.
tl::expected<int, std::string> open_socket(unsigned interface) {
  const int socket = ::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) return tl::unexpected(explain("open a packet socket"));
  const auto set = [socket](int level, int name, const auto& value) {
    return ::setsockopt(socket, level, name, &value, sizeof value) == 0;
  };
  auto filter = kRoceOnly;
  const sock_fprog program{.len = filter.size(), .filter = filter.data()};
  // Where the larger one is denied, the usual limit holds.
  static_cast<void>(set(SOL_SOCKET, SO_RCVBUF, kSocketBuffer));
  static_cast<void>(set(SOL_SOCKET, SO_RCVBUFFORCE, kSocketBuffer));
  const sockaddr_ll place{.sll_family = AF_PACKET,
                          .sll_protocol = htons(ETH_P_ALL),
                          .sll_ifindex = static_cast<int>(interface)};
  if (!set(SOL_SOCKET, SO_ATTACH_FILTER, program) || !set(SOL_SOCKET, SO_TIMESTAMPNS, int{1}) ||
      ::bind(socket, std::bit_cast<const sockaddr*>(&place), sizeof place) != 0) {
    auto error = tl::unexpected(explain("watch a network interface"));
    ::close(socket);
    return error;
  }
  return socket;
}

// When the kernel saw the packet.
std::chrono::nanoseconds stamp_of(msghdr& message) {
  timespec time{};
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
       part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_TIMESTAMPNS) {
      std::memcpy(&time, CMSG_DATA(part), sizeof time);
    }
  }
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

tl::expected<std::unique_ptr<WireWatch>, std::string> WireWatch::open(boost::asio::io_context& loop,
                                                                      unsigned interface,
                                                                      Heard heard) {
  const auto socket = open_socket(interface);
  if (!socket) return tl::unexpected(socket.error());
  std::unique_ptr<WireWatch> watch(new WireWatch(loop, *socket, std::move(heard)));
  watch->watch();
  return watch;
}

WireWatch::WireWatch(boost::asio::io_context& loop, int socket, Heard heard)
    : socket_(loop, socket), heard_(std::move(heard)), buffer_(kLongestFrame) {}

void WireWatch::watch() {
  socket_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                     [this](const boost::system::error_code& error) {
                       if (error) return;
                       collect();
                       watch();
                     });
}

void WireWatch::collect() {
  // Where packets were missed there was no room, so others are there to tell it with.
  for (std::uint64_t missed = newly_missed();; missed = 0) {
    alignas(cmsghdr) std::array<std::byte, 128> control;
    iovec place{.iov_base = buffer_.data(), .iov_len = buffer_.size()};
    msghdr message{.msg_iov = &place,
                   .msg_iovlen = 1,
                   .msg_control = control.data(),
                   .msg_controllen = control.size()};
    const ssize_t length = ::recvmsg(socket_.native_handle(), &message, MSG_DONTWAIT);
    if (length <= 0) return;  // nothing more now, or the interface went down
    heard_({.stamp = stamp_of(message),
            .bytes = std::span(buffer_).first(static_cast<std::size_t>(length)),
            .missed = missed});
  }
}

std::uint64_t WireWatch::newly_missed() {
  tpacket_stats counts{};  // the kernel's begin again with each look
  socklen_t size = sizeof counts;
  const int failed =
      ::getsockopt(socket_.native_handle(), SOL_PACKET, PACKET_STATISTICS, &counts, &size);
  return failed != 0 ? 0 : counts.tp_drops;
}

}  // namespace smclab::runtime
