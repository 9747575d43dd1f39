// SPDX-License-Identifier: MIT
#include "emu/scenario/flow.h"

#include <algorithm>

namespace smclab::scenario {
namespace {

// Two streams of one connection, and streams of neighbours, must not look alike.
constexpr std::uint64_t kServerSalt = 0x5EED'0000'5E44'E400ULL;

}  // namespace

Flow::Flow(const FlowPlan& plan, Side side) noexcept
    : plan_(plan),
      side_(side),
      to_send_((side == Side::Client ? plan.request : plan.response) * plan.rounds),
      to_receive_((side == Side::Client ? plan.response : plan.request) * plan.rounds) {}

void Flow::on_connected(Instant now, Transport transport, Diagnosis own, Diagnosis peer) noexcept {
  open_ = true;
  result_.transport = transport;
  result_.own = own;
  result_.peer = peer;
  result_.connected_at = now;
  next_write_ = now;
  next_read_ = side_ == Side::Server ? now + plan_.read.start : now;
}

void Flow::on_end_of_stream() noexcept {
  end_of_stream_ = true;
}

void Flow::on_closed(Instant now, CloseReason why) noexcept {
  open_ = false;
  result_.closed = why;
  result_.ended_at = now;
  result_.reset = why != CloseReason::Orderly && why != CloseReason::LocalAbort;
  const bool aborted = why == CloseReason::LocalAbort || why == CloseReason::ResetByPeer;
  if (plan_.close.how == CloseKind::Abort) {
    result_.complete = aborted && result_.intact;
  } else {
    result_.complete = why == CloseReason::Orderly && all_through() && result_.intact;
  }
}

void Flow::give_up(AppDeed deed) noexcept {
  ordered_ = deed;
}

// A side may send the rounds whose questions it has fully read (server), or whose answers it has
// (client).
std::uint64_t Flow::may_send() const noexcept {
  if (plan_.rounds == 1 && side_ == Side::Client) return to_send_;
  if (side_ == Side::Client) {
    const std::uint64_t answered =
        plan_.response == 0 ? plan_.rounds : result_.received / plan_.response;
    return std::min<std::uint64_t>(answered + 1, plan_.rounds) * plan_.request;
  }
  const bool waits_for_end = plan_.close.how == CloseKind::Half && plan_.close.by == Side::Client;
  const std::uint64_t asked = plan_.request == 0 ? plan_.rounds : result_.received / plan_.request;
  if (waits_for_end && !end_of_stream_ && asked >= plan_.rounds) {
    return (plan_.rounds - 1) * plan_.response;
  }
  return std::min<std::uint64_t>(asked, plan_.rounds) * plan_.response;
}

std::size_t Flow::writable_now(Instant now, std::size_t room) const noexcept {
  if (!open_ || shut_ || closing_ || ordered_ || now < next_write_) return 0;
  const std::size_t chunk = side_ == Side::Client ? plan_.write.chunk : WritePace{}.chunk;
  const std::uint64_t left = may_send() - std::min(may_send(), result_.sent);
  return static_cast<std::size_t>(std::min<std::uint64_t>({left, room, chunk}));
}

std::size_t Flow::readable_now(Instant now, std::size_t available) const noexcept {
  if (!open_ || closing_ || ordered_ == AppDeed::Close || ordered_ == AppDeed::Abort) return 0;
  if (now < next_read_) return 0;
  return std::min<std::size_t>(available,
                               side_ == Side::Server ? plan_.read.chunk : ReadPace{}.chunk);
}

void Flow::wrote(Instant now, std::size_t bytes) noexcept {
  result_.sent += bytes;
  if (bytes > 0 && side_ == Side::Client) next_write_ = now + plan_.write.pause;
}

void Flow::took(Instant now, std::size_t bytes) noexcept {
  result_.received += bytes;
  // Bytes beyond the plan belong to nobody's script.
  if (result_.received > to_receive_) result_.intact = false;
  if (bytes > 0 && side_ == Side::Server) next_read_ = now + plan_.read.pause;
}

std::size_t Flow::fill(Instant now, std::span<std::byte> room) noexcept {
  const std::size_t bytes = writable_now(now, room.size());
  if (side_ == Side::Client && plan_.file != nullptr) {
    std::copy_n(plan_.file + result_.sent, bytes, room.begin());
  } else {
    const Pattern pattern(side_ == Side::Client ? plan_.key : plan_.key ^ kServerSalt);
    pattern.fill(result_.sent, room.first(bytes));
  }
  wrote(now, bytes);
  return bytes;
}

std::size_t Flow::drain(Instant now, std::span<const std::byte> bytes) noexcept {
  const auto piece = bytes.first(readable_now(now, bytes.size()));
  const std::uint64_t from = result_.received;
  took(now, piece.size());
  if (!result_.intact) return piece.size();
  if (side_ == Side::Server && plan_.file != nullptr) {
    result_.intact = std::equal(piece.begin(), piece.end(), plan_.file + from);
  } else {
    const Pattern pattern(side_ == Side::Server ? plan_.key : plan_.key ^ kServerSalt);
    result_.intact = !pattern.mismatch(from, piece);
  }
  return piece.size();
}

std::size_t Flow::fill_unbacked(Instant now, std::size_t room) noexcept {
  const std::size_t bytes = writable_now(now, room);
  wrote(now, bytes);
  return bytes;
}

std::size_t Flow::drain_unbacked(Instant now, std::size_t available) noexcept {
  const std::size_t bytes = readable_now(now, available);
  took(now, bytes);
  return bytes;
}

bool Flow::all_through() const noexcept {
  return result_.sent == to_send_ && result_.received == to_receive_;
}

bool Flow::begins_close() const noexcept {
  return plan_.close.by == side_ && plan_.close.how != CloseKind::Stay;
}

Wish Flow::wish() noexcept {
  if (!open_ || closing_) return Wish::None;
  const bool aborts = begins_close() && plan_.close.how == CloseKind::Abort && all_through();
  if (ordered_ == AppDeed::Abort || aborts) {
    closing_ = true;
    return Wish::Abort;
  }
  const bool halves = begins_close() && plan_.close.how == CloseKind::Half;
  if ((ordered_ == AppDeed::Shutdown || (halves && result_.sent == to_send_)) && !shut_) {
    shut_ = true;
    return Wish::Shutdown;
  }
  const bool finished = begins_close() && plan_.close.how == CloseKind::Orderly && all_through();
  // Whoever did not begin answers the end of the stream once it has said everything; an early
  // end leaves nothing to wait for either.
  const bool answers = end_of_stream_ && may_send() <= result_.sent;
  if (ordered_ == AppDeed::Close || finished || answers) {
    closing_ = true;
    return Wish::Close;
  }
  return Wish::None;
}

std::optional<Instant> Flow::wakes_at(Instant now) const noexcept {
  std::optional<Instant> earliest;
  if (!open_ || closing_) return earliest;
  if (next_write_ > now && may_send() > result_.sent) earliest = next_write_;
  if (next_read_ > now && (!earliest || next_read_ < *earliest)) earliest = next_read_;
  return earliest;
}

bool Flow::done() const noexcept {
  if (result_.ended_at) return true;
  return plan_.close.how == CloseKind::Stay && all_through();
}

namespace {

FlowPlan plan_of(const WorkloadSpec& workload, std::uint64_t key, std::span<const std::byte> file) {
  FlowPlan plan{.key = key,
                .request = workload.request,
                .response = workload.response,
                .rounds = workload.rounds,
                .write = workload.write,
                .read = workload.read,
                .close = workload.close};
  if (workload.kind == WorkloadKind::Stream) plan.request = workload.bytes;
  if (workload.kind == WorkloadKind::File) {
    plan.request = file.size();
    plan.file = file.data();
  }
  return plan;
}

// Spreads neighbouring seeds and numbers over all 64 bits (the finaliser of splitmix64).
std::uint64_t mix(std::uint64_t x) noexcept {
  x = (x ^ (x >> 30)) * 0xBF58'476D'1CE4'E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D0'49BB'1331'11EBULL;
  return x ^ (x >> 31);
}

}  // namespace

std::vector<PlannedFlow> make_flows(const Scenario& scenario, std::uint64_t seed,
                                    std::span<const std::span<const std::byte>> files) {
  std::vector<PlannedFlow> flows;
  for (std::uint32_t w = 0; w < scenario.workloads.size(); ++w) {
    const WorkloadSpec& workload = scenario.workloads[w];
    const auto file = w < files.size() ? files[w] : std::span<const std::byte>{};
    for (std::uint32_t c = 0; c < workload.count; ++c) {
      const std::uint64_t key = mix(mix(seed + 1) ^ (std::uint64_t{w} << 32 | c));
      const FlowPlan plan = plan_of(workload, key, file);
      flows.push_back({.workload = w,
                       .connection = c,
                       .from = workload.from,
                       .to = workload.to,
                       .port = workload.port,
                       .start = Instant(workload.start + workload.apart * c),
                       .client = Flow(plan, Side::Client),
                       .server = Flow(plan, Side::Server)});
    }
  }
  std::ranges::stable_sort(flows, {}, &PlannedFlow::start);
  return flows;
}

std::vector<WorkloadResult> empty_results(const Scenario& scenario) {
  std::vector<WorkloadResult> results;
  for (const WorkloadSpec& workload : scenario.workloads) {
    results.push_back(
        {.kind = workload.kind, .connections = std::vector<ConnectionResult>(workload.count)});
  }
  return results;
}

}  // namespace smclab::scenario
