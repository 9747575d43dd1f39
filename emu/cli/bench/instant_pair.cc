// SPDX-License-Identifier: MIT
#include "emu/cli/bench/instant_pair.h"

#include <algorithm>
#include <variant>

#include "protocol/check.h"

namespace smclab::bench {
namespace {

constexpr std::uint8_t kClient = 0;
constexpr std::uint8_t kServer = 1;
constexpr ConnId kConn{0, 1};

std::uint8_t other(std::uint8_t host) {
  return static_cast<std::uint8_t>(1 - host);
}

Config config_of(std::uint8_t number) {
  Config config;
  Device device;
  device.address = ipv4(10, 0, 0, number);
  device.gid = device.address.gid;
  device.mac.bytes = {std::byte{2}, {}, {}, {}, {}, std::byte{number}};
  std::copy(device.mac.bytes.begin(), device.mac.bytes.end(), config.peer_id.bytes.begin() + 2);
  config.devices = {device};
  return config;
}

}  // namespace

InstantPair::InstantPair() : hosts_{Host{Endpoint(config_of(1))}, Host{Endpoint(config_of(2))}} {
  tell(kClient, input::Entropy{{1, 2, 3, 4}});
  tell(kServer, input::Entropy{{5, 6, 7, 8}});
}

bool InstantPair::connect() {
  const IpAddress client = ipv4(10, 0, 0, 1);
  const IpAddress server = ipv4(10, 0, 0, 2);
  tell(kServer, input::TcpUp{kConn, Role::Server, true, server, client});
  tell(kClient, input::TcpUp{kConn, Role::Client, true, client, server});
  settle();
  return hosts_[kClient].connected && hosts_[kServer].connected;
}

bool InstantPair::transfer(std::uint32_t bytes) {
  if (hosts_[kClient].space < bytes) return false;
  hosts_[kClient].space -= bytes;
  tell(kClient, input::Wrote{kConn, bytes});
  settle();
  return true;
}

void InstantPair::tell(std::uint8_t host, const Input& input) {
  out_.clear();
  hosts_[host].endpoint.handle(now_, input, out_);
  ++inputs_;
  for (const Action& action : out_.list()) carry_out(host, action);
}

void InstantPair::settle() {
  while (next_ < pending_.size()) {
    Pending event = pending_[next_++];
    if (auto* message = std::get_if<input::Message>(&event.input)) message->bytes = event.bytes;
    tell(event.host, event.input);
    pump(event.host);
    pump(other(event.host));
  }
  pending_.clear();
  next_ = 0;
}

void InstantPair::carry_out(std::uint8_t host, const Action& action) {
  if (const auto* send = std::get_if<action::PostSend>(&action)) {
    Pending message{.host = other(host), .input = input::Message{hosts_[other(host)].link, {}}};
    const auto bytes = out_.bytes(send->bytes);
    SMCLAB_CHECK(bytes.size() == kMessageSize);
    std::copy(bytes.begin(), bytes.end(), message.bytes.begin());
    pending_.push_back(message);
    pending_.push_back({host, input::SendDone{send->link, send->request}});
    return;
  }
  if (std::holds_alternative<action::PostWrite>(action)) return;
  if (answer_rnic(host, action)) return;
  serve_tcp(host, action);
  serve_application(host, action);
}

bool InstantPair::answer_rnic(std::uint8_t host, const Action& action) {
  if (const auto* make = std::get_if<action::MakeQp>(&action)) {
    hosts_[host].link = make->link;
    pending_.push_back({host, input::QpMade{make->link, true, Qpn{16U + host}}});
  } else if (const auto* move = std::get_if<action::MoveQp>(&action)) {
    pending_.push_back({host, input::QpMoved{move->link, move->to, true}});
  } else if (const auto* buffer = std::get_if<action::MakeBuffer>(&action)) {
    pending_.push_back({host, input::BufferMade{buffer->buffer, true}});
  } else if (const auto* grant = std::get_if<action::RegisterBuffer>(&action)) {
    const VirtualAddress address{std::uint64_t{next_key_} << 32};
    pending_.push_back({host, input::BufferRegistered{grant->buffer, grant->link, true,
                                                      Rkey{next_key_++}, address}});
  } else {
    return false;
  }
  return true;
}

void InstantPair::serve_tcp(std::uint8_t host, const Action& action) {
  if (const auto* read = std::get_if<action::ReadTcp>(&action)) {
    hosts_[host].wanted = read->length;
  } else if (std::holds_alternative<action::CancelRead>(action)) {
    hosts_[host].wanted = 0;
  } else if (const auto* write = std::get_if<action::WriteTcp>(&action)) {
    const auto bytes = out_.bytes(write->bytes);
    auto& inbox = hosts_[other(host)].inbox;
    inbox.insert(inbox.end(), bytes.begin(), bytes.end());
    // Something must be pending for settle() to look at the inbox.
    pending_.push_back({other(host), input::Tick{}});
  }
}

void InstantPair::serve_application(std::uint8_t host, const Action& action) {
  if (const auto* connected = std::get_if<action::Connected>(&action)) {
    hosts_[host].connected = true;
    hosts_[host].space = connected->send_size;
  } else if (const auto* writable = std::get_if<action::Writable>(&action)) {
    hosts_[host].space = writable->space;
  } else if (const auto* readable = std::get_if<action::Readable>(&action)) {
    read_ += readable->available;
    pending_.push_back({host, input::Read{readable->conn, readable->available}});
  }
}

void InstantPair::pump(std::uint8_t host) {
  Host& self = hosts_[host];
  while (self.wanted > 0 && self.inbox.size() >= self.wanted) {
    const auto end = self.inbox.begin() + self.wanted;
    const std::vector<std::byte> bytes(self.inbox.begin(), end);
    self.inbox.erase(self.inbox.begin(), end);
    self.wanted = 0;
    tell(host, input::TcpBytes{kConn, bytes});
  }
}

}  // namespace smclab::bench
