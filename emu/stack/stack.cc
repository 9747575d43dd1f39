// SPDX-License-Identifier: MIT
#include "emu/stack/stack.h"

#include <algorithm>

#include "protocol/check.h"
#include "protocol/digest.h"
#include "protocol/wire/cdc.h"

namespace smclab::stack {
namespace {

template <class... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <class... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

constexpr std::size_t kTokenOffset = 4;  // of a CDC message

bool is_cdc(std::span<const std::byte> message) {
  return !message.empty() && message[0] == std::byte{wire::Cdc::kType};
}

/// What lies from a place on, cut in two where the ring ends.
template <class Byte, class AnyWiring>
RingPart<Byte> part_of(AnyWiring& wiring, const RingPlace& place) {
  RingPart<Byte> part;
  const auto memory = wiring.memory_of(place.buffer);
  if (!memory) return part;
  const std::uint32_t first = std::min(place.bytes, place.size - place.offset);
  part.bytes = place.bytes;
  part.parts[0] = wiring.memory().bytes({*memory, place.offset, first});
  part.parts[1] = wiring.memory().bytes({*memory, 0, place.bytes - first});
  return part;
}

}  // namespace

/// Carries out what the core asked for in one call: the RNIC's part at once, the rest is passed
/// on.
class Stack::Hand {
 public:
  Hand(Stack& stack, Instant now, Outputs& out)
      : stack_(stack), now_(now), out_(out), actions_(stack.scratch_.actions) {}

  // What concerns TCP and the application.
  template <class T>
  requires std::is_constructible_v<Output, const T&>
  void operator()(const T& action) {
    if constexpr (std::is_same_v<T, action::Connected>) stack_.rings_.open(action);
    if constexpr (std::is_same_v<T, action::Released>) stack_.rings_.close(action.conn);
    if constexpr (std::is_same_v<T, action::Readable>) {
      if (Rings* rings = stack_.rings_.find(action.conn)) rings->receive.bytes = action.available;
    }
    if constexpr (std::is_same_v<T, action::Writable>) {
      if (Rings* rings = stack_.rings_.find(action.conn)) rings->send.bytes = action.space;
    }
    out_.push(action);
  }
  void operator()(const action::WriteTcp& write) {
    auto& message = stack_.scratch_.message;
    const auto bytes = std::as_const(actions_).bytes(write.bytes);
    message.assign(bytes.begin(), bytes.end());
    if (stack_.tampering_.armed() && stack_.tampering_.touch(record_of_next(), message)) return;
    out_.push(action::WriteTcp{write.conn, out_.keep(message)});
  }

  // What concerns the RNIC.
  template <class T>
  requires(!std::is_constructible_v<Output, const T&>) void operator()(const T& action) {
    stack_.wiring_.carry_out(now_, action, out_);
  }
  void operator()(const action::PostSend& send) {
    auto bytes = std::as_const(actions_).bytes(send.bytes);
    const bool cdc = is_cdc(bytes);
    if (cdc) std::copy_n(bytes.begin() + kTokenOffset, 4, stack_.last_token_.begin());
    if (stack_.tampering_.armed() && (!cdc || stack_.parameters_.smc.trace_data)) {
      auto& message = stack_.scratch_.message;
      message.assign(bytes.begin(), bytes.end());
      if (stack_.tampering_.touch(record_of_next(), message)) {
        stack_.wiring_.answer(
            smclab::input::SendDone{send.link, send.request, CompletionStatus::Success});
        return;
      }
      bytes = message;
    }
    stack_.wiring_.carry_out(now_, Wiring::Message{send.link, send.request, bytes}, out_);
  }

 private:
  /// The core traces each message it sends once and in order.
  const TraceRecord* record_of_next() {
    const auto records = actions_.records();
    while (next_record_ < records.size()) {
      const TraceRecord& record = records[next_record_++];
      if (record.event == TraceEvent::Sends) return &record;
    }
    return nullptr;
  }

  Stack& stack_;
  Instant now_;
  Outputs& out_;
  Actions& actions_;
  std::size_t next_record_ = 0;
};

Stack::Stack(const Parameters& parameters, const ForeignNics& nics)
    : parameters_(parameters), endpoint_(parameters.smc), wiring_(parameters, nics) {}

void Stack::handle(Instant now, const Input& input, Outputs& out) {
  take(now, input, out);
  while (const auto next = wiring_.next(now, out)) {
    tell_core(now, *next, out);
    wiring_.done(now, out);
  }
}

void Stack::take(Instant now, const Input& input, Outputs& out) {
  std::visit(Overloaded{
                 [&](const input::Entropy& entropy) {
                   wiring_.seed(now, entropy, out);
                   tell_core(now, entropy, out);
                 },
                 [&](const input::TcpUp& up) {
                   newest_conn_ = up.conn;
                   tell_core(now, up, out);
                 },
                 [&](const input::Wrote& wrote) {
                   Rings* rings = rings_.find(wrote.conn);
                   if (rings != nullptr && wrote.bytes <= rings->send.bytes) {
                     rings->send.advance(wrote.bytes);
                   }
                   tell_core(now, wrote, out);
                 },
                 [&](const input::Read& read) {
                   Rings* rings = rings_.find(read.conn);
                   if (rings != nullptr && read.bytes <= rings->receive.bytes) {
                     rings->receive.advance(read.bytes);
                   }
                   tell_core(now, read, out);
                 },
                 [&](const input::PortState& port) {
                   wiring_.set_port(now, port, out);
                   tell_core(now, port, out);
                 },
                 [&](const input::Tick&) { tick(now, out); },
                 [&](const input::Frame& frame) { wiring_.receive(now, frame, out); },
                 [&](const input::Deny& deny) { wiring_.deny(deny); },
                 [&](const input::FailQueuePairs&) { wiring_.fail_queue_pairs(now, out); },
                 [&](const input::Stall& stall) {
                   stalled_until_ = std::max(stalled_until_, stall.until);
                   wiring_.stall(stalled_until_);
                 },
                 [&](const input::Tamper& tamper) { tampering_.add(tamper); },
                 [&](const input::Inject& what) { inject(now, what, out); },
                 [&](const auto& passed_on) { tell_core(now, passed_on, out); },
             },
             input);
}

void Stack::tell_core(Instant now, const smclab::Input& input, Outputs& out) {
  scratch_.actions.clear();
  endpoint_.handle(now, input, scratch_.actions);
  for (const TraceRecord& record : scratch_.actions.records()) out.trace(record);
  Hand hand(*this, now, out);
  for (const Action& action : scratch_.actions.list()) std::visit(hand, action);
}

void Stack::tick(Instant now, Outputs& out) {
  wiring_.tick(now, out);
  const auto due = endpoint_.deadline();
  if (due && *due <= now && now >= stalled_until_) tell_core(now, smclab::input::Tick{}, out);
}

void Stack::inject(Instant now, const input::Inject& inject, Outputs& out) {
  if (inject.layer == Layer::Clc) {
    if (!newest_conn_.assigned()) return;
    out.push(action::WriteTcp{newest_conn_, out.keep(inject.bytes)});
    return;
  }
  const auto link = wiring_.newest_link();
  if (!link) return;
  auto& message = scratch_.message;
  message.assign(inject.bytes.begin(), inject.bytes.end());
  if (inject.layer == Layer::Cdc && message.size() >= kTokenOffset + last_token_.size()) {
    const auto token = std::span(message).subspan(kTokenOffset, last_token_.size());
    const auto is_zero = [](std::byte b) { return b == std::byte{0}; };
    if (std::all_of(token.begin(), token.end(), is_zero)) {
      std::copy(last_token_.begin(), last_token_.end(), token.begin());
    }
  }
  wiring_.carry_out(now, Wiring::Message{.link = *link, .bytes = message}, out);
}

std::optional<Instant> Stack::deadline() const {
  std::optional<Instant> earliest = endpoint_.deadline();
  if (earliest) earliest = std::max(*earliest, stalled_until_);
  for (const Adapter& adapter : wiring_.adapters()) {
    const auto wanted = adapter.deadline();
    if (wanted && (!earliest || *wanted < *earliest)) earliest = wanted;
  }
  return earliest;
}

void Stack::transmit(Instant now, DeviceId device, const rnic::Budget& budget,
                     rnic::OutgoingFrames& frames) {
  if (Adapter* adapter = wiring_.adapter(device)) adapter->transmit(now, budget, frames);
}

std::optional<Instant> Stack::next_transmit(DeviceId device) const {
  const Adapter* adapter = wiring_.adapter(device);
  return adapter == nullptr ? std::nullopt : adapter->rnic().next_transmit();
}

std::span<const std::byte> Stack::gather(const rnic::MemorySlice& slice) const {
  return wiring_.memory().bytes(slice);
}

RingPart<std::byte> Stack::send_space(ConnId conn) {
  const Rings* rings = rings_.find(conn);
  return rings == nullptr ? RingPart<std::byte>{} : part_of<std::byte>(wiring_, rings->send);
}

RingPart<const std::byte> Stack::receive_data(ConnId conn) const {
  const Rings* rings = rings_.find(conn);
  return rings == nullptr ? RingPart<const std::byte>{}
                          : part_of<const std::byte>(wiring_, rings->receive);
}

const rnic::Counters& Stack::counters(DeviceId device) const {
  const Adapter* adapter = wiring_.adapter(device);
  SMCLAB_CHECK(adapter != nullptr);
  return adapter->rnic().counters();
}

bool Stack::counts(DeviceId device, rnic::Counters::Which which) const {
  const Adapter* adapter = wiring_.adapter(device);
  SMCLAB_CHECK(adapter != nullptr);
  return adapter->rnic().counts(which);
}

Census Stack::census() const {
  Census census{.connections = rings_.size(),
                .link_groups = endpoint_.groups().size(),
                .memories = wiring_.memory().size()};
  for (const Adapter& adapter : wiring_.adapters()) {
    census.queue_pairs += adapter.queue_pairs();
    census.memory_regions += adapter.regions();
  }
  return census;
}

std::uint64_t Stack::digest() const {
  Digest digest;
  digest(endpoint_.digest(), wiring_, rings_, stalled_until_, newest_conn_);
  return digest.value();
}

}  // namespace smclab::stack
