// SPDX-License-Identifier: MIT
#include "emu/runtime/stage/capture_tap.h"

#include <algorithm>
#include <utility>

namespace smclab::runtime {
namespace {

// Loopback's own would be 65,483; an Ethernet one keeps the drawing like that of two machines.
constexpr std::uint16_t kMss = 1'460;
constexpr std::uint16_t kWindow = 65'535;
// Any start will do; different ones make the drawing easier to read.
constexpr std::uint32_t kFirstSequence = 0x1000'0000;

std::string_view comment_on(Agreement agreement) {
  switch (agreement) {
    case Agreement::None:
      return "smclab: TCP is drawn, not captured. At least one side does not offer SMC-R";
    case Agreement::OutOfBand:
      return "smclab: TCP is drawn, not captured. SMC-R capability was agreed out of band; this "
             "SYN carried no SMC-R option";
    case Agreement::Option:
      return "smclab: TCP is drawn, not captured. The real SYN and SYN-ACK bear the SMC-R option, "
             "as drawn";
  }
  return {};
}

struct Words {
  std::string_view comment;
  std::string_view interface;
};

// What the capture says of itself.
Words words_of(scenario::StageKind stage) {
  if (stage == scenario::StageKind::Verbs) {
    return {"stage verbs, real clock. RoCE frames as they passed the network interface",
            "RoCE overheard, TCP drawn"};
  }
  return {"stage emu, real clock", "RoCEv2 over UDP sockets, TCP drawn"};
}

}  // namespace

CaptureTap::CaptureTap(const Clock& clock, scenario::StageKind stage,
                       const std::function<void(std::span<const std::byte>)>& sink)
    : clock_(clock),
      writer_(
          [sink](std::span<const std::byte> bytes) {
            if (sink) sink(bytes);
            return true;
          },
          {.application = "smclab", .comment = words_of(stage).comment}),
      on_(static_cast<bool>(sink)) {
  writer_.add_interface({.name = describe(stage), .description = words_of(stage).interface});
}

void CaptureTap::frame(Instant now, std::span<const std::byte> bytes, std::string_view comment) {
  if (on_) write(clock_.since_1970(now), bytes, comment);
}

void CaptureTap::overheard(std::chrono::nanoseconds stamp, std::span<const std::byte> bytes) {
  if (on_) write(clock_.since_1970(stamp), bytes, {});
}

void CaptureTap::remark(std::string_view text) {
  if (!remark_.empty()) remark_ += "\n";
  remark_ += text;
}

void CaptureTap::write(std::int64_t time_ns, std::span<const std::byte> bytes,
                       std::string_view comment) {
  if (!remark_.empty() && !comment.empty()) remark(comment);
  const std::string_view said = remark_.empty() ? comment : std::string_view(remark_);
  writer_.write({.time_ns = time_ns, .bytes = bytes, .comment = said});
  remark_.clear();
}

std::uint32_t CaptureTap::connect(Instant now, const DrawnEnds& ends, Agreement agreement) {
  const auto number = static_cast<std::uint32_t>(connections_.size());
  connections_.push_back({.ends = ends,
                          .next_client = kFirstSequence * (number % 7 + 1),
                          .next_server = kFirstSequence * (number % 7 + 8)});
  Drawn& drawn = connections_.back();
  const bool in_syn = agreement == Agreement::Option;
  draw(now, drawn,
       {.sender = Role::Client,
        .segment = {.flags = {.syn = true}, .options = {.mss = kMss, .smc = in_syn}},
        .comment = comment_on(agreement)});
  draw(now, drawn,
       {.sender = Role::Server,
        .segment = {.flags = {.syn = true, .ack = true}, .options = {.mss = kMss, .smc = in_syn}}});
  draw(now, drawn, {.sender = Role::Client, .segment = {.flags = {.ack = true}}});
  return number;
}

void CaptureTap::data(Instant now, std::uint32_t connection, Role sender,
                      std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto piece = bytes.first(std::min<std::size_t>(bytes.size(), kMss));
    bytes = bytes.subspan(piece.size());
    draw(now, connections_[connection],
         {.sender = sender,
          .segment = {.flags = {.ack = true, .psh = bytes.empty()}, .payload = piece}});
  }
}

void CaptureTap::finish(Instant now, std::uint32_t connection, Role sender) {
  Drawn& drawn = connections_[connection];
  if (std::exchange(sender == Role::Client ? drawn.over_client : drawn.over_server, true)) return;
  draw(now, drawn, {.sender = sender, .segment = {.flags = {.ack = true, .fin = true}}});
}

void CaptureTap::reset(Instant now, std::uint32_t connection, Role sender) {
  Drawn& drawn = connections_[connection];
  drawn.over_client = drawn.over_server = true;
  draw(now, drawn, {.sender = sender, .segment = {.flags = {.ack = true, .rst = true}}});
}

void CaptureTap::draw(Instant now, Drawn& drawn, Stroke stroke) {
  if (!on_) return;
  const bool from_client = stroke.sender == Role::Client;
  tcp::TcpSegment& segment = stroke.segment;
  std::uint32_t& own = from_client ? drawn.next_client : drawn.next_server;
  segment.source = from_client ? drawn.ends.client : drawn.ends.server;
  segment.destination = from_client ? drawn.ends.server : drawn.ends.client;
  segment.sequence = own;
  segment.window = kWindow;
  if (segment.flags.ack)
    segment.acknowledgment = from_client ? drawn.next_server : drawn.next_client;
  const tcp::EthernetPair macs =
      from_client ? tcp::EthernetPair{drawn.ends.client_mac, drawn.ends.server_mac}
                  : tcp::EthernetPair{drawn.ends.server_mac, drawn.ends.client_mac};
  tcp::encode_segment(segment, macs, bytes_);
  own += tcp::sequence_length(segment);
  frame(now, bytes_, stroke.comment);
}

}  // namespace smclab::runtime
