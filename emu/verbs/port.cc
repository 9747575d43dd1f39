// SPDX-License-Identifier: MIT
#include "emu/verbs/port.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace smclab::verbs {
namespace {

constexpr rnic::RnicLimits kLimits;

/// Makes reads of the descriptor return at once.
bool never_wait(int descriptor) {
  const int flags = ::fcntl(descriptor, F_GETFL);
  return flags >= 0 && ::fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0;
}

}  // namespace

Port::Port(OpenPort open, Channel channel)
    : open_(std::move(open)),
      channel_(std::move(channel)),
      domains_(kLimits.protection_domains),
      memories_(kLimits.memory_regions),
      queues_(kLimits.completion_queues),
      pairs_(kLimits.queue_pairs),
      counted_(open_.counters) {}

tl::expected<std::shared_ptr<Port>, std::string> Port::make(OpenPort open) {
  Channel channel(ibv_create_comp_channel(open.context.get()));
  if (!channel || !never_wait(channel->fd) || !never_wait(open.context->async_fd)) {
    return tl::unexpected("cannot watch the RDMA device " + open.facts.device + ": " +
                          std::strerror(errno));
  }
  return std::shared_ptr<Port>(new Port(std::move(open), std::move(channel)));
}

void Port::handle(Instant, const rnic::Input& input, rnic::Outputs& out) {
  std::visit(
      [&](const auto& verb) {
        using Verb = std::decay_t<decltype(verb)>;
        if constexpr (std::is_same_v<Verb, rnic::input::Tick>) {
          out.insert(out.end(), events_.begin(), events_.end());
          events_.clear();
        } else if constexpr (requires { carry_out(verb); }) {
          out.emplace_back(carry_out(verb));
        }
      },
      input);
}

// --- completions ---------------------------------------------------------------------------------

std::size_t Port::poll(rnic::CqId cq, std::span<rnic::Completion> out) {
  const auto* queue = queues_.find(cq);
  if (queue == nullptr) return 0;
  std::size_t count = 0;
  ibv_wc entry{};
  while (count < out.size() && ibv_poll_cq((*queue)->queue.get(), 1, &entry) == 1) {
    // Work of a queue pair that is gone is skipped.
    if (const auto told = completion(entry)) out[count++] = *told;
  }
  return count;
}

std::optional<rnic::Completion> Port::completion(const ibv_wc& entry) {
  const auto pair = numbers_.find(entry.qp_num);
  if (pair == numbers_.end()) return std::nullopt;
  const bool receive = (entry.wr_id & kReceiveBit) != 0;
  PostedWork& posted = receive ? pair->second->receives : pair->second->sends;
  const auto work = posted.finish(entry.wr_id & ~kReceiveBit);
  if (!work) return std::nullopt;
  rnic::Completion told{.work = work->id,
                        .qp = pair->second->id,
                        .kind = work->kind,
                        .status = completion_status(entry.status)};
  if (entry.status != IBV_WC_SUCCESS) return told;
  told.length = entry.byte_len;
  if (receive && (entry.wc_flags & IBV_WC_WITH_IMM) != 0) {
    told.kind = rnic::CompletionKind::ReceiveWithImmediate;
    told.immediate = from_network(entry.imm_data);
  }
  return told;
}

// --- events --------------------------------------------------------------------------------------

std::vector<int> Port::descriptors() const {
  return {channel_->fd, open_.context->async_fd};
}

std::optional<bool> Port::take_port_change() {
  return std::exchange(port_change_, std::nullopt);
}

void Port::collect() {
  collect_completions();
  collect_asynchronous();
}

void Port::collect_completions() {
  ibv_cq* queue = nullptr;
  void* owner = nullptr;
  while (ibv_get_cq_event(channel_.get(), &queue, &owner) == 0) {
    events_.emplace_back(rnic::output::CompletionEvent{static_cast<const Queue*>(owner)->id});
    // At once, since a queue with events not acknowledged cannot be destroyed.
    ibv_ack_cq_events(queue, 1);
  }
}

void Port::collect_asynchronous() {
  ibv_async_event event{};
  while (ibv_get_async_event(open_.context.get(), &event) == 0) {
    note(event);
    ibv_ack_async_event(&event);
  }
}

void Port::note(const ibv_async_event& event) {
  if (event.event_type == IBV_EVENT_DEVICE_FATAL) return tell_port(std::nullopt);
  if (concerns_port(event.event_type)) {
    if (event.element.port_num == open_.place.port) tell_port(find_place(open_));
    return;
  }
  const auto kind = async_kind(event.event_type);
  if (!kind) return;
  rnic::output::AsyncEvent told{.kind = *kind};
  switch (*kind) {
    case rnic::AsyncKind::PortUp:
    case rnic::AsyncKind::PortDown:
      break;
    case rnic::AsyncKind::CqOverflow:
      told.cq = static_cast<const Queue*>(event.element.cq->cq_context)->id;
      break;
    case rnic::AsyncKind::QpFatal:
    case rnic::AsyncKind::QpAccessError:
      told.qp = static_cast<const Pair*>(event.element.qp->qp_context)->id;
      break;
  }
  events_.emplace_back(told);
}

// An address that went and came again may have another index.
void Port::tell_port(const std::optional<PortPlace>& place) {
  const bool up = place.has_value();
  if (place) open_.place = *place;
  if (std::exchange(open_.facts.up, up) == up) return;
  port_change_ = up;
  events_.emplace_back(
      rnic::output::AsyncEvent{.kind = up ? rnic::AsyncKind::PortUp : rnic::AsyncKind::PortDown});
}

}  // namespace smclab::verbs
