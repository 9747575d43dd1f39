// SPDX-License-Identifier: MIT
#include "tests/rnic/pair.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "protocol/wire/decode.h"
#include "protocol/wire/encode.h"

namespace smclab::rnic {
namespace {

RnicConfig config_of(Side side, RnicConfig config) {
  config.gid = gid_of(side);
  config.mac = {{std::byte{2}, {}, {}, {}, {}, side == Side::A ? std::byte{1} : std::byte{2}}};
  return config;
}

roce::Envelope envelope_of(const OutgoingFrame& frame, const RnicConfig& config,
                           roce::Version version) {
  return {.source_mac = config.mac,
          .destination_mac = frame.destination_mac,
          .source = frame.source,
          .destination = frame.destination,
          .version = version,
          .source_port = frame.source_port};
}

}  // namespace

Gid gid_of(Side side) {
  return ipv4(10, 0, 0, side == Side::A ? 1 : 2).gid;
}

Pair::Pair(const PairSettings& s)
    : settings(s), a(config_of(Side::A, s.config), 77), b(config_of(Side::B, s.config), 99) {
  a.backed = b.backed = s.backed;
  if (!s.connected) return;
  connect(Side::A);
  connect(Side::B);
}

void Pair::connect(Side side) {
  for (const QpState to : {QpState::Init, QpState::ReadyToReceive, QpState::ReadyToSend}) {
    EXPECT_EQ(move(side, to), VerbStatus::Success);
  }
}

VerbStatus Pair::move(Side side, QpState to) {
  QpAttributes attributes = settings.attributes;
  attributes.peer_gid = gid_of(other(side));
  attributes.peer_mac = host(other(side)).rnic.config().mac;
  attributes.peer_qpn = host(other(side)).qpn;
  attributes.send_psn = side == Side::A ? settings.psn_a : settings.psn_b;
  attributes.receive_psn = side == Side::A ? settings.psn_b : settings.psn_a;
  return tell(side, input::ModifyQp{host(side).qp, to, attributes}).status;
}

VerbStatus Pair::post(Side side, const SendRequest& request) {
  return tell(side, input::PostSend{host(side).qp, request}).status;
}

VerbStatus Pair::receive(Side side, WorkId work, std::uint32_t offset, std::uint32_t length) {
  Host& h = host(side);
  return tell(side, input::PostReceive{h.qp, work, h.sge(offset, length)}).status;
}

SendRequest Pair::send(WorkId work, std::uint32_t offset, std::uint32_t length) const {
  return {
      .work = work, .operation = Operation::Send, .sge_count = 1, .sges = {a.sge(offset, length)}};
}

SendRequest Pair::write(WorkId work, std::uint32_t offset, std::uint32_t length) const {
  SendRequest request = send(work, offset, length);
  request.operation = Operation::Write;
  request.rkey = b.key;
  request.remote = {kBase + offset};
  return request;
}

SendRequest Pair::read(WorkId work, std::uint32_t offset, std::uint32_t length) const {
  SendRequest request = write(work, offset, length);
  request.operation = Operation::Read;
  return request;
}

void Pair::pull() {
  for (const Side side : {Side::A, Side::B}) {
    frames_.clear();
    host(side).rnic.transmit(now, {.frames = UINT32_MAX, .bytes = UINT64_MAX}, frames_);
    for (const OutgoingFrame& frame : frames_) launch(side, frame);
  }
}

void Pair::launch(Side from, const OutgoingFrame& frame) {
  const auto headers = wire::decode_prefix<roce::Headers>(frame.headers());
  ASSERT_TRUE(headers);
  WireFrame shown{.from = from,
                  .index = static_cast<std::uint32_t>(history.size()),
                  .index_from_side = sent_[static_cast<std::size_t>(from)]++,
                  .headers = *headers};
  if (on_wire) on_wire(shown);
  history.push_back(shown);
  if (shown.drop) return;
  Flight flight = sealed(from, frame);
  flight.at = now + shown.delay;
  flight.corrupt = shown.corrupt;
  for (std::uint32_t i = 0; i < shown.copies; ++i) {
    const auto later =
        std::upper_bound(flights_.begin(), flights_.end(), flight,
                         [](const Flight& x, const Flight& y) { return x.at < y.at; });
    flights_.insert(later, flight);
  }
}

Pair::Flight Pair::sealed(Side from, const OutgoingFrame& frame) {
  Flight flight{.to = other(from), .source = frame.source};
  if (!settings.backed) {
    flight.bytes.assign(frame.headers().begin(), frame.headers().end());
    flight.unbacked = frame.size() - frame.header_length;
    return flight;
  }
  const auto envelope = envelope_of(frame, host(from).rnic.config(), settings.version);
  flight.bytes.resize(roce::sealed_size(envelope, frame.size()));
  const std::size_t start = roce::write_envelope(envelope, frame.size(), flight.bytes);
  auto at = std::copy(frame.headers().begin(), frame.headers().end(),
                      flight.bytes.begin() + static_cast<long>(start));
  for (std::uint8_t i = 0; i < frame.slice_count; ++i) {
    const auto slice = host(from).gather(frame.slices[i]);
    at = std::copy(slice.begin(), slice.end(), at);
  }
  roce::seal(envelope, flight.bytes);
  return flight;
}

void Pair::deliver(const Flight& flight) {
  Host& to = host(flight.to);
  if (!settings.backed) {
    to.tell(now, input::Frame{{.source = flight.source,
                               .destination = gid_of(flight.to),
                               .bytes = flight.bytes,
                               .unbacked = flight.unbacked}});
    return;
  }
  std::vector<std::byte> bytes = flight.bytes;
  if (flight.corrupt) bytes[bytes.size() / 2] ^= std::byte{0x10};
  const auto opened = roce::open_ethernet(bytes);
  EXPECT_EQ(opened.has_value(), !flight.corrupt);
  if (!opened) return;
  EXPECT_EQ(opened->envelope.destination_mac, to.rnic.config().mac);
  inject_from(opened->envelope.source, flight.to, opened->packet);
}

void Pair::inject(Side to, const roce::Headers& headers, std::span<const std::byte> payload) {
  std::vector<std::byte> frame(wire::encoded_size(headers));
  wire::encode(headers, frame);
  frame.insert(frame.end(), payload.begin(), payload.end());
  inject_from(gid_of(other(to)), to, frame);
}

void Pair::inject_from(const Gid& source, Side to, std::span<const std::byte> frame) {
  host(to).tell(now, input::Frame{{.source = source, .destination = gid_of(to), .bytes = frame}},
                frame);
}

bool Pair::step() {
  pull();
  std::optional<Instant> next;
  if (!flights_.empty()) next = flights_.front().at;
  for (const Host* h : {&a, &b}) {
    const auto deadline = h->rnic.deadline();
    if (deadline && (!next || *deadline < *next)) next = deadline;
  }
  if (!next) return false;
  now = std::max(now, *next);
  for (const Side side : {Side::A, Side::B}) {
    const auto deadline = host(side).rnic.deadline();
    if (deadline && *deadline <= now) {
      tell(side, input::Tick{});
      return true;
    }
  }
  const Flight flight = std::move(flights_.front());
  flights_.erase(flights_.begin());
  deliver(flight);
  return true;
}

void Pair::settle(std::uint32_t most) {
  std::uint32_t steps = 0;
  while (step()) {
    if (++steps == most) {
      ADD_FAILURE() << "not settled after " << most << " steps";
      return;
    }
  }
}

void Pair::fill() {
  for (std::size_t i = 0; i < kMemorySize; ++i) {
    a.memory[i] = static_cast<std::byte>(i * 131 % 251);
    b.memory[i] = static_cast<std::byte>(i * 89 % 241 ^ 0x80);
  }
}

}  // namespace smclab::rnic
