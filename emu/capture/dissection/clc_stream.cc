// SPDX-License-Identifier: MIT
#include "emu/capture/dissection/clc_stream.h"

#include <algorithm>

#include "emu/capture/network/big_endian.h"

namespace smclab::capture {
namespace {

constexpr std::size_t kHeader = 8;
constexpr std::size_t kEyeCatcher = 4;

// "SMCR" and, in Accept and Confirm of SMC-D, "SMCD" in EBCDIC.
constexpr std::byte kEyeCatchers[2][kEyeCatcher] = {
    {std::byte{0xE2}, std::byte{0xD4}, std::byte{0xC3}, std::byte{0xD9}},
    {std::byte{0xE2}, std::byte{0xD4}, std::byte{0xC3}, std::byte{0xC4}}};

// Whether the bytes are an eye catcher, or the beginning of one.
bool begins_like_clc(std::span<const std::byte> bytes) noexcept {
  const std::size_t size = std::min(bytes.size(), kEyeCatcher);
  return std::any_of(std::begin(kEyeCatchers), std::end(kEyeCatchers), [&](const auto& known) {
    return std::equal(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size), known);
  });
}

}  // namespace

std::uint8_t ClcBytes::type() const noexcept {
  return bytes.size() > kEyeCatcher ? byte_at(bytes, kEyeCatcher) : std::uint8_t{0};
}

void ClcStream::begin(std::uint32_t first_byte) {
  if (over()) return;
  order_.start(first_byte);
  message_.clear();
  saw_start_ = true;
}

void ClcStream::add(const TcpSegment& segment, const Stamp& at, const Sink& sink) {
  if (over()) return;
  // Without a SYN, an empty segment shows where the stream goes on, and one that begins like a
  // message where that begins.
  if (!order_.started() && (segment.payload_length == 0 || begins_like_clc(segment.payload))) {
    order_.start(segment.sequence);
    saw_start_ = false;
  }
  const auto deliver = [&](std::span<const std::byte> bytes, const Stamp& when, bool after_hole) {
    if (after_hole) {
      message_.clear();
      saw_start_ = false;
    }
    take(bytes, when, sink);
  };
  if (order_.started() && !segment.payload.empty()) {
    order_.add(segment.sequence, segment.payload, at, deliver);
  }
  const std::uint32_t end = segment.sequence + static_cast<std::uint32_t>(segment.payload_length);
  if (segment.rst || (segment.fin && order_.started() && order_.next() == end)) close(at, sink);
}

void ClcStream::only_decline() {
  if (phase_ == Phase::Handshake) phase_ = Phase::OnlyDecline;
}

void ClcStream::finish(const Sink& sink) {
  if (over()) return;
  order_.finish([&](std::span<const std::byte> bytes, const Stamp& when, bool after_hole) {
    if (after_hole) message_.clear();
    take(bytes, when, sink);
  });
}

void ClcStream::take(std::span<const std::byte> bytes, const Stamp& at, const Sink& sink) {
  while (!bytes.empty() && order_.started()) {
    bytes = bytes.subspan(take_message(bytes, at, sink));
  }
}

// Takes at least one byte, unless it gives up.
std::size_t ClcStream::take_message(std::span<const std::byte> bytes, const Stamp& at,
                                    const Sink& sink) {
  const std::size_t before = message_.size();
  const std::size_t head = before < kHeader ? std::min(kHeader - before, bytes.size()) : 0;
  message_.insert(message_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(head));
  if (!may_be_clc()) {
    give_up();
    return bytes.size();
  }
  if (message_.size() < kHeader) return head;
  const std::size_t stated = big_endian16(message_, 5);
  const std::size_t wanted = std::max(stated, kHeader) - message_.size();
  const std::size_t rest = std::min(wanted, bytes.size() - head);
  const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(head);
  message_.insert(message_.end(), from, from + static_cast<std::ptrdiff_t>(rest));
  const bool absurd = stated < kHeader || stated > kMaxMessage;
  if (rest < wanted && !absurd) return head + rest;
  const std::vector<std::byte> message = std::move(message_);
  message_.clear();
  const ClcBytes whole{at, message, rest < wanted};
  if (absurd || whole.type() == kClcDecline) {
    end();
  } else if (whole.type() == kClcConfirm) {
    only_decline();
  }
  sink(whole);
  return head + rest;
}

bool ClcStream::may_be_clc() const noexcept {
  if (!begins_like_clc(message_)) return false;
  return phase_ != Phase::OnlyDecline || message_.size() <= kEyeCatcher ||
         byte_at(message_, kEyeCatcher) == kClcDecline;
}

// Where the position in the stream was a guess, a later segment may begin with a message.
void ClcStream::give_up() {
  if (saw_start_) return end();
  order_.stop();
  message_.clear();
}

void ClcStream::end() {
  phase_ = Phase::Over;
  order_.stop();
  message_ = {};
}

void ClcStream::close(const Stamp& at, const Sink& sink) {
  const std::vector<std::byte> message = std::move(message_);
  end();
  if (message.size() > kEyeCatcher) sink(ClcBytes{at, message, true});
}

}  // namespace smclab::capture
