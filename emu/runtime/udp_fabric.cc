// SPDX-License-Identifier: MIT
#include "emu/runtime/udp_fabric.h"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <boost/asio/socket_base.hpp>
#include <utility>

#include "emu/rnic/wire/bth.h"
#include "emu/runtime/address.h"
#include "emu/runtime/port_owner.h"

namespace smclab::runtime {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// Datagrams are received behind this much room; envelopes without options never need more.
constexpr std::size_t kFront = roce::kLargestEnvelope;
// A turn of the loop takes at most this many frames, so that timers and TCP get their turn.
constexpr int kFramesPerTurn = 64;
constexpr int kSocketBuffer = 4 << 20;

std::string explain(const IpAddress& address, const error_code& error) {
  std::string where = to_socket(address).to_string() + ":" + std::to_string(kRocePort);
  if (error != asio::error::address_in_use) {
    return "cannot open UDP " + where + ": " + error.message();
  }
  const std::string owner = owner_of_udp_port(address, kRocePort);
  return "UDP " + where + " is in use" + (owner.empty() ? "" : " by " + owner) +
         ": one process owns the RoCE port of an address; end it, or use another address";
}

// Never fragment: a fragment's headers differ from those that the ICRC was computed over.
void forbid_fragments(asio::ip::udp::socket& socket, bool v4) {
  const int level = v4 ? IPPROTO_IP : IPPROTO_IPV6;
  const int option = v4 ? IP_MTU_DISCOVER : IPV6_MTU_DISCOVER;
  const int value = v4 ? IP_PMTUDISC_DO : IPV6_PMTUDISC_DO;
  ::setsockopt(socket.native_handle(), level, option, &value, sizeof value);
}

// Linux' soft-RoCE writes no UDP checksum over IPv6, where that is forbidden without this option.
// The ICRC covers more than a checksum would.
void take_without_checksum(asio::ip::udp::socket& socket, bool v4) {
  if (v4) return;
  const int on = 1;
  ::setsockopt(socket.native_handle(), IPPROTO_UDP, UDP_NO_CHECK6_RX, &on, sizeof on);
}

}  // namespace

tl::expected<std::unique_ptr<UdpFabric>, std::string> UdpFabric::open(asio::io_context& loop,
                                                                      const FabricPlace& place,
                                                                      Receive receive, Rest rest) {
  const IpAddress& address = place.address;
  const asio::ip::udp::endpoint endpoint(to_local_socket(address), kRocePort);
  asio::ip::udp::socket socket(loop);
  error_code error;
  socket.open(endpoint.protocol(), error);
  if (error) return tl::unexpected(explain(address, error));
  forbid_fragments(socket, address.is_v4());
  take_without_checksum(socket, address.is_v4());
  error_code ignored;  // the kernel clips the sizes to its limits; smaller ones only cost speed
  socket.set_option(asio::socket_base::receive_buffer_size(kSocketBuffer), ignored);
  socket.set_option(asio::socket_base::send_buffer_size(kSocketBuffer), ignored);
  socket.non_blocking(true, ignored);
  socket.bind(endpoint, error);
  if (error) return tl::unexpected(explain(address, error));
  std::unique_ptr<UdpFabric> fabric(
      new UdpFabric(std::move(socket), std::move(receive), std::move(rest)));
  fabric->own_ = address.gid;
  fabric->senders_ = place.senders;
  fabric->watch();
  return fabric;
}

UdpFabric::UdpFabric(asio::ip::udp::socket socket, Receive receive, Rest rest)
    : socket_(std::move(socket)), receive_(std::move(receive)), rest_(std::move(rest)) {}

bool UdpFabric::send(const roce::Envelope& envelope, std::span<const std::byte> frame) {
  const auto datagram = frame.subspan(roce::envelope_size(envelope));
  error_code error;
  socket_.send_to(asio::buffer(datagram.data(), datagram.size()),
                  asio::ip::udp::endpoint(to_socket(IpAddress{envelope.destination}), kRocePort), 0,
                  error);
  ++(error ? counters_.dropped_sending : counters_.sent);
  return !error;
}

void UdpFabric::watch() {
  socket_.async_wait(asio::ip::udp::socket::wait_read, [this](const error_code& error) {
    if (error) return;  // the socket is being destroyed
    drain();
    watch();
  });
}

void UdpFabric::drain() {
  const std::uint64_t before = counters_.received;
  int count = 0;
  while (count < kFramesPerTurn && drain_one()) ++count;
  if (rest_ && counters_.received > before) rest_();
}

// False when the socket is empty.
bool UdpFabric::drain_one() {
  asio::ip::udp::endpoint from;
  error_code error;
  const std::size_t length = socket_.receive_from(
      asio::buffer(buffer_.data() + kFront, buffer_.size() - kFront), from, 0, error);
  if (error == asio::error::would_block || error == asio::error::try_again) return false;
  if (!error) take(from, length);
  return true;
}

void UdpFabric::take(const asio::ip::udp::endpoint& from, std::size_t length) {
  roce::Envelope envelope{
      .source = from_socket(from.address()).gid, .destination = own_, .source_port = from.port()};
  const std::size_t front = roce::envelope_size(envelope);
  if (length < 4) {
    ++counters_.dropped_icrc;
    return;
  }
  const auto frame = std::span(buffer_).subspan(kFront - front, front + length);
  roce::write_envelope(envelope, length - 4, frame);
  auto opened = roce::open_ethernet(frame);
  if (!opened && solve_identification(envelope, frame)) {
    roce::write_envelope(envelope, length - 4, frame);
    opened = roce::open_ethernet(frame);
  }
  if (!opened) {
    ++counters_.dropped_icrc;
    return;
  }
  ++counters_.received;
  receive_({.source = envelope.source, .destination = own_, .bytes = opened->packet});
}

// The frame was written with identification 0. True if there is another that makes its ICRC right.
bool UdpFabric::solve_identification(roce::Envelope& envelope, std::span<const std::byte> frame) {
  constexpr std::size_t kBehindField = 6;  // bytes of the IPv4 header up to it, and it
  const auto packet = frame.subspan(roce::Ethernet::kSize);
  const bool v4 = roce::network_of(envelope) == roce::Network::Ipv4;
  const std::size_t least = roce::network_size(roce::Network::Ipv4) + roce::Bth::kSize;
  if (senders_ == Senders::Own || !v4 || packet.size() < least + roce::kIcrcSize) return false;
  const auto covered = packet.first(packet.size() - roce::kIcrcSize);
  std::uint32_t received = 0;
  for (const std::byte byte : packet.last(roce::kIcrcSize)) {
    received = received >> 8 | std::to_integer<std::uint32_t>(byte) << 24;
  }
  const std::uint32_t difference = roce::icrc_of(roce::Network::Ipv4, covered).crc() ^ received;
  const auto identification = solver_.solve(difference, covered.size() - kBehindField);
  envelope.identification = identification.value_or(0);
  return identification.has_value();
}

}  // namespace smclab::runtime
