// SPDX-License-Identifier: MIT
#include "emu/world/lane.h"

#include <algorithm>

#include "protocol/check.h"

namespace smclab::world {
namespace {

constexpr std::size_t kEthernetHeader = 14;

}  // namespace

std::string_view describe(Fate fate) noexcept {
  switch (fate) {
    case Fate::Arrives:
      return "arrives";
    case Fate::Cut:
      return "cut";
    case Fate::Lost:
      return "lost";
    case Fate::Duplicated:
      return "duplicated";
    case Fate::Corrupted:
      return "corrupted";
    case Fate::Delayed:
      return "delayed";
  }
  return "?";
}

std::uint32_t Lane::take_frame() {
  if (free_.empty()) {
    frames_.emplace_back();
    return static_cast<std::uint32_t>(frames_.size() - 1);
  }
  const std::uint32_t frame = free_.back();
  free_.pop_back();
  return frame;
}

Frame& Lane::blank() {
  if (!blank_) blank_ = take_frame();
  Frame& frame = frames_[*blank_];
  frame.kind = FrameKind::Roce;
  frame.unbacked = 0;
  frame.spoiled = false;
  return frame;
}

Fate Lane::launch(Instant end) {
  SMCLAB_CHECK(blank_.has_value());
  const std::uint32_t index = *blank_;
  const FrameKind kind = frames_[index].kind;
  ++counters_.launched;
  if (is_cut(kind)) {
    ++counters_.cut;
    return Fate::Cut;  // the frame stays blank
  }
  const Instant arrival = end + weather.delay;
  if (kind == FrameKind::Tcp) {
    blank_.reset();
    // A delay that was shortened must not turn segments round.
    const Instant last = flying() > 0 ? flights_.back().at : arrival;
    fly(std::max(arrival, last), index);
    return Fate::Arrives;
  }
  if (dice_.happens(weather.loss)) {
    ++counters_.lost;
    return Fate::Lost;
  }
  blank_.reset();
  Fate fate = Fate::Arrives;
  Instant at = arrival;
  if (dice_.happens(weather.corrupt)) {
    ++counters_.corrupted;
    corrupt(frames_[index]);
    fate = Fate::Corrupted;
  } else if (dice_.happens(weather.reorder)) {
    ++counters_.delayed;
    at += weather.reorder_delay;
    fate = Fate::Delayed;
  }
  if (dice_.happens(weather.duplicate)) {
    ++counters_.duplicated;
    const std::uint32_t copy = take_frame();
    frames_[copy] = frames_[index];
    fly(at, copy);
    if (fate == Fate::Arrives) fate = Fate::Duplicated;
  }
  fly(at, index);
  return fate;
}

void Lane::corrupt(Frame& frame) {
  if (frame.unbacked > 0) {
    frame.spoiled = true;
    return;
  }
  // What a flipped bit of the Ethernet header does is the switch's business, not the RNIC's.
  const std::uint64_t bits = (frame.bytes.size() - kEthernetHeader) * 8;
  const std::uint64_t bit = dice_.below(bits);
  frame.bytes[kEthernetHeader + bit / 8] ^= std::byte{1} << (bit % 8);
}

void Lane::fly(Instant at, std::uint32_t frame) {
  if (front_ > 0 && flights_.size() == flights_.capacity()) {
    flights_.erase(flights_.begin(), flights_.begin() + static_cast<std::ptrdiff_t>(front_));
    front_ = 0;
  }
  // Nearly always the last one; a frame that overtakes a delayed one goes before it.
  std::size_t place = flights_.size();
  while (place > front_ && flights_[place - 1].at > at) --place;
  flights_.insert(flights_.begin() + static_cast<std::ptrdiff_t>(place), Flight{at, frame});
}

std::optional<Instant> Lane::next_arrival() const noexcept {
  if (flying() == 0) return std::nullopt;
  return flights_[front_].at;
}

const Frame& Lane::arriving() const noexcept {
  SMCLAB_CHECK(flying() > 0);
  return frames_[flights_[front_].frame];
}

void Lane::land() {
  SMCLAB_CHECK(flying() > 0);
  free_.push_back(flights_[front_].frame);
  ++front_;
  if (front_ == flights_.size()) {
    flights_.clear();
    front_ = 0;
  }
}

void Lane::drop_all() {
  while (flying() > 0) {
    ++counters_.cut;
    land();
  }
}

void Lane::cut(FrameKind kind, bool on) noexcept {
  std::uint32_t& cuts = cuts_[static_cast<std::size_t>(kind)];
  if (on) {
    ++cuts;
  } else if (cuts > 0) {
    --cuts;
  }
}

bool Lane::operator==(const Lane& other) const {
  if (weather != other.weather || dice_ != other.dice_ || cuts_ != other.cuts_ ||
      counters_ != other.counters_ || flying() != other.flying()) {
    return false;
  }
  for (std::size_t i = 0; i < flying(); ++i) {
    const Flight& mine = flights_[front_ + i];
    const Flight& theirs = other.flights_[other.front_ + i];
    if (mine.at != theirs.at || frames_[mine.frame] != other.frames_[theirs.frame]) return false;
  }
  return true;
}

}  // namespace smclab::world
