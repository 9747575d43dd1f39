// SPDX-License-Identifier: MIT
#include "emu/world/stage/wire_log.h"

#include <algorithm>
#include <utility>

namespace smclab::world {
namespace {

constexpr std::size_t kEnough = 256;

std::string_view words_for(Fate fate) {
  switch (fate) {
    case Fate::Arrives:
      return "";
    case Fate::Cut:
      return "fault: the link is cut, this frame does not arrive";
    case Fate::Lost:
      return "fault: lost on the way";
    case Fate::Duplicated:
      return "fault: arrives twice";
    case Fate::Corrupted:
      return "fault: one bit is flipped on the way";
    case Fate::Delayed:
      return "fault: held back on the way, later frames overtake it";
  }
  return "";
}

}  // namespace

WireLog::WireLog(const scenario::Scenario& scenario, const Sink& sink)
    : writer_(
          [sink](std::span<const std::byte> bytes) {
            sink(bytes);
            return true;
          },
          {.application = "smclab",
           .comment = "stage world: virtual time from 0; frames as their senders made them"}),
      next_(scenario.nodes.size()) {
  const auto name_of = [&](scenario::PortRef port) {
    const scenario::NodeSpec& node = scenario.nodes[port.node];
    return node.name + "." + node.rnics[port.rnic].name;
  };
  for (const scenario::LinkSpec& link : scenario.links) {
    const std::string name = name_of(link.a) + "-" + name_of(link.b);
    writer_.add_interface({.name = name});
    ++interfaces_;
  }
}

std::uint32_t WireLog::interface_of(LaneId lane) {
  // Cables of the plain network come into being with their first connection.
  const std::uint32_t interface = lane.value / 2;
  while (interfaces_ <= interface) {
    writer_.add_interface({.name = "plain" + std::to_string(interfaces_)});
    ++interfaces_;
  }
  return interface;
}

std::string WireLog::comment_of(const WireFrame& frame) {
  std::string comment(words_for(frame.fate));
  std::string& next = next_[frame.from.value];
  if (next.empty()) return comment;
  if (!comment.empty()) comment += '\n';
  comment += std::exchange(next, {});
  return comment;
}

void WireLog::comment_next(HostId host, std::string text) {
  next_[host.value] = std::move(text);
}

void WireLog::add(const Happenings& happenings, Instant until) {
  for (const WireFrame& frame : happenings.frames) {
    const auto bytes = std::span(happenings.bytes).subspan(frame.offset, frame.length);
    waiting_.push_back({.at = frame.at,
                        .interface = interface_of(frame.lane),
                        .length = frame.length + frame.unbacked,
                        .bytes = {bytes.begin(), bytes.end()},
                        .comment = comment_of(frame)});
  }
  if (waiting_.size() >= kEnough) write_until(until);
}

void WireLog::write_until(Instant until) {
  // A port knows the times of the few frames it sends next, and other ports' come between.
  std::stable_sort(waiting_.begin(), waiting_.end(),
                   [](const Packet& a, const Packet& b) { return a.at < b.at; });
  auto packet = waiting_.begin();
  for (; packet != waiting_.end() && packet->at <= until; ++packet) {
    writer_.write({.interface = packet->interface,
                   .time_ns = packet->at.time_since_epoch().count(),
                   .bytes = packet->bytes,
                   .original_length = packet->length,
                   .comment = packet->comment});
  }
  waiting_.erase(waiting_.begin(), packet);
}

void WireLog::finish() {
  write_until(Instant::max());
}

}  // namespace smclab::world
